//! Checking a whole folder, and changing nothing in it.
//!
//! Opening checks what is needed to go on writing; this checks all that can be checked: every
//! frame, every leaf's form, every payload, that its fields are those the leaf commits to, its
//! subject, its hour, every blob, every erasure, every draw by lot, and the roots that were signed. A folder that a
//! server is writing to can be checked too: what it appends meanwhile looks like a torn tail.

use std::collections::BTreeSet;
use std::path::Path;

use honeytoken::{DrawFault, Entry, Event, Registry, Timestamp};

use crate::erasure::ErasedList;
use crate::error::{Damage, OpenError};
use crate::folder::Folder;
use crate::log::frame::Frame;
use crate::log::{Blobs, Recovery, TornTail};
use crate::opening;
use crate::payload::{DataKey, ERASED, Opened, Sealer};
use crate::proof::commitment::verify_fields;
use crate::proof::hash::to_hex;
use crate::proof::leaf::hour;
use crate::proof::{Checkpoint, Hash, Leaf, VerifierKey};
use crate::vault::Vault;

/// Problems that are listed; a log with more of them is not better described by more.
const PROBLEMS_MAX: usize = 100;

/// What a verification rests on.
#[derive(Clone, Default)]
pub struct Trust {
    /// The log's key, from elsewhere than the folder; without it the folder's own key is taken,
    /// and the result says so.
    pub vkey: Option<VerifierKey>,
    /// Checkpoints seen earlier: each must be a prefix of the log.
    pub against: Vec<Checkpoint>,
    /// The data key, if it is not in the folder.
    pub data_key: Option<DataKey>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Verification {
    /// Entries read.
    pub size: u64,
    /// Root over them; none if they could not be read to their end.
    pub root: Option<Hash>,
    /// The newest checkpoint, if its signature fits.
    pub checkpoint: Option<Checkpoint>,
    /// The key that signed it.
    pub key: Option<VerifierKey>,
    /// Whether that key came from elsewhere than the folder.
    pub key_is_independent: bool,
    /// Whether payloads were opened and checked; else only leaves, tree and signatures were.
    pub payloads_checked: bool,
    /// Draws by lot that follow from seeds committed before them.
    pub draws_checked: u64,
    /// Draws that cannot be made again: entries that they rest on were erased, or a newer version
    /// drew another way.
    pub draws_unchecked: u64,
    /// Entries whose payload was destroyed.
    pub erased: BTreeSet<u64>,
    /// Erasures that are recorded and not carried out yet; opening does that.
    pub erasures_pending: BTreeSet<u64>,
    /// Bytes at the end that were never acknowledged; opening sets them aside.
    pub torn: Option<TornTail>,
    /// Blobs that no entry names: left by a crash before their entry was written.
    pub orphan_blobs: usize,
    /// Everything that is wrong; at most a hundred.
    pub problems: Vec<Damage>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }

    fn report(&mut self, problem: Damage) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    /// Damage is a finding; anything else stops the verification.
    fn take<T>(&mut self, result: Result<T, OpenError>) -> Result<Option<T>, OpenError> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(OpenError::Damaged(damage)) => {
                self.report(damage);
                Ok(None)
            }
            Err(rollback @ OpenError::Rollback { .. }) => {
                let what = rollback.to_string();
                self.report(Damage {
                    file: "log".to_owned(),
                    offset: 0,
                    entry: None,
                    what,
                });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Checks a folder. `progress` is told after each entry how many were read.
///
/// # Errors
/// The folder cannot be read at all: it holds no log, its keys are missing, a newer program wrote
/// it, the disk fails. Damage is no error but a finding.
pub fn verify(
    dir: &Path,
    trust: &Trust,
    progress: &mut dyn FnMut(u64),
) -> Result<Verification, OpenError> {
    let folder = Folder::new(dir);
    if !folder.log().is_dir() {
        return Err(OpenError::NotAStore(dir.to_owned()));
    }
    let mut found = Verification::default();
    let checkpoints = signed(&folder, trust, &mut found)?;
    let mut audit = Audit::new(&folder, trust)?;
    found.payloads_checked = audit.keys.is_some();

    let recovery = Recovery {
        folder: &folder,
        disk: None,
        checkpoints: &checkpoints,
        indexed: 0,
    };
    let recovered = recovery.run(&mut |spot, frame, leaf| {
        for what in audit.frame(frame, leaf) {
            found.report(spot.damage(&folder, frame.header.index, what));
        }
        found.size = frame.header.index + 1;
        progress(found.size);
        Ok(())
    });
    if let Some(recovered) = found.take(recovered)? {
        found.root = Some(recovered.hashes.tree().root());
        found.torn = recovered.torn;
    }
    audit
        .conclude(&mut found)
        .map_err(OpenError::io("read", dir))?;
    // In the order of the log: the first is nearest to what was done to it.
    let place = |problem: &Damage| (problem.file.clone(), problem.offset);
    found.problems.sort_by_key(place);
    Ok(found)
}

/// What was signed: the folder's checkpoint and those seen earlier. The folder's is read before
/// the log, so that nothing a server signs meanwhile is missed in it.
fn signed(
    folder: &Folder,
    trust: &Trust,
    found: &mut Verification,
) -> Result<Vec<Checkpoint>, OpenError> {
    let seed = if trust.vkey.is_some() {
        None
    } else {
        Some(folder.node_seed()?)
    };
    let key_of = |origin: &str| match (&trust.vkey, &seed) {
        (Some(key), _) => Ok(key.clone()),
        (None, Some(seed)) => opening::signer(seed, origin).map(|signer| signer.verifier()),
        (None, None) => Err(crate::proof::NoteError::Unknown),
    };
    let signed = found.take(opening::read_signed(folder, key_of))?;
    found.checkpoint = signed.map(|signed| signed.checkpoint().clone());
    let origin = found
        .checkpoint
        .as_ref()
        .map(|checkpoint| checkpoint.origin.as_str());
    found.key = origin.and_then(|origin| key_of(origin).ok());
    found.key_is_independent = trust.vkey.is_some();
    Ok(found
        .checkpoint
        .iter()
        .chain(&trust.against)
        .cloned()
        .collect())
}

/// What can be said of entries one by one.
struct Audit<'a> {
    folder: &'a Folder,
    /// Opens payloads and knows subjects; none without the data key.
    keys: Option<(Sealer, Vault)>,
    last: Timestamp,
    /// Entries whose key slot is empty.
    zeroed: BTreeSet<u64>,
    /// Entries whose erasure is recorded.
    recorded: BTreeSet<u64>,
    /// Entries that the list beside the log says to be erased.
    listed: BTreeSet<u64>,
    /// Blobs that entries name.
    blobs: BTreeSet<Hash>,
    /// Who held what before each entry: draws are made again among these.
    registry: Registry,
    draws_checked: u64,
    draws_unchecked: u64,
}

impl<'a> Audit<'a> {
    fn new(folder: &'a Folder, trust: &Trust) -> Result<Audit<'a>, OpenError> {
        let data = match folder.data(trust.data_key.as_ref()) {
            Err(OpenError::KeyMissing(_)) => None,
            key => Some(key?),
        };
        let keys = data.map(|key| {
            let vault = Vault {
                wrapping: key.wrapping(),
                blobs: Blobs(folder.blobs()),
            };
            (Sealer::new(&key), vault)
        });
        let list = ErasedList::read(folder).map_err(OpenError::io("read", &folder.erased()))?;
        Ok(Audit {
            folder,
            keys,
            last: Timestamp::EPOCH,
            zeroed: BTreeSet::new(),
            recorded: BTreeSet::new(),
            listed: list.map(ErasedList::into_indices).unwrap_or_default(),
            blobs: BTreeSet::new(),
            registry: Registry::new(),
            draws_checked: 0,
            draws_unchecked: 0,
        })
    }

    /// What is wrong with an entry.
    fn frame(&mut self, frame: &Frame<'_>, leaf_hash: Hash) -> Vec<String> {
        let Ok(leaf) = Leaf::from_bytes(frame.leaf) else {
            return vec!["its leaf is not in canonical form".to_owned()];
        };
        if *frame.slot == ERASED {
            self.zeroed.insert(frame.header.index);
            return Vec::new();
        }
        let Some((_, vault)) = &self.keys else {
            return Vec::new();
        };
        let opened = vault.opened(frame, leaf_hash);
        let blobs = vault.blobs_of(frame, leaf_hash);
        self.blobs.extend(blobs.into_iter().flatten());
        match opened {
            Ok(Some(opened)) => self.payload(&leaf, &opened),
            Ok(None) => Vec::new(),
            Err(why) => vec![why.to_string()],
        }
    }

    /// What is wrong with an opened payload.
    fn payload(&mut self, leaf: &Leaf, opened: &Opened) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Err(why) = verify_fields(&opened.disclose(|_| true), leaf.fields) {
            wrong.push(why.to_string());
        }
        let entry = match opened.entry() {
            Ok(entry) => entry,
            Err(why) => return [wrong, vec![why.to_string()]].concat(),
        };
        let Some((sealer, _)) = &self.keys else {
            return wrong;
        };
        let key_is_ours = match &entry.event {
            Event::Genesis(genesis) => genesis.vrf_public_key == to_hex(&sealer.vrf_public()),
            _ => true,
        };
        let checks = [
            (
                hour(entry.at) == leaf.hour,
                "its hour is not the one in its leaf",
            ),
            (
                entry.at >= self.last,
                "it was recorded before the entry before it",
            ),
            (
                sealer.subject(&entry.event.subject()) == leaf.subject,
                "it is filed under another subject than its own",
            ),
            (
                key_is_ours,
                "the log names another subject key than this folder's data key gives",
            ),
        ];
        wrong.extend(
            checks
                .iter()
                .filter(|(holds, _)| !holds)
                .map(|(_, what)| what.to_string()),
        );
        self.last = entry.at;
        if let Event::Erasure(erasure) = &entry.event {
            self.recorded.insert(erasure.erased);
        }
        wrong.extend(self.draw(&entry));
        self.registry.apply(&entry);
        wrong
    }

    /// What is wrong with a draw.
    fn draw(&mut self, entry: &Entry) -> Option<String> {
        match self.registry.check_draw(entry)? {
            Ok(()) => self.draws_checked += 1,
            Err(DrawFault::Algorithm(_)) => self.draws_unchecked += 1,
            // What was erased may have made a line dirty.
            Err(DrawFault::Candidates) if !self.zeroed.is_empty() => self.draws_unchecked += 1,
            Err(fault) => return Some(fault.to_string()),
        }
        None
    }

    /// What can be said only after the last entry.
    fn conclude(self, found: &mut Verification) -> std::io::Result<()> {
        if self.keys.is_some() {
            for &index in self.zeroed.difference(&self.recorded) {
                let what = "its key slot is empty, and no erasure of it is recorded".to_owned();
                found.report(Damage {
                    file: "log".to_owned(),
                    offset: 0,
                    entry: Some(index),
                    what,
                });
            }
            let there = Blobs(self.folder.blobs()).list()?;
            found.orphan_blobs = there
                .iter()
                .filter(|hash| !self.blobs.contains(hash))
                .count();
        }
        found.erasures_pending = &(&self.recorded | &self.listed) - &self.zeroed;
        found.erased = self.zeroed;
        found.draws_checked = self.draws_checked;
        found.draws_unchecked = self.draws_unchecked;
        Ok(())
    }
}
