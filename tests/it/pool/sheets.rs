//! Lines of a sheet: a row at a time, errors by number.

use serde_json::json;

use super::{count, file, number, post_sheet, sheet, states};
use crate::harness::cast;
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;

#[test]
fn a_sheet_is_imported_by_the_verb_into_a_folder_and_a_server() {
    if engine::is_passed_over() {
        return;
    }
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
