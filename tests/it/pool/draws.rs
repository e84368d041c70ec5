//! Controls and lines drawn by lot, and seeds told late.

use serde_json::{Value, json};

use super::{count, post_sheet, sheet};
use crate::harness::api::Api;
use crate::harness::cast;
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;

#[test]
fn controls_are_drawn_by_lot_and_the_draws_are_checked() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    cast::declare(&api);
    assert_eq!(
        post_sheet(&server, &api, "/v1/lines", &sheet(80)).status,
        201
    );
    let token = api.made("/v1/honeytokens", &json!({ "platform": "acme" }));
    assert_eq!(
        (&token["placing"], &token["lot"]["candidates"]),
        (&json!("lot"), &json!(80))
    );
    assert_eq!(token["warnings"].as_array().unwrap().len(), 1, "{token}");
    assert_eq!(
        api.seen("/v1/pool")["unmatched"].as_array().unwrap().len(),
        1
    );
    for bad in [json!({ "share": 0 }), json!({ "share": 0.9 })] {
        assert_eq!(
            api.post("/v1/lines/draw-controls", &bad).problem(409)["code"],
            "bad_share"
        );
    }
    api.post("/v1/lines/draw-controls", &json!({ "seed": "" }))
        .problem(400);
    let drawn = api.made("/v1/lines/draw-controls", &json!({ "share": 0.25 }));
    assert_eq!(drawn["drawn"].as_array().unwrap().len(), 20);
    assert_eq!(drawn["unmatched"], json!([]));
    assert_eq!(count(&api, "control"), 20);
    let again = api.post("/v1/lines/draw-controls", &json!({}));
    assert_eq!(again.problem(409)["code"], "nothing_to_draw");
    let second = api.made("/v1/honeytokens", &json!({ "platform": "acme" }));
    assert_eq!(second["warnings"], json!([]));
    let chosen = api.all("/v1/lines", "", 100);
    let chosen = chosen.iter().find(|line| line["state"] == "ready").unwrap();
    let chosen = json!({ "platform": "acme", "line": chosen["number"] });
    assert_eq!(api.made("/v1/honeytokens", &chosen)["placing"], "chosen");
    let verdict = api.seen("/v1/verdicts/acme");
    assert_eq!(
        (&verdict["canaries"], &verdict["canaries_chosen"]),
        (&json!(3), &json!(1))
    );
    assert!(
        verdict["reason"]
            .as_str()
            .unwrap()
            .contains("chosen by somebody"),
        "{verdict}"
    );
    seeds_are_told_late(&api);
    server.stop();
    let verified = run(arguments!["verify", "--json", "--data", folder.data()])
        .with(0)
        .json();
    assert_eq!(
        (&verified["draws_checked"], &verified["draws_unchecked"]),
        (&json!(4), &json!(0))
    );
    let told = run(arguments!["verify", "--data", folder.data()])
        .with(0)
        .stdout;
    assert!(
        told.contains("draws by lot: 4 follow from their seeds"),
        "{told}"
    );
    // The verb draws the same way, under the committed seed.
    let words = arguments![
        "lines",
        "draw-controls",
        "--share",
        "0.5",
        "--json",
        "--data",
        folder.data()
    ];
    let drawn = run(words).with(0).json();
    assert_eq!(drawn["drawn"].as_array().unwrap().len(), 20);
    run(arguments!["verify", "--data", folder.data()]).with(0);
}

/// A seed is told when another has taken its place, and is what was committed to.
fn seeds_are_told_late(api: &Api) {
    let before = api.seen("/v1/draw-seeds")["items"].clone();
    assert_eq!(
        (&before[0]["draws"], &before[0]["seed"]),
        (&json!(3), &Value::Null)
    );
    assert_eq!(api.post("/v1/draw-seeds", &json!({})).status, 201);
    let after = api.seen("/v1/draw-seeds")["items"].clone();
    assert_eq!(after[0]["sha256"], before[0]["sha256"]);
    assert_eq!(after[0]["seed"].as_str().unwrap().len(), 64);
    assert_eq!(after[1]["seed"], Value::Null);
    let draw = api.made("/v1/honeytokens", &json!({ "platform": "acme" }));
    assert_eq!(draw["lot"]["seed"], after[1]["index"]);
}
