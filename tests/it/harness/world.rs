//! The smallest simulated world: written, imported, with somebody in it who stands accused.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::folder::Folder;
use super::program::{Ended, arguments, run};

/// The world's files, in a folder of their own.
pub(crate) fn simulate(folder: &Folder, seed: u32) -> PathBuf {
    let out = folder.path(&format!("world-{seed}"));
    run(arguments![
        "simulate",
        "--scenario",
        "demo",
        "--seed",
        seed.to_string(),
        "--out",
        out
    ])
    .with(0);
    out
}

/// The world's files in two folders: lines and contacts of its first days, and the same lines with the contacts
/// that came after.
pub(crate) fn simulated_until(folder: &Folder, seed: u32, days: u64) -> (PathBuf, PathBuf) {
    let (early, late) = (simulate(folder, seed), folder.path("later"));
    std::fs::create_dir(&late).unwrap();
    std::fs::copy(early.join("lines.jsonl"), late.join("lines.jsonl")).unwrap();
    let contacts = std::fs::read_to_string(early.join("contacts.jsonl")).unwrap();
    let at = |row: &str| {
        let row: Value = serde_json::from_str(row).unwrap();
        row["received_at"].as_u64().unwrap()
    };
    let end = at(contacts.lines().next().unwrap()) + days * 86_400;
    let rows = contacts.split_inclusive('\n');
    let (before, after): (Vec<&str>, Vec<&str>) = rows.partition(|row| at(row) < end);
    std::fs::write(early.join("contacts.jsonl"), before.concat()).unwrap();
    std::fs::write(late.join("contacts.jsonl"), after.concat()).unwrap();
    (early, late)
}

/// What `import` says of a world's files.
pub(crate) fn import(data: &Path, world: &Path, more: &[&str]) -> Ended {
    let files = arguments![
        "import",
        "--data",
        data,
        "--lines",
        world.join("lines.jsonl"),
        "--contacts",
        world.join("contacts.jsonl")
    ];
    run(files
        .into_iter()
        .chain(more.iter().map(|word| (*word).into())))
}

/// A data folder with the world in it, and the first platform that is accused.
pub(crate) fn imported(folder: &Folder, seed: u32) -> (PathBuf, String) {
    let data = folder.data();
    let more = ["--json", "--summary"];
    let document = import(&data, &simulate(folder, seed), &more).with(0).json();
    (data, accused(&document["verdicts"]))
}

/// The first platform of these verdicts that leaked or resold.
pub(crate) fn accused(verdicts: &Value) -> String {
    let is_accused = |v: &&Value| v["class"] == "leaked" || v["class"] == "resold";
    let one = verdicts.as_array().unwrap().iter().find(is_accused);
    one.expect("the world has a leak")["platform"]
        .as_str()
        .unwrap()
        .to_owned()
}
