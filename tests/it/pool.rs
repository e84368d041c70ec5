//! The pool: sheets of lines, soak, dirty lines, controls and draws by lot, rules, notes, advice.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, SECOND_LINE};
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;
use crate::harness::{http, stream};

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
fn a_sheet_is_imported_by_the_verb_into_a_folder_and_a_server() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let good = sheet(300);
    let bad = format!(
        "{good}12,pbx,king,,GB\r\n{},nowhere,,,\r\n{},pbx,,,\r\n",
        number(900),
        number(0)
    );
    let path = file(&folder, "lines.csv", bad);
    let (url, key) = (server.url(), server.admin_key());
    let words = |more: &[&str]| {
        let base = arguments![
            "lines", "import", path, "--json", "--server", url, "--key", key
        ];
        base.into_iter()
            .chain(more.iter().map(|w| (*w).into()))
            .collect::<Vec<_>>()
    };
    // Tried first: nothing is recorded.
    let tried = run(words(&["--dry-run"])).with(3).json();
    assert_eq!(
        (&tried["added"], &tried["refused"]),
        (&json!(300), &json!(3))
    );
    assert_eq!(count(&api, "ready"), 0);
    let told = run(words(&[])).with(3).json();
    assert_eq!(
        (&told["rows"], &told["added"], &told["refused"]),
        (&json!(303), &json!(300), &json!(3))
    );
    let places: Vec<(u64, &str)> = told["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["row"].as_u64().unwrap(), e["column"].as_str().unwrap()))
        .collect();
    assert_eq!(
        places,
        [
            (302, "number"),
            (302, "role"),
            (303, "connection"),
            (304, "number")
        ]
    );
    assert_eq!(count(&api, "ready"), 300);
    server.stop();
    // The same by the folder, once the server is gone: all are there already.
    let again = run(arguments![
        "lines",
        "import",
        path,
        "--json",
        "--data",
        folder.data()
    ])
    .with(3);
    assert_eq!(again.json()["added"], 0);
    let more = file(
        &folder,
        "more.csv",
        format!("号码;连接\n{};pbx\n", number(950)),
    );
    let told = run(arguments!["lines", "import", more, "--data", folder.data()]).with(0);
    assert!(
        told.stdout
            .contains("1 rows read as UTF-8: 1 added, 0 refused"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("no soak"), "{}", told.stdout);
}

#[test]
fn a_sheet_is_taken_by_the_api_in_gb18030_too() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::connect(&api);
    let told = post_sheet(&server, &api, "/v1/lines?dry_run=true", &sheet(3)).json();
    assert_eq!(
        (&told["added"], &told["dry_run"]),
        (&json!(3), &json!(true))
    );
    assert!(states(&api).is_empty());
    let answer = post_sheet(&server, &api, "/v1/lines", &sheet(3));
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(
        answer.json()["lines"],
        json!([]),
        "only what was refused is told one by one"
    );
    assert_eq!(
        post_sheet(&server, &api, "/v1/lines", &sheet(3)).status,
        409
    );
    let rows = format!("{},\r\n{},\r\n", number(7), number(1));
    let told = post_sheet(
        &server,
        &api,
        "/v1/lines?connection=pbx",
        &format!("number,remark\r\n{rows}"),
    );
    let told = told.json();
    assert_eq!(
        (&told["added"], &told["passed_over"]),
        (&json!(1), &json!(["remark"]))
    );
    let refused = &told["lines"][0];
    assert_eq!(
        (&refused["row"], &refused["error"]["code"]),
        (&json!(3), &json!("already_added"))
    );
    for (target, sheet, says) in [
        ("/v1/lines", "", "empty"),
        ("/v1/lines", "a,b\n1,2\n", "number"),
        ("/v1/lines", "number\n+447946009500\n", "connection"),
        (
            "/v1/lines?connection=a%20b",
            "number\n+447946009500\n",
            "connection",
        ),
        (
            "/v1/lines?dry_run=perhaps",
            "number,connection\n",
            "dry_run",
        ),
    ] {
        let problem = post_sheet(&server, &api, target, sheet).problem(400);
        assert!(
            problem["detail"].as_str().unwrap().contains(says),
            "{problem}"
        );
    }
    // 号码,连接 and 北京 in GB18030.
    let gb = b"\xba\xc5\xc2\xeb,\xc1\xac\xbd\xd3,\xba\xc5\xb6\xce\n+8613800138000,pbx,\xb1\xb1\xbe\xa9\n";
    let path = file(&folder, "gb.csv", gb);
    let (url, key) = (server.url(), server.admin_key());
    let told = run(arguments![
        "lines", "import", path, "--json", "--server", url, "--key", key
    ]);
    assert_eq!(told.with(0).json()["encoding"], "gb18030");
    assert_eq!(
        api.all("/v1/lines", "", 100).last().unwrap()["block"],
        "北京"
    );
}

#[test]
fn a_sheet_that_cannot_be_read_ends_with_2() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    cast::connect(&server.admin());
    server.stop();
    for (name, bytes) in [
        ("empty.csv", b"".as_slice()),
        ("headless.csv", b"+447946009500,pbx\n"),
        ("broken.csv", b"number,connection\n\xff\xff\xff"),
    ] {
        let path = file(&folder, name, bytes);
        let ended = run(arguments!["lines", "import", path, "--data", folder.data()]).with(2);
        assert!(ended.stderr.contains(name), "{}", ended.stderr);
    }
    let missing = folder.path("missing.csv");
    run(arguments![
        "lines",
        "import",
        missing,
        "--data",
        folder.data()
    ])
    .with(2);
}

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

#[test]
fn controls_are_drawn_by_lot_and_the_draws_are_checked() {
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
