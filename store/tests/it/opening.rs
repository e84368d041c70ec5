//! Creating, opening, refusing.

use honeytoken::{Entry, Event};
use store::{Index, OpenError, Options, Store, Visit};

use crate::support::{Folder, append_notes, check, creation, folded, note, seal, small_segments};

fn open_error(folder: &Folder) -> OpenError {
    match Store::open(&folder.path(), Options::default(), &mut |_: &Entry| ()) {
        Ok(_) => panic!("the folder opened"),
        Err(error) => error,
    }
}

#[test]
fn a_new_log_holds_its_genesis_under_a_checkpoint() {
    let folder = Folder::new();
    let store = folder.create();
    check(&store);
    assert_eq!(store.reader().size(), 1);
    let genesis = store.reader().entry(0).unwrap().unwrap();
    assert!(matches!(genesis.event, Event::Genesis(g) if g.origin == creation().origin));
    assert_eq!(store.reader().checkpoint().unwrap().checkpoint().size, 1);
}

#[test]
fn what_was_appended_is_there_after_reopening() {
    let folder = Folder::new();
    let mut store = folder.create_with(small_segments());
    let mut appended = vec![store.reader().entry(0).unwrap().unwrap()];
    for batch in [1, 7, 30, 2] {
        appended.extend(append_notes(&mut store, batch));
        check(&store);
    }
    drop(store);
    assert_eq!(folded(&folder.path()), appended);
    let mut store = folder.open();
    check(&store);
    append_notes(&mut store, 3);
    store.checkpoint().unwrap();
    check(&store);
}

#[test]
fn time_never_goes_back() {
    let folder = Folder::new();
    let mut store = folder.create();
    let batch = [100, 50, 200]
        .map(|at_s| seal(&store, at_s, note("n")))
        .into();
    let times: Vec<_> = store
        .append(batch)
        .unwrap()
        .iter()
        .map(|entry| entry.at)
        .collect();
    assert_eq!(times[0], times[1]);
    assert!(times[2] > times[1]);
    check(&store);
    drop(store);
    check(&folder.open());
}

struct From(u64, Vec<u64>);

impl Visit for From {
    fn start(&mut self, _: &Index) -> u64 {
        self.0
    }

    fn entry(&mut self, entry: &Entry) {
        self.1.push(entry.index);
    }
}

#[test]
fn a_fold_may_start_anywhere() {
    let folder = Folder::new();
    append_notes(&mut folder.create(), 9);
    for start in [0, 4, 9, 10] {
        let mut visit = From(start, Vec::new());
        let store = Store::open(&folder.path(), Options::default(), &mut visit).unwrap();
        assert_eq!(visit.1, (start..10).collect::<Vec<_>>());
        // The clock of the log is known also when nothing was decoded.
        assert_eq!(
            store.reader().head().at,
            store.reader().entry(9).unwrap().unwrap().at
        );
    }
}

#[test]
fn one_process_at_a_time() {
    let folder = Folder::new();
    let store = folder.create();
    assert!(matches!(open_error(&folder), OpenError::Held(_)));
    drop(store);
    check(&folder.open());
}

#[test]
fn what_is_no_log_is_not_opened_and_what_is_one_not_begun_again() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path()).unwrap();
    assert!(matches!(open_error(&folder), OpenError::NotAStore(_)));
    drop(folder.create());
    let again = Store::create(&folder.path(), creation(), Options::default());
    assert!(matches!(again, Err(OpenError::Exists(_))));
}

#[test]
fn a_creation_that_was_cut_short_begins_anew() {
    let folder = Folder::new();
    drop(folder.create());
    std::fs::remove_file(folder.path().join("checkpoint")).unwrap();
    assert!(!Store::exists(&folder.path()));
    check(&folder.create());
}

#[test]
fn keys_are_needed_and_must_be_this_logs() {
    let folder = Folder::new();
    drop(folder.create());
    let other = Folder::new();
    drop(other.create());
    let key = folder.path().join("data.key");
    let saved = std::fs::read(&key).unwrap();

    std::fs::remove_file(&key).unwrap();
    assert!(matches!(open_error(&folder), OpenError::KeyMissing(file) if file == key));
    std::fs::write(&key, "not a key").unwrap();
    assert!(matches!(open_error(&folder), OpenError::KeyWrong { .. }));
    std::fs::copy(other.path().join("data.key"), &key).unwrap();
    assert!(matches!(open_error(&folder), OpenError::Damaged(d) if d.entry == Some(0)));
    std::fs::write(&key, saved).unwrap();
    check(&folder.open());

    std::fs::copy(
        other.path().join("node.key"),
        folder.path().join("node.key"),
    )
    .unwrap();
    assert!(matches!(open_error(&folder), OpenError::Damaged(d) if d.file == "checkpoint"));
}
