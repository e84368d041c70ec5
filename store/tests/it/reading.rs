//! What readers get: entries, payloads, disclosures, tiles, receipts, look-ups.

use std::io::Read as _;
use std::sync::Arc;

use honeytoken::{Event, KeyId, RawBody, Subject};
use proptest::prelude::*;
use store::proof::commitment::{CommitmentError, Disclosure, verify_fields};
use store::proof::merkle::{verify_consistency, verify_inclusion};
use store::proof::{Hash, Leaf, Receipt, SubjectId, Tile, TileKind, leaf_hash, vrf};
use store::{Draft, Lookup, Options, Store};

use crate::support::{Folder, append_notes, check, contact, draft, note, seal, start};

#[test]
fn a_contact_comes_back_whole_and_its_entry_without_the_raw_request() {
    let folder = Folder::new();
    let mut store = folder.create();
    let event = contact(7, "您的验证码是 123456 \"quoted\" \u{1f600}");
    let by: KeyId = "ops".parse().unwrap();
    let draft = Draft {
        at: start().plus_s(5),
        by: Some(by.clone()),
        event: event.clone(),
    };
    let sealed = store.sealer().seal(draft).unwrap();
    let appended = store.append(vec![sealed]).unwrap().remove(0);
    assert_eq!((appended.index, &appended.event), (1, &event));

    let reader = store.reader();
    assert_eq!(
        reader.opened(1).unwrap().unwrap().entry().unwrap(),
        appended
    );
    let entry = reader.entry(1).unwrap().unwrap();
    let (Event::Contact(mut whole), Event::Contact(read)) = (event, entry.event) else {
        panic!("not a contact");
    };
    (
        whole.raw_method,
        whole.raw_url,
        whole.raw_headers,
        whole.raw_body,
    ) = (None, None, None, None);
    assert_eq!((entry.by, read), (Some(by), whole));
}

#[test]
fn large_bodies_are_kept_apart_and_come_back() {
    let folder = Folder::new();
    let mut store = folder.create();
    let body = "line\n".repeat(60_000);
    let Event::Contact(mut large) = contact(1, "hello") else {
        panic!("not a contact")
    };
    large.raw_body = Some(RawBody::Text(body));
    let event = Event::Contact(large);
    let sealed = seal(&store, 1, event.clone());
    store.append(vec![sealed]).unwrap();
    let blobs = || {
        std::fs::read_dir(folder.path().join("blobs"))
            .unwrap()
            .count()
    };
    assert_eq!(blobs(), 1);
    assert_eq!(
        store
            .reader()
            .opened(1)
            .unwrap()
            .unwrap()
            .entry()
            .unwrap()
            .event,
        event
    );
    // The fold never needs it.
    for blob in std::fs::read_dir(folder.path().join("blobs")).unwrap() {
        std::fs::remove_file(blob.unwrap().path()).unwrap();
    }
    assert!(store.reader().entry(1).unwrap().is_some());
    assert!(store.reader().opened(1).is_err());
}

#[test]
fn any_fields_can_be_opened_and_none_can_be_changed() {
    let folder = Folder::new();
    let mut store = folder.create();
    let sealed = seal(&store, 1, contact(7, "hello"));
    store.append(vec![sealed]).unwrap();
    let leaf = Leaf::from_bytes(&store.reader().leaf(1).unwrap().unwrap()).unwrap();
    let opened = store.reader().opened(1).unwrap().unwrap();
    for show in [
        &(|_: &str| true) as &dyn Fn(&str) -> bool,
        &|_| false,
        &|name| name == "text",
    ] {
        assert_eq!(verify_fields(&opened.disclose(show), leaf.fields), Ok(()));
    }
    let shown = opened.disclose(|name| name == "text");
    for at in 0..shown.len() {
        let mut fewer = shown.clone();
        fewer.remove(at);
        assert_eq!(
            verify_fields(&fewer, leaf.fields),
            Err(CommitmentError::Root)
        );
        let mut bad = shown.clone();
        match &mut bad[at].content {
            Disclosure::Closed(digest) => digest.0[0] ^= 1,
            Disclosure::Open(opening) => opening.value.push(' '),
        }
        assert_eq!(verify_fields(&bad, leaf.fields), Err(CommitmentError::Root));
        let mut twice = shown.clone();
        twice.insert(at, shown[at].clone());
        assert!(matches!(
            verify_fields(&twice, leaf.fields),
            Err(CommitmentError::Order(_))
        ));
    }
}

#[test]
fn a_number_has_one_subject_and_a_proof_of_it() {
    let folder = Folder::new();
    let mut store = folder.create();
    let batch = (1..4)
        .map(|n| seal(&store, 1, contact(n, "hello")))
        .collect();
    store.append(batch).unwrap();
    let subject = |index| {
        Leaf::from_bytes(&store.reader().leaf(index).unwrap().unwrap())
            .unwrap()
            .subject
    };
    assert_eq!((subject(1), subject(1)), (subject(2), subject(3)));
    assert_ne!(subject(0), subject(1));

    let number = Subject::Number("+14155550100".parse().unwrap());
    let (id, proof) = store.sealer().prove_subject(&number);
    let key = store.sealer().vrf_public();
    let output = vrf::verify(&key, number.vrf_input().as_bytes(), &proof).unwrap();
    assert_eq!(
        (id, SubjectId::from_output(&output)),
        (subject(1), subject(1))
    );
    drop(store);
    // The same after a restart, from the key file.
    assert_eq!(folder.open().sealer().subject(&number), id);
}

#[test]
fn leaves_have_one_form() {
    let folder = Folder::new();
    let store = folder.create();
    let text = String::from_utf8(store.reader().leaf(0).unwrap().unwrap()).unwrap();
    assert!(text.starts_with(r#"{"v":1,"hour":"2026-11-18T"#), "{text}");
    assert!(Leaf::from_bytes(text.as_bytes()).is_ok());
    for bad in [
        text.replace(r#""v":1"#, r#""v":2"#),
        text.replace(',', ", "),
        text.replace("T10Z", "T25Z"),
        text.replace(r#"{"v":1,"#, r#"{"v":1,"v":1,"#),
        text.replace(r#"{"v":1,"#, r#"{"v":1,"kind":"x","#),
        format!("{text} "),
    ] {
        assert!(
            bad == text || Leaf::from_bytes(bad.as_bytes()).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn proofs_of_every_size_hold() {
    let folder = Folder::new();
    let mut store = folder.create();
    append_notes(&mut store, 299);
    store.checkpoint().unwrap();
    let reader = store.reader();
    let root = |size| reader.root_at(size).unwrap().unwrap();
    for size in [1, 2, 5, 255, 256, 257, 300] {
        for index in [0, size / 3, size - 1] {
            let leaf = leaf_hash(&reader.leaf(index).unwrap().unwrap());
            let proof = reader.inclusion(index, size).unwrap().unwrap();
            assert_eq!(
                verify_inclusion(leaf, index, size, &proof, root(size)),
                Ok(())
            );
        }
        let proof = reader.consistency(size, 300).unwrap().unwrap();
        assert_eq!(
            verify_consistency(size, root(size), 300, root(300), &proof),
            Ok(())
        );
    }
    assert_eq!(reader.inclusion(5, 5).unwrap(), None);
    assert_eq!(reader.inclusion(5, 301).unwrap(), None);
    assert_eq!(reader.consistency(3, 301).unwrap(), None);

    let checkpoint = reader.checkpoint().unwrap();
    let receipt = reader.receipt(123, &checkpoint).unwrap().unwrap();
    let text = receipt.to_string();
    assert_eq!(text.parse::<Receipt>(), Ok(receipt));
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 123\n"));
    assert_eq!(reader.receipt(300, &checkpoint).unwrap(), None);
}

#[test]
fn tiles_are_cut_from_the_signed_tree() {
    let folder = Folder::new();
    let mut store = folder.create();
    append_notes(&mut store, 299);
    let tile = |path: &str| store.reader().tile(path.parse().unwrap()).unwrap();
    assert_eq!(
        tile("tile/0/000"),
        None,
        "nothing beyond the checkpoint of one entry"
    );
    store.checkpoint().unwrap();
    let reader = store.reader();
    let tile = |path: &str| reader.tile(path.parse().unwrap()).unwrap();
    let full = tile("tile/0/000").unwrap();
    assert_eq!(full.len(), 256 * 32);
    assert_eq!(tile("tile/0/001.p/44").unwrap().len(), 44 * 32);
    assert_eq!(tile("tile/0/001.p/45"), None);
    assert_eq!(
        tile("tile/1/000.p/1").unwrap(),
        reader.root_at(256).unwrap().unwrap().0
    );
    assert_eq!(tile("tile/2/000.p/1"), None);
    let mut bundle = tile("tile/entries/000").unwrap();
    let mut leaves = Vec::new();
    while !bundle.is_empty() {
        let length = usize::from(u16::from_be_bytes([bundle[0], bundle[1]]));
        leaves.push(bundle[2..2 + length].to_vec());
        bundle.drain(..2 + length);
    }
    let hashes: Vec<u8> = leaves.iter().flat_map(|leaf| leaf_hash(leaf).0).collect();
    assert_eq!((leaves.len(), hashes), (256, full));
    let beyond = Tile {
        kind: TileKind::Hashes(0),
        index: u64::MAX,
        width: 256,
    };
    assert_eq!(reader.tile(beyond).unwrap(), None);
}

#[test]
fn time_is_found_by_search() {
    let folder = Folder::new();
    let mut store = folder.create();
    append_notes(&mut store, 50);
    let since = |seconds| store.reader().first_since(start().plus_s(seconds)).unwrap();
    assert_eq!(
        (since(-100), since(0), since(1), since(20), since(51)),
        (0, 0, 1, 20, 51)
    );
}

#[test]
fn lookups_answer_newest_and_oldest_first_with_cursors() {
    let folder = Folder::new();
    let store = folder.create();
    let index = store.index();
    let line = Lookup::Line("+14155550100".parse().unwrap());
    let key = |key: &str| Lookup::Dedupe {
        connection: "a".parse().unwrap(),
        key: key.to_owned(),
    };
    index
        .apply(&[(0, vec![]), (1, vec![line.clone(), key("x")])])
        .unwrap();
    index
        .apply(&[
            (2, vec![line.clone(), key("y")]),
            (3, vec![line.clone(), key("x")]),
        ])
        .unwrap();
    assert_eq!(index.size_folded(), 4);
    assert_eq!(index.first(&key("x")).unwrap(), Some(1));
    assert_eq!(index.first(&key("z")).unwrap(), None);
    assert_eq!(index.newest(&line, None, 2).unwrap(), [3, 2]);
    assert_eq!(index.newest(&line, Some(2), 9).unwrap(), [1]);
    assert_eq!(index.oldest(&line, 2, 9).unwrap(), [2, 3]);
    assert!(index.newest(&Lookup::Contacts, None, 9).unwrap().is_empty());
    let gone = [(2, vec![line.clone(), key("y")])].into();
    index.purge(&gone).unwrap();
    assert_eq!(index.oldest(&line, 0, 9).unwrap(), [1, 3]);
    assert_eq!(index.first(&key("y")).unwrap(), None);
}

#[test]
fn lookups_with_the_same_letters_are_kept_apart() {
    let folder = Folder::new();
    let store = folder.create();
    let dedupe = |connection: &str, key: &str| Lookup::Dedupe {
        connection: connection.parse().unwrap(),
        key: key.to_owned(),
    };
    store
        .index()
        .apply(&[(0, vec![dedupe("ab", "c")])])
        .unwrap();
    for other in [
        dedupe("a", "bc"),
        dedupe("abc", ""),
        Lookup::Session {
            connection: "ab".parse().unwrap(),
            session: "c".to_owned(),
        },
        Lookup::Other("dedupe", "abc".to_owned()),
    ] {
        assert_eq!(store.index().first(&other).unwrap(), None, "{other:?}");
    }
}

#[test]
fn snapshots_come_back_and_replace_each_other() {
    let folder = Folder::new();
    let store = folder.create();
    let index = store.index();
    assert!(index.snapshot("registry").unwrap().is_none());
    for (size, bytes) in [(10, 300_000), (20, 5), (25, 0), (30, 2 * (48 * 1024 - 16))] {
        let state = vec![size as u8; bytes];
        index
            .put_snapshot("registry", size, |to| to.write_all(&state))
            .unwrap();
        let (at, mut kept) = index.snapshot("registry").unwrap().unwrap();
        let mut read = Vec::new();
        kept.read_to_end(&mut read).unwrap();
        assert!((at, read) == (size, state), "{size}");
    }
    assert!(index.snapshot("other").unwrap().is_none());
    drop(store);
    assert_eq!(
        folder
            .open()
            .index()
            .snapshot("registry")
            .unwrap()
            .unwrap()
            .0,
        30
    );
}

#[test]
fn a_snapshot_that_cannot_be_written_leaves_the_one_before() {
    let folder = Folder::new();
    let store = folder.create();
    let index = store.index();
    let kept = |to: &mut dyn std::io::Write| to.write_all(&[7; 100_000]);
    index.put_snapshot("registry", 10, kept).unwrap();
    let broken = index.put_snapshot("registry", 20, |to| {
        to.write_all(&[8; 200_000])?;
        Err(std::io::Error::other("no more"))
    });
    assert!(broken.is_err());
    let (size, mut read) = index.snapshot("registry").unwrap().unwrap();
    let mut state = Vec::new();
    read.read_to_end(&mut state).unwrap();
    assert!(size == 10 && state == [7; 100_000]);
}

#[test]
fn readers_read_while_the_writer_writes() {
    let folder = Folder::new();
    let mut store = folder.create();
    let reader = store.reader();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let watch = std::thread::spawn({
        let (reader, done) = (reader.clone(), done.clone());
        move || {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let head = reader.head();
                assert_eq!(reader.root_at(head.size).unwrap(), Some(head.root));
                assert_eq!(reader.entry(head.size - 1).unwrap().unwrap().at, head.at);
            }
        }
    });
    for _ in 0..50 {
        append_notes(&mut store, 20);
        store.checkpoint().unwrap();
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    watch.join().unwrap();
    assert_eq!(reader.entries(0).count(), 1001);
}

#[test]
fn sealing_is_for_many_threads() {
    let folder = Folder::new();
    let mut store = folder.create();
    let sealed: Vec<_> = std::thread::scope(|scope| {
        let seal = |n: u32| {
            let sealer = store.sealer();
            scope.spawn(move || sealer.seal(draft(1, contact(n, "hello"))).unwrap())
        };
        (0..4)
            .map(seal)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|t| t.join().unwrap())
            .collect()
    });
    store.append(sealed).unwrap();
    check(&store);
}

#[test]
fn nothing_personal_lies_in_the_clear() {
    let folder = Folder::new();
    let mut store = folder.create();
    let sealed = seal(&store, 1, contact(1, "a text that nobody may read"));
    store.append(vec![sealed]).unwrap();
    let line = Lookup::Line("+14155550100".parse().unwrap());
    store
        .index()
        .apply(&[(0, vec![]), (1, vec![line])])
        .unwrap();
    store
        .index()
        .put_snapshot("state", 2, |to| to.write_all(b"+14155550100"))
        .unwrap();
    store.index().sync().unwrap();
    drop(store);
    let mut folders = vec![folder.path()];
    while let Some(dir) = folders.pop() {
        for file in std::fs::read_dir(dir).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for secret in ["4155550100", "4155550199", "nobody may read", "trunk"] {
                let found = bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!found, "{secret} in {}", path.display());
            }
        }
    }
}

fn reopened(texts: Vec<String>) -> Vec<Option<Event>> {
    let folder = Folder::new();
    let mut store = folder.create();
    let batch = texts
        .iter()
        .map(|text| seal(&store, 1, note(text)))
        .collect();
    store.append(batch).unwrap();
    drop(store);
    let store = Store::open(&folder.path(), Options::default(), &mut |_: &_| ()).unwrap();
    check(&store);
    let reader = store.reader();
    (1..reader.size())
        .map(|n| reader.entry(n).unwrap().map(|entry| entry.event))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_comes_back(texts in prop::collection::vec("(?s).{0,300}", 0..20)) {
        let expected: Vec<_> = texts.iter().map(|text| Some(note(text))).collect();
        prop_assert_eq!(reopened(texts), expected);
    }
}

#[test]
fn hex_and_base64_are_read_in_one_form_only() {
    let hash = leaf_hash(b"x");
    assert_eq!(Hash::from_hex(&hash.to_string()), Some(hash));
    assert_eq!(Hash::from_base64(&hash.to_base64()), Some(hash));
    assert_eq!(Hash::from_base64url(&hash.to_base64url()), Some(hash));
    assert_eq!(Hash::from_hex(&hash.to_string().to_uppercase()), None);
    assert_eq!(
        Hash::from_base64(hash.to_base64().trim_end_matches('=')),
        None
    );
    assert_eq!(Hash::from_base64url(&hash.to_base64()), None);
}
