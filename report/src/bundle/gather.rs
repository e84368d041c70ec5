//! From the log to an archive that only lacks the log's signature.

use std::collections::BTreeMap;

use honeytoken::{
    ConnectionId, HoneytokenId, KeyId, Persona, PhoneNumber, PlatformId, Subject, Timestamp,
};
use store::proof::commitment::DisclosedField;
use store::proof::{Leaf, Note, SignedCheckpoint, SubjectId, VerifierKey};
use store::{Opened, ReadError, Reader, Sealer};

use super::erased::{self, Erased};
use super::lines::{EntryLine, FieldLine, SubjectLine, write};
use super::manifest::{FORMAT, MANIFEST, Manifest, SIGNATURE, statement};
use super::preset::Context;
use super::{Archive, ArchiveError, texts};
use crate::preset::{Preset, names};

/// What a bundle is to be about.
pub struct Wish {
    /// The platform.
    pub platform: PlatformId,
    /// For whom.
    pub preset: Preset,
    /// All entries of the log, not only those about the platform.
    pub whole_log: bool,
    /// The platform's numbers, ended placements included.
    pub numbers: Vec<PhoneNumber>,
    /// Its placements.
    pub honeytokens: Vec<HoneytokenId>,
    /// As whom they were placed.
    pub personas: Vec<Persona>,
    /// Through which its numbers are reached.
    pub connections: Vec<ConnectionId>,
    /// All keys there ever were.
    pub keys: Vec<KeyId>,
    /// The entry with the verdict.
    pub judgement: u64,
    /// The log's key.
    pub vkey: VerifierKey,
    /// When it is made.
    pub made_at: Timestamp,
    /// The program and its version.
    pub program: String,
    /// SHA-256 of the program's file.
    pub program_sha256: Option<String>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It would be too large.
    #[error("bundle cannot be packed: {0}")]
    Archive(#[from] ArchiveError),
    /// The verdict is not under a checkpoint yet.
    #[error("newest checkpoint does not cover the verdict; sign one first")]
    NoCheckpoint,
    /// A leaf cannot be read.
    #[error("entry {0} has a leaf that is not in canonical form; run verify")]
    Leaf(u64),
    /// Only an authority is given everything.
    #[error("whole log is for preset regulator alone")]
    WholeLog,
    /// The entries alone do not give this verdict.
    #[error("whole log does not give the verdict by itself: {0}; leave --whole-log out")]
    Refold(String),
}

/// A bundle that the log has not signed yet.
pub struct Unsigned {
    archive: Archive,
    manifest: Vec<u8>,
    origin: String,
}

impl Unsigned {
    /// What the log is to sign.
    pub fn statement(&self) -> String {
        statement(&self.origin, &self.manifest)
    }

    /// The bundle's bytes.
    ///
    /// # Errors
    /// It would be too large.
    pub fn signed(mut self, note: &Note) -> Result<Vec<u8>, BundleError> {
        self.archive.add(MANIFEST, self.manifest)?;
        self.archive.add(SIGNATURE, note.to_string().into_bytes())?;
        Ok(self.archive.to_zip()?)
    }
}

/// Gathers what the wish names, under the newest checkpoint. `progress` is told how many entries of
/// the log were passed.
///
/// # Errors
/// See [`BundleError`].
pub fn gather(
    reader: &Reader,
    sealer: &Sealer,
    wish: &Wish,
    progress: &mut dyn FnMut(u64),
) -> Result<Unsigned, BundleError> {
    if wish.whole_log && wish.preset != Preset::Regulator {
        return Err(BundleError::WholeLog);
    }
    let checkpoint = reader.checkpoint().ok_or(BundleError::NoCheckpoint)?;
    if checkpoint.checkpoint().size <= wish.judgement {
        return Err(BundleError::NoCheckpoint);
    }
    let scope = Scope::of(wish, sealer);
    let picked = pick(reader, &checkpoint, wish, &scope, progress)?;
    let mut archive = Archive::default();
    archive.add("checkpoint", checkpoint.to_string().into_bytes())?;
    archive.add("leaves.jsonl", picked.leaves)?;
    archive.add("entries.jsonl", write(&picked.entries))?;
    archive.add(
        "subjects.jsonl",
        write(&scope.lines(&picked.seen, wish.preset, sealer)),
    )?;
    for file in reader.anchors()? {
        if file.size <= checkpoint.checkpoint().size {
            archive.add(
                &format!("anchors/{:012}/{}", file.size, file.name),
                file.bytes,
            )?;
        }
    }
    if wish.whole_log {
        super::refold::agrees(&picked.entries, wish.judgement).map_err(BundleError::Refold)?;
    }
    texts::add(&mut archive)?;
    let manifest = manifest(wish, &checkpoint, &archive);
    Ok(Unsigned {
        origin: manifest.origin.clone(),
        manifest: manifest.to_bytes(),
        archive,
    })
}

fn manifest(wish: &Wish, checkpoint: &SignedCheckpoint, archive: &Archive) -> Manifest {
    Manifest {
        format: FORMAT.to_owned(),
        origin: checkpoint.checkpoint().origin.clone(),
        vkey: wish.vkey.to_string(),
        entries: checkpoint.checkpoint().size,
        platform: wish.platform.clone(),
        preset: wish.preset,
        whole_log: wish.whole_log,
        judgement: wish.judgement,
        made_at: wish.made_at,
        program: wish.program.clone(),
        program_sha256: wish.program_sha256.clone(),
        files: Manifest::digests(archive),
    }
}

/// The subjects that are given completely: id, and what makes it.
struct Scope {
    subjects: BTreeMap<SubjectId, SubjectLine>,
    all: bool,
}

impl Scope {
    fn of(wish: &Wish, sealer: &Sealer) -> Scope {
        let mut subjects = vec![Subject::Log, Subject::Platform(wish.platform.clone())];
        subjects.extend(wish.numbers.iter().copied().map(Subject::Number));
        let other = |kind, id: &dyn std::fmt::Display| Subject::Other(kind, id.to_string());
        subjects.extend(wish.honeytokens.iter().map(|id| other("honeytoken", id)));
        if wish.preset.with_installation() {
            subjects.extend(wish.connections.iter().map(|id| other("connection", id)));
            subjects.extend(wish.keys.iter().cloned().map(Subject::Key));
        }
        let line = |subject| line(subject, wish.preset, sealer);
        Scope {
            subjects: subjects.iter().map(line).collect(),
            all: wish.whole_log,
        }
    }

    fn holds(&self, id: SubjectId) -> bool {
        self.all || self.subjects.contains_key(&id)
    }

    /// The lines, by subject: those wished for, and where everything is given also those seen.
    fn lines(
        &self,
        seen: &BTreeMap<SubjectId, Option<Subject>>,
        preset: Preset,
        sealer: &Sealer,
    ) -> Vec<SubjectLine> {
        let mut lines = self.subjects.clone();
        for (id, subject) in seen {
            lines.entry(*id).or_insert_with(|| match subject {
                Some(subject) => line(subject, preset, sealer).1,
                // All its entries are erased, and what they were about with them.
                None => SubjectLine::new(*id, "erased:", None),
            });
        }
        let mut lines: Vec<SubjectLine> = lines.into_values().collect();
        lines.sort_by(|a, b| a.subject.cmp(&b.subject));
        lines
    }
}

fn line(subject: &Subject, preset: Preset, sealer: &Sealer) -> (SubjectId, SubjectLine) {
    let input = subject.vrf_input();
    let (id, proof) = sealer.prove_subject(subject);
    let kind = input.split(':').next().unwrap_or_default();
    let proof = preset.names(kind).then_some(&proof);
    (id, SubjectLine::new(id, &input, proof))
}

/// What was taken from the log.
struct Picked {
    leaves: Vec<u8>,
    entries: Vec<EntryLine>,
    /// What was come across, and what it is where all is given.
    seen: BTreeMap<SubjectId, Option<Subject>>,
}

fn pick(
    reader: &Reader,
    checkpoint: &SignedCheckpoint,
    wish: &Wish,
    scope: &Scope,
    progress: &mut dyn FnMut(u64),
) -> Result<Picked, BundleError> {
    let names = names(wish.personas.iter());
    let erased = Erased::of_log(reader)?;
    let mut picked = Picked {
        leaves: Vec::new(),
        entries: Vec::new(),
        seen: BTreeMap::new(),
    };
    for index in 0..checkpoint.checkpoint().size {
        let bytes = reader.leaf(index)?.unwrap_or_default();
        let leaf = Leaf::from_bytes(&bytes).map_err(|_| BundleError::Leaf(index))?;
        picked.leaves.extend_from_slice(&bytes);
        picked.leaves.push(b'\n');
        if scope.holds(leaf.subject) {
            let opened = reader.opened(index)?;
            let subject = picked.seen.entry(leaf.subject).or_default();
            if let (true, None, Some(opened)) = (scope.all, &subject, &opened) {
                *subject = opened.entry().ok().map(|entry| entry.event.subject());
            }
            let fields = match opened {
                Some(opened) => Some(fields(&opened, wish, &names)),
                None => left(&erased, index, wish, &names),
            };
            picked.entries.push(EntryLine { index, fields });
        }
        progress(index + 1);
    }
    Ok(picked)
}

fn fields(opened: &Opened, wish: &Wish, names: &[String]) -> Vec<FieldLine> {
    let shows = |name: &str| {
        let value = opened.value(name).unwrap_or_default();
        shows(|name| opened.value(name), wish, names, name, value)
    };
    opened.disclose(shows).iter().map(FieldLine::from).collect()
}

/// What is left of an erased entry.
fn left(erased: &Erased, index: u64, wish: &Wish, names: &[String]) -> Option<Vec<FieldLine>> {
    let shows = |all: &[DisclosedField], name: &str, value: &str| {
        shows(|name| erased::value(all, name), wish, names, name, value)
    };
    let fields = erased.fields(index, shows)?;
    Some(fields.iter().map(FieldLine::from).collect())
}

/// Whether a field of the entry that `of` gives the values of is shown.
fn shows<'a>(
    of: impl Fn(&str) -> Option<&'a str>,
    wish: &Wish,
    names: &[String],
    name: &str,
    value: &str,
) -> bool {
    let kind: String = json(of("kind")).unwrap_or_default();
    let placed: Option<PlatformId> = json(of("platform"));
    let rivals = kind == "honeytoken_issued" && placed.as_ref() != Some(&wish.platform);
    let context = Context {
        kind: &kind,
        rivals,
        names,
    };
    wish.preset.shows(&context, name, value)
}

fn json<T: serde::de::DeserializeOwned>(value: Option<&str>) -> Option<T> {
    serde_json::from_str(value?).ok()
}
