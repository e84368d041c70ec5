//! Power cuts and disks that fail: nothing acknowledged is ever missing.
//!
//! The disk of these tests remembers what was synced; a cut gives back only that, or that and a
//! piece of what was not. A failure: an acknowledged entry that is missing or another, or a folder
//! that does not open. Not a failure: entries that were never acknowledged and are there.

use std::path::Path;
use std::sync::Arc;

use honeytoken::{Entry, Event, RawBody};
use proptest::prelude::*;
use store::{Fault, FaultyDisk, Lookup, Options, Store, Trust, verify};

use crate::support::{Folder, append_notes, check, contact, creation, folded, note, seal};

fn on(disk: &FaultyDisk) -> Options {
    Options {
        disk: Arc::new(disk.clone()),
        segment_bytes_max: 3000,
        ..Options::default()
    }
}

/// Opens what a power cut leaves, and finds all that was acknowledged.
fn after_cut(disk: &FaultyDisk, from: &Path, kept_bytes: usize, acknowledged: &[Entry]) {
    let folder = Folder::new();
    std::fs::create_dir(folder.path()).unwrap();
    disk.power_cut_torn(from, &folder.path(), kept_bytes)
        .unwrap();
    let found = verify(&folder.path(), &Trust::default(), &mut |_| ()).unwrap();
    assert!(found.is_intact(), "{:?}", found.problems);
    let entries = folded(&folder.path());
    assert!(
        entries.len() >= acknowledged.len(),
        "an acknowledged entry is missing"
    );
    assert_eq!(&entries[..acknowledged.len()], acknowledged);
    let mut store = folder.open();
    check(&store);
    append_notes(&mut store, 3);
    store.checkpoint().unwrap();
    check(&store);
}

/// What may happen to a log.
#[derive(Debug, Clone)]
enum Op {
    Append(u8),
    AppendLarge,
    Checkpoint,
    Reopen,
    /// The disk fills up in the middle of the next append, after so many more writes.
    Fill(u8),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (1u8..9).prop_map(Op::Append),
        1 => Just(Op::AppendLarge),
        2 => Just(Op::Checkpoint),
        1 => Just(Op::Reopen),
        1 => (0u8..4).prop_map(Op::Fill),
    ]
}

fn large(store: &Store) -> Event {
    let Event::Contact(mut large) = contact(store.reader().size() as u32, "hello") else {
        unreachable!("a contact is a contact");
    };
    large.raw_body = Some(RawBody::Text("x".repeat(40_000)));
    Event::Contact(large)
}

/// A contact as reading without its raw request gives it.
fn as_folded(mut entry: Entry) -> Entry {
    if let Event::Contact(contact) = &mut entry.event {
        (contact.raw_method, contact.raw_url) = (None, None);
        (contact.raw_headers, contact.raw_body) = (None, None);
    }
    entry
}

fn batch(store: &Store, op: &Op) -> Vec<store::Sealed> {
    let at = store.reader().size() as i64;
    match op {
        Op::AppendLarge => vec![seal(store, at, large(store))],
        Op::Append(count) => (0..*count)
            .map(|n| seal(store, at, note(&format!("note {n}"))))
            .collect(),
        _ => vec![seal(store, at, note("after a fault"))],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_happens_nothing_acknowledged_is_missing(
        ops in prop::collection::vec(op(), 1..14),
        kept_bytes in prop_oneof![Just(0usize), 1usize..3000],
    ) {
        let (folder, disk) = (Folder::new(), FaultyDisk::new());
        let mut store = folder.create_with(on(&disk));
        let mut acknowledged = vec![store.reader().entry(0).unwrap().unwrap()];
        for op in &ops {
            match op {
                Op::Append(_) | Op::AppendLarge => {
                    let entries = store.append(batch(&store, op)).unwrap();
                    acknowledged.extend(entries.into_iter().map(as_folded));
                }
                Op::Checkpoint => { store.checkpoint().unwrap(); }
                Op::Reopen => {
                    drop(store);
                    store = Store::open(&folder.path(), on(&disk), &mut |_: &Entry| ()).unwrap();
                }
                Op::Fill(writes) => {
                    disk.fail_writes_after(u32::from(*writes));
                    while let Ok(entries) = store.append(batch(&store, op)) {
                        acknowledged.extend(entries);
                    }
                    disk.heal();
                    drop(store);
                    store = Store::open(&folder.path(), on(&disk), &mut |_: &Entry| ()).unwrap();
                    // What was written without being acknowledged may be there now: that is for
                    // whoever sent it to try again.
                    let reader = store.reader();
                    acknowledged = reader.entries(0).collect::<Result<_, _>>().unwrap();
                }
            }
            after_cut(&disk, &folder.path(), kept_bytes, &acknowledged);
        }
    }
}

#[test]
fn a_torn_tail_is_set_aside_and_said() {
    let folder = Folder::new();
    let mut store = folder.create();
    let kept = append_notes(&mut store, 3);
    drop(store);
    let path = crate::support::segments(&folder.path()).pop().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut store = folder.open();
    append_notes(&mut store, 4);
    drop(store);
    let longer = std::fs::read(&path).unwrap();
    // Every way in which the last group commit can have reached the disk in part.
    for end in (whole.len()..longer.len()).step_by(97) {
        std::fs::write(&path, &longer[..end]).unwrap();
        let store = folder.open();
        check(&store);
        let size = store.reader().size();
        assert!((4..8).contains(&size), "{size} entries");
        assert_eq!(store.reader().entry(3).unwrap().as_ref(), kept.last());
        if let Some(torn) = store.torn_tail() {
            let aside = std::fs::read(torn.aside.as_ref().unwrap()).unwrap();
            assert_eq!(aside, longer[torn.offset as usize..end]);
            assert_eq!(torn.bytes, aside.len() as u64);
        }
    }
    // A hole in it with a good frame of the same commit after it: still never acknowledged.
    let mut holed = longer.clone();
    holed[whole.len() + 30] ^= 1;
    std::fs::write(&path, &holed).unwrap();
    let store = folder.open();
    assert_eq!(
        (store.reader().size(), store.torn_tail().unwrap().offset),
        (4, whole.len() as u64)
    );
}

#[test]
fn a_hole_before_a_later_commit_is_damage_though_no_checkpoint_covers_it() {
    let folder = Folder::new();
    let mut store = folder.create();
    append_notes(&mut store, 3);
    drop(store);
    let path = crate::support::segments(&folder.path()).pop().unwrap();
    let hole = std::fs::read(&path).unwrap().len();
    let mut store = folder.open();
    append_notes(&mut store, 2);
    append_notes(&mut store, 1);
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[hole + 30] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let opened = Store::open(&folder.path(), Options::default(), &mut |_: &Entry| ());
    assert!(matches!(
        opened,
        Err(store::OpenError::Damaged(d)) if d.offset == hole as u64 && d.entry == Some(4)
    ));
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "nothing was changed");
}

#[test]
fn a_failed_write_or_sync_poisons_the_writer_and_no_reader() {
    for fail in [
        (|disk: &FaultyDisk| disk.fail_syncs_after(0)) as fn(&FaultyDisk),
        |disk| disk.fail_writes_after(0),
    ] {
        let (folder, disk) = (Folder::new(), FaultyDisk::new());
        let mut store = folder.create_with(on(&disk));
        append_notes(&mut store, 3);
        let one = |store: &Store| vec![seal(store, 9, note("never acknowledged"))];
        fail(&disk);
        assert!(matches!(store.append(one(&store)), Err(Fault::Io { .. })));
        disk.heal();
        // The disk works again; what it did with the failed write is unknown all the same.
        assert!(matches!(store.append(one(&store)), Err(Fault::Poisoned(_))));
        assert!(matches!(store.checkpoint(), Err(Fault::Poisoned(_))));
        assert!(store.poisoned().is_some());
        check(&store);
        assert_eq!(store.reader().size(), 4);
        drop(store);
        let mut store = folder.open();
        append_notes(&mut store, 1);
        check(&store);
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_leaves_the_one_before() {
    let (folder, disk) = (Folder::new(), FaultyDisk::new());
    let mut store = folder.create_with(on(&disk));
    append_notes(&mut store, 3);
    disk.fail_syncs_after(0);
    assert!(store.checkpoint().is_err());
    assert_eq!(store.reader().checkpoint().unwrap().checkpoint().size, 1);
    disk.heal();
    drop(store);
    check(&folder.open());
}

#[test]
fn a_creation_cut_anywhere_can_be_repeated() {
    for writes in 0.. {
        let (folder, disk) = (Folder::new(), FaultyDisk::new());
        disk.fail_writes_after(writes);
        let done = Store::create(&folder.path(), creation(), on(&disk)).is_ok();
        disk.heal();
        let again = Folder::new();
        std::fs::create_dir(again.path()).unwrap();
        disk.power_cut(&folder.path(), &again.path()).unwrap();
        assert_eq!(Store::exists(&again.path()), done, "after {writes} writes");
        if done {
            check(&again.open());
            break;
        }
        check(&again.create());
    }
}

#[test]
fn an_index_behind_the_log_says_how_far_it_is() {
    let folder = Folder::new();
    let mut store = folder.create();
    append_notes(&mut store, 9);
    store
        .index()
        .apply(&[(0, vec![]), (1, vec![Lookup::Contacts])])
        .unwrap();
    store.index().sync().unwrap();
    drop(store);
    let store = folder.open();
    let from = store.index().size_folded();
    let missing: Vec<_> = store
        .reader()
        .entries(from)
        .map(|entry| entry.unwrap().index)
        .collect();
    assert_eq!(missing, [2, 3, 4, 5, 6, 7, 8, 9]);
}
