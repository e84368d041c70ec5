//! What is erased is gone on every node and in the stream; everything else stays, also for a node
//! that was away or joins anew.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::cast::{self, LINE};
use crate::harness::cluster::{Cluster, NODES};
use crate::harness::folder::{files, segments};
use crate::harness::nats;
use crate::harness::program::{arguments, run};
use crate::harness::wait_for;

/// A key slot: what an erasure overwrites with zeros.
const SLOT_BYTES: usize = 60;

/// Runs of bytes that are zero now and were not, in files of the same name.
fn overwritten(before: &[(PathBuf, Vec<u8>)]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for (path, old) in before {
        let new = std::fs::read(path).unwrap();
        let mut at = 0;
        while at + SLOT_BYTES <= old.len() {
            let (was, is) = (&old[at..at + SLOT_BYTES], &new[at..at + SLOT_BYTES]);
            if is.iter().all(|byte| *byte == 0) && was.iter().any(|byte| *byte != 0) && was != is {
                found.push(was.to_vec());
                at += SLOT_BYTES;
            } else {
                at += 1;
            }
        }
    }
    found
}

/// Files that hold these bytes.
fn holding(files: Vec<PathBuf>, wanted: &[u8]) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        // Servers may remove a file meanwhile.
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(wanted.len()).any(|window| window == wanted)
    };
    files.into_iter().filter(holds).collect()
}

/// The messages of a server's streams; its journal of them, which it folds away after a while, lies
/// elsewhere.
fn messages(store: &Path) -> Vec<PathBuf> {
    let is_message = |path: &PathBuf| path.components().any(|c| c.as_os_str() == "msgs");
    let mut found = files(store);
    found.retain(|path| is_message(path) && !path.to_string_lossy().contains("_js_"));
    assert!(!found.is_empty(), "{}", store.display());
    found
}

fn read_all(paths: Vec<PathBuf>) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| (path.clone(), std::fs::read(path).unwrap());
    paths.into_iter().map(read).collect()
}

fn texts(cluster: &Cluster, place: usize) -> Vec<String> {
    let contacts = cluster.api(place).contacts();
    let text = |c: &Value| c["text"].as_str().unwrap_or_default().to_owned();
    let mut texts: Vec<String> = contacts.iter().map(text).collect();
    texts.sort();
    texts
}

#[test]
fn what_is_erased_on_one_node_is_gone_on_all_and_in_the_stream() {
    let Some(program) = nats::program() else {
        return;
    };
    let mut cluster = Cluster::start(program);
    cast::install(&cluster.api(0));
    // Its raw request is larger than what lies in a frame, so it travels apart.
    let large = format!("a secret word {}", "x".repeat(40_000));
    cluster.node(0).takes(&cast::sms("msg_large", LINE, &large));
    cluster
        .node(1)
        .takes(&cast::sms("msg_kept", LINE, "a loan for you"));
    cluster.settled();
    let contacts = cluster.api(2).contacts();
    let secret = contacts
        .iter()
        .find(|c| c["provider_event_id"] == "msg_large")
        .unwrap();
    assert_eq!(secret["text"].as_str().unwrap(), large);
    let before = read_all(segments(&cluster.data(0)));
    let blobs = read_all(files(&cluster.data(0).join("blobs")));
    assert!(!blobs.is_empty());

    // One node is away while it is erased.
    cluster.kill(1);
    let wish = json!({ "contact": secret["index"], "reason": "asked for it" });
    let erased = cluster.api(0).made("/v1/erasures", &wish);
    let recorded = erased["erased"][0]["recorded_as"].as_u64();
    let recorded = recorded.unwrap_or_else(|| panic!("{erased}"));
    wait_for("the erasure in the stream", || {
        let done = |place: usize| {
            let standing = cluster.standing(place);
            standing["cluster"]["stream_erased_entries"].as_u64() > Some(recorded)
        };
        (done(0) || done(2)).then_some(())
    });
    cluster.begin(1);
    // Another's disk is lost: it learns the log from the stream as it is now.
    cluster.wipe(2);
    cluster.settled();
    for place in 0..NODES {
        assert_eq!(texts(&cluster, place), ["a loan for you"], "node {place}");
    }
    let verdicts = cluster.api(0).seen("/v1/verdicts");
    for place in 1..NODES {
        let theirs = cluster.api(place).seen("/v1/verdicts");
        assert_eq!(theirs["items"], verdicts["items"], "node {place}");
    }
    let gone = overwritten(&before);
    assert!(!gone.is_empty());
    for place in 0..NODES {
        cluster.stop(place);
        let data = cluster.data(place);
        let verified = run(arguments!["verify", "--data", data, "--json"]);
        let verified = verified.with(0).json();
        assert_eq!(verified["erased"], json!([secret["index"]]), "node {place}");
        for slot in &gone {
            let found = holding(segments(&data), slot);
            assert!(found.is_empty(), "node {place}: {found:?}");
        }
        assert!(files(&data.join("blobs")).is_empty(), "node {place}");
    }
    for server in 0..NODES {
        cluster.nats.stop(server);
        let secrets = blobs.iter().map(|(_, blob)| &blob[..SLOT_BYTES]);
        for secret in gone.iter().map(Vec::as_slice).chain(secrets) {
            let found = holding(messages(&cluster.nats.store(server)), secret);
            assert!(found.is_empty(), "server {server}: {found:?}");
        }
    }
}

/// Entries that are no operator's and no installation's: contacts, told once or again.
fn contacts_and_repeats(cluster: &Cluster, place: usize) -> u64 {
    wait_for("a log that stands still", || {
        let entries = || cluster.standing(place)["log_entries"].as_u64();
        let before = entries()?;
        let custody = cluster.api(place).all("/v1/custody", "", 1_000).len() as u64;
        (entries()? == before).then(|| before - custody)
    })
}

#[test]
fn a_node_knows_what_it_placed_also_when_that_was_erased() {
    let Some(program) = nats::program() else {
        return;
    };
    let mut cluster = Cluster::start(program);
    cast::install(&cluster.api(0));
    cluster.settled();
    // Without a majority it waits in its node's outbox, of which a copy is kept.
    cluster.nats.kill(0);
    cluster.nats.kill(1);
    let secret = cast::sms("msg_secret", LINE, "a secret word");
    cluster.node(1).takes(&secret);
    let outbox = cluster.data(1).join("outbox");
    let waiting = std::fs::read(&outbox).unwrap();
    assert!(!waiting.is_empty());
    cluster.nats.begin(0);
    cluster.nats.begin(1);
    cluster.nats.healthy();
    cluster.settled();
    let contacts = cluster.api(0).contacts();
    let wish = json!({ "contact": contacts[0]["index"], "reason": "asked for it" });
    let erased = cluster.api(0).made("/v1/erasures", &wish);
    let recorded = erased["erased"][0]["recorded_as"].as_u64();
    assert!(recorded.is_some(), "{erased}");
    wait_for("the erasure in the stream", || {
        let done = |place: usize| {
            let standing = cluster.standing(place);
            standing["cluster"]["stream_erased_entries"].as_u64() > recorded
        };
        (0..NODES).any(done).then_some(())
    });
    cluster.settled();
    let before = contacts_and_repeats(&cluster, 0);

    // As after a crash: it is in the outbox still, and nothing says how far the stream was read.
    cluster.kill(1);
    std::fs::write(&outbox, waiting).unwrap();
    let place = cluster.data(1).join("cluster");
    let text = std::fs::read_to_string(&place).unwrap();
    let words: Vec<&str> = text.split(' ').take(2).collect();
    std::fs::write(&place, format!("{} 0 0 0\n", words.join(" "))).unwrap();
    cluster.begin(1);
    cluster.settled();
    assert_eq!(contacts_and_repeats(&cluster, 0), before, "placed again");
    assert_eq!(contacts_and_repeats(&cluster, 1), before, "placed again");
}
