//! Notes of people on what there is.

use serde_json::json;

use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::server::Server;

#[test]
fn notes_are_written_and_found() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("msg_1", LINE, "hello"));
    let entry = api.contacts()[0]["index"].clone();
    let (id, analyst) = api.with_role("analyst");
    let made = analyst.made(
        "/v1/notes",
        &json!({ "platform": "acme", "text": "asked them" }),
    );
    assert_eq!(
        (&made["by"], &made["text"]),
        (&json!(id), &json!("asked them"))
    );
    analyst.made("/v1/notes", &json!({ "entry": entry, "text": "a courier" }));
    let found = |filters: &str| {
        let notes = api.all("/v1/notes", filters, 1);
        crate::harness::column(&notes, "text")
    };
    assert_eq!(found(""), ["a courier", "asked them"]);
    assert_eq!(found("&platform=acme"), ["asked them"]);
    assert_eq!(found(&format!("&entry={entry}")), ["a courier"]);
    for bad in [
        json!({ "text": "about nothing" }),
        json!({ "platform": "acme", "entry": 1, "text": "about two things" }),
        json!({ "platform": "acme", "text": " " }),
        json!({ "platform": "acme", "text": "x".repeat(16 * 1024 + 1) }),
        json!({ "platform": "a b", "text": "x" }),
    ] {
        api.post("/v1/notes", &bad).problem(400);
    }
    for unknown in [
        json!({ "platform": "nobody", "text": "x" }),
        json!({ "entry": 1_000_000, "text": "x" }),
    ] {
        api.post("/v1/notes", &unknown).problem(404);
    }
}

#[test]
fn a_study_closes_notes_too() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("msg_1", LINE, "hello"));
    let entry = api.contacts()[0]["index"].clone();
    api.made("/v1/notes", &json!({ "entry": entry, "text": "secret" }));
    let (member, _) = api.with_role("analyst");
    let (_, outsider) = api.with_role("analyst");
    let study = json!({ "id": "s", "name": "S", "platforms": ["acme"], "members": [member] });
    api.made("/v1/studies", &study);
    assert_eq!(outsider.seen("/v1/notes")["items"], json!([]));
    outsider
        .post("/v1/notes", &json!({ "entry": entry, "text": "x" }))
        .problem(404);
    outsider
        .post("/v1/notes", &json!({ "platform": "acme", "text": "x" }))
        .problem(404);
    assert_eq!(api.seen("/v1/notes")["items"][0]["text"], "secret");
}

#[test]
fn notes_about_notes_end_somewhere() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let mut about = json!({ "platform": "acme", "text": "0" });
    for depth in 1..=64 {
        let made = api.made("/v1/notes", &about);
        about = json!({ "entry": made["index"], "text": depth.to_string() });
    }
    api.post("/v1/notes", &about).problem(404);
    assert_eq!(api.all("/v1/notes", "", 100).len(), 64);
}
