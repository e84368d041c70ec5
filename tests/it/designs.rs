//! A plan of shared lines is made, placed and read back; the verb says the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;

const LINES: [&str; 6] = [
    "+447700900140",
    "+447700900141",
    "+447700900142",
    "+447700900143",
    "+447700900144",
    "+447700900145",
];

fn pool(api: &Api) {
    cast::connect(api);
    let line = |number: &&str| {
        json!({ "number": number, "connection": "pbx", "shared": true, "country": "GB",
            "acquired_at": "2026-01-01T00:00:00Z" })
    };
    let lines: Vec<Value> = LINES.iter().map(line).collect();
    api.made("/v1/lines", &json!({ "lines": lines }));
    for id in ["a", "b", "c", "d"] {
        api.made("/v1/platforms", &json!({ "id": id, "name": id }));
    }
}

#[test]
fn a_plan_is_placed_with_a_persona_for_each_pair() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    pool(&api);
    let wish = json!({ "platforms": ["a", "b", "c", "d"], "lines": LINES, "weight": 3,
        "seed": 5, "start_at": "2026-02-01T00:00:00Z" });
    let plan = api.made("/v1/designs", &wish);
    assert_eq!(plan, api.made("/v1/designs", &wish));
    // Six lines hold just four words of three that meet once at most.
    assert_eq!(plan["common_max"], 1);
    assert_eq!(plan["leakers"], 2);
    assert_eq!(plan["warnings"], json!([]));
    let mut personas = BTreeSet::new();
    for platform in plan["platforms"].as_array().unwrap() {
        for slot in platform["honeytokens"].as_array().unwrap() {
            let mut wish = slot.clone();
            wish["platform"] = platform["platform"].clone();
            let token = api.made("/v1/honeytokens", &wish);
            assert_eq!(token["number"], slot["line"]);
            assert_eq!(token["registered_at"], slot["registered_at"]);
            personas.insert(token["persona"]["name"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(personas.len(), 12);
}

#[test]
fn a_plan_that_cannot_be_is_refused_in_words() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let few = &LINES[..2];
    for (wish, word) in [
        (json!({ "platforms": ["a"], "lines": few }), "lines"),
        (json!({ "platforms": [], "lines": LINES }), "platforms"),
        (
            json!({ "platforms": ["a", "a"], "lines": LINES }),
            "platform 2",
        ),
        (json!({ "platforms": ["a"], "lines": ["one"] }), "line 1"),
        (
            json!({ "platforms": ["a"], "lines": LINES, "weight": 9 }),
            "weight",
        ),
        (
            json!({ "platforms": ["a"], "lines": LINES, "span_days": 9999 }),
            "span_days",
        ),
        (json!({ "platforms": ["a"] }), "lines"),
    ] {
        let problem = api.post("/v1/designs", &wish).problem(400);
        assert!(
            problem["detail"].as_str().unwrap().contains(word),
            "{problem}"
        );
    }
    let plan = api.made(
        "/v1/designs",
        &json!({ "platforms": ["a"], "lines": LINES }),
    );
    assert_eq!(plan["warnings"].as_array().unwrap().len(), 2, "{plan}");
}

#[test]
fn the_verb_plans_without_a_server() {
    let plan = run(arguments![
        "design",
        "--platforms",
        "12",
        "--lines",
        "9",
        "--weight",
        "3",
        "--json"
    ])
    .with(0)
    .json();
    assert_eq!(plan["leakers"], 2);
    assert_eq!(plan["platforms"].as_array().unwrap().len(), 12);
    let table = run(arguments!["design", "--platforms", "x,y", "--lines", "9"]).with(0);
    assert!(table.stdout.contains('x'), "{}", table.stdout);
    let ended = run(arguments!["design", "--platforms", "x,x", "--lines", "9"]);
    assert_eq!(ended.code, Some(2));
}
