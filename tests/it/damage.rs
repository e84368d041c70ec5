//! Regions of the log flipped, cut, swapped, reordered: `verify` names the place, and the server
//! does not open. Only what nobody was told of is set aside.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::cast::{self, LINE};
use crate::harness::chance::Chance;
use crate::harness::engine;
use crate::harness::folder::{self, Folder};
use crate::harness::program::{Ended, arguments, run};
use crate::harness::server::{Launch, Server};

const MUTATIONS: usize = 60;
/// The layout of a segment: its header; a frame's fixed start, and the key slot at its end.
const HEADER: usize = 64;
const FRAME_START: usize = 22;
const SLOT: usize = 60;

/// A folder that was stopped in order, so that all of its log is under the checkpoint.
fn closed(folder: &Folder) -> PathBuf {
    let data = folder.data();
    let server = Server::start(&data);
    cast::install(&server.admin());
    for number in 0..20 {
        let signed = cast::sms(&format!("msg_{number}"), LINE, &format!("text {number}"));
        server.takes(&signed);
    }
    server.stop();
    data
}

/// Where the frames of a segment begin, and where the last one ends.
fn frames(bytes: &[u8]) -> Vec<usize> {
    let mut starts = vec![HEADER];
    while let Some(frame) = bytes
        .get(starts[starts.len() - 1]..)
        .filter(|rest| !rest.is_empty())
    {
        let payload = u32::from_le_bytes(frame[16..20].try_into().unwrap()) as usize;
        let leaf = usize::from(u16::from_le_bytes(frame[20..22].try_into().unwrap()));
        starts.push(starts[starts.len() - 1] + FRAME_START + leaf + payload + SLOT);
    }
    starts
}

/// What a hand may do to a file.
fn mutated(bytes: &[u8], chance: &mut Chance) -> (&'static str, Vec<u8>) {
    let mut changed = bytes.to_vec();
    let starts = frames(bytes);
    let frame = |n: usize| starts[n]..starts[n + 1];
    let count = starts.len() - 1;
    let at = chance.below(bytes.len());
    let end = (at + 1 + chance.below(200)).min(bytes.len());
    let what = match chance.below(8) {
        0 | 1 => {
            changed[at] ^= 1 << chance.below(8);
            "a bit flipped"
        }
        2 => {
            changed[at..end].fill(0);
            "a region blanked"
        }
        3 => {
            changed.drain(at..end);
            "a region cut out"
        }
        4 => {
            changed.truncate(at);
            "the end cut off"
        }
        5 => {
            let (one, other) = (chance.below(count), chance.below(count));
            let order = (0..count).map(|n| {
                if n == one {
                    other
                } else if n == other {
                    one
                } else {
                    n
                }
            });
            changed = order.flat_map(|n| bytes[frame(n)].to_vec()).collect();
            changed.splice(..0, bytes[..HEADER].to_vec());
            "two entries swapped"
        }
        6 => {
            let (first, turn) = (chance.below(count - 2), 1 + chance.below(2));
            changed[starts[first]..].rotate_left(frame(first + turn).start - starts[first]);
            "entries reordered"
        }
        _ => {
            changed.splice(at..at, bytes[frame(chance.below(count))].to_vec());
            "an entry put in"
        }
    };
    (what, changed)
}

/// The place that is named first: file, offset.
fn named(verified: &Ended) -> (String, u64) {
    let problem = &verified.json()["problems"][0];
    (
        problem["file"].as_str().unwrap().to_owned(),
        problem["offset"].as_u64().unwrap(),
    )
}

#[test]
fn every_change_of_the_log_is_named_and_refused() {
    let folder = Folder::new();
    let data = closed(&folder);
    let bytes = std::fs::read(&folder::segments(&data)[0]).unwrap();
    let mut chance = Chance::of(20_261_122);
    for number in 0..MUTATIONS {
        let (what, changed) = mutated(&bytes, &mut chance);
        if changed != bytes {
            check(
                &data,
                &bytes,
                &changed,
                &format!("mutation {number}, {what}"),
            );
        }
    }
    run(arguments!["verify", "--data", data]).with(0);
}

/// Where opening gives no leave to look, verifying does: the sealed key at the end of an entry.
#[test]
fn a_bit_flipped_in_a_key_is_named_and_refused() {
    let folder = Folder::new();
    let data = closed(&folder);
    let bytes = std::fs::read(&folder::segments(&data)[0]).unwrap();
    for end in frames(&bytes).into_iter().skip(1).step_by(5) {
        let mut changed = bytes.clone();
        changed[end - SLOT / 2] ^= 1;
        check(&data, &bytes, &changed, "a key changed");
    }
}

/// Verifies and opens a copy of the folder with this segment in it.
fn check(data: &Path, bytes: &[u8], changed: &[u8], what: &str) {
    let copy = Folder::new();
    folder::copy(data, &copy.data());
    let segment = folder::segments(&copy.data()).pop().unwrap();
    std::fs::write(&segment, changed).unwrap();
    let first = bytes.iter().zip(changed).position(|(a, b)| a != b);
    let first = first.unwrap_or(changed.len().min(bytes.len()));
    let what = format!("{what} at {first} of {}", bytes.len());

    let verified = run(arguments!["verify", "--json", "--data", copy.data()]);
    let refused = Launch::on(&copy.data()).refused();
    assert_eq!(
        (verified.code, refused.code),
        (Some(1), Some(5)),
        "{what}: {verified:?} {refused:?}"
    );
    let (file, offset) = named(&verified);
    let starts = frames(bytes);
    if starts.contains(&changed.len()) && bytes.starts_with(changed) {
        // A cut between two entries shows only in what was signed.
        assert_eq!(file, "log", "{what}");
        assert!(
            refused.stderr.contains("cut or put back"),
            "{what}: {}",
            refused.stderr
        );
    } else {
        let frame = starts.iter().rev().find(|start| **start <= first);
        let place = (file.as_str(), offset as usize);
        assert_eq!(
            place,
            ("log/000000000000.seg", frame.copied().unwrap_or(0)),
            "{what}"
        );
        let words = format!("{file} is damaged at byte {offset}");
        assert!(
            refused.stderr.contains(&words),
            "{what}: {} but {}",
            words,
            refused.stderr
        );
    }
    assert_eq!(
        std::fs::read(&segment).unwrap(),
        changed,
        "{what}: the evidence was touched"
    );
}

#[test]
fn damage_is_said_in_words_by_every_verb() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = closed(&folder);
    let segment = folder::segments(&data).pop().unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = frames(&bytes)[5];
    bytes[at + FRAME_START + 3] ^= 1;
    std::fs::write(&segment, &bytes).unwrap();
    let place = format!("log/000000000000.seg is damaged at byte {at} (entry 5)");
    let verified = run(arguments!["verify", "--data", data]).with(1);
    assert!(verified.stdout.contains(&place), "{}", verified.stdout);
    for verb in [
        arguments!["verdicts", "--data", data].to_vec(),
        arguments!["export", "contacts", "--data", data].to_vec(),
        arguments!["rebuild", "--data", data].to_vec(),
        arguments!["backup", "--data", data, "--to", folder.path("backup")].to_vec(),
        arguments!["keys", "create", "--role", "viewer", "--data", data].to_vec(),
    ] {
        let refused = run(&verb).with(5);
        assert!(
            refused.stderr.contains(&place) && refused.stdout.is_empty(),
            "{verb:?}: {}",
            refused.stderr
        );
    }
    assert_eq!(std::fs::read(&segment).unwrap(), bytes);
    assert!(
        run(arguments!["doctor", "--data", data])
            .with(1)
            .stdout
            .contains(&place)
    );
}

#[test]
fn a_log_that_is_shorter_than_what_was_signed_is_a_rollback() {
    let folder = Folder::new();
    let data = closed(&folder);
    let older = folder.path("older");
    folder::copy(&data, &older);
    let server = Server::start(&data);
    server.takes(&cast::sms("later", LINE, "one more"));
    server.stop();
    // The log of yesterday under the checkpoint of today.
    let segment = folder::segments(&data).pop().unwrap();
    std::fs::copy(&folder::segments(&older)[0], &segment).unwrap();
    let refused = Launch::on(&data).refused().with(5);
    assert!(
        refused.stderr.contains("cut or put back"),
        "{}",
        refused.stderr
    );
    // Without the index too: the checkpoint remembers.
    std::fs::remove_dir_all(data.join("index")).unwrap();
    Launch::on(&data).refused().with(5);
    let verified = run(arguments!["verify", "--data", data]).with(1);
    assert!(
        verified.stdout.contains("cut or put back"),
        "{}",
        verified.stdout
    );
    // All of yesterday put back is told by whoever saw the checkpoint of today.
    let seen = folder.path("seen");
    std::fs::copy(data.join("checkpoint"), &seen).unwrap();
    run(arguments!["verify", "--data", older]).with(0);
    let against = run(arguments!["verify", "--data", older, "--against", seen]).with(1);
    assert!(
        against.stdout.contains("cut or put back"),
        "{}",
        against.stdout
    );
}

#[test]
fn parts_that_are_missing_or_forged_are_named() {
    if engine::is_passed_over() {
        return;
    }
    let folder = Folder::new();
    let data = closed(&folder);
    let attempt = |change: &dyn Fn(&Path)| {
        let copy = Folder::new();
        folder::copy(&data, &copy.data());
        change(&copy.data());
        let verified = run(arguments!["verify", "--data", copy.data()]);
        let refused = Launch::on(&copy.data()).refused();
        (verified.code, refused.code, refused.stderr)
    };
    let codes = |found: &(Option<i32>, Option<i32>, String)| (found.0.unwrap(), found.1.unwrap());
    let missing = attempt(&|data| std::fs::remove_file(data.join("log/000000000000.seg")).unwrap());
    assert!(missing.0 != Some(0) && missing.1 != Some(0), "{missing:?}");
    let unsigned = attempt(&|data| std::fs::remove_file(data.join("checkpoint")).unwrap());
    assert_eq!(codes(&unsigned), (1, 5), "{unsigned:?}");
    assert!(unsigned.2.contains("checkpoint"));
    let forged = attempt(&|data| {
        let path = data.join("checkpoint");
        let text = std::fs::read_to_string(&path).unwrap();
        let size = text.lines().nth(1).unwrap().parse::<u64>().unwrap();
        std::fs::write(
            &path,
            text.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size - 1), 1),
        )
        .unwrap();
    });
    assert_eq!(codes(&forged), (1, 5), "{forged:?}");
    let keyless = attempt(&|data| std::fs::remove_file(data.join("data.key")).unwrap());
    assert_eq!(keyless.1, Some(2), "{keyless:?}");
    assert!(keyless.2.contains("data.key is missing"));
    let nameless = attempt(&|data| std::fs::remove_file(data.join("node.key")).unwrap());
    assert_eq!(codes(&nameless), (2, 2), "{nameless:?}");
    // What can be computed again is: the tree's hashes.
    let hashless = attempt_open(&data);
    assert_eq!(hashless["items"].as_array().unwrap().len(), 20);
}

/// Opens a copy without the tree's hashes.
fn attempt_open(data: &Path) -> Value {
    let copy = Folder::new();
    folder::copy(data, &copy.data());
    std::fs::remove_dir_all(copy.data().join("tile")).unwrap();
    let server = Server::start(&copy.data());
    let contacts = server.admin().seen("/v1/contacts");
    server.stop();
    run(arguments!["verify", "--data", copy.data()]).with(0);
    contacts
}

#[test]
fn a_torn_tail_that_nobody_was_told_of_is_set_aside_and_said() {
    let folder = Folder::new();
    let data = folder.data();
    let server = Server::start(&data);
    cast::install(&server.admin());
    for number in 0..5 {
        server.takes(&cast::sms(&format!("msg_{number}"), LINE, "x"));
    }
    let contacts = server.admin().contacts();
    server.kill();
    let segment = folder::segments(&data).pop().unwrap();
    let whole = std::fs::read(&segment).unwrap();
    let starts = frames(&whole);
    // What a power cut leaves of a group commit: its beginning.
    let torn = &whole[starts[3]..starts[4] - 30];
    std::fs::write(&segment, [&whole, torn].concat()).unwrap();
    let verified = run(arguments!["verify", "--data", data]).with(0);
    let said = format!(
        "torn tail: {} bytes at the end of log/000000000000.seg",
        torn.len()
    );
    assert!(verified.stdout.contains(&said), "{}", verified.stdout);
    let server = Server::start(&data);
    assert!(server.said().contains("torn tail"), "{}", server.said());
    assert_eq!(server.admin().contacts(), contacts);
    server.takes(&cast::sms("msg_5", LINE, "goes on"));
    server.stop();
    let aside = folder::files(&data.join("log"))
        .into_iter()
        .find(|f| f.extension().is_some_and(|e| e == "torn"));
    assert_eq!(std::fs::read(aside.unwrap()).unwrap(), torn);
    run(arguments!["verify", "--data", data]).with(0);
}
