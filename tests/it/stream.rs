//! The stream of news.

use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::server::Server;
use crate::harness::stream::{next, open};

#[test]
fn the_stream_tells_of_contacts_and_checkpoints() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let mut stream = open(&server, &server.admin_key());
    let viewer = api.made("/v1/keys", &serde_json::json!({ "role": "viewer" }));
    let mut viewers = open(&server, viewer["key"].as_str().unwrap());
    server.takes(&cast::sms("msg_1", LINE, "hello"));
    let told = next(&mut stream, "contact");
    let contact = &api.contacts()[0];
    for name in ["index", "kind", "connection", "received_at"] {
        assert_eq!(told[name], contact[name]);
    }
    assert_eq!(next(&mut viewers, "contact"), told);
    assert!(!told.to_string().contains(LINE));
    assert!(next(&mut stream, "checkpoint")["size"].as_u64() > told["index"].as_u64());
}

#[test]
fn a_stream_ends_when_its_key_is_revoked() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let made = api.made("/v1/keys", &serde_json::json!({ "role": "viewer" }));
    let mut stream = open(&server, made["key"].as_str().unwrap());
    let revoked = api.delete(&format!("/v1/keys/{}", made["id"].as_str().unwrap()));
    assert_eq!(revoked.status, 204);
    server.takes(&cast::sms("msg_1", LINE, "not for them"));
    let mut said = Vec::new();
    // The last chunk is empty (RFC 9112, 7.1).
    while let Ok(line) = stream.line()
        && line != "0"
    {
        said.push(line);
    }
    assert!(
        said.iter().all(|line| !line.contains("contact")),
        "{said:?}"
    );
}

#[test]
fn an_open_stream_does_not_hold_up_the_end() {
    let folder = Folder::new();
    let config = "[limits]\ngrace_s = 1\n";
    let data = folder.data();
    let server = crate::harness::server::Launch::on(&data)
        .config(config)
        .start();
    let _stream = open(&server, &server.admin_key());
    server.stop();
}
