//! Rules of the pool, soak, lines that are dirty.

use serde_json::{Value, json};

use super::states;
use crate::harness::cast::{self, LINE, SECOND_LINE};
use crate::harness::folder::Folder;
use crate::harness::server::Server;
use crate::harness::stream;

#[test]
fn rules_are_set_by_admins_and_kept() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let fresh = api.seen("/v1/policy");
    assert_eq!(
        (&fresh["alpha"], &fresh["soak_days"]),
        (&json!(0.05), &Value::Null)
    );
    let rules = json!({ "alpha": 0.1, "soak_days": 30, "dirty_lines": { "contacts_max": 5, "action": "mark" } });
    assert_eq!(api.put("/v1/policy", &rules).status, 200);
    for bad in [
        json!({ "alpha": 0 }),
        json!({ "alpha": 0.6 }),
        json!({ "prior": 1 }),
        json!({ "soak_days": 0 }),
        json!({ "dirty_lines": { "contacts_max": 1, "action": "burn" } }),
        json!({ "method": "dice" }),
        json!({ "colour": "red" }),
    ] {
        api.put("/v1/policy", &bad).problem(400);
    }
    let added = cast::add_lines(&api);
    assert_eq!(
        added["lines"][0]["warnings"],
        json!([]),
        "the default soak holds"
    );
    assert_eq!(states(&api), ["soaking", "soaking", "control"]);
    server.stop();
    let server = Server::start(&folder.data());
    let kept = server.admin().seen("/v1/policy");
    assert_eq!(
        (&kept["alpha"], &kept["dirty_lines"]["contacts_max"]),
        (&json!(0.1), &json!(5))
    );
}

#[test]
fn a_dirty_line_says_why_and_soaks_anew() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    cast::declare(&api);
    let rules =
        json!({ "soak_days": 30, "dirty_lines": { "contacts_max": 1, "action": "disqualify" } });
    assert_eq!(api.put("/v1/policy", &rules).status, 200);
    let line =
        json!({ "lines": [{ "number": SECOND_LINE, "connection": "pbx", "country": "GB" }] });
    api.made("/v1/lines", &line);
    let seen = |name: &str| api.all("/v1/lines", "", 10)[0][name].clone();
    server.takes(&cast::sms("msg_1", SECOND_LINE, "one"));
    assert_eq!(
        (seen("state"), seen("dirty")),
        (json!("soaking"), Value::Null)
    );
    server.takes(&cast::sms("msg_2", SECOND_LINE, "two"));
    assert_eq!(seen("state"), "dirty");
    assert_eq!(seen("dirty")["contacts"], 2);
    let place = json!({ "platform": "acme", "line": SECOND_LINE });
    assert_eq!(
        api.post("/v1/honeytokens", &place).problem(409)["code"],
        "dirty"
    );
    let soak = format!("/v1/lines/{SECOND_LINE}/soak");
    let soaked = api.post(&soak, &json!({ "soak_days": 10 }));
    assert_eq!(soaked.json()["state"], "soaking", "{}", soaked.text());
    for bad in [
        json!({}),
        json!({ "soak_days": 0 }),
        json!({ "soak_until": "2020-01-01T00:00:00Z" }),
        json!({ "soak_until": "2999-01-01T00:00:00Z", "soak_days": 3 }),
    ] {
        api.post(&soak, &bad).problem(400);
    }
    api.post(
        &format!("/v1/lines/{LINE}/soak"),
        &json!({ "soak_days": 1 }),
    )
    .problem(404);
}

/// Both news come by themselves: one by an entry, the other by time alone.
#[test]
fn the_stream_tells_when_a_soak_begins_and_ends() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let mut news = stream::open(&server, &server.admin_key());
    let until = crate::harness::now_s() + 3;
    let line = json!({ "lines": [{ "number": SECOND_LINE, "connection": "pbx", "soak_until": until.to_string() }] });
    let index = api.made("/v1/lines", &line)["lines"][0]["index"].clone();
    let begun = stream::next(&mut news, "line");
    assert_eq!(begun, json!({ "lines": [index], "state": "soaking" }));
    let ended = stream::next(&mut news, "line");
    assert_eq!(ended, json!({ "lines": [index], "state": "ready" }));
    assert_eq!(states(&api), ["ready"]);
}
