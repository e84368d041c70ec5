//! How long a stranger waits, and that no change goes unseen.
//!
//! A log of so many contacts is exported whole and verified; a million leaves are hashed into a root,
//! beside SHA-256 over the same bytes in one piece; a small bundle is changed once, so many times,
//! and each time verified. Prints seconds of this machine and ratios within this run.
//!
//! `cargo bench --bench bundle -- [CONTACTS] [MUTATIONS]`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where it fails"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use honeytoken::{Event, Timestamp};
use listener::bundles::{self, Order};
use listener::import::{self, ContactRow, LineRow};
use listener::ledger::Ledger;
use report::bundle::verify::{Trust, verify};
use report::bundle::{Archive, Preset};
use ring::digest::{SHA256, digest};
use serde_json::json;
use store::proof::merkle::Frontier;
use store::proof::{VerifierKey, leaf_hash};
use store::{Creation, Options};

#[path = "../tests/it/harness/chance.rs"]
mod chance;
#[path = "../tests/it/harness/mutate.rs"]
mod mutate;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Leaves that are hashed.
const LEAVES: usize = 1_000_000;
/// Contacts in the bundle that is changed.
const SMALL: usize = 20;
/// Contacts in one group commit.
const BATCH: usize = 256;
/// 2026-01-01T00:00:00Z.
const BEGIN_S: i64 = 1_767_225_600;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let mut number = |default| args.next().and_then(|n| n.parse().ok()).unwrap_or(default);
    let (contacts, mutations) = (number(100_000), number(100_000));
    whole(contacts);
    leaves();
    changes(mutations);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn whole(contacts: usize) {
    let (zip, _) = bundle(contacts);
    let (found, took) = timed(|| verify(&zip, &Trust::default()));
    assert!(found.is_intact(), "{:?}", found.findings);
    let (_, bare) = timed(|| black_box(digest(&SHA256, &zip)));
    println!(
        "bundle of {contacts} contacts, {} MB: verified in {:.2} s, judged again included; {:.0} times SHA-256 of its bytes",
        zip.len() / 1_000_000,
        took.as_secs_f64(),
        took.as_secs_f64() / bare.as_secs_f64()
    );
}

fn leaves() {
    let leaf = |n: usize| {
        format!(r#"{{"v":1,"hour":"2026-11-22T01Z","subject":"{n:022}","fields":"{n:043}"}}"#)
    };
    let all: Vec<String> = (0..LEAVES).map(leaf).collect();
    let one: Vec<u8> = all.concat().into_bytes();
    let (_, tree) = timed(|| {
        let mut tree = Frontier::new();
        for leaf in &all {
            tree.push(leaf_hash(leaf.as_bytes()), |_, _, _| ());
        }
        black_box(tree.root())
    });
    // As many bytes as a tree has to hash, its nodes included, block by block.
    let blocks = vec![0_u8; LEAVES * (192 + 128)];
    let (_, work) = timed(|| black_box(digest(&SHA256, &blocks)));
    let (_, piece) = timed(|| black_box(digest(&SHA256, &one)));
    println!(
        "{LEAVES} leaves to a root in {:.2} s: {:.2} times SHA-256 of as many blocks, {:.2} times SHA-256 of the leaves in one piece",
        tree.as_secs_f64(),
        tree.as_secs_f64() / work.as_secs_f64(),
        tree.as_secs_f64() / piece.as_secs_f64()
    );
}

fn changes(mutations: usize) {
    let (zip, seed) = bundle(SMALL);
    let found = verify(&zip, &Trust::default());
    let key: VerifierKey = found.about.unwrap().vkey.parse().unwrap();
    let trust = Trust {
        vkey: Some(key),
        ..Trust::default()
    };
    assert!(verify(&zip, &trust).is_intact());
    let archive = Archive::from_zip(&zip).unwrap();
    let own = mutate::signed(&archive, &seed, |_| ());
    assert!(verify(&own, &trust).is_intact());
    let mut chance = chance::Chance::of(1);
    let mut kinds = [0_usize; 4];
    for n in 0..mutations {
        let bad = match n % 4 {
            0 => mutate::bytes(&zip, &mut chance),
            1 => mutate::content(&zip, &mut chance),
            2 => mutate::evidence(&zip, &seed, &mut chance),
            // Somebody else signs a changed content anew.
            _ => {
                let changed = Archive::from_zip(&mutate::content(&zip, &mut chance));
                match changed.ok().filter(|a| a.get("manifest.json").is_some()) {
                    Some(changed) => resigned(&changed, &mut chance),
                    None => mutate::bytes(&zip, &mut chance),
                }
            }
        };
        assert!(
            !verify(&bad, &trust).is_intact(),
            "change {n} is not detected"
        );
        kinds[n % 4] += 1;
    }
    println!(
        "{mutations} single changes, none undetected: {} of bytes, {} of contents packed again, {} of the evidence signed anew by its own log, {} signed by another key",
        kinds[0], kinds[1], kinds[2], kinds[3]
    );
}

fn resigned(archive: &Archive, chance: &mut chance::Chance) -> Vec<u8> {
    let readable = archive.get("manifest.json").is_some_and(|bytes| {
        serde_json::from_slice::<report::bundle::Manifest>(bytes)
            .is_ok_and(|m| m.vkey.contains(&m.origin))
    });
    match readable {
        true => mutate::signed(archive, &[chance.below(256) as u8; 32], |_| ()),
        false => archive.to_zip().unwrap(),
    }
}

/// A whole-log bundle of so many contacts on one number, and the seed of its log's key.
fn bundle(contacts: usize) -> (Vec<u8>, [u8; 32]) {
    let folder = tempfile::tempdir().unwrap();
    let (mut ledger, clock) = ledger(&folder.path().join("data"));
    let until = BEGIN_S + 60 * contacts as i64;
    let line = json!({ "number": "+14155550132", "role": "canary", "block": "b", "country": "US",
        "acquired_at": BEGIN_S, "registered_at": BEGIN_S, "platform": "acme", "platform_name": "Acme",
        "sector": "x", "domains": [], "known_senders": [], "signatures": [], "declared_partners": [],
        "persona": { "name": "Ada Owex" } });
    let line: LineRow = serde_json::from_value(line).unwrap();
    let until = Timestamp::from_unix_s(until);
    let events = import::line_events(&[line], &ledger.view().state().registry, until);
    ledger.record(clock, None, events).unwrap();
    let all: Vec<Event> = (0..contacts).map(contact).collect();
    for batch in all.chunks(BATCH) {
        ledger.record(clock, None, batch.to_vec()).unwrap();
    }
    let order = Order {
        platform: "acme".parse().unwrap(),
        preset: Preset::Regulator,
        whole_log: true,
        by: None,
    };
    let wish = bundles::begin(&mut ledger, &order, clock).unwrap();
    let unsigned = bundles::collect(&ledger.view(), wish, &mut |_| ()).unwrap();
    let zip = bundles::sign(&mut ledger, unsigned).unwrap();
    (zip, seed(&folder.path().join("data/node.key")))
}

fn ledger(dir: &Path) -> (Ledger, Timestamp) {
    let creation = Creation {
        origin: "bench.example/log".into(),
        program: "bench".into(),
        at: Timestamp::from_unix_s(BEGIN_S),
    };
    let ledger = Ledger::open(dir, creation, Options::default(), &|_| ()).unwrap();
    (ledger, Timestamp::from_unix_s(BEGIN_S))
}

fn contact(n: usize) -> Event {
    let row = json!({ "delivery_id": n, "received_at": BEGIN_S + 60 * n as i64,
        "provider_event_id": format!("m{n}"), "to": "+14155550132", "from": format!("+1415555{:04}", n % 10_000),
        "kind": "sms", "text": format!("a loan for you, number {n}"), "timestamp": BEGIN_S + 60 * n as i64 });
    let row: ContactRow = serde_json::from_value(row).unwrap();
    import::contact(row)
}

fn seed(path: &Path) -> [u8; 32] {
    use base64::Engine as _;
    let text = std::fs::read_to_string(path).unwrap();
    let base64 = text.trim_end().rsplit(' ').next().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64);
    bytes.unwrap().try_into().unwrap()
}
