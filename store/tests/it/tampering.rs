//! Flips, cuts, swaps and reorders regions of the log: `verify` and opening name the place.
//!
//! A failure: a change that is not noticed, or named in another segment or after where it is.
//! Not a failure: what follows the changed place is not judged any more.

use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use honeytoken::Entry;
use proptest::prelude::*;
use store::proof::{Checkpoint, Hash, SignedCheckpoint};
use store::{Damage, FORMAT, OpenError, Options, Store, Trust, Verification, verify};

use crate::support::{Folder, append_notes, check, copy_dir, segments, small_segments};

/// Length of a segment's header, and of a frame's fixed start and end.
const HEADER: usize = 64;
const FRAME_START: usize = 22;
const SLOT: usize = 60;

/// A closed log of several segments, all of it under its checkpoint.
fn log() -> Folder {
    let folder = Folder::new();
    let mut store = folder.create_with(small_segments());
    for _ in 0..6 {
        append_notes(&mut store, 5);
    }
    store.checkpoint().unwrap();
    drop(store);
    assert!(segments(&folder.path()).len() >= 3);
    folder
}

fn verified(folder: &Folder) -> Verification {
    verify(&folder.path(), &Trust::default(), &mut |_| ()).unwrap()
}

/// What `verify` says first, and that opening says no other place.
fn found(folder: &Folder) -> Damage {
    let first = verified(folder)
        .problems
        .into_iter()
        .next()
        .expect("the change is noticed");
    match Store::open(&folder.path(), Options::default(), &mut |_: &Entry| ()) {
        Err(OpenError::Damaged(damage)) => assert_eq!(damage.file, first.file),
        Err(OpenError::Rollback { .. }) => assert_eq!(first.file, "log"),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("opened though {first}"),
    }
    first
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

fn name(path: &std::path::Path) -> String {
    format!("log/{}", path.file_name().unwrap().to_str().unwrap())
}

#[test]
fn an_untouched_log_is_intact() {
    let folder = log();
    let found = verified(&folder);
    assert!(found.is_intact(), "{:?}", found.problems);
    assert_eq!((found.size, found.torn, found.orphan_blobs), (31, None, 0));
    assert!(found.payloads_checked && !found.key_is_independent);
    check(&folder.open());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_flipped_bit_is_found_where_it_is(
        segment in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let folder = log();
        let path = segment.get(&segments(&folder.path())).clone();
        let mut bytes = std::fs::read(&path).unwrap();
        let at = byte.index(bytes.len());
        let starts = frames(&bytes);
        bytes[at] ^= 1u8 << bit;
        std::fs::write(&path, &bytes).unwrap();
        let damage = found(&folder);
        prop_assert_eq!(&damage.file, &name(&path));
        let frame = starts.iter().rev().find(|&&start| start <= at).copied().unwrap_or(0);
        prop_assert_eq!(damage.offset, frame as u64, "byte {} of {}", at, bytes.len());
    }

    #[test]
    fn every_cut_is_found(
        segment in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
    ) {
        let folder = log();
        let all = segments(&folder.path());
        let which = segment.index(all.len());
        let bytes = std::fs::read(&all[which]).unwrap();
        let at = byte.index(bytes.len());
        std::fs::write(&all[which], &bytes[..at]).unwrap();
        let damage = found(&folder);
        let between_frames = frames(&bytes).contains(&at);
        let expected = match (between_frames, all.get(which + 1)) {
            (false, _) => name(&all[which]),
            // A cut between frames shows where the next segment goes on, or at the end.
            (true, Some(next)) => name(next),
            (true, None) => "log".to_owned(),
        };
        prop_assert_eq!(damage.file, expected);
    }

    #[test]
    fn every_swap_of_two_frames_is_found(
        segment in any::<prop::sample::Index>(),
        one in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        renumbered in any::<bool>(),
    ) {
        let folder = log();
        let path = segment.get(&segments(&folder.path())).clone();
        let bytes = std::fs::read(&path).unwrap();
        let starts = frames(&bytes);
        let count = starts.len() - 1;
        let (one, other) = (one.index(count), other.index(count));
        prop_assume!(one != other);
        let mut order: Vec<usize> = (0..count).collect();
        order.swap(one, other);
        let mut swapped = bytes[..HEADER].to_vec();
        for (place, &frame) in order.iter().enumerate() {
            let mut frame = bytes[starts[frame]..starts[frame + 1]].to_vec();
            if renumbered {
                // A thorough hand writes the right index and a fitting checksum over it.
                let index = &bytes[starts[place] + 8..starts[place] + 16];
                frame[8..16].copy_from_slice(index);
                let end = frame.len() - SLOT;
                let crc = crc32c::crc32c(&frame[4..end]);
                frame[..4].copy_from_slice(&crc.to_le_bytes());
            }
            swapped.extend(frame);
        }
        std::fs::write(&path, swapped).unwrap();
        let damage = found(&folder);
        prop_assert_eq!(damage.file, name(&path));
        prop_assert_eq!(damage.offset, starts[one.min(other)] as u64);
    }
}

#[test]
fn swapped_missing_and_doubled_segments_are_found() {
    let change = |change: &dyn Fn(&[PathBuf])| {
        let folder = log();
        change(&segments(&folder.path()));
        found(&folder)
    };
    let swapped = change(&|all| {
        let (one, two) = (
            std::fs::read(&all[0]).unwrap(),
            std::fs::read(&all[1]).unwrap(),
        );
        std::fs::write(&all[0], two).unwrap();
        std::fs::write(&all[1], one).unwrap();
    });
    assert!(swapped.file.ends_with("/000000000000.seg"), "{swapped}");
    let missing = change(&|all| std::fs::remove_file(&all[1]).unwrap());
    assert!(
        missing.what.contains("should be the first here"),
        "{missing}"
    );
    let gone = change(&|all| std::fs::remove_file(all.last().unwrap()).unwrap());
    assert!(gone.what.contains("cut or put back"), "{gone}");
    let doubled = change(&|all| {
        std::fs::copy(&all[0], all[0].with_file_name("000000000999.seg")).unwrap();
    });
    assert!(doubled.file.ends_with("/000000000999.seg"), "{doubled}");
}

#[test]
fn a_log_shorter_than_its_checkpoint_is_refused() {
    let folder = log();
    let older = Folder::new();
    copy_dir(&folder.path(), &older.path());
    let mut store = folder.open();
    append_notes(&mut store, 5);
    store.checkpoint().unwrap();
    drop(store);
    std::fs::copy(
        folder.path().join("checkpoint"),
        older.path().join("checkpoint"),
    )
    .unwrap();
    let refused = Store::open(&older.path(), Options::default(), &mut |_: &Entry| ());
    assert!(matches!(
        refused,
        Err(OpenError::Rollback {
            holds: 31,
            known: 36,
            witness: "checkpoint"
        })
    ));
}

#[test]
fn a_log_shorter_than_its_index_is_refused() {
    let folder = log();
    let mut store = folder.open();
    append_notes(&mut store, 1);
    let last = append_notes(&mut store, 1).remove(0);
    let postings: Vec<_> = (0..=last.index).map(|n| (n, vec![])).collect();
    store.index().apply(&postings).unwrap();
    store.index().sync().unwrap();
    drop(store);
    let path = segments(&folder.path()).pop().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let starts = frames(&bytes);
    let refused = |end: usize| {
        std::fs::write(&path, &bytes[..end]).unwrap();
        Store::open(&folder.path(), Options::default(), &mut |_: &Entry| ())
    };
    let end = starts[starts.len() - 2];
    assert!(matches!(
        refused(end),
        Err(OpenError::Rollback {
            witness: "index",
            ..
        })
    ));
    // Not taken for a torn tail either: it was acknowledged.
    assert!(matches!(refused(end + 100), Err(OpenError::Damaged(d)) if d.entry == Some(32)));
}

#[test]
fn a_newer_format_is_not_written_to() {
    let folder = log();
    let path = segments(&folder.path()).pop().unwrap();
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, 0).unwrap();
    header[16..18].copy_from_slice(&(FORMAT + 1).to_le_bytes());
    header[20..24].fill(0);
    let crc = crc32c::crc32c(&header);
    header[20..24].copy_from_slice(&crc.to_le_bytes());
    file.write_all_at(&header, 0).unwrap();
    let Err(error) = Store::open(&folder.path(), Options::default(), &mut |_: &Entry| ()) else {
        panic!("it opened");
    };
    assert!(matches!(error, OpenError::NewerFormat { .. }));
    assert!(
        error.to_string().contains("use the newer program"),
        "{error}"
    );
}

#[test]
fn checkpoints_that_are_missing_changed_or_of_another_log_are_found() {
    let change = |change: &dyn Fn(&str) -> String| {
        let folder = log();
        let path = folder.path().join("checkpoint");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, change(&text)).unwrap();
        found(&folder).file
    };
    assert_eq!(
        change(&|text| text.replace("\n31\n", "\n30\n")),
        "checkpoint"
    );
    assert_eq!(change(&|_| String::new()), "checkpoint");
    let other = log();
    let theirs = std::fs::read_to_string(other.path().join("checkpoint")).unwrap();
    assert_eq!(change(&|_| theirs.clone()), "checkpoint");
    let folder = log();
    std::fs::remove_file(folder.path().join("checkpoint")).unwrap();
    assert_eq!(found(&folder).file, "checkpoint");
}

#[test]
fn verification_takes_a_key_and_earlier_checkpoints_from_outside() {
    let folder = log();
    let mut store = folder.open();
    let vkey = Some(store.verifier_key());
    let early = store.reader().checkpoint().unwrap().checkpoint().clone();
    append_notes(&mut store, 5);
    store.checkpoint().unwrap();
    drop(store);
    let check = |trust: Trust| verify(&folder.path(), &trust, &mut |_| ()).unwrap();
    let good = check(Trust {
        vkey: vkey.clone(),
        against: vec![early.clone()],
        data_key: None,
    });
    assert!(
        good.is_intact() && good.key_is_independent,
        "{:?}",
        good.problems
    );

    let other = log().open().verifier_key();
    assert_eq!(
        check(Trust {
            vkey: Some(other),
            ..Trust::default()
        })
        .problems[0]
            .file,
        "checkpoint"
    );
    let elsewhere = Checkpoint {
        root: Hash([7; 32]),
        ..early.clone()
    };
    let split = check(Trust {
        against: vec![elsewhere],
        ..Trust::default()
    });
    assert_eq!(split.problems.len(), 1);
    let longer = Checkpoint { size: 99, ..early };
    let cut = check(Trust {
        against: vec![longer],
        ..Trust::default()
    });
    assert!(cut.problems[0].what.contains("99"), "{:?}", cut.problems);
}

#[test]
fn without_the_data_key_leaves_and_tree_are_still_checked() {
    let folder = log();
    std::fs::remove_file(folder.path().join("data.key")).unwrap();
    let found = verified(&folder);
    assert!(found.is_intact() && !found.payloads_checked);
    assert_eq!(found.size, 31);
}

#[test]
fn wrong_tree_hashes_are_made_anew_and_harm_nobody() {
    let folder = log();
    let tile = folder.path().join("tile/0");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&tile, &bytes).unwrap();
    assert!(verified(&folder).is_intact());
    check(&folder.open());
    bytes[100] ^= 1;
    assert_eq!(std::fs::read(&tile).unwrap(), bytes);
    std::fs::remove_dir_all(folder.path().join("tile")).unwrap();
    check(&folder.open());
    assert_eq!(std::fs::read(&tile).unwrap(), bytes);
}

#[test]
fn verification_changes_nothing() {
    let folder = log();
    let path = segments(&folder.path()).pop().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(&[1; 77]);
    std::fs::write(&path, &bytes).unwrap();
    std::fs::remove_dir_all(folder.path().join("tile")).unwrap();
    let found = verified(&folder);
    assert!(found.is_intact(), "{:?}", found.problems);
    assert_eq!(found.torn.unwrap().bytes, 77);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert!(!folder.path().join("tile").exists());
    let signed: SignedCheckpoint = std::fs::read_to_string(folder.path().join("checkpoint"))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(found.checkpoint.as_ref(), Some(signed.checkpoint()));
}
