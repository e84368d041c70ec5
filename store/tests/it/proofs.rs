//! Tree, notes, checkpoints, tiles and receipts, against the project's vectors, another
//! implementation, and chance.

use std::convert::Infallible;

use ct_merkle::HashableLeaf;
use ct_merkle::digest::Update;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use store::proof::merkle::{
    Frontier, Nodes, ProofError, consistency, empty_root, inclusion, root, verify_consistency,
    verify_inclusion,
};
use store::proof::{
    Checkpoint, Hash, KeyType, Note, NoteError, SignedCheckpoint, SigningKey, Tile, TileKind,
    VerifierKey, leaf_hash, node_hash,
};

/// The eight leaves of RFC 6962's own tests, in hex.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// Roots over the first 0 to 8 of them.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hash(hex: &str) -> Hash {
    Hash::from_hex(hex).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn rfc_leaves() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| leaf_hash(&bytes(leaf))).collect()
}

/// Perfect subtrees computed from all leaves each time.
struct Plain<'a>(&'a [Hash]);

impl Nodes for Plain<'_> {
    type Error = Infallible;

    fn node(&self, height: u32, place: u64) -> Result<Hash, Infallible> {
        let start = (place << height) as usize;
        Ok(root(self.0[start..start + (1 << height)].iter().copied()))
    }
}

#[test]
fn hashes_agree_with_the_vectors() {
    assert_eq!(leaf_hash(b""), hash(ROOTS[1]));
    assert_eq!(
        leaf_hash(b"L123456"),
        hash("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
    );
    // The published vector hashes two short texts as if they were nodes.
    assert_eq!(
        Hash::of(&[&[0x01], b"N123", b"N456"]),
        hash("aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb")
    );
    assert_eq!(empty_root(), hash(ROOTS[0]));
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(
            root(rfc_leaves().into_iter().take(size)),
            hash(expected),
            "{size} leaves"
        );
    }
}

#[test]
fn proofs_agree_with_the_vectors() {
    let leaves = rfc_leaves();
    let path = |index, size| inclusion(&Plain(&leaves), index, size).unwrap();
    let since = |old, new| consistency(&Plain(&leaves), old, new).unwrap();
    let list = |hexes: &[&str]| hexes.iter().map(|hex| hash(hex)).collect::<Vec<_>>();
    const A: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    const B: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    const C: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    const D: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    const E: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    assert_eq!(path(0, 1), []);
    assert_eq!(path(0, 8), list(&[A, B, C]));
    assert_eq!(path(5, 8), list(&[D, E, ROOTS[4]]));
    assert_eq!(path(2, 3), list(&[ROOTS[2]]));
    assert_eq!(path(1, 5), list(&[ROOTS[1], B, D]));
    assert_eq!(since(1, 8), list(&[A, B, C]));
    assert_eq!(
        since(6, 8),
        list(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            E,
            ROOTS[4]
        ])
    );
    assert_eq!(since(2, 5), list(&[B, D]));
    assert_eq!(
        since(3, 7),
        list(&[
            "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
            "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
            ROOTS[2],
            "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e",
        ])
    );
    assert_eq!(since(4, 8), list(&[C]));
    assert_eq!((since(0, 8), since(8, 8)), (vec![], vec![]));
}

#[test]
fn all_proofs_of_small_trees_hold_and_no_changed_one_does() {
    let leaves: Vec<_> = (0..20u8).map(|n| leaf_hash(&[n])).collect();
    let roots: Vec<_> = (0..=20)
        .map(|n| root(leaves[..n].iter().copied()))
        .collect();
    for new in 1..=20u64 {
        let new_root = roots[new as usize];
        for index in 0..new {
            let leaf = leaves[index as usize];
            let proof = inclusion(&Plain(&leaves), index, new).unwrap();
            let holds = |leaf, index, size, proof: &[Hash], root| {
                verify_inclusion(leaf, index, size, proof, root).is_ok()
            };
            assert!(holds(leaf, index, new, &proof, new_root));
            assert!(!holds(new_root, index, new, &proof, new_root) || new == 1);
            assert!(!holds(leaf, index, new, &proof, leaf) || new == 1);
            for bad in changed(&proof) {
                assert!(
                    !holds(leaf, index, new, &bad, new_root),
                    "leaf {index} of {new}"
                );
            }
        }
        for old in 0..=new {
            let proof = consistency(&Plain(&leaves), old, new).unwrap();
            let old_root = roots[old as usize];
            assert_eq!(
                verify_consistency(old, old_root, new, new_root, &proof),
                Ok(())
            );
            assert!(verify_consistency(old, leaves[0], new, new_root, &proof).is_err() || old == 1);
            for bad in changed(&proof) {
                assert!(verify_consistency(old, old_root, new, new_root, &bad).is_err());
            }
        }
    }
    assert_eq!(
        verify_inclusion(leaves[0], 1, 1, &[], leaves[0]),
        Err(ProofError::Outside)
    );
    assert_eq!(
        verify_consistency(2, roots[2], 1, roots[1], &[]),
        Err(ProofError::Outside)
    );
}

/// A proof with a hash changed, left out or added, each in every place.
fn changed(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let extra = leaf_hash(b"extra");
    let mut all = Vec::new();
    for at in 0..proof.len() {
        let mut bad = proof.to_vec();
        bad[at].0[7] ^= 1;
        all.push(bad);
        let mut bad = proof.to_vec();
        bad.remove(at);
        all.push(bad);
    }
    for at in 0..=proof.len() {
        let mut bad = proof.to_vec();
        bad.insert(at, extra);
        all.push(bad);
    }
    all
}

struct Bytes(Vec<u8>);

impl HashableLeaf for Bytes {
    fn hash<H: Update>(&self, hasher: &mut H) {
        hasher.update(&self.0);
    }
}

proptest! {
    #[test]
    fn another_implementation_agrees(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..70),
        at in any::<prop::sample::Index>(),
    ) {
        let mut theirs = MemoryBackedTree::<sha2::Sha256, Bytes>::new();
        leaves.iter().for_each(|leaf| theirs.push(Bytes(leaf.clone())));
        let ours: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let their_root = theirs.root();
        prop_assert_eq!(their_root.as_bytes().as_slice(), &root(ours.iter().copied()).0);

        let (index, size) = (at.index(leaves.len()), leaves.len());
        let flat = |proof: Vec<Hash>| proof.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
        let path = inclusion(&Plain(&ours), index as u64, size as u64).unwrap();
        prop_assert_eq!(theirs.prove_inclusion(index).as_bytes().to_vec(), flat(path));
        if index > 0 {
            let since = consistency(&Plain(&ours), index as u64, size as u64).unwrap();
            prop_assert_eq!(theirs.prove_consistency(size - index).as_bytes().to_vec(), flat(since));
        }
    }

    #[test]
    fn a_frontier_tells_of_every_perfect_subtree(size in 1u64..300) {
        let leaves: Vec<_> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let (mut tree, mut told) = (Frontier::new(), 0);
        for leaf in &leaves {
            tree.push(*leaf, |height, place, hash| {
                let Ok(expected) = Plain(&leaves).node(height, place);
                assert_eq!(hash, expected);
                told += 1;
            });
        }
        // Each leaf, and one inner node for each but the roots of the perfect subtrees.
        prop_assert_eq!(told, 2 * size - u64::from(size.count_ones()));
        prop_assert_eq!(tree.root(), root(leaves));
    }

    #[test]
    fn tile_names_come_back(level in 0u8..64, index in any::<u64>(), width in 1u16..=256) {
        for kind in [TileKind::Hashes(level), TileKind::Entries] {
            let tile = Tile { kind, index, width };
            prop_assert_eq!(tile.to_string().parse::<Tile>(), Ok(tile));
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "(?s).{0,200}") {
        let _ = (text.parse::<Note>(), text.parse::<Tile>(), text.parse::<VerifierKey>());
        let _ = (text.parse::<Checkpoint>(), text.parse::<store::proof::Receipt>());
    }
}

#[test]
fn tile_names_agree_with_the_vectors() {
    for (index, name) in [
        (0, "000"),
        (5, "005"),
        (999, "999"),
        (1000, "x001/000"),
        (1_234_067, "x001/x234/067"),
        (123_456_789, "x123/x456/789"),
    ] {
        let tile = Tile {
            kind: TileKind::Hashes(0),
            index,
            width: 256,
        };
        assert_eq!(tile.to_string(), format!("tile/0/{name}"));
    }
    let partial = Tile {
        kind: TileKind::Entries,
        index: 67,
        width: 12,
    };
    assert_eq!(partial.to_string(), "tile/entries/067.p/12");
}

#[test]
fn only_one_path_names_a_tile() {
    for path in [
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/+1",
        "tile/0/000.p/01",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/",
        "tile/entries/x01/000",
        "tiles/0/000",
        "/tile/0/000",
        "tile/0/-01",
    ] {
        assert!(path.parse::<Tile>().is_err(), "{path}");
    }
}

#[test]
fn tiles_of_a_size_agree_with_the_vectors() {
    let full_and_partial = |size: u64, level: u8| {
        let has = |index, width| {
            Tile {
                kind: TileKind::Hashes(level),
                index,
                width,
            }
            .is_within(size)
        };
        let full = (0..).take_while(|&index| has(index, 256)).count() as u64;
        let partial = (1..256).take_while(|&width| has(full, width)).count();
        (full, partial)
    };
    for (size, level, expected) in [
        (1, 0, (0, 1)),
        (255, 0, (0, 255)),
        (256, 0, (1, 0)),
        (256, 1, (0, 1)),
        (257, 0, (1, 1)),
        (70_000, 0, (273, 112)),
        (70_000, 1, (1, 17)),
        (70_000, 2, (0, 1)),
        (65_536, 1, (1, 0)),
        (65_536, 2, (0, 1)),
    ] {
        assert_eq!(
            full_and_partial(size, level),
            expected,
            "level {level} of {size}"
        );
    }
}

const FOO: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const FOO_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const CRYPTO_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
const LOG: &str = "canaryline.example/log+7dac1382+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const CHECKPOINT: &str = "canaryline.example/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n— canaryline.example/log fawTgvSmDCe8GyAN92frfXubVHNOp7+nH7FVeICPqStz85DhvCjly4G4Jv5rYaE7u+jWNq0wbWZF/r9ef7JOvcf+zgg=\n";
const WITNESS: &str = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
const COSIGNATURE: &str = "— witness.example/w1 IDJKvgAAAABkGFDLX123BTTS+CAEe7PO6/7b1J5b3oyTWJhMXVAHUTUPpDZrzjGIxHzJHA8RjcEyR4cPXV4TmiZqxNUnnM3y1pmsBg==\n";

fn key(text: &str) -> VerifierKey {
    text.parse().unwrap()
}

#[test]
fn notes_agree_with_the_vectors() {
    let note: Note = FOO_NOTE.parse().unwrap();
    assert_eq!(note.verify(&[key(FOO)]).unwrap().len(), 1);
    assert_eq!(note.to_string(), FOO_NOTE);
    let note: Note = CRYPTO_NOTE.parse().unwrap();
    assert_eq!(note.verify(&[key(PETER), key(ENOCH)]).unwrap().len(), 2);
    assert_eq!(note.verify(&[key(ENOCH)]).unwrap().len(), 1);
    assert_eq!(note.verify(&[key(FOO)]), Err(NoteError::Unknown));
    for text in [FOO, PETER, ENOCH, LOG, WITNESS] {
        assert_eq!(key(text).to_string(), text);
    }
}

#[test]
fn checkpoints_are_signed_as_in_the_vectors() {
    let seed: [u8; 32] = std::array::from_fn(|n| n as u8);
    let signer = SigningKey::from_seed("canaryline.example/log", KeyType::Ed25519, &seed).unwrap();
    assert_eq!(signer.verifier(), key(LOG));
    let checkpoint = Checkpoint {
        origin: "canaryline.example/log".to_owned(),
        size: 8,
        root: hash(ROOTS[8]),
    };
    assert_eq!(
        checkpoint.clone().sign(&signer).unwrap().to_string(),
        CHECKPOINT
    );
    let signed: SignedCheckpoint = CHECKPOINT.parse().unwrap();
    assert_eq!(signed.verify(&key(LOG)), Ok(&checkpoint));
}

#[test]
fn cosignatures_agree_with_the_vectors() {
    let seed: [u8; 32] = std::array::from_fn(|n| n as u8 + 32);
    let witness = SigningKey::from_seed("witness.example/w1", KeyType::Cosignature, &seed).unwrap();
    assert_eq!(witness.verifier(), key(WITNESS));
    let mut note: Note = CHECKPOINT.parse().unwrap();
    let cosignature = witness.sign(note.text(), 1_679_315_147);
    assert_eq!(cosignature.to_string(), COSIGNATURE);
    note.add(cosignature).unwrap();
    let verified = note.verify(&[key(LOG), key(WITNESS)]).unwrap();
    assert_eq!(verified[1].unix_s, Some(1_679_315_147));
    assert_eq!(note.to_string(), format!("{CHECKPOINT}{COSIGNATURE}"));
}

#[test]
fn every_changed_byte_of_a_checkpoint_shows() {
    for at in 0..CHECKPOINT.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bad = CHECKPOINT.as_bytes().to_vec();
            bad[at] ^= flip;
            let Ok(text) = String::from_utf8(bad) else {
                continue;
            };
            let verified = text
                .parse::<SignedCheckpoint>()
                .is_ok_and(|c| c.verify(&key(LOG)).is_ok());
            assert!(!verified, "byte {at} ^ {flip:#x}");
        }
    }
}

#[test]
fn malformed_notes_and_keys_are_refused() {
    for note in [
        "",
        "no signature\n",
        "text\n\n",
        "text without end\n— a AAAAAAAA\n",
        "tab\there\n\n— a AAAAAAAA\n",
        "text\n\n- a AAAAAAAA\n",
        "text\n\n— a  AAAAAAAA\n",
        "text\n\n— a+b AAAAAAAA\n",
        "text\n\n— a AAAAAAAA",
        // Too short for a key id and a signature, not canonical, not base64.
        "text\n\n— a AAAA\n",
        "text\n\n— a AAAAAAB=\n",
        "text\n\n— a AAAAAAA*\n",
    ] {
        assert!(
            matches!(note.parse::<Note>(), Err(NoteError::Malformed(_))),
            "{note:?}"
        );
    }
    let other_id = FOO.replace("530d903a", "530d903b");
    let capitals = FOO.replace("530d903a", "530D903A");
    for text in [
        "",
        "a+b",
        "+00000000+AQ==",
        other_id.as_str(),
        capitals.as_str(),
    ] {
        assert!(
            matches!(text.parse::<VerifierKey>(), Err(NoteError::Key(_))),
            "{text:?}"
        );
    }
    for text in [
        "o\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
        "o\n-1\nAA==\n",
        "o\n1\n",
    ] {
        assert!(text.parse::<Checkpoint>().is_err(), "{text:?}");
    }
}

#[test]
fn nodes_are_not_leaves() {
    let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
    let as_leaf = leaf_hash(&[left.0, right.0].concat());
    assert_ne!(node_hash(&left, &right), as_leaf);
}
