//! A genuine bundle, changed in one place and then signed again by the log's key: so what lies behind the
//! signatures and commitments is reached, as a dishonest operator would reach it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::Timestamp;
use report::bundle::verify::{Trust, Verification, verify};
use report::bundle::{Archive, FileDigest, Manifest};
use serde_json::Value;
use store::proof::commitment::{digest, field_leaf};
use store::proof::leaf::hour;
use store::proof::{Checkpoint, Hash, KeyType, Leaf, Note, SigningKey, leaf_hash, merkle};

/// All of a log of fifteen entries, with two time-stamps; without the files for people.
const WHOLE_LOG: &[u8] = include_bytes!("../data/whole-log.zip");
/// The seed of that log's key.
const SEED: &str = "SmKTabiQF6KIyo2MUhQ5FiqlpTC6EhZlzXMMhwNn5sk=";
const MANIFEST: &str = "manifest.json";
const ENTRIES: &str = "entries.jsonl";
const LEAVES: &str = "leaves.jsonl";

type Files = BTreeMap<String, Vec<u8>>;

static GENUINE: LazyLock<Files> = LazyLock::new(|| {
    let archive = Archive::from_zip(WHOLE_LOG).expect("a bundle");
    let file = |(name, bytes): (&str, &[u8])| (name.to_owned(), bytes.to_vec());
    archive.files().map(file).collect()
});

static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    let seed = STANDARD.decode(SEED).expect("base64");
    let seed = seed.as_slice().try_into().expect("32 bytes");
    let origin = manifest(&GENUINE).origin;
    SigningKey::from_seed(&origin, KeyType::Ed25519, seed).expect("a key")
});

/// The genuine bundle with `cut` bytes from `at` on in its file number `file` replaced.
pub(super) fn changed(file: u8, at: usize, cut: usize, patch: &[u8]) -> Verification {
    let mut files = GENUINE.clone();
    let names: Vec<String> = files.keys().cloned().collect();
    let name = &names[usize::from(file) % names.len()];
    splice(files.entry(name.clone()).or_default(), at, cut, patch);
    if name == ENTRIES {
        commit(&mut files);
    }
    if name == ENTRIES || name == LEAVES {
        // They vouch for the log as it was.
        files.retain(|name, _| !name.starts_with("anchors/"));
    }
    if name != "checkpoint" {
        sign_checkpoint(&mut files);
    }
    if name != MANIFEST {
        name_files(&mut files);
    }
    verify(&signed(&files), &Trust::default())
}

fn splice(bytes: &mut Vec<u8>, at: usize, cut: usize, patch: &[u8]) {
    let at = at.min(bytes.len());
    let end = at.saturating_add(cut).min(bytes.len());
    bytes.splice(at..end, patch.iter().copied());
}

fn manifest(files: &Files) -> Manifest {
    serde_json::from_slice(&files[MANIFEST]).expect("a manifest")
}

/// Has the leaves commit to the entries as they now are, as far as those can be read.
fn commit(files: &mut Files) {
    let mut leaves: Vec<Vec<u8>> = lines(&files[LEAVES]).map(<[u8]>::to_vec).collect();
    for line in lines(&files[ENTRIES]) {
        let Ok(entry) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        let index = entry["index"]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok());
        let Some(bytes) = index.and_then(|n| leaves.get_mut(n)) else {
            continue;
        };
        let (Ok(leaf), Some(fields)) = (Leaf::from_bytes(bytes), root(&entry)) else {
            continue;
        };
        let hour = told_at(&entry).map_or(leaf.hour.clone(), hour);
        *bytes = Leaf {
            hour,
            fields,
            ..leaf
        }
        .to_bytes();
    }
    let ended = leaves
        .into_iter()
        .flat_map(|leaf| [leaf, b"\n".to_vec()].concat());
    let ended = ended.collect();
    files.insert(LEAVES.to_owned(), ended);
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.filter(|line| !line.is_empty())
}

fn root(entry: &Value) -> Option<Hash> {
    let fields = entry["fields"].as_array()?;
    let leaf = |field: &Value| {
        let name = field["name"].as_str()?;
        let closed = field["digest"].as_str().and_then(Hash::from_base64url);
        Some(field_leaf(name, &closed.or_else(|| opened(name, field))?))
    };
    let leaves: Option<Vec<Hash>> = fields.iter().map(leaf).collect();
    Some(merkle::root(leaves?))
}

fn opened(name: &str, field: &Value) -> Option<Hash> {
    let salt = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(field["salt"].as_str()?);
    let salt = salt.ok()?.try_into().ok()?;
    Some(digest(name, &salt, field["value"].as_str()?.as_bytes()))
}

fn told_at(entry: &Value) -> Option<Timestamp> {
    let fields = entry["fields"].as_array()?;
    let at = fields.iter().find(|field| field["name"] == "at")?;
    serde_json::from_str(at["value"].as_str()?).ok()
}

fn sign_checkpoint(files: &mut Files) {
    let leaves: Vec<Hash> = lines(&files[LEAVES]).map(leaf_hash).collect();
    let checkpoint = Checkpoint {
        origin: KEY.name().to_owned(),
        size: leaves.len() as u64,
        root: merkle::root(leaves),
    };
    if let Ok(signed) = checkpoint.sign(&KEY) {
        files.insert("checkpoint".to_owned(), signed.to_string().into_bytes());
    }
}

/// Has the manifest name the files as they now are.
fn name_files(files: &mut Files) {
    let mut manifest = manifest(files);
    let others = files.iter().filter(|(name, _)| *name != MANIFEST);
    let digest = |(name, bytes): (&String, &Vec<u8>)| FileDigest {
        name: name.clone(),
        bytes: bytes.len() as u64,
        sha256: Hash::of(&[bytes]).to_string(),
    };
    manifest.files = others.map(digest).collect();
    manifest.entries = lines(&files[LEAVES]).count() as u64;
    let mut bytes = serde_json::to_vec(&manifest).unwrap_or_default();
    bytes.push(b'\n');
    files.insert(MANIFEST.to_owned(), bytes);
}

fn signed(files: &Files) -> Vec<u8> {
    let digest = Hash::of(&[&files[MANIFEST]]).to_base64();
    let statement = format!("canaryline-bundle-v1\n{}\n{digest}\n", KEY.name());
    let signature = KEY.sign(&statement, 0);
    let note = Note::new(statement, vec![signature]).expect("a note");
    let mut archive = Archive::default();
    for (name, bytes) in files {
        let _ = archive.add(name, bytes.clone());
    }
    let _ = archive.add("manifest.sig", note.to_string().into_bytes());
    archive.to_zip().expect("small enough")
}
