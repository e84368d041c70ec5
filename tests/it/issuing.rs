//! Connections, lines and honeytokens are set under rules, and a refusal names its rule.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::cast::{self, CONTROL, LINE, SECOND_LINE};
use crate::harness::folder::Folder;
use crate::harness::server::Server;

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
