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
fn accused(verdicts: &Value) -> String {
    let is_accused = |v: &&Value| v["class"] == "leaked" || v["class"] == "resold";
    let one = verdicts.as_array().unwrap().iter().find(is_accused);
    one.expect("the world has a leak")["platform"]
        .as_str()
        .unwrap()
        .to_owned()
}
