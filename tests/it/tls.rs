//! TLS by the program itself, for those without a proxy in front.

use std::path::Path;
use std::process::Command;

use reqwest::{Client, Version};

use crate::harness::folder::Folder;
use crate::harness::program::{arguments, ended};
use crate::harness::server::Launch;

/// A certificate and its key, made by openssl; none where it is not installed.
fn certificate(folder: &Folder) -> Option<String> {
    let (certificate, key) = (folder.path("certificate.pem"), folder.path("key.pem"));
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: openssl is not installed");
        return None;
    }
    let words =
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost";
    let files = arguments!["-keyout", key, "-out", certificate];
    ended(Command::new("openssl").args(words.split(' ')).args(files)).with(0);
    Some(settings(&certificate, &key))
}

fn settings(certificate: &Path, key: &Path) -> String {
    format!("[tls]\ncertificate = {certificate:?}\nkey = {key:?}\n")
}

#[test]
fn both_versions_of_http_are_spoken_under_tls() {
    let folder = Folder::new();
    let Some(config) = certificate(&folder) else {
        return;
    };
    let data = folder.data();
    let server = Launch::on(&data).config(&config).start();
    let url = format!("https://{}/healthz", server.address);
    // Already installed is fine: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let spoken = |client: reqwest::ClientBuilder| {
        // The certificate is nobody's but this test's.
        let client: Client = client
            .tls_danger_accept_invalid_certs(true)
            .build()
            .unwrap();
        let answer = runtime.block_on(client.get(&url).send()).unwrap();
        (answer.status().as_u16(), answer.version())
    };
    assert_eq!(spoken(Client::builder()), (200, Version::HTTP_2));
    assert_eq!(
        spoken(Client::builder().http1_only()),
        (200, Version::HTTP_11)
    );
    // Who speaks in the clear is not understood, and others are not disturbed.
    let plain = crate::harness::http::ask(server.address, "GET", "/healthz", &[], b"");
    assert!(plain.is_err());
    assert_eq!(spoken(Client::builder()), (200, Version::HTTP_2));
    server.stop();
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused() {
    let folder = Folder::new();
    let data = folder.data();
    let nothing = folder.path("nothing.pem");
    let ended = Launch::on(&data)
        .config(&settings(&nothing, &nothing))
        .refused()
        .with(2);
    assert!(ended.stderr.contains("nothing.pem"), "{}", ended.stderr);
    assert!(!data.exists());
}
