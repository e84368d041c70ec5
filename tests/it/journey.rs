//! The main job, end to end: a number is issued, its provider's signed webhooks arrive, contacts
//! and verdicts are read back.

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast::{self, CONTROL, LINE, SECOND_LINE, STRANGER};
use crate::harness::column;
use crate::harness::folder::Folder;
use crate::harness::server::Server;

const TEXT: &str = "您的验证码是 482913，50% off";
const MESSAGE_ID: &str = "SM00000000000000000000000000000001";
const MESSAGE: [(&str, &str); 5] = [
    ("MessageSid", MESSAGE_ID),
    ("From", STRANGER),
    ("To", LINE),
    ("Body", TEXT),
    ("NumMedia", "0"),
];

#[test]
fn a_number_is_issued_and_its_webhooks_become_contacts() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let lines = cast::add_lines(&api);
    let lines = lines["lines"].as_array().unwrap();
    assert!(lines.iter().all(|line| line["added"] == true));
    assert_eq!(cast::declare(&api)["signatures"], json!(["Acme"]));
    let token = cast::place(&api);
    assert_eq!(token["number"], LINE);
    assert!(!token["persona"]["name"].as_str().unwrap().is_empty());

    let answer = server.hook(&cast::twilio(&server, &MESSAGE));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/xml"));
    server.takes(&cast::sms("msg_1", SECOND_LINE, "hello"));
    server.takes(&cast::phone("p1", "loans", "2026-11-20T08:00:00Z"));
    check_contacts(&api);
    check_lists(&api, &token);
    server.stop();
    // And all of it once more, from what is on the disk.
    let server = Server::start(&folder.data());
    check_contacts(&server.admin());
    check_lists(&server.admin(), &token);
}

/// What came in is read back as it came, newest first.
fn check_contacts(api: &Api) {
    let contacts = api.contacts();
    assert_eq!(
        column(&contacts, "provider_event_id"),
        ["p1", "msg_1", MESSAGE_ID]
    );
    let first = &contacts[2];
    for (name, value) in [
        ("connection", "tw"),
        ("kind", "sms"),
        ("to", LINE),
        ("from", STRANGER),
        ("text", TEXT),
        ("platform", "acme"),
        ("authentication", "mac_body"),
    ] {
        assert_eq!(first[name], value, "{name}");
    }
    assert_eq!(first["duplicate_of"], Value::Null);
    assert_eq!(contacts[1]["platform"], Value::Null);
    assert_eq!(contacts[1]["claimed_at"], "2026-11-20T08:00:00Z");
    assert_eq!(
        &api.seen(&format!("/v1/contacts/{}", first["index"])),
        first
    );
}

/// Honeytokens, verdicts and lines say what was done.
fn check_lists(api: &Api, token: &Value) {
    assert_eq!(
        &api.all("/v1/honeytokens", "", 100),
        std::slice::from_ref(token)
    );
    let path = format!("/v1/honeytokens/{}", token["id"].as_str().unwrap());
    assert_eq!(&api.seen(&path), token);
    let verdicts = api.all("/v1/verdicts", "", 100);
    assert_eq!(column(&verdicts, "platform"), ["acme"]);
    assert_eq!(
        column(&verdicts, "class"),
        ["insufficient"],
        "a day is not enough to accuse"
    );
    assert_eq!(api.seen("/v1/verdicts/acme"), verdicts[0]);
    let lines = api.all("/v1/lines", "", 100);
    assert_eq!(column(&lines, "number"), [LINE, SECOND_LINE, CONTROL]);
    assert_eq!(column(&lines, "state"), ["placed", "ready", "control"]);
}

#[test]
fn a_repeat_is_one_contact_and_a_second_message_is_another() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    // The provider's retry: the same id, a fresh signature.
    for _ in 0..3 {
        server.takes(&cast::sms("msg_1", LINE, "one"));
    }
    // The same words again, under an id of their own: from a PBX that is a second message.
    server.takes(&cast::sms("msg_2", LINE, "one"));
    assert_eq!(
        (server.webhooks("recorded"), server.webhooks("repeated")),
        (2, 2)
    );
    // From a phone whose app is known to report one message twice it is the same message.
    for id in ["p1", "p2"] {
        server.takes(&cast::phone(id, "two", "2026-11-20T08:00:00Z"));
    }
    server.takes(&cast::phone("p3", "two", "2026-11-20T09:00:00Z"));
    // An id that was told before, with other words, is kept and linked: nothing may get lost.
    server.takes(&cast::sms("msg_2", LINE, "other words"));

    let contacts = api.contacts();
    let brief = |c: &Value| {
        (
            c["provider_event_id"].as_str().unwrap().to_owned(),
            c["duplicate_of"].as_u64(),
        )
    };
    let of = |id: &str| {
        contacts
            .iter()
            .rev()
            .find(|c| c["provider_event_id"] == id)
            .unwrap()["index"]
            .as_u64()
    };
    let found: Vec<_> = contacts.iter().rev().map(brief).collect();
    let expected = [
        ("msg_1", None),
        ("msg_2", None),
        ("p1", None),
        ("p2", of("p1")),
        ("p3", None),
        ("msg_2", of("msg_2")),
    ];
    assert_eq!(found, expected.map(|(id, first)| (id.to_owned(), first)));
    assert_eq!(server.metric("canaryline_contacts"), 4);
}

#[test]
fn the_stages_of_a_call_are_one_contact() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let call = "CAc134f731bbb7e4000000000000000000";
    let parties = [
        ("CallSid", call),
        ("From", STRANGER),
        ("To", LINE),
        ("Direction", "inbound"),
    ];
    let stage = |more: &[(&str, &str)]| cast::twilio(&server, &[&parties, more].concat());
    let answer = server.hook(&stage(&[
        ("CallStatus", "ringing"),
        ("StirVerstat", "TN-Validation-Passed-A"),
    ]));
    assert!(
        answer.text().contains("<Reject"),
        "a canary does not pick up: {}",
        answer.text()
    );
    server.takes(&stage(&[
        ("CallStatus", "completed"),
        ("CallDuration", "7"),
    ]));
    let recording = [
        ("CallSid", call),
        ("RecordingSid", "REffb1d54e4a5f28700000000000000000"),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "4"),
        ("RecordingUrl", "https://api.twilio.com/r"),
    ];
    server.takes(&cast::twilio(&server, &recording));

    let contacts = api.contacts();
    assert_eq!(contacts.len(), 1);
    assert_eq!(
        (&contacts[0]["kind"], &contacts[0]["attestation"]),
        (&json!("call"), &json!("A"))
    );
    let stages = contacts[0]["events"].as_array().unwrap();
    let stages: Vec<(&str, &str)> = stages
        .iter()
        .filter_map(|e| Some((e["kind"].as_str()?, e["phase"].as_str()?)))
        .collect();
    assert_eq!(stages, [("call", "completed"), ("recording", "completed")]);
}

#[test]
fn a_heartbeat_is_a_sign_of_life_and_no_contact() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let alive = |number: &str| {
        let lines = api.all("/v1/lines", "", 10);
        let line = lines.iter().find(|line| line["number"] == number).unwrap();
        line["alive_at"].is_string()
    };
    assert!(!alive(CONTROL));
    let data = json!({ "to": CONTROL });
    let beat =
        json!({ "type": "line.heartbeat", "timestamp": "2026-11-20T08:00:00Z", "data": data });
    server.takes(&cast::pbx("beat_1", &beat));
    assert!(alive(CONTROL) && !alive(LINE));
    assert!(api.contacts().is_empty());
    assert_eq!(server.metric("canaryline_contacts"), 0);
}

#[test]
fn a_call_for_a_number_nobody_placed_is_kept() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let unknown = "+14155550177";
    server.takes(&cast::sms("msg_1", unknown, "hello"));
    let contacts = api.contacts();
    assert_eq!(contacts.len(), 1);
    assert_eq!(
        (&contacts[0]["to"], &contacts[0]["platform"]),
        (&json!(unknown), &Value::Null)
    );
}
