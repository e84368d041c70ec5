//! The pool: sheets of lines, soak, dirty lines, controls and draws by lot, rules, notes, advice.

mod draws;
mod notes;
mod sheets;
mod soak;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::folder::Folder;
use crate::harness::http;
use crate::harness::program::run;
use crate::harness::server::Server;

/// A number of the range kept for fiction, by place.
fn number(place: usize) -> String {
    format!("+4479460{:05}", 9000 + place)
}

/// A sheet with so many lines, each in one of two blocks, without a soak.
fn sheet(lines: usize) -> String {
    let row = |place| format!("{},pbx,canary,B{},GB\r\n", number(place), place % 2);
    let rows: String = (0..lines).map(row).collect();
    format!("number,connection,role,block,country\r\n{rows}")
}

fn file(folder: &Folder, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn post_sheet(server: &Server, api: &Api, target: &str, sheet: &str) -> http::Answer {
    let headers = [
        http::header("content-type", "text/csv; charset=utf-8"),
        http::header("authorization", format!("Bearer {}", server.admin_key())),
    ];
    let answer = http::ask(server.address, "POST", target, &headers, sheet.as_bytes()).unwrap();
    api.described("POST", target, &answer);
    answer
}

fn states(api: &Api) -> Vec<String> {
    let lines = api.all("/v1/lines", "", 1000);
    lines
        .iter()
        .map(|line| line["state"].as_str().unwrap().to_owned())
        .collect()
}

fn count(api: &Api, state: &str) -> usize {
    states(api).iter().filter(|s| *s == state).count()
}

#[test]
fn advice_is_given_before_a_study() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let told = api.seen("/v1/power?lines=2&days=14&size=4&trials=10");
    assert_eq!(
        (&told["trials"], &told["by_day"].as_array().unwrap().len()),
        (&json!(10), &4)
    );
    assert_eq!(told["rests_on"]["noise_per_line_day"], Value::Null);
    for bad in [
        "lines=0&days=90&size=9",
        "lines=3&days=1&size=9",
        "lines=3&days=90&size=999",
        "lines=3",
    ] {
        api.get(&format!("/v1/power?{bad}")).problem(400);
    }
    api.get("/v1/power?lines=3&days=90&size=9&trials=1000000")
        .problem(400);
    let words = [
        "power",
        "--lines",
        "2",
        "--days",
        "14",
        "--leak-contacts",
        "4",
        "--trials",
        "10",
        "--json",
    ];
    let alone = run(words).with(0).json();
    assert_eq!(
        alone["asked"]["power"], told["power"],
        "the same seed, the same answer"
    );
    run([
        "power",
        "--lines",
        "99",
        "--days",
        "14",
        "--leak-contacts",
        "4",
    ])
    .with(2);
}
