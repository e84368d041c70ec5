//! Erasure, backup, restore, rebuild.

use honeytoken::{Entry, Event, RawBody};
use store::{
    BackupKeys, Creation, Fault, Lookup, OpenError, Options, Store, Trust, restore, verify,
};

use crate::support::{
    Folder, append_notes, check, contact, creation, draft, erasure, folded, note, seal, start,
};

fn erase(store: &mut Store, index: u64) {
    let recorded = store.erase(draft(100, erasure(index)), &[]).unwrap();
    assert!(matches!(recorded.event, Event::Erasure(e) if e.erased == index));
}

/// A log of 8 entries, of which entry 3 is a contact with a large body.
fn with_contact(folder: &Folder) -> Store {
    let mut store = folder.create();
    append_notes(&mut store, 2);
    let Event::Contact(mut large) = contact(3, "hello") else {
        panic!("not a contact")
    };
    large.raw_body = Some(RawBody::Text("x".repeat(100_000)));
    let sealed = seal(&store, 3, Event::Contact(large));
    store.append(vec![sealed]).unwrap();
    append_notes(&mut store, 4);
    store.checkpoint().unwrap();
    store
}

fn blobs(folder: &Folder) -> usize {
    std::fs::read_dir(folder.path().join("blobs"))
        .unwrap()
        .count()
}

fn verified(folder: &Folder) -> store::Verification {
    let found = verify(&folder.path(), &Trust::default(), &mut |_| ()).unwrap();
    assert!(found.is_intact(), "{:?}", found.problems);
    found
}

#[test]
fn an_erased_payload_is_gone_and_all_proofs_hold() {
    let folder = Folder::new();
    let mut store = with_contact(&folder);
    let leaf = store.reader().leaf(3).unwrap();
    let root = store.reader().root_at(8).unwrap();
    assert_eq!(blobs(&folder), 1);
    erase(&mut store, 3);
    store.checkpoint().unwrap();
    let gone = |store: &Store| {
        let reader = store.reader();
        assert!(reader.is_erased(3));
        assert!(reader.entry(3).unwrap().is_none() && reader.opened(3).unwrap().is_none());
        assert_eq!(
            (reader.leaf(3).unwrap(), reader.root_at(8).unwrap()),
            (leaf.clone(), root)
        );
        assert_eq!(blobs(&folder), 0);
        check(store);
    };
    gone(&store);
    drop(store);
    assert_eq!(verified(&folder).erased, [3].into());
    assert_eq!(
        folded(&folder.path()).len(),
        8,
        "nine entries, one of them erased"
    );
    gone(&folder.open());
}

#[test]
fn only_what_is_there_can_be_erased_and_only_once() {
    let folder = Folder::new();
    let mut store = with_contact(&folder);
    for event in [erasure(0), erasure(8), note("no erasure")] {
        assert!(matches!(
            store.erase(draft(9, event), &[]),
            Err(Fault::Refused(_))
        ));
    }
    erase(&mut store, 3);
    assert!(matches!(
        store.erase(draft(9, erasure(3)), &[]),
        Err(Fault::Refused(_))
    ));
    assert_eq!(store.reader().size(), 9, "refusals leave no entry");
}

#[test]
fn an_erasure_that_was_cut_short_is_finished_at_opening() {
    let folder = Folder::new();
    let mut store = with_contact(&folder);
    // As a crash leaves it right after the entry: recorded, and nothing carried out.
    let sealed = seal(&store, 50, erasure(3));
    store.append(vec![sealed]).unwrap();
    drop(store);
    assert_eq!(verified(&folder).erasures_pending, [3].into());
    let store = folder.open();
    assert!(store.reader().is_erased(3) && store.reader().entry(3).unwrap().is_none());
    assert_eq!(blobs(&folder), 0);
    drop(store);
    assert_eq!(verified(&folder).erased, [3].into());
}

#[test]
fn an_empty_key_slot_without_an_erasure_is_damage() {
    let folder = Folder::new();
    let mut store = with_contact(&folder);
    erase(&mut store, 3);
    drop(store);
    // The same log without its end: the erasure is not in it, the slot is still empty.
    let copy = Folder::new();
    crate::support::copy_dir(&folder.path(), &copy.path());
    std::fs::remove_dir_all(copy.path().join("index")).unwrap();
    std::fs::remove_file(copy.path().join("erased")).unwrap();
    let log = crate::support::segments(&copy.path()).pop().unwrap();
    let bytes = std::fs::read(&log).unwrap();
    let erasure_entry = bytes
        .windows(15)
        .rposition(|w| w == br#"{"v":1,"hour":""#)
        .unwrap();
    std::fs::write(&log, &bytes[..erasure_entry - 22]).unwrap();
    let opened = Store::open(&copy.path(), Options::default(), &mut |_: &Entry| ());
    assert!(matches!(opened, Err(OpenError::Damaged(d)) if d.entry == Some(3)));
}

#[test]
fn an_erasure_empties_index_and_snapshots() {
    let folder = Folder::new();
    let mut store = with_contact(&folder);
    let line = Lookup::Line("+14155550100".parse().unwrap());
    let postings: Vec<_> = (0..8).map(|n| (n, vec![line.clone()])).collect();
    store.index().apply(&postings).unwrap();
    let state = |to: &mut dyn std::io::Write| to.write_all(b"state");
    store.index().put_snapshot("state", 8, state).unwrap();
    store
        .erase(draft(100, erasure(3)), std::slice::from_ref(&line))
        .unwrap();
    assert_eq!(store.index().oldest(&line, 2, 2).unwrap(), [2, 4]);
    assert!(store.index().snapshot("state").unwrap().is_none());
    drop(store);
    assert_eq!(folder.open().index().size_folded(), 0, "made anew");
}

#[test]
fn a_deleted_or_corrupt_index_comes_back_empty_and_loses_nothing() {
    let folder = Folder::new();
    let mut store = with_contact(&folder);
    let entries = append_notes(&mut store, 5).len() as u64 + 8;
    let postings: Vec<_> = (0..entries).map(|n| (n, vec![Lookup::Contacts])).collect();
    let index = folder.path().join("index");
    let fill = |store: &Store| {
        assert_eq!(store.index().size_folded(), 0);
        store.index().apply(&postings).unwrap();
        store.index().sync().unwrap();
    };
    fill(&store);
    drop(store);
    assert_eq!(
        folder.open().index().size_folded(),
        entries,
        "kept over a restart"
    );

    std::fs::remove_dir_all(&index).unwrap();
    fill(&folder.open());
    std::fs::write(index.join("db"), vec![0x5a; 100_000]).unwrap();
    fill(&folder.open());
    let rebuild = Options {
        rebuild: true,
        ..Options::default()
    };
    fill(&Store::open(&folder.path(), rebuild, &mut |_: &Entry| ()).unwrap());
    // Another log's index is not taken for ours.
    let other = Folder::new();
    drop(other.create());
    std::fs::remove_dir_all(&index).unwrap();
    crate::support::copy_dir(&other.path().join("index"), &index);
    fill(&folder.open());
    assert_eq!(folded(&folder.path()).len() as u64, entries);
}

fn new_origin() -> Creation {
    Creation {
        origin: "leaks.example.org/canaryline/restored".to_owned(),
        ..creation()
    }
}

fn restored(backup: &Folder, to: &Folder, erased: Option<&std::path::Path>) -> Store {
    let visit = &mut |_: &Entry| ();
    restore(
        &backup.path(),
        &to.path(),
        erased,
        new_origin(),
        Options::default(),
        visit,
    )
    .unwrap()
}

#[test]
fn a_backup_verifies_and_goes_on_under_a_new_origin() {
    let (folder, backup, target) = (Folder::new(), Folder::new(), Folder::new());
    let mut store = with_contact(&folder);
    // Later entries are not in it: it is cut at the checkpoint.
    append_notes(&mut store, 3);
    let mut told = (0, 0);
    let progress = &mut |done, total| told = (done, total);
    let signed = store
        .reader()
        .backup(&backup.path(), BackupKeys::Included, progress)
        .unwrap();
    assert_eq!(signed.checkpoint().size, 8);
    assert!(told.0 > 0);
    assert_eq!(verified(&backup).size, 8);

    let mut copy = restored(&backup, &target, None);
    assert_eq!(copy.origin(), new_origin().origin);
    assert_eq!(copy.reader().size(), 9);
    assert!(copy.reader().extends(signed.checkpoint()).unwrap());
    let begun = copy.reader().entry(8).unwrap().unwrap();
    assert!(
        matches!(begun.event, Event::Genesis(g) if g.continues == Some(signed.to_string())),
        "the new origin names the old one's last checkpoint"
    );
    append_notes(&mut copy, 2);
    copy.checkpoint().unwrap();
    check(&copy);
    drop(copy);
    assert_eq!(folded(&target.path())[..8], folded_of(store, &folder)[..8]);
    verified(&target);
}

fn folded_of(store: Store, folder: &Folder) -> Vec<Entry> {
    drop(store);
    folded(&folder.path())
}

#[test]
fn a_restored_backup_loses_what_was_erased_since() {
    let (folder, backup) = (Folder::new(), Folder::new());
    let mut store = with_contact(&folder);
    store
        .reader()
        .backup(&backup.path(), BackupKeys::Included, &mut |_, _| ())
        .unwrap();
    append_notes(&mut store, 5);
    erase(&mut store, 3);
    erase(&mut store, 10);
    drop(store);

    let target = Folder::new();
    let list = folder.path().join("erased");
    let mut copy = restored(&backup, &target, Some(&list));
    assert!(copy.reader().is_erased(3) && copy.reader().entry(3).unwrap().is_none());
    assert_eq!(blobs(&target), 0);
    // Entry 10 of the lost log is not entry 10 of this one.
    append_notes(&mut copy, 5);
    copy.checkpoint().unwrap();
    drop(copy);
    let copy = target.open();
    assert!(copy.reader().entry(10).unwrap().is_some());
    drop(copy);
    assert_eq!(verified(&target).erased, [3].into());

    let without = Folder::new();
    assert!(
        restored(&backup, &without, None)
            .reader()
            .entry(3)
            .unwrap()
            .is_some()
    );
}

#[test]
fn backups_and_restores_overwrite_nothing() {
    let (folder, backup, target) = (Folder::new(), Folder::new(), Folder::new());
    let store = with_contact(&folder);
    assert!(
        store
            .reader()
            .backup(&folder.path(), BackupKeys::Apart, &mut |_, _| ())
            .is_err()
    );
    store
        .reader()
        .backup(&backup.path(), BackupKeys::Apart, &mut |_, _| ())
        .unwrap();
    assert!(!backup.path().join("data.key").exists());
    drop(store);
    let go = |to: &Folder, creation| {
        let visit = &mut |_: &Entry| ();
        restore(
            &backup.path(),
            &to.path(),
            None,
            creation,
            Options::default(),
            visit,
        )
    };
    assert!(matches!(
        go(&folder, new_origin()),
        Err(OpenError::Exists(_))
    ));
    assert!(matches!(
        go(&target, new_origin()),
        Err(OpenError::KeyMissing(_))
    ));
    for key in ["node.key", "data.key"] {
        std::fs::copy(folder.path().join(key), target.path().join(key)).unwrap();
    }
    // The restore that was refused left nothing in the way of the next one.
    assert!(matches!(
        go(&target, creation()),
        Err(OpenError::Fault(Fault::Refused(_)))
    ));
    check(
        &go(
            &target,
            Creation {
                at: start().plus_s(500),
                ..new_origin()
            },
        )
        .unwrap(),
    );
}
