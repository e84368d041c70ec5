//! Exports: the same from a folder as from a server, closed as the preset says, read by other people's
//! tools.
//!
//! Those tools are Python packages that `tests/run` installs; without them that part is passed over.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, SECOND_LINE, STRANGER};
use crate::harness::engine;
use crate::harness::folder::Folder;
use crate::harness::program::{Ended, PROGRAM, arguments, ended, run, tidy};
use crate::harness::server::Server;
use crate::harness::wait_for;
use crate::harness::world::imported;

const TABLES: [&str; 5] = ["contacts", "exposure", "verdicts", "campaigns", "links"];

/// The interpreter that has the packages.
fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/python/bin/python");
    let found = python.exists();
    if !found {
        println!(
            "skipped: {} is not there; tests/run makes it",
            python.display()
        );
    }
    found.then_some(python)
}

fn export(data: &Path, more: &[&str]) -> Ended {
    let words = arguments!["export", "--data", data];
    run(words
        .into_iter()
        .chain(more.iter().map(|word| (*word).into())))
}

/// What a world exports, a file each, named as the checks expect.
fn write_all(data: &Path, out: &Path) {
    std::fs::create_dir_all(out).unwrap();
    let put = |kind: &str, format: &str, more: &[&str]| {
        let file = out.join(format!("{kind}.{format}"));
        let words = [
            &[kind, "--format", format, "--out", file.to_str().unwrap()],
            more,
        ]
        .concat();
        assert!(export(data, &words).with(0).stdout.is_empty());
    };
    for table in TABLES {
        for format in ["csv", "jsonl", "parquet"] {
            put(table, format, &[]);
        }
    }
    for (kind, format) in [
        ("stix", "json"),
        ("misp", "json"),
        ("timesketch", "csv"),
        ("blocklist", "csv"),
        ("blocklist", "vcard"),
    ] {
        put(kind, format, &[]);
    }
}

#[test]
fn others_read_what_we_write() {
    let folder = Folder::new();
    let (data, out) = (imported(&folder, 7).0, folder.path("out"));
    write_all(&data, &out);
    let verdicts = export(&data, &["verdicts", "--format", "jsonl"])
        .with(0)
        .stdout;
    assert!(verdicts.contains("\"class\":\"leaked\"") || verdicts.contains("\"class\":\"resold\""));
    let Some(python) = python() else { return };
    // A graph of a few days: checking shapes takes long.
    let file = out.join("case.jsonld");
    let days = a_few_days(&data);
    let days = ["--since", &days.0, "--until", &days.1];
    let case = ["case", "--out", file.to_str().unwrap()];
    export(&data, &[&case[..], &days[..]].concat()).with(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check = root.join("tests/python/check_exports.py");
    let checked = ended(Command::new(&python).arg(check).arg(&out)).with(0);
    assert_eq!(
        checked.stdout.matches("holds:").count(),
        6,
        "{}",
        checked.stdout
    );
    let notebook = root.join("docs/notebook.py");
    let ran = ended(
        Command::new(&python)
            .arg(notebook)
            .env("CANARYLINE_EXPORTS", &out),
    )
    .with(0);
    agrees(&ran.stdout, &data);
}

/// The time of the tenth contact of the export, and of the fiftieth.
fn a_few_days(data: &Path) -> (String, String) {
    let rows = export(data, &["contacts", "--format", "jsonl"])
        .with(0)
        .stdout;
    let at = |place: usize| {
        let row: Value = serde_json::from_str(rows.lines().nth(place).unwrap()).unwrap();
        row["received_at"].as_str().unwrap().to_owned()
    };
    (at(10), at(50))
}

/// What the notebook counts is what the program counts.
fn agrees(notebook: &str, data: &Path) {
    let rows = export(data, &["contacts", "--format", "jsonl"])
        .with(0)
        .stdout;
    let rows: Vec<Value> = rows
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    let firsts = rows
        .iter()
        .filter(|row| row["duplicate_of"].is_null())
        .count();
    assert!(
        notebook.starts_with(&format!("{firsts} contacts on ")),
        "{notebook}"
    );
    assert!(
        notebook.contains("background: ") && !notebook.contains("nan"),
        "{notebook}"
    );
    let verdicts = run(arguments!["verdicts", "--data", data, "--json"])
        .with(0)
        .json();
    for verdict in verdicts["items"].as_array().unwrap() {
        assert!(
            notebook.contains(verdict["platform"].as_str().unwrap()),
            "{notebook}"
        );
    }
}

/// A server with a placement and three messages.
fn server(folder: &Folder) -> Server {
    let server = Server::start(&folder.data());
    cast::install(&server.admin());
    server.takes(&cast::sms("m1", LINE, "=1+1 a loan for you"));
    server.takes(&cast::sms("m2", LINE, "your code is 481 516"));
    server.takes(&cast::sms("m3", SECOND_LINE, "hello"));
    server
}

#[test]
fn a_server_exports_what_its_folder_exports() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let server = server(&folder);
    let (url, key) = (server.url(), server.admin_key());
    let mut asked = Vec::new();
    for (kind, format) in [
        ("contacts", "csv"),
        ("verdicts", "jsonl"),
        ("case", "jsonld"),
    ] {
        let more = ["--preset", "public", "--format", format];
        let words = arguments!["export", kind, "--server", url, "--key", key];
        let words = words.into_iter().chain(more.map(Into::into));
        asked.push((kind, format, run(words).with(0).stdout));
    }
    server.stop();
    for (kind, format, remote) in asked {
        let local = export(
            &folder.data(),
            &[kind, "--preset", "public", "--format", format],
        );
        assert_eq!(local.with(0).stdout, remote, "{kind}");
    }
    let kinds = export(&folder.data(), &["verdicts"]).with(0).stdout;
    assert!(kinds.starts_with("platform,class,"), "{kinds}");
}

#[test]
fn what_leaves_is_closed_as_the_preset_says_and_on_the_record() {
    let folder = Folder::new();
    let server = server(&folder);
    let api = server.admin();
    let told = |target: &str| {
        let answer = api.get(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer
    };
    let all = told("/v1/exports/contacts");
    assert_eq!(all.header("content-type"), Some("text/csv"));
    let name = "attachment; filename=\"contacts-regulator.csv\"";
    assert_eq!(all.header("content-disposition"), Some(name));
    assert!(
        all.text()
            .contains(&format!(",{LINE},{STRANGER},'=1+1 a loan for you,")),
        "{}",
        all.text()
    );
    let own = told("/v1/exports/contacts?preset=platform&platform=acme&format=jsonl");
    assert_eq!(own.text().lines().count(), 2, "{}", own.text());
    let public = told("/v1/exports/contacts?preset=public");
    for private in [LINE, SECOND_LINE, STRANGER, "481"] {
        assert!(!public.text().contains(private), "{private}");
    }
    assert!(public.text().contains("a loan for you"));
    wait_for("the record", || {
        let custody = api.all("/v1/custody", "", 100);
        let said = |words: &str| {
            custody
                .iter()
                .any(|c| c["detail"].as_str().unwrap_or_default().ends_with(words))
        };
        (said("3 entries: export contacts for regulator")
            && said("2 entries: export contacts for platform")
            && said("3 entries: export contacts for public"))
        .then_some(())
    });
}

#[test]
fn a_wish_that_cannot_be_met_says_what_can() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let server = server(&folder);
    let api = server.admin();
    let (_, viewer) = api.with_role("viewer");
    viewer
        .get("/v1/exports/verdicts?preset=public")
        .problem(403);
    for (target, status, said) in [
        ("/v1/exports/everything", 400, "contacts, exposure"),
        (
            "/v1/exports/contacts?format=xml",
            400,
            "csv, jsonl, parquet",
        ),
        ("/v1/exports/stix?format=csv", 400, "one of json"),
        (
            "/v1/exports/contacts?preset=all",
            400,
            "regulator, platform or public",
        ),
        ("/v1/exports/contacts?preset=platform", 400, "name it"),
        ("/v1/exports/blocklist?preset=public", 400, "use regulator"),
        ("/v1/exports/contacts?platform=%00", 400, "platform"),
        ("/v1/exports/contacts?since=soon", 400, "since"),
        ("/v1/exports/contacts?colour=red", 400, "colour"),
        ("/v1/exports/contacts?platform=nobody", 404, "unknown"),
    ] {
        let problem = api.get(target).problem(status);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{target}: {detail}");
    }
    server.stop();
    let data = folder.data();
    for (words, code) in [
        (&["everything"][..], 2),
        (&["stix", "--format", "csv"], 2),
        (&["contacts", "--preset", "all"], 2),
        (&["contacts", "--preset", "platform"], 2),
        (&["contacts", "--since", "soon"], 2),
        (&["contacts", "--platform", "nobody"], 3),
        (&["contacts", "--out", "/nowhere/at/all.csv"], 7),
    ] {
        let ended = export(&data, words).with(code);
        assert!(
            ended.stdout.is_empty() && !ended.stderr.is_empty(),
            "{words:?}"
        );
    }
}

#[test]
fn a_study_closes_its_platforms_in_exports_too() {
    let folder = Folder::new();
    let server = server(&folder);
    let admin = server.admin();
    let (member, inside) = admin.with_role("analyst");
    let (_, outside) = admin.with_role("analyst");
    let study = serde_json::json!({
        "id": "case-1", "name": "Case", "platforms": ["acme"], "members": [member]
    });
    admin.made("/v1/studies", &study);
    let rows = |api: &Api, kind: &str| {
        let answer = api.get(&format!("/v1/exports/{kind}"));
        answer.text().lines().count() - 1
    };
    assert_eq!(
        (rows(&inside, "contacts"), rows(&outside, "contacts")),
        (3, 1)
    );
    assert_eq!(
        (rows(&inside, "verdicts"), rows(&outside, "verdicts")),
        (1, 0)
    );
    // Two lines that nobody holds remain.
    assert_eq!(
        (rows(&inside, "exposure"), rows(&outside, "exposure")),
        (3, 2)
    );
    outside
        .get("/v1/exports/contacts?platform=acme")
        .problem(404);
}

#[test]
fn a_pipe_that_closes_early_is_no_crash() {
    let folder = Folder::new();
    let data = imported(&folder, 7).0;
    let mut command = Command::new("sh");
    tidy(&mut command);
    let line = format!(
        "'{PROGRAM}' export contacts --data '{}' | head -n 1",
        data.display()
    );
    let ended = ended(command.args(["-c", &line])).with(0);
    assert!(ended.stdout.starts_with("index,received_at,"));
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}
