//! The shell sample of `docs/webhooks/standard-webhooks.md`, run as it stands there, where a shell
//! and openssl are at hand. A stand-in for curl writes down what it was told.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::kit::{Post, connect};
use crate::provider::when;

const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const URL: &str = "http://127.0.0.1:1/hooks/pbx";
/// Arguments are separated by bytes that none of them holds.
const CURL: &str =
    "#!/bin/sh\nfor argument; do printf '%s\\036' \"$argument\"; done > \"$CURL_TOLD\"\n";

fn sample() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/webhooks/standard-webhooks.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, after) = page.split_once("```sh\n").unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("version").output().is_ok()
}

/// What the sample tells curl.
#[cfg(unix)]
fn told() -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (curl, told) = (folder.path().join("curl"), folder.path().join("told"));
    fs::write(&curl, CURL).unwrap();
    fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!(
        "{}:{}",
        folder.path().display(),
        std::env::var("PATH").unwrap()
    );
    let status = Command::new("sh")
        .args(["-eu", "-c", &sample()])
        .envs([
            ("PATH", path.as_str()),
            ("CANARYLINE_URL", URL),
            ("CANARYLINE_WHSEC", WHSEC),
        ])
        .env("CURL_TOLD", &told)
        .status();
    assert!(status.unwrap().success());
    let told = fs::read_to_string(told).unwrap();
    told.split_terminator('\u{1e}').map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn is_accepted() {
    if !is_installed("openssl") {
        return;
    }
    let told = told();
    let after = |flag: &str| {
        let at = told
            .iter()
            .enumerate()
            .filter(move |(_, argument)| *argument == flag);
        at.map(|(at, _)| told[at + 1].as_str()).collect::<Vec<_>>()
    };
    let headers = after("--header")
        .into_iter()
        .map(|header| header.split_once(": ").unwrap());
    let headers = headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = after("--data-binary")[0].as_bytes().to_vec();
    let post = Post {
        method: "POST",
        url: told.last().unwrap().clone(),
        headers,
        body,
    };
    let (_, at) = post
        .headers
        .iter()
        .find(|(name, _)| name == "webhook-timestamp")
        .unwrap();
    let at = when::unix_s(at, "webhook-timestamp").unwrap();
    let webhook = connect("standard_webhooks", &[("whsec", WHSEC)]);
    let events = post.to(&webhook, at).unwrap();
    assert_eq!(post.url, URL);
    assert_eq!(events[0].text.as_deref(), Some("您的验证码是 482913"));
}
