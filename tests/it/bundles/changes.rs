//! Every change that somebody might make is found, by both verifiers.

use std::path::Path;
use std::process::Command;

use report::bundle::Archive;
use report::bundle::verify::{Check, Trust, verify};
use serde_json::Value;
use store::proof::SignedCheckpoint;

use super::agree::python_says;
use super::{Made, both, fails, python, trusting, vkey_of};
use crate::harness::cast::{self, LINE};
use crate::harness::chance::Chance;
use crate::harness::folder::Folder;
use crate::harness::mutate;
use crate::harness::program::ended;

/// Changes without `CANARYLINE_MUTATIONS`.
const MUTATIONS: usize = 400;
/// Of those, one in so many is also given to the verifier in Python; with the variable, all are.
const PYTHON_EVERY: usize = 20;
/// Bundles that lie on the disk for it at a time.
const PYTHON_BATCH: usize = 1_000;

#[test]
fn every_single_change_is_detected_by_both_verifiers() {
    let made = Made::new();
    let zip = made.zip("regulator");
    let (trust, seed) = (trusting(&vkey_of(&zip)), made.seed());
    assert!(verify(&zip, &trust).is_intact());
    let asked = std::env::var("CANARYLINE_MUTATIONS").ok();
    let asked: Option<usize> = asked.map(|count| count.parse().unwrap());
    let (count, every) = asked.map_or((MUTATIONS, PYTHON_EVERY), |count| (count, 1));
    let mut chance = Chance::of(0x00b0_0d1e);
    let sample = made.folder.path("sample");
    std::fs::create_dir(&sample).unwrap();
    std::fs::write(sample.join("untouched.zip"), &zip).unwrap();
    for n in 0..count {
        let bad = match n % 3 {
            0 => mutate::bytes(&zip, &mut chance),
            1 => mutate::content(&zip, &mut chance),
            _ => mutate::evidence(&zip, &seed, &mut chance),
        };
        assert!(
            !verify(&bad, &trust).is_intact(),
            "change {n} is not detected"
        );
        if n % every == 0 {
            // Names come again batch by batch.
            let name = format!("{:04}.zip", n / every % PYTHON_BATCH);
            std::fs::write(sample.join(name), bad).unwrap();
            if n / every % PYTHON_BATCH == PYTHON_BATCH - 1 {
                python_finds_all_but_one(&sample);
            }
        }
    }
    python_finds_all_but_one(&sample);
    made.server.stop();
}

/// All files in one process of Python's, since starting it takes longer than checking.
fn python_finds_all_but_one(sample: &Path) {
    let script = "
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import verify_bundle as v
for path in sorted(pathlib.Path(sys.argv[2]).iterdir()):
    sys.argv = ['verify', str(path)]
    code = v.main()
    assert code == (0 if path.stem == 'untouched' else 1) or (code == 2 and path.read_bytes()[:4] != b'PK\\3\\4'), path
print('all')
";
    if python(["--help".into()]).is_none() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verifier");
    let mut command = Command::new("python3");
    command.args(["-B", "-c", script]).arg(folder).arg(sample);
    let said = ended(&mut command).with(0).stdout;
    assert!(said.ends_with("all\n"), "{said}");
}

/// What the holder of the log's key cannot change either, once a checkpoint is out.
#[test]
fn what_the_operator_changes_afterwards_is_detected_too() {
    let made = Made::new();
    let zip = made.zip("regulator");
    let archive = Archive::from_zip(&zip).unwrap();
    let seed = made.seed();
    let trust = trusting(&vkey_of(&zip));
    assert!(verify(&mutate::signed(&archive, &seed, |_| ()), &trust).is_intact());
    let lines = |name: &str| -> Vec<String> {
        let text = std::str::from_utf8(archive.get(name).unwrap()).unwrap();
        text.split_inclusive('\n').map(str::to_owned).collect()
    };
    let mut cases: Vec<(Check, Vec<u8>)> = Vec::new();
    let mut changed = |check, name: &str, lines: Vec<String>| {
        let archive = mutate::with(&archive, name, Some(lines.concat().into_bytes()));
        cases.push((check, mutate::signed(&archive, &seed, |_| ())));
    };
    let entries = lines("entries.jsonl");
    for at in 0..entries.len() {
        let mut left_out = entries.clone();
        left_out.remove(at);
        changed(Check::Complete, "entries.jsonl", left_out);
        let mut twice = entries.clone();
        twice.insert(at, entries[at].clone());
        changed(Check::Entries, "entries.jsonl", twice);
        let mut erased = entries.clone();
        let index: Value = serde_json::from_str(&entries[at]).unwrap();
        erased[at] = format!("{{\"index\":{}}}\n", index["index"]);
        changed(Check::Entries, "entries.jsonl", erased);
    }
    for (from, to) in [
        ("a loan for you", "a gift for you"),
        ("\"value\":\"", "\"value\":\" "),
    ] {
        let other = entries
            .iter()
            .map(|line| line.replacen(from, to, 1))
            .collect();
        changed(Check::Entries, "entries.jsonl", other);
    }
    let spaced = entries
        .iter()
        .map(|line| line.replacen(':', ": ", 1))
        .collect();
    changed(Check::Entries, "entries.jsonl", spaced);
    let subjects = lines("subjects.jsonl");
    for at in 0..subjects.len() {
        // Connections and keys are given beyond what is needed.
        if !["connection", "key"]
            .iter()
            .any(|kind| subjects[at].contains(&format!("\"kind\":\"{kind}\"")))
        {
            let mut left_out = subjects.clone();
            left_out.remove(at);
            changed(Check::Complete, "subjects.jsonl", left_out);
        }
        let mut other = subjects.clone();
        other[at] = other[at].replacen("\"proof\":\"", "\"proof\":\"A", 1);
        changed(Check::Complete, "subjects.jsonl", other);
    }
    let leaves = lines("leaves.jsonl");
    for at in [0, leaves.len() / 2, leaves.len() - 1] {
        let mut cut = leaves.clone();
        cut.remove(at);
        changed(Check::Checkpoint, "leaves.jsonl", cut);
    }
    let stamp = archive.files().find(|(name, _)| name.ends_with(".tsr"));
    if let Some((name, bytes)) = stamp {
        let mut bad = bytes.to_vec();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        let archive = mutate::with(&archive, name, Some(bad));
        cases.push((Check::Anchors, mutate::signed(&archive, &seed, |_| ())));
    }
    let platform = |m: &mut report::bundle::Manifest| m.platform = "other".parse().unwrap();
    cases.push((Check::Complete, mutate::signed(&archive, &seed, platform)));
    cases.push((
        Check::Verdict,
        mutate::signed(&archive, &seed, |m| m.judgement -= 1),
    ));
    cases.push((
        Check::Complete,
        mutate::signed(&archive, &seed, |m| m.whole_log = true),
    ));
    cases.push((
        Check::Checkpoint,
        mutate::signed(&archive, &seed, |m| m.entries -= 1),
    ));
    let (mut list, mut missed_first) = (Vec::new(), 0);
    for (n, (check, bad)) in cases.iter().enumerate() {
        let found = fails(bad, &trust);
        if found != *check {
            // What the beginning, the placements and the platform are known by is missed first.
            assert_eq!(
                (found, *check),
                (Check::Complete, Check::Entries),
                "case {n}"
            );
            missed_first += 1;
        }
        list.push(vec![kept(&made.folder, n, bad)]);
    }
    let said = python_says(&list, &made.folder.path("cases.json"));
    assert!(said.is_none_or(|said| said.iter().all(|(code, _)| *code == 1)));
    assert!(cases.len() > 50);
    assert!(
        missed_first < entries.len() / 2,
        "{missed_first} of {}",
        entries.len()
    );
    made.server.stop();
}

fn kept(folder: &Folder, n: usize, zip: &[u8]) -> String {
    let path = folder.path(&format!("case-{n}.zip"));
    std::fs::write(&path, zip).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn another_key_a_cut_log_and_a_second_view_are_detected() {
    let made = Made::new();
    let (early, path) = (made.zip("public"), made.folder.path("seen"));
    let vkey = vkey_of(&early);
    let archive = Archive::from_zip(&early).unwrap();
    // Somebody else signs everything anew, checkpoint included: all fits, but it is not this log.
    let forged = forged(&archive, &[9; 32]);
    assert!(verify(&forged, &Trust::default()).is_intact());
    assert_eq!(fails(&forged, &trusting(&vkey)), Check::Manifest);
    let file = made.folder.path("forged.zip");
    std::fs::write(&file, forged).unwrap();
    both(&file, &["--vkey", &vkey], 1);
    // The log grew since; a bundle of its beginning, shown now, contradicts what was seen.
    let seen = made.server.checkpoint();
    std::fs::write(&path, &seen).unwrap();
    let against = |text: &str| Trust {
        against: vec![
            text.parse::<SignedCheckpoint>()
                .unwrap()
                .checkpoint()
                .clone(),
        ],
        ..trusting(&vkey)
    };
    made.server.takes(&cast::sms("m9", LINE, "one more"));
    let late = made.zip("public");
    assert!(verify(&late, &against(&seen)).is_intact());
    assert_eq!(
        fails(&early, &against(&made.server.checkpoint())),
        Check::Against
    );
    std::fs::write(&path, made.server.checkpoint()).unwrap();
    let file = made.folder.path("early.zip");
    std::fs::write(&file, early).unwrap();
    both(&file, &["--against", path.to_str().unwrap()], 1);
    made.server.stop();
}

/// All signatures made anew under another key.
fn forged(archive: &Archive, seed: &[u8; 32]) -> Vec<u8> {
    let note: SignedCheckpoint = std::str::from_utf8(archive.get("checkpoint").unwrap())
        .unwrap()
        .parse()
        .unwrap();
    let origin = note.checkpoint().origin.clone();
    let key =
        store::proof::SigningKey::from_seed(&origin, store::proof::KeyType::Ed25519, seed).unwrap();
    let checkpoint = note.checkpoint().clone().sign(&key).unwrap();
    let mut archive = mutate::with(
        archive,
        "checkpoint",
        Some(checkpoint.to_string().into_bytes()),
    );
    let anchors: Vec<String> = archive
        .files()
        .map(|(name, _)| name.to_owned())
        .filter(|n| n.starts_with("anchors/"))
        .collect();
    for name in anchors {
        archive = mutate::with(&archive, &name, None);
    }
    mutate::signed(&archive, seed, |_| ())
}
