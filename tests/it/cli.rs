//! The verbs: one document on stdout where one is asked for, and stable exit codes.

use serde_json::Value;

use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;
use crate::harness::sign::Signed;

#[test]
fn wrong_calls_and_missing_things_end_with_2() {
    let folder = Folder::new();
    let nothing = folder.path("nothing");
    for words in [
        arguments![].to_vec(),
        arguments!["fly"].to_vec(),
        arguments!["verdicts"].to_vec(),
        arguments!["verdicts", "--data", nothing].to_vec(),
        arguments!["verify", "--data", nothing].to_vec(),
        arguments!["verify", folder.path("bundle.zip")].to_vec(),
        arguments!["export", "contacts", "--data", nothing].to_vec(),
        arguments!["rebuild", "--data", nothing].to_vec(),
        arguments!["backup", "--data", nothing, "--to", folder.path("to")].to_vec(),
        arguments!["restore", "--from", nothing, "--data", folder.path("to")].to_vec(),
        arguments![
            "simulate",
            "--scenario",
            "nowhere",
            "--out",
            folder.path("to")
        ]
        .to_vec(),
        arguments!["keys", "create", "--role", "king", "--data", nothing].to_vec(),
        arguments!["webhook", "check", "--vectors", nothing].to_vec(),
        arguments!["serve", "--data", folder.data(), "--config", nothing].to_vec(),
        arguments!["serve", "--data", folder.data(), "--listen", "here"].to_vec(),
    ] {
        let ended = run(&words);
        assert_eq!(
            ended.code,
            Some(2),
            "{words:?}: {}{}",
            ended.stdout,
            ended.stderr
        );
        assert!(
            ended.stdout.is_empty() && !ended.stderr.is_empty(),
            "{words:?}: {}",
            ended.stdout
        );
    }
    assert!(
        !nothing.exists() && !folder.data().exists(),
        "nothing is made by reading"
    );
    run(arguments!["--version"]).with(0);
    run(arguments!["--help"]).with(0);
}

#[test]
fn a_server_out_of_reach_ends_with_6_and_one_that_refuses_with_3() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let (url, key) = (server.url(), server.admin_key());
    let wrong = format!("cnry_{}60", "0".repeat(64));
    run(arguments!["verdicts", "--server", url, "--key", wrong]).with(3);
    let viewer = run(arguments![
        "keys", "create", "--role", "viewer", "--server", url, "--key", key
    ])
    .with(0);
    let viewer = viewer.stdout.trim();
    run(arguments![
        "verdicts", "--json", "--server", url, "--key", viewer
    ])
    .with(0)
    .json();
    run(arguments![
        "keys", "create", "--role", "admin", "--server", url, "--key", viewer
    ])
    .with(3);
    server.stop();
    let ended = run(arguments![
        "verdicts", "--json", "--server", url, "--key", key
    ])
    .with(6);
    assert!(ended.stdout.is_empty());
}

#[test]
fn a_key_made_in_the_folder_opens_the_server() {
    let folder = Folder::new();
    let data = folder.data();
    let made = run(arguments![
        "keys", "create", "--role", "analyst", "--name", "Ada", "--json", "--data", data
    ])
    .with(0);
    let made = made.json();
    assert_eq!(
        (&made["role"], &made["name"]),
        (&"analyst".into(), &"Ada".into())
    );
    let plain = run(arguments![
        "keys", "create", "--role", "auditor", "--data", data
    ])
    .with(0);
    let server = Server::start(&data);
    let analyst = server.admin().under(made["key"].as_str().unwrap());
    assert_eq!(analyst.get("/v1/lines").status, 200);
    analyst.get("/v1/keys").problem(403);
    let auditor = server.admin().under(plain.stdout.trim());
    let keys = auditor.all("/v1/keys", "", 10);
    assert_eq!(keys.len(), 3, "the first admin's, and two more");
    assert!(keys.iter().any(|key| key["name"] == "Ada"));
    let from_server = run(arguments![
        "keys",
        "create",
        "--role",
        "viewer",
        "--json",
        "--server",
        server.url(),
        "--key",
        server.admin_key()
    ])
    .with(0)
    .json();
    let viewer = server.admin().under(from_server["key"].as_str().unwrap());
    assert_eq!(viewer.get("/v1/verdicts").status, 200);
}

#[test]
fn contacts_and_verdicts_are_exported_alike_from_folder_and_server() {
    let folder = Folder::new();
    let data = folder.data();
    let server = Server::start(&data);
    cast::install(&server.admin());
    for (id, text) in [
        ("msg_1", "plain"),
        ("msg_2", "=1+1, \"quoted\"\nand a second line，中文"),
    ] {
        server.takes(&cast::sms(id, LINE, text));
    }
    let export = |what: &str, format: &str, place: &[&str]| {
        run(["export", what, "--format", format].iter().chain(place))
            .with(0)
            .stdout
    };
    let (url, key, dir) = (
        server.url(),
        server.admin_key(),
        data.to_str().unwrap().to_owned(),
    );
    let from_server = ["--server", &url, "--key", &key];
    let online: Vec<String> = ["contacts", "verdicts"]
        .iter()
        .map(|what| export(what, "csv", &from_server))
        .collect();
    let lines = export("contacts", "jsonl", &from_server);
    assert_eq!(
        lines
            .lines()
            .filter(|line| serde_json::from_str::<Value>(line).is_ok())
            .count(),
        2
    );
    let file = folder.path("out.csv");
    run(arguments![
        "export", "contacts", "--server", url, "--key", key, "--out", file
    ])
    .with(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), online[0]);
    server.stop();
    let offline: Vec<String> = ["contacts", "verdicts"]
        .iter()
        .map(|what| export(what, "csv", &["--data", &dir]))
        .collect();
    assert_eq!(offline, online);
    assert!(offline[0].starts_with("index,received_at,"));
    assert!(
        offline[0].contains("\"'=1+1, \"\"quoted\"\"\nand a second line，中文\""),
        "{}",
        offline[0]
    );
    assert!(
        offline[1].contains("\nacme,insufficient,"),
        "{}",
        offline[1]
    );
    let offline = export("contacts", "jsonl", &["--data", &dir]);
    let first: Value = serde_json::from_str(offline.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["provider_event_id"], &first["to"]),
        (&"msg_1".into(), &LINE.into())
    );
    assert_eq!(
        export("verdicts", "jsonl", &["--data", &dir])
            .lines()
            .count(),
        1
    );
}

#[test]
fn one_captured_request_is_explained() {
    let folder = Folder::new();
    let signed = cast::sms("msg_1", LINE, "why?");
    let body = folder.path("body");
    std::fs::write(&body, &signed.body).unwrap();
    let check = |signed: &Signed, secret: &str| {
        let mut words = arguments![
            "webhook",
            "check",
            "--json",
            "--provider",
            "standard_webhooks",
            "--url",
            "https://x.example/hooks/pbx",
            "--body",
            body,
            "--secret",
            format!("whsec={secret}")
        ]
        .to_vec();
        for (name, value) in &signed.headers {
            words.extend(arguments!["--header", format!("{name}: {value}")]);
        }
        run(words)
    };
    let good = check(&signed, cast::WHSEC).with(0).json();
    assert_eq!(
        (&good["verdict"], &good["events"][0]["to"]),
        (&"accept".into(), &LINE.into())
    );
    let bad = check(&signed.with("webhook-timestamp", "1"), cast::WHSEC)
        .with(1)
        .json();
    assert_eq!(bad["verdict"], "reject");
    assert!(!bad["reason"].as_str().unwrap().is_empty());
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = run(["completions", shell]).with(0);
        assert!(ended.stdout.contains("canaryline") && ended.stdout.contains("verdicts"));
    }
}
