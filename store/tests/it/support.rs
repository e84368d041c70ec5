//! The cast: a log in a temporary folder, events without personal data of anyone real, and a check
//! of everything that must hold of a log at any time.

use std::path::{Path, PathBuf};

use honeytoken::{
    Authentication, Contact, Entry, Erasure, Event, Medium, Note, NoteTopic, RawBody, Timestamp,
};
use store::proof::{leaf_hash, merkle};
use store::{Creation, Draft, Options, Sealed, Store};

/// When the logs of these tests begin.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_unix_s(1_795_000_000)
}

/// A folder that is removed at the end.
pub(crate) struct Folder(pub(crate) tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub(crate) fn create(&self) -> Store {
        self.create_with(Options::default())
    }

    pub(crate) fn create_with(&self, options: Options) -> Store {
        Store::create(&self.path(), creation(), options).unwrap()
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(&self.path(), Options::default(), &mut |_: &Entry| ()).unwrap()
    }
}

pub(crate) fn creation() -> Creation {
    Creation {
        origin: "leaks.example.org/canaryline/test".to_owned(),
        program: "store tests".to_owned(),
        at: start(),
    }
}

/// Small segments, so that a few entries fill several.
pub(crate) fn small_segments() -> Options {
    Options {
        segment_bytes_max: 4096,
        ..Options::default()
    }
}

pub(crate) fn draft(at_s: i64, event: Event) -> Draft {
    Draft {
        at: start().plus_s(at_s),
        by: None,
        event,
    }
}

pub(crate) fn note(text: &str) -> Event {
    Event::Note(Note {
        topic: NoteTopic::Entry(0),
        text: text.to_owned(),
        label: None,
    })
}

pub(crate) fn contact(number: u32, text: &str) -> Event {
    Event::Contact(Contact {
        connection: "trunk".parse().unwrap(),
        provider_event_id: Some(format!("SM{number:032x}")),
        dedupe_key: format!("SM{number:032x}"),
        session: None,
        part: None,
        medium: Medium::Sms,
        phase: "received".to_owned(),
        to: Some(honeytoken::Sender::new("+14155550100")),
        from: Some(honeytoken::Sender::new("+14155550199")),
        text: Some(text.to_owned()),
        duration_s: None,
        attestation: None,
        claimed_at: None,
        received_at: start(),
        authentication: Authentication::MacBody,
        line_test: None,
        backfilled: false,
        nonce: None,
        extra: serde_json::Map::new(),
        raw_method: Some("POST".to_owned()),
        raw_url: Some("https://example.org/hooks/trunk".to_owned()),
        raw_headers: Some(vec![("content-type".to_owned(), "text/plain".to_owned())]),
        raw_body: Some(RawBody::Text(text.to_owned())),
        raw_credentials: None,
    })
}

pub(crate) fn erasure(index: u64) -> Event {
    Event::Erasure(Erasure {
        legal_basis: None,
        scope: None,
        erased: index,
        reason: "the caller asked for it".to_owned(),
        carried: serde_json::Map::new(),
    })
}

pub(crate) fn seal(store: &Store, at_s: i64, event: Event) -> Sealed {
    store.sealer().seal(draft(at_s, event)).unwrap()
}

/// Appends notes, one group commit, one second apart.
pub(crate) fn append_notes(store: &mut Store, count: u64) -> Vec<Entry> {
    let first = store.reader().size();
    let batch = (first..first + count)
        .map(|n| {
            seal(
                store,
                n as i64,
                note(&format!("note {n} {}", "x".repeat(200))),
            )
        })
        .collect();
    store.append(batch).unwrap()
}

/// Everything that must hold of a log at any time.
pub(crate) fn check(store: &Store) {
    let reader = store.reader();
    let head = reader.head();
    let leaves: Vec<_> = (0..head.size)
        .map(|n| leaf_hash(&reader.leaf(n).unwrap().unwrap()))
        .collect();
    assert_eq!(
        merkle::root(leaves.iter().copied()),
        head.root,
        "root over the leaves"
    );
    let mut last = Timestamp::EPOCH;
    for index in 0..head.size {
        let Some(entry) = reader.entry(index).unwrap() else {
            assert!(
                reader.is_erased(index),
                "only erased entries are unreadable"
            );
            continue;
        };
        assert_eq!(entry.index, index);
        assert!(entry.at >= last, "time goes back at entry {index}");
        last = entry.at;
    }
    let checkpoint = reader.checkpoint().expect("a log has a checkpoint");
    let signed = checkpoint.verify(&store.verifier_key()).unwrap();
    assert!(signed.size <= head.size);
    assert!(
        reader.extends(signed).unwrap(),
        "the checkpoint is a prefix of the log"
    );
    if let Some(index) = signed.size.checked_sub(1) {
        let receipt = reader.receipt(index, &checkpoint).unwrap().unwrap();
        let leaf = reader.leaf(index).unwrap().unwrap();
        receipt.verify(&leaf, &store.verifier_key()).unwrap();
    }
}

/// All entries, as a fold at opening sees them.
pub(crate) fn folded(dir: &Path) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut visit = |entry: &Entry| entries.push(entry.clone());
    Store::open(dir, Options::default(), &mut visit).unwrap();
    entries
}

/// The segment files, in order.
pub(crate) fn segments(dir: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(dir.join("log"))
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|file| file.extension() == Some("seg".as_ref()))
        .collect();
    files.sort();
    files
}

pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy_dir(&file.path(), &target);
        } else {
            std::fs::copy(file.path(), target).unwrap();
        }
    }
}
