//! Archive, manifest, leaves and checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use store::proof::merkle::Frontier;
use store::proof::{Checkpoint, Hash, Leaf, Note, SignedCheckpoint, VerifierKey, leaf_hash};

use super::super::manifest::{FORMAT, MANIFEST, Manifest, SIGNATURE, statement};
use super::super::{Archive, lines};
use super::Trust;
use super::finding::{Check, Finding, Outcome, Problem, Words};

pub(super) fn archive(zip: &[u8]) -> Result<Archive, Problem> {
    Archive::from_zip(zip).map_err(|error| Problem(Check::Archive, error.to_string()))
}

/// A file that must be there.
pub(super) fn file<'a>(
    archive: &'a Archive,
    name: &str,
    check: Check,
) -> Result<&'a [u8], Problem> {
    let missing = || Problem(check, format!("file {name} is missing"));
    archive.get(name).ok_or_else(missing)
}

/// A file that must be text.
pub(super) fn text<'a>(archive: &'a Archive, name: &str, check: Check) -> Result<&'a str, Problem> {
    let bytes = file(archive, name, check)?;
    std::str::from_utf8(bytes).map_err(|_| Problem(check, format!("file {name} is no text")))
}

pub(super) fn manifest(archive: &Archive) -> Result<Manifest, Problem> {
    let wrong = |what: &str| Problem(Check::Manifest, what.to_owned());
    let bytes = file(archive, MANIFEST, Check::Manifest)?;
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|_| wrong("manifest cannot be read"))?;
    if manifest.format != FORMAT {
        return Err(wrong(
            "manifest has a format that is not known here; use a newer program",
        ));
    }
    if manifest.to_bytes() != bytes {
        return Err(wrong("manifest is not in its one form"));
    }
    if manifest.files != Manifest::digests(archive) {
        return Err(wrong("files are not those that the manifest names"));
    }
    Ok(manifest)
}

/// The key that counts: the one given, or else the bundle's own.
pub(super) fn key(manifest: &Manifest, trust: &Trust) -> Result<VerifierKey, Problem> {
    let own: VerifierKey = manifest
        .vkey
        .parse()
        .map_err(|error| Problem(Check::Manifest, format!("{error}")))?;
    match &trust.vkey {
        Some(key) if *key != own => Err(Problem(
            Check::Manifest,
            format!("bundle is of another log's key, {own}, not of the one given, {key}"),
        )),
        _ if own.name() != manifest.origin => Err(Problem(
            Check::Manifest,
            "the log's key bears another name than the log".to_owned(),
        )),
        _ => Ok(own),
    }
}

/// The log's signature over the manifest.
pub(super) fn signed(
    archive: &Archive,
    manifest: &Manifest,
    key: &VerifierKey,
) -> Result<(), Problem> {
    let note = note(archive, SIGNATURE, key, Check::Manifest)?;
    let wanted = statement(&manifest.origin, file(archive, MANIFEST, Check::Manifest)?);
    match note.text() == wanted {
        true => Ok(()),
        false => Err(Problem(
            Check::Manifest,
            "signature is about another manifest".to_owned(),
        )),
    }
}

/// A note under exactly one signature, the log's own, in its one form.
pub(super) fn note(
    archive: &Archive,
    name: &str,
    key: &VerifierKey,
    check: Check,
) -> Result<Note, Problem> {
    let wrong = |what: String| Problem(check, format!("{name}: {what}"));
    let text = text(archive, name, check)?;
    let note: Note = text.parse().map_err(|error| wrong(format!("{error}")))?;
    note.verify(std::slice::from_ref(key))
        .map_err(|error| wrong(error.to_string()))?;
    match note.signatures().len() == 1 && note.to_string() == text {
        true => Ok(note),
        false => Err(wrong("note has more than the log's signature".to_owned())),
    }
}

/// What all further checks stand on.
pub(super) struct Parts {
    pub(super) manifest: Manifest,
    pub(super) key: VerifierKey,
    pub(super) checkpoint: Checkpoint,
    pub(super) leaves: Vec<Leaf>,
    /// Roots over the first entries, for all sizes that are asked about.
    pub(super) roots: BTreeMap<u64, Hash>,
}

impl Parts {
    pub(super) fn read(
        archive: &Archive,
        manifest: Manifest,
        key: VerifierKey,
        trust: &Trust,
    ) -> Result<Parts, Problem> {
        let wrong = |what: &str| Problem(Check::Checkpoint, what.to_owned());
        let note = note(archive, "checkpoint", &key, Check::Checkpoint)?;
        let checkpoint: Checkpoint = note.text().parse().map_err(|_| wrong("not a checkpoint"))?;
        if checkpoint.origin != manifest.origin || checkpoint.size != manifest.entries {
            return Err(wrong("checkpoint is not the one that the manifest names"));
        }
        if checkpoint.text() != note.text() {
            return Err(wrong("checkpoint has lines that mean nothing"));
        }
        let anchored = archive.files().filter_map(|(name, _)| size_of(name));
        let sizes = anchored.chain(trust.against.iter().map(|seen| seen.size));
        let sizes = sizes.chain([checkpoint.size]).collect();
        let (leaves, roots) = leaves(file(archive, "leaves.jsonl", Check::Checkpoint)?, &sizes)?;
        let root = roots.get(&checkpoint.size);
        if leaves.len() as u64 != checkpoint.size || root != Some(&checkpoint.root) {
            return Err(wrong("leaves are not those that the checkpoint signs"));
        }
        Ok(Parts {
            manifest,
            key,
            checkpoint,
            leaves,
            roots,
        })
    }

    pub(super) fn finding(&self) -> Finding {
        let Checkpoint { size, origin, .. } = &self.checkpoint;
        let words = Words::new(
            format!("{origin} 的 {size} 个条目"),
            format!("{size} entries of {origin}"),
        );
        Finding::holds(Check::Checkpoint, words)
    }

    /// That this log continues checkpoints seen earlier.
    pub(super) fn against(&self, trust: &Trust) -> Result<Finding, Problem> {
        for seen in &trust.against {
            if self.roots.get(&seen.size) != Some(&seen.root) {
                let what = format!(
                    "the log does not continue the checkpoint of {} entries seen earlier: it was cut, changed, or is another",
                    seen.size
                );
                return Err(Problem(Check::Against, what));
            }
        }
        let count = trust.against.len();
        Ok(match count {
            0 => Finding {
                check: Check::Against,
                outcome: Outcome::NotShown,
                detail: Words::new(
                    "未给出先前的检查点；仅凭此包不能证明不存在另一份日志",
                    "no earlier checkpoint given; that no other log exists is not shown by this bundle alone",
                ),
            },
            _ => Finding::holds(
                Check::Against,
                Words::new(
                    format!("{count} 个先前的检查点"),
                    format!("{count} earlier checkpoints"),
                ),
            ),
        })
    }
}

/// The size in the name of an anchor's file.
pub(super) fn size_of(name: &str) -> Option<u64> {
    let (size, _) = name.strip_prefix("anchors/")?.split_once('/')?;
    size.parse().ok()
}

/// Leaves, and the roots over the first of them.
fn leaves(
    bytes: &[u8],
    sizes: &BTreeSet<u64>,
) -> Result<(Vec<Leaf>, BTreeMap<u64, Hash>), Problem> {
    let wrong = |what: String| Problem(Check::Checkpoint, what);
    let lines = lines::split(bytes).ok_or_else(|| wrong("leaves end within a line".to_owned()))?;
    let (mut leaves, mut roots, mut tree) = (Vec::new(), BTreeMap::new(), Frontier::new());
    roots.insert(0, tree.root());
    for line in lines {
        let leaf = Leaf::from_bytes(line)
            .map_err(|_| wrong(format!("leaf {} is not in its one form", leaves.len())))?;
        if leaves
            .last()
            .is_some_and(|before: &Leaf| before.hour > leaf.hour)
        {
            return Err(wrong(format!(
                "leaf {} is older than the one before",
                leaves.len()
            )));
        }
        tree.push(leaf_hash(line), |_, _, _| ());
        leaves.push(leaf);
        if sizes.contains(&tree.size()) {
            roots.insert(tree.size(), tree.root());
        }
    }
    Ok((leaves, roots))
}

/// A signed checkpoint in the bundle, with whatever lines of others it has.
pub(super) fn checkpoint_of(text: &str) -> Option<SignedCheckpoint> {
    let signed: SignedCheckpoint = text.parse().ok()?;
    (signed.to_string() == text && signed.checkpoint().text() == signed.note().text())
        .then_some(signed)
}
