//! Single changes to a bundle, of every kind that somebody who wants to deceive might try.

use report::bundle::{Archive, FileDigest, Manifest};
use store::proof::{Hash, KeyType, SigningKey};

use super::chance::Chance;

/// A change of bytes, by somebody without any key.
pub(crate) fn bytes(zip: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bad = zip.to_vec();
    let at = chance.below(zip.len());
    match chance.below(7) {
        0..=2 => bad[at] ^= 1 << chance.below(8),
        3 => drop(bad.remove(at)),
        4 => bad.insert(at, chance.below(256) as u8),
        5 => bad.truncate(at),
        _ => {
            let other = chance.below(zip.len());
            bad.swap(at, other);
        }
    }
    if bad == zip { bytes(zip, chance) } else { bad }
}

/// A change of one file's content, packed again in the right form.
pub(crate) fn content(zip: &[u8], chance: &mut Chance) -> Vec<u8> {
    let archive = Archive::from_zip(zip).unwrap();
    let names: Vec<String> = archive.files().map(|(name, _)| name.to_owned()).collect();
    let name = &names[chance.below(names.len())];
    let content = archive.get(name).unwrap();
    let new = match chance.below(4) {
        0 => lines(content, chance),
        _ if content.is_empty() => b"x".to_vec(),
        _ => bytes(content, chance),
    };
    if new == content {
        return bytes(zip, chance);
    }
    with(&archive, name, Some(new)).to_zip().unwrap()
}

/// What holds the evidence.
const EVIDENCE: [&str; 4] = [
    "checkpoint",
    "entries.jsonl",
    "leaves.jsonl",
    "subjects.jsonl",
];

/// A change of the evidence by the holder of the log's key, who signs a manifest that fits.
pub(crate) fn evidence(zip: &[u8], seed: &[u8; 32], chance: &mut Chance) -> Vec<u8> {
    let archive = Archive::from_zip(zip).unwrap();
    let name = EVIDENCE[chance.below(EVIDENCE.len())];
    let content = archive.get(name).unwrap();
    let new = match chance.below(3) {
        0 => lines(content, chance),
        _ => bytes(content, chance),
    };
    match new == content {
        true => evidence(zip, seed, chance),
        false => signed(&with(&archive, name, Some(new)), seed, |_| ()),
    }
}

/// A line left out, told twice, or moved.
fn lines(content: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = content.split_inclusive(|b| *b == b'\n').collect();
    if lines.is_empty() {
        return b"\n".to_vec();
    }
    let (at, to) = (chance.below(lines.len()), chance.below(lines.len()));
    match chance.below(3) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(to, lines[at]),
        _ => lines.swap(at, to),
    }
    lines.concat()
}

/// The archive with another content of one file, or without it.
pub(crate) fn with(archive: &Archive, name: &str, content: Option<Vec<u8>>) -> Archive {
    let mut changed = Archive::default();
    for (other, bytes) in archive.files().filter(|(other, _)| *other != name) {
        changed.add(other, bytes.to_vec()).unwrap();
    }
    if let Some(content) = content {
        changed.add(name, content).unwrap();
    }
    changed
}

/// The archive under a manifest that fits it again, signed by whoever holds this seed.
pub(crate) fn signed(
    archive: &Archive,
    seed: &[u8; 32],
    change: impl FnOnce(&mut Manifest),
) -> Vec<u8> {
    let manifest = archive.get("manifest.json").unwrap();
    let mut manifest: Manifest = serde_json::from_slice(manifest).unwrap();
    let bare = with(&with(archive, "manifest.json", None), "manifest.sig", None);
    let digest = |(name, bytes): (&str, &[u8])| FileDigest {
        name: name.to_owned(),
        bytes: bytes.len() as u64,
        sha256: Hash::of(&[bytes]).to_string(),
    };
    manifest.files = bare.files().map(digest).collect();
    let key = SigningKey::from_seed(&manifest.origin, KeyType::Ed25519, seed).unwrap();
    manifest.vkey = key.verifier().to_string();
    change(&mut manifest);
    let text = serde_json::to_string(&manifest).unwrap() + "\n";
    let digest = Hash::of(&[text.as_bytes()]).to_base64();
    let statement = format!("{}\n{}\n{digest}\n", manifest.format, manifest.origin);
    let note = store::proof::Note::new(statement.clone(), vec![key.sign(&statement, 0)]).unwrap();
    let whole = with(&bare, "manifest.json", Some(text.into_bytes()));
    let whole = with(&whole, "manifest.sig", Some(note.to_string().into_bytes()));
    whole.to_zip().unwrap()
}
