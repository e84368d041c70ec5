//! The main job, end to end: a number is issued, its provider's signed webhooks arrive, contacts
//! and verdicts are read back.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::cast::{self, CONTROL, LINE, SECOND_LINE, STRANGER};
use crate::harness::description::{Description, shapes};
use crate::harness::folder::{self, Folder};
use crate::harness::server::Server;

const TEXT: &str = "您的验证码是 482913，50% off";

#[test]
fn a_signed_webhook_becomes_a_contact_under_its_platform() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let lines = cast::add_lines(&api);
    assert!(
        lines["lines"]
            .as_array()
            .unwrap()
            .iter()
            .all(|line| line["added"] == true)
    );
    assert_eq!(cast::declare(&api)["signatures"], json!(["Acme"]));
    let token = cast::place(&api);
    assert_eq!(
        (&token["number"], &token["platform"]),
        (&json!(LINE), &json!("acme"))
    );
    assert!(!token["persona"]["name"].as_str().unwrap().is_empty());

    let fields = [
        ("MessageSid", "SM00000000000000000000000000000001"),
        ("From", STRANGER),
        ("To", LINE),
        ("Body", TEXT),
        ("NumMedia", "0"),
    ];
    let answer = server.hook(&cast::twilio(&server, &fields));
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/xml"))
    );
    assert_eq!(
        server
            .hook(&cast::sms("msg_1", SECOND_LINE, "hello"))
            .status,
        200
    );
    assert_eq!(
        server
            .hook(&cast::phone("p1", "loans", "2026-11-20T08:00:00Z"))
            .status,
        200
    );

    let contacts = api.contacts();
    let ids: Vec<&str> = contacts
        .iter()
        .filter_map(|c| c["provider_event_id"].as_str())
        .collect();
    assert_eq!(ids, ["p1", "msg_1", "SM00000000000000000000000000000001"]);
    let first = &contacts[2];
    let told = [
        "connection",
        "kind",
        "to",
        "from",
        "text",
        "platform",
        "authentication",
    ];
    let told: Vec<&Value> = told.iter().map(|name| &first[name]).collect();
    assert_eq!(
        told,
        ["tw", "sms", LINE, STRANGER, TEXT, "acme", "mac_body"]
    );
    assert_eq!(first["duplicate_of"], Value::Null);
    assert_eq!(contacts[1]["platform"], Value::Null);
    assert_eq!(contacts[1]["claimed_at"], "2026-11-20T08:00:00Z");
    let one = api.seen(&format!("/v1/contacts/{}", first["index"]));
    assert_eq!(&one, first);

    let tokens = api.all("/v1/honeytokens", "", 100);
    assert_eq!(tokens, std::slice::from_ref(&token));
    assert_eq!(
        api.seen(&format!(
            "/v1/honeytokens/{}",
            token["id"].as_str().unwrap()
        )),
        token
    );
    let verdicts = api.all("/v1/verdicts", "", 100);
    assert_eq!(verdicts.len(), 1);
    assert_eq!(
        (&verdicts[0]["platform"], &verdicts[0]["class"]),
        (&json!("acme"), &json!("insufficient"))
    );
    assert_eq!(api.seen("/v1/verdicts/acme"), verdicts[0]);
    let states: Vec<(Value, Value)> = api
        .all("/v1/lines", "", 100)
        .iter()
        .map(|line| (line["number"].clone(), line["state"].clone()))
        .collect();
    let known: BTreeSet<(&str, &str)> = states
        .iter()
        .filter_map(|(n, s)| Some((n.as_str()?, s.as_str()?)))
        .collect();
    assert_eq!(
        known,
        BTreeSet::from([
            (LINE, "placed"),
            (CONTROL, "control"),
            (SECOND_LINE, "ready")
        ])
    );
    server.stop();
}

#[test]
fn a_repeat_is_one_contact_and_a_second_message_is_another() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    // The provider's retry: the same id, a fresh signature.
    for _ in 0..3 {
        assert_eq!(server.hook(&cast::sms("msg_1", LINE, "one")).status, 200);
    }
    // The same words again, under an id of their own: from a PBX that is a second message.
    assert_eq!(server.hook(&cast::sms("msg_2", LINE, "one")).status, 200);
    assert_eq!(
        (server.webhooks("recorded"), server.webhooks("repeated")),
        (2, 2)
    );
    // From a phone whose app is known to report one message twice it is the same message.
    for id in ["p1", "p2"] {
        assert_eq!(
            server
                .hook(&cast::phone(id, "two", "2026-11-20T08:00:00Z"))
                .status,
            200
        );
    }
    assert_eq!(
        server
            .hook(&cast::phone("p3", "two", "2026-11-20T09:00:00Z"))
            .status,
        200
    );
    // An id that was told before, with other words, is kept and linked: nothing may get lost.
    assert_eq!(
        server.hook(&cast::sms("msg_2", LINE, "other words")).status,
        200
    );

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
    assert_eq!(
        server
            .hook(&stage(&[
                ("CallStatus", "completed"),
                ("CallDuration", "7")
            ]))
            .status,
        200
    );
    let recording = [
        ("CallSid", call),
        ("RecordingSid", "REffb1d54e4a5f28700000000000000000"),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "4"),
        ("RecordingUrl", "https://api.twilio.com/r"),
    ];
    assert_eq!(server.hook(&cast::twilio(&server, &recording)).status, 200);

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
    assert_eq!(server.hook(&cast::pbx("beat_1", &beat)).status, 200);
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
    assert_eq!(
        server.hook(&cast::sms("msg_1", unknown, "hello")).status,
        200
    );
    let contacts = api.contacts();
    assert_eq!(contacts.len(), 1);
    assert_eq!(
        (&contacts[0]["to"], &contacts[0]["platform"]),
        (&json!(unknown), &Value::Null)
    );
}

#[test]
fn rules_of_issuing_are_kept_and_named() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let soaking = json!({ "lines": [{ "number": "+14155550134", "connection": "tw", "soak_until": "2999-01-01T00:00:00Z" }] });
    api.made("/v1/lines", &soaking);
    let refused = |token: Value, status: u16| {
        let problem = api.post("/v1/honeytokens", &token).problem(status);
        problem["code"].as_str().unwrap().to_owned()
    };
    let codes = [
        refused(json!({ "platform": "acme", "line": "+14155550134" }), 409),
        refused(json!({ "platform": "acme", "line": LINE }), 409),
        refused(json!({ "platform": "acme", "line": CONTROL }), 409),
        refused(json!({ "platform": "nobody" }), 404),
        refused(json!({ "platform": "acme", "line": "+14155550199" }), 404),
    ];
    let different: BTreeSet<&String> = codes.iter().collect();
    assert_eq!(different.len(), 5, "{codes:?}");
    // What is left is drawn without being named; then nothing is left.
    assert_eq!(
        api.made("/v1/honeytokens", &json!({ "platform": "acme" }))["number"],
        SECOND_LINE
    );
    api.post("/v1/honeytokens", &json!({ "platform": "acme" }))
        .problem(409);
}

#[test]
fn what_the_decoy_asked_for_is_noted() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    cast::add_lines(&api);
    cast::declare(&api);
    let token = cast::place(&api);
    let path = format!("/v1/honeytokens/{}", token["id"].as_str().unwrap());
    let opt_out = json!({ "kind": "opt_out", "at": "2026-03-01T00:00:00Z" });
    let told = api.made(&format!("{path}/requests"), &opt_out);
    assert_eq!(
        told["requests"],
        json!([{ "kind": "opt_out", "at": "2026-03-01T00:00:00Z" }])
    );
    api.post(&format!("{path}/requests"), &json!({ "kind": "cake" }))
        .problem(400);
    assert_eq!(api.delete(&path).status, 204);
    assert_eq!(api.seen(&path)["ended"], true);
    api.delete("/v1/honeytokens/unknown").problem(404);
}

#[test]
fn a_connection_is_replaced_and_retired_and_its_secrets_are_never_told() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let body = json!({ "provider": "standard_webhooks", "secrets": { "whsec": other } });
    assert_eq!(api.put("/v1/connections/pbx", &body).status, 200);
    server
        .hook(&cast::sms("msg_1", LINE, "under the old secret"))
        .problem(403);
    let shown = api.get("/v1/connections");
    for secret in [other, cast::WHSEC, cast::TOKEN, cast::SIGNING_KEY] {
        assert!(!shown.text().contains(secret));
    }
    assert_eq!(shown.json()["items"].as_array().unwrap().len(), 3);
    assert_eq!(shown.json()["items"][0]["secrets"], json!(["whsec"]));
    assert_eq!(api.delete("/v1/connections/pbx").status, 204);
    server
        .hook(&cast::sms("msg_2", LINE, "too late"))
        .problem(404);
    api.delete("/v1/connections/pbx").problem(404);
    for (body, code) in [
        (json!({ "id": "x", "provider": "pigeon" }), "bad_connection"),
        (json!({ "id": "x", "provider": "twilio" }), "bad_connection"),
        (
            json!({ "id": "x", "provider": "twilio", "secrets": { "tocken": "t" } }),
            "bad_connection",
        ),
        (
            json!({ "provider": "twilio", "secrets": { "auth_token": "t" } }),
            "bad_body",
        ),
        (
            json!({ "id": "x", "provider": "twilio", "colour": 1 }),
            "bad_body",
        ),
    ] {
        assert_eq!(
            api.post("/v1/connections", &body).problem(400)["code"],
            code
        );
    }
    assert!(api.contacts().is_empty());
}

#[test]
fn an_erased_contact_is_gone_and_the_log_stays_whole() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    for (id, text) in [("msg_1", "forget me"), ("msg_2", "keep me")] {
        assert_eq!(server.hook(&cast::sms(id, LINE, text)).status, 200);
    }
    let index = api.contacts()[1]["index"].as_u64().unwrap();
    let erasure = json!({ "index": index, "reason": "asked for it" });
    api.made("/v1/erasures", &erasure);
    api.post("/v1/erasures", &erasure).problem(404);
    api.get(&format!("/v1/contacts/{index}")).problem(404);
    let texts = |api: &crate::harness::api::Api| {
        api.contacts()
            .iter()
            .map(|c| c["text"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&api), ["keep me"]);
    server.stop();
    let server = Server::start(&folder.data());
    assert_eq!(texts(&server.admin()), ["keep me"]);
    server.stop();
    let verified = crate::harness::program::run(crate::harness::program::arguments![
        "verify",
        "--json",
        "--data",
        folder.data()
    ])
    .with(0)
    .json();
    assert_eq!(verified["erased"], json!([index]));
}

#[test]
fn personal_data_is_nowhere_in_the_clear() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let words = "nobody else should read this";
    assert_eq!(server.hook(&cast::sms("msg_1", LINE, words)).status, 200);
    server
        .hook(&cast::sms("msg_2", LINE, words).with("webhook-signature", "v1,AAAA"))
        .problem(403);
    api.contacts();
    server.stop();
    // Once more, so that what the first life kept is used.
    let server = Server::start(&folder.data());
    server.admin().contacts();
    let said = server.said();
    server.stop();
    let secrets = [
        cast::TOKEN,
        cast::WHSEC.trim_start_matches("whsec_"),
        cast::SIGNING_KEY,
    ];
    let private = [words, &LINE[1..], &STRANGER[1..]]
        .into_iter()
        .chain(secrets);
    let key = std::fs::read_to_string(folder.data().join("admin.key")).unwrap();
    for word in private {
        assert!(!said.contains(word), "{word} is in what the server said");
        for file in folder::files(&folder.data()) {
            let bytes = std::fs::read(&file).unwrap();
            let found = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "{word} is in {}", file.display());
        }
    }
    assert_eq!(
        said.matches(key.trim()).count(),
        1,
        "the first key is said once"
    );
}

#[test]
fn all_that_operators_did_is_on_the_record() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    assert_eq!(server.hook(&cast::sms("msg_1", LINE, "hello")).status, 200);
    let index = api.contacts()[0]["index"].as_u64().unwrap();
    server.stop();
    let server = Server::start(&folder.data());
    let custody = server.admin().all("/v1/custody", "", 3);
    let kinds: BTreeSet<&str> = custody.iter().filter_map(|c| c["kind"].as_str()).collect();
    let expected = [
        "genesis",
        "key_created",
        "operation",
        "connection_set",
        "line_added",
        "platform_declared",
        "honeytoken_issued",
        "personal_data_read",
    ];
    assert_eq!(kinds, BTreeSet::from(expected));
    let newest_first = custody
        .windows(2)
        .all(|pair| pair[0]["index"].as_u64() > pair[1]["index"].as_u64());
    assert!(newest_first);
    assert!(index > 0 && custody.iter().all(|entry| entry["index"] != index));
    let all = serde_json::to_string(&custody).unwrap();
    assert!(!all.contains(LINE), "a full number is in the custody log");
}

/// What the contract promises is described, each thing once, and stands behind a key.
#[test]
fn the_description_holds_every_route_of_the_contract() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let description = Description::of(server.address);
    assert!(
        description.0["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
    let lists = [
        "connections",
        "lines",
        "platforms",
        "honeytokens",
        "contacts",
        "campaigns",
        "links",
        "verdicts",
    ];
    let lists = lists.map(|name| format!("GET /v1/{name}"));
    let made =
        ["connections", "lines", "platforms", "honeytokens"].map(|name| format!("POST /v1/{name}"));
    let rest = [
        "PUT /v1/connections/x",
        "DELETE /v1/connections/x",
        "GET /v1/verdicts/x",
        "GET /v1/stream",
        "GET /v1/openapi.json",
        "POST /v1/honeytokens/x/requests",
        "POST /hooks/x",
        "GET /hooks/x",
        "POST /hooks/x/sub/path",
        "GET /log/checkpoint",
        "GET /log/tile/0/000",
        "GET /log/tile/0/x001/002.p/5",
        "GET /log/tile/entries/000",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
    ];
    for route in lists.into_iter().chain(made).chain(rest.map(str::to_owned)) {
        let (method, target) = route.split_once(' ').unwrap();
        assert!(
            description.operation(method, target).is_some(),
            "{route} is not described"
        );
    }
    for (shape, count) in shapes(&description) {
        assert_eq!(count, 1, "{shape} is described more than once");
    }
    let mut names = BTreeSet::new();
    for (method, path) in description.operations() {
        let operation = &description.0["paths"][&path][method.to_lowercase()];
        let name = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            !name.is_empty() && names.insert(name.clone()),
            "{method} {path}: {name:?} is no name of its own"
        );
        let open = ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"].contains(&path.as_str())
            || path.starts_with("/hooks/");
        let answer = server
            .stranger()
            .ask(&method, &path.replace(['{', '}'], ""), b"{}");
        assert_eq!(
            open,
            answer.status != 401,
            "{method} {path} without a key: {}",
            answer.status
        );
        let security = operation
            .get("security")
            .unwrap_or(&description.0["security"]);
        assert_eq!(
            open,
            *security == json!([]),
            "{method} {path}: what is said of keys"
        );
    }
}
