//! Simulated worlds: written, imported, judged, and played through the real door.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::world::{import, simulate};

/// A document without what differs from run to run.
fn lasting(mut document: Value) -> Value {
    for name in ["seconds", "peak_rss_bytes"] {
        assert!(
            document.as_object_mut().unwrap().remove(name).is_some(),
            "{name} is missing"
        );
    }
    document
}

fn exported(data: &Path) -> Vec<Value> {
    let ended = run(arguments![
        "export", "contacts", "--format", "jsonl", "--data", data
    ])
    .with(0);
    ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_world_is_imported_judged_and_imported_again_without_effect() {
    let folder = Folder::new();
    let data = folder.data();
    let world = simulate(&folder, 3);
    let first = import(&data, &world, &["--json"]).with(0);
    let document = lasting(first.json());
    let verdicts = run(arguments!["verdicts", "--data", data, "--json"])
        .with(0)
        .json();
    assert_eq!(verdicts["items"], document["verdicts"]);
    assert!(!verdicts["items"].as_array().unwrap().is_empty());

    let contacts = exported(&data);
    let rows = std::fs::read_to_string(world.join("contacts.jsonl")).unwrap();
    let rows: Vec<Value> = rows
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    let ids: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row["provider_event_id"].as_str())
        .collect();
    assert_eq!(
        contacts.len(),
        ids.len(),
        "each event once, however often it was delivered"
    );
    assert_eq!(document["contacts"].as_array().unwrap().len(), ids.len());

    let again = lasting(import(&data, &world, &["--json"]).with(0).json());
    assert_eq!(exported(&data).len(), contacts.len());
    assert_eq!(again["verdicts"], document["verdicts"]);
    assert_eq!(again["contacts"], document["contacts"]);
    let summary = lasting(
        import(&data, &world, &["--json", "--summary"])
            .with(0)
            .json(),
    );
    assert!(summary.get("contacts").is_none());
    run(arguments!["verify", "--data", data]).with(0);
}

#[test]
fn the_same_seed_is_the_same_world_and_another_is_not() {
    let (one, other) = (Folder::new(), Folder::new());
    let read = |dir: &Path, name: &str| std::fs::read(dir.join(name)).unwrap();
    let (a, b) = (simulate(&one, 5), simulate(&other, 5));
    for name in ["lines.jsonl", "contacts.jsonl", "truth.json"] {
        assert_eq!(read(&a, name), read(&b, name));
    }
    assert_ne!(
        read(&a, "contacts.jsonl"),
        read(&simulate(&one, 6), "contacts.jsonl")
    );
}

#[test]
fn as_of_a_day_only_what_had_happened_counts() {
    let folder = Folder::new();
    let data = folder.data();
    import(&data, &simulate(&folder, 3), &["--json"]).with(0);
    let at = |time: &str| {
        run(arguments![
            "verdicts", "--data", data, "--at", time, "--json"
        ])
        .with(0)
        .json()
    };
    let classes = |document: &Value| {
        let items = document["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|v| v["class"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        classes(&at("2000-01-01T00:00:00Z")),
        BTreeSet::from(["insufficient".to_owned()])
    );
    let end = run(arguments!["verdicts", "--data", data, "--json"])
        .with(0)
        .json();
    assert_eq!(
        at("2100-01-01T00:00:00Z")["items"]
            .as_array()
            .unwrap()
            .len(),
        end["items"].as_array().unwrap().len()
    );
    assert!(classes(&end).len() > 1);
}

#[test]
fn a_file_that_does_not_fit_is_named_and_nothing_is_imported() {
    let folder = Folder::new();
    let data = folder.data();
    let world = simulate(&folder, 3);
    let contacts = world.join("contacts.jsonl");
    let good = std::fs::read_to_string(&contacts).unwrap();
    let third = good.lines().nth(2).unwrap();
    for bad in ["{", "[]", r#"{"to":1}"#] {
        std::fs::write(&contacts, good.replacen(third, bad, 1)).unwrap();
        let ended = import(&data, &world, &["--json"]).with(2);
        assert!(
            ended.stderr.contains("contacts.jsonl, line 3"),
            "{}",
            ended.stderr
        );
        assert!(ended.stdout.is_empty() && !data.exists());
    }
    std::fs::remove_file(&contacts).unwrap();
    import(&data, &world, &[]).with(2);
    assert!(!data.exists());
}

#[test]
fn the_demo_accuses_the_leaking_and_none_of_the_innocent() {
    let ended = run(["demo", "--exit", "--listen", "127.0.0.1:0"]).with(0);
    let table = &ended.stdout;
    assert!(table.contains("innocent platforms accused: 0"), "{table}");
    assert!(!table.contains("FALSELY ACCUSED"), "{table}");
    let found = table
        .split("leaking platforms found: ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    assert!(found.unwrap().parse::<u32>().unwrap() > 0, "{table}");
}

#[test]
fn the_bench_says_how_far_from_the_oracle_it_is() {
    let bench = |more: &str| {
        run(arguments![
            "bench",
            "--scenario",
            "demo",
            "--seeds",
            "1",
            "--oracle",
            more
        ])
        .with(0)
    };
    let document = bench("--json").json();
    let (ours, best) = (&document["recall"], &document["oracle"]);
    let [ours, recall, distance] =
        [ours, &best["recall"], &best["distance"]].map(|v| v.as_f64().unwrap());
    assert!((0.5..=1.0).contains(&recall), "{document}");
    assert!((distance - (recall - ours)).abs() < 1e-12, "{document}");
    assert!(bench("--first=1").stdout.contains("oracle     recall"));
}
