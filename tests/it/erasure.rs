//! Whose data was erased is gone for good; proofs and verdicts stay.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::harness::cast::{self, LINE, STRANGER};
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;
use crate::harness::world::imported;

fn verdicts(data: &Path) -> Value {
    run(arguments!["verdicts", "--data", data, "--json"])
        .with(0)
        .json()
}

fn contacts(data: &Path) -> Vec<Value> {
    let ended = run(arguments![
        "export", "contacts", "--format", "jsonl", "--data", data
    ])
    .with(0);
    let lines = ended.stdout.lines();
    lines.map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// The caller behind most leak contacts, and how many contacts it made.
fn busiest(contacts: &[Value]) -> (String, usize) {
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for contact in contacts.iter().filter(|c| c["cause"] == "leak") {
        *calls.entry(contact["from"].as_str().unwrap()).or_default() += 1;
    }
    let busiest = calls.into_iter().max_by_key(|c| c.1).unwrap().0.to_owned();
    let all = contacts.iter().filter(|c| c["from"] == busiest.as_str());
    (busiest.clone(), all.count())
}

#[test]
fn a_caller_is_erased_and_all_verdicts_stay() {
    let folder = Folder::new();
    let data = imported(&folder, 3).0;
    let (before, all) = (verdicts(&data), contacts(&data));
    let (caller, count) = busiest(&all);
    assert!(count > 2);
    let erase = |more: &[&str]| {
        let first = arguments!["erase", "--data", data, "--caller", caller, "--json"];
        let more = more.iter().map(std::ffi::OsString::from);
        run(first.into_iter().chain(more))
    };
    erase(&[]).with(2);
    let rehearsed = erase(&["--reason", "asked for it", "--dry-run"])
        .with(0)
        .json();
    assert_eq!(contacts(&data).len(), all.len());
    let erased = erase(&["--reason", "asked for it", "--legal-basis", "pipl_47"])
        .with(0)
        .json();
    let indices = |told: &Value| -> Vec<u64> {
        let list = told["erased"].as_array().unwrap();
        list.iter().map(|e| e["index"].as_u64().unwrap()).collect()
    };
    assert!(indices(&erased).len() >= count);
    assert_eq!(indices(&erased), indices(&rehearsed));
    assert!(erased["remains"].as_array().unwrap().len() >= 4);
    let left = contacts(&data);
    assert!(left.iter().all(|c| c["from"] != caller.as_str()));
    assert_eq!(left.len(), all.len() - count);
    assert_eq!(verdicts(&data), before, "live");
    run(arguments!["rebuild", "--data", data]).with(0);
    assert_eq!(verdicts(&data), before, "folded from zero");
    let verified = run(arguments!["verify", "--data", data, "--json"])
        .with(0)
        .json();
    assert_eq!(verified["erased"], json!(indices(&erased)));
    // Nothing is held any more.
    let again = erase(&["--reason", "asked again"]).with(0).json();
    assert_eq!(indices(&again), Vec::<u64>::new());
}

#[test]
fn a_decoy_loses_its_name_and_keeps_its_assignment() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    let token = api.seen("/v1/honeytokens")["items"][0].clone();
    let (id, name) = (
        token["id"].as_str().unwrap().to_owned(),
        token["persona"]["name"].as_str().unwrap().to_owned(),
    );
    assert!(!name.is_empty());
    let text = format!("Dear {name}, a loan for you");
    server.takes(&cast::sms("msg_1", LINE, &text));
    server.takes(&cast::sms("msg_2", LINE, "a loan for you"));
    let wish = json!({ "honeytoken": id, "reason": "study is over", "legal_basis": "gdpr_17" });
    let erased = api.made("/v1/erasures", &wish);
    let kinds: Vec<&str> = erased["erased"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["honeytoken_issued", "contact"]);
    let (url, key) = (server.url(), server.admin_key());
    let checked = |server: &Server| {
        let api = server.admin();
        let token = api.seen("/v1/honeytokens")["items"][0].clone();
        assert_eq!(token["persona"]["name"], "");
        assert_eq!((&token["id"], &token["number"]), (&json!(id), &json!(LINE)));
        let texts: Vec<Value> = api.contacts().iter().map(|c| c["text"].clone()).collect();
        assert_eq!(texts, ["a loan for you"]);
        let verdict = api.seen("/v1/verdicts/acme");
        assert_eq!(verdict["canaries"], 1);
    };
    checked(&server);
    let unknown = json!({ "honeytoken": "nobody", "reason": "x" });
    api.post("/v1/erasures", &unknown).problem(404);
    let ours = json!({ "caller": LINE, "reason": "x" });
    api.post("/v1/erasures", &ours).problem(400);
    run(arguments!["erase", "--server", url, "--key", key, "--due"]).with(3);
    server.stop();
    let server = Server::start(&folder.data());
    checked(&server);
    server.stop();
}

#[test]
fn what_was_erased_does_not_come_back_when_it_is_told_again() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    cast::install(&api);
    server.takes(&cast::sms("msg_1", LINE, "forget me"));
    let wish = json!({ "caller": STRANGER, "reason": "asked for it" });
    let erased = api.made("/v1/erasures", &wish);
    let contact = erased["erased"][0]["index"].clone();
    server.takes(&cast::sms("msg_1", LINE, "forget me"));
    assert_eq!(api.contacts(), Vec::<Value>::new());
    let (url, key) = (server.url(), server.admin_key());
    let told = run(arguments![
        "erase",
        "--server",
        url,
        "--key",
        key,
        "--caller",
        STRANGER,
        "--reason",
        "again",
        "--dry-run"
    ])
    .with(0)
    .stdout;
    assert!(told.starts_with("0 entries would be erased"), "{told}");
    server.stop();
    let verified = run(arguments!["verify", "--json", "--data", folder.data()])
        .with(0)
        .json();
    assert_eq!(verified["erased"], json!([contact]));
}
