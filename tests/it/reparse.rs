//! Requests that an older program could not read, read again by this one.

use honeytoken::{Authentication, Event, RawBody, Timestamp, Unparsed};
use listener::ledger::Ledger;
use serde_json::json;
use store::{Creation, Options};

use crate::harness::cast::{self, LINE};
use crate::harness::column;
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::now_s;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;

/// What an older program kept: a request of the PBX with this body.
fn unread(body: &str) -> Event {
    Event::Unparsed(Unparsed {
        connection: "pbx".parse().unwrap(),
        reason: "event is of a kind that this adapter does not know".to_owned(),
        received_at: "2026-03-01T10:00:00Z".parse().unwrap(),
        authentication: Authentication::MacBody,
        nonce: None,
        raw_method: "POST".to_owned(),
        raw_url: "https://hooks.example/hooks/pbx".to_owned(),
        raw_headers: vec![("webhook-id".to_owned(), "msg_1".to_owned())],
        raw_body: RawBody::Text(body.to_owned()),
        raw_credentials: Vec::new(),
    })
}

fn keep(folder: &Folder, events: Vec<Event>) {
    let now = Timestamp::from_unix_s(now_s());
    let creation = Creation {
        origin: "unused".into(),
        program: "test".into(),
        at: now,
    };
    let mut ledger = Ledger::open(&folder.data(), creation, Options::default(), &|_| {}).unwrap();
    ledger.record(now, None, events).unwrap();
}

#[test]
fn want_attention_until_they_are_read() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    server.stop();
    let data = json!({ "to": LINE, "from": "+14155550199", "text": "hello" });
    let sms =
        json!({ "type": "sms.received", "timestamp": "2026-03-01T09:59:58.120Z", "data": data });
    keep(&folder, vec![unread(&sms.to_string())]);
    let server = Server::start(&folder.data());
    let api = server.admin();
    let wants = || column(&api.all("/v1/attention", "", 100), "kind").contains(&"unparsed".into());
    assert!(wants());
    let done = api.post("/v1/unparsed/reparse", &json!({})).json();
    assert_eq!(done["added"].as_array().unwrap().len(), 1);
    assert!(!wants());
    server.stop();
    keep(&folder, vec![unread("[")]);
    let server = Server::start(&folder.data());
    let api = server.admin();
    api.post("/v1/unparsed/reparse", &json!({}));
    let kinds = column(&api.all("/v1/attention", "", 100), "kind");
    assert!(kinds.contains(&"unparsed".into()), "{kinds:?}");
}

#[test]
fn become_contacts_by_verb_and_by_api_and_once() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    server.stop();
    let data = json!({ "to": LINE, "from": "+14155550199", "text": "hello" });
    let sms =
        json!({ "type": "sms.received", "timestamp": "2026-03-01T09:59:58.120Z", "data": data });
    keep(&folder, vec![unread(&sms.to_string()), unread("[")]);
    let verb = || {
        run(arguments!["reparse", "--json", "--data", folder.data()])
            .with(0)
            .json()
    };
    let done = verb();
    assert_eq!((&done["tried"], &done["known"]), (&json!(2), &json!(0)));
    assert_eq!(done["added"].as_array().unwrap().len(), 1);
    assert_eq!(done["left"][0]["connection"], "pbx");
    let again = verb();
    assert_eq!((&again["added"], &again["known"]), (&json!([]), &json!(1)));

    let server = Server::start(&folder.data());
    let api = server.admin();
    let contacts = api.contacts();
    assert_eq!(contacts.len(), 1);
    assert_eq!(contacts[0]["received_at"], "2026-03-01T10:00:00Z");
    assert_eq!(contacts[0]["platform"], "acme");
    let asked = api.post("/v1/unparsed/reparse", &json!({}));
    assert_eq!((asked.status, &asked.json()["known"]), (200, &json!(1)));
    assert!(asked.json()["next"].is_null());
    let (_, analyst) = api.with_role("analyst");
    analyst
        .post("/v1/unparsed/reparse", &json!({}))
        .problem(403);
    api.post("/v1/unparsed/reparse", &json!({ "frm": 1 }))
        .problem(400);
    let words = run(arguments![
        "reparse",
        "--server",
        server.url(),
        "--key",
        server.admin_key()
    ]);
    let said = words.with(0).stdout;
    assert!(
        said.contains("2 requests read again: 0 contacts added, 1 known already, 1 requests left"),
        "{said}"
    );
    server.stop();
    run(arguments!["verify", "--data", folder.data()]).with(0);
}
