//! What happens between "there is a folder" and "the log is open".

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use honeytoken::{Event, Timestamp};

use crate::engine::Embedded;
use crate::erasure::ErasedList;
use crate::error::{Damage, Fault, OpenError};
use crate::folder::{Folder, Keys};
use crate::index::{self, Index};
use crate::log::frame::Frame;
use crate::log::segments::{self, Scan};
use crate::log::{Blobs, Journal, Recovered, Recovery};
use crate::payload::{ERASED, Sealer};
use crate::proof::{
    Checkpoint, Hash, KeyType, NoteError, SignedCheckpoint, SigningKey, VerifierKey, leaf_hash,
};
use crate::reader::{Head, Reader, Shared};
use crate::store::{Options, Store, Visit};
use crate::vault::Vault;

/// Everything needed to read a log to its end.
pub(crate) struct Opening {
    pub(crate) folder: Folder,
    pub(crate) keys: Keys,
    pub(crate) options: Options,
    pub(crate) lock: File,
    /// What was signed last.
    pub(crate) checkpoint: Checkpoint,
}

impl Opening {
    /// Reads the log. `genesis` is its first leaf while that is not written yet.
    pub(crate) fn run(
        self,
        genesis: Option<Hash>,
        visit: &mut dyn Visit,
    ) -> Result<Store, OpenError> {
        let folder = &self.folder;
        folder.make(&*self.options.disk)?;
        if self.options.rebuild {
            remove_derived(folder)?;
        }
        let index = self.index(genesis)?;
        let list = ErasedList::read(folder).map_err(OpenError::io("read", &folder.erased()))?;
        // Without the list the log is asked for all erasures, from its beginning.
        let from = list.as_ref().map_or(0, |_| visit.start(&index));
        let erased = list.map(ErasedList::into_indices).unwrap_or_default();
        let vault = Vault {
            wrapping: self.keys.data.wrapping(),
            blobs: Blobs(folder.blobs()),
        };

        let mut fold = Fold {
            vault: &vault,
            from,
            visit,
            at: None,
            erased,
            zeroed: Vec::new(),
        };
        let recovery = self.recovery(index.size_folded());
        let recovered = recovery.run(&mut |_, frame, leaf| fold.frame(frame, leaf))?;
        let Fold {
            at, erased, zeroed, ..
        } = fold;
        let mut store = self.assemble(recovered, index, vault, at)?;
        store.refuse_unexplained(&zeroed, &erased)?;
        store.erase_again(erased)?;
        if at.is_none() {
            store.find_time()?;
        }
        Ok(store)
    }

    fn recovery(&self, indexed: u64) -> Recovery<'_> {
        Recovery {
            folder: &self.folder,
            disk: Some(&*self.options.disk),
            checkpoints: std::slice::from_ref(&self.checkpoint),
            indexed,
        }
    }

    fn index(&self, genesis: Option<Hash>) -> Result<Index, OpenError> {
        // Without a first entry the index cannot be told from another log's, and reading the log
        // says what is wrong.
        let Some(genesis) = genesis.or_else(|| first_leaf(&self.folder)) else {
            self.recovery(0).run(&mut |_, _, _| Ok(()))?;
            return Err(OpenError::NotAStore(self.folder.dir().to_owned()));
        };
        let index = Index::open(&self.folder.index(), &self.keys.data, genesis);
        Ok(index.map_err(Fault::from)?)
    }

    /// A store over a log that was read and found whole.
    fn assemble(
        self,
        recovered: Recovered,
        index: Index,
        vault: Vault,
        at: Option<Timestamp>,
    ) -> Result<Store, OpenError> {
        let Opening {
            folder,
            keys,
            options,
            lock,
            checkpoint,
        } = self;
        let Recovered {
            segments,
            hashes,
            end,
            torn,
        } = recovered;
        let (disk, log) = (options.disk.clone(), folder.log());
        let journal = Journal::resume(disk, &log, segments.clone(), options.segment_bytes_max, end)
            .map_err(OpenError::io("open", &log))?;
        let tree = hashes.tree();
        let at = at.unwrap_or(Timestamp::EPOCH);
        let shared = Shared {
            head: RwLock::new(Head {
                size: tree.size(),
                at,
                root: tree.root(),
            }),
            segments,
            hashes: hashes.files(),
            vault,
            published: RwLock::default(),
            erased: RwLock::default(),
            folder,
        };
        Ok(Store {
            sealer: Sealer::new(&keys.data),
            signer: signer(&keys.node, &checkpoint.origin).map_err(Fault::from)?,
            shared: Arc::new(shared),
            engine: Box::new(Embedded),
            journal,
            hashes,
            index: Arc::new(index),
            torn,
            poisoned: None,
            options,
            _lock: lock,
        })
    }
}

impl Store {
    /// A key slot without a key must have an erasure to show for it.
    fn refuse_unexplained(&self, zeroed: &[u64], erased: &BTreeSet<u64>) -> Result<(), OpenError> {
        let Some(&index) = zeroed.iter().find(|index| !erased.contains(index)) else {
            return Ok(());
        };
        let Some(place) = self.shared.segments.place(index) else {
            return Ok(());
        };
        let what = "its key slot is empty, and no erasure of it is recorded".to_owned();
        Err(OpenError::Damaged(self.shared.damage(&place, index, what)))
    }

    /// The time of the last entry, when nothing of the log had to be decoded.
    fn find_time(&self) -> Result<(), OpenError> {
        let reader = Reader(self.shared.clone());
        let last = (0..reader.size())
            .rev()
            .find_map(|index| reader.entry(index).transpose());
        if let Some(entry) = last.transpose().map_err(Fault::from)? {
            let mut head = self
                .shared
                .head
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            head.at = entry.at;
        }
        Ok(())
    }
}

/// What is done with each entry while the log is read.
struct Fold<'a> {
    vault: &'a Vault,
    /// The first entry to decode.
    from: u64,
    visit: &'a mut dyn Visit,
    /// When the last decoded entry was recorded.
    at: Option<Timestamp>,
    /// Entries that are erased, as far as is known.
    erased: BTreeSet<u64>,
    /// Entries whose key slot is empty.
    zeroed: Vec<u64>,
}

impl Fold<'_> {
    fn frame(&mut self, frame: &Frame<'_>, leaf: Hash) -> Result<(), String> {
        let index = frame.header.index;
        if *frame.slot == ERASED {
            self.zeroed.push(index);
        }
        if index < self.from || self.erased.contains(&index) {
            return Ok(());
        }
        let entry = self
            .vault
            .entry(frame, leaf)
            .map_err(|why| why.to_string())?;
        let Some(entry) = entry else { return Ok(()) };
        if self.at.is_some_and(|last| entry.at < last) {
            return Err("it was recorded before the entry before it".to_owned());
        }
        if let Event::Erasure(erasure) = &entry.event {
            self.erased.insert(erasure.erased);
        }
        self.at = Some(entry.at);
        self.visit.entry(&entry);
        Ok(())
    }
}

/// The newest checkpoint, under a signature of the key that `key_of` gives for its origin.
pub(crate) fn read_signed(
    folder: &Folder,
    key_of: impl Fn(&str) -> Result<VerifierKey, NoteError>,
) -> Result<SignedCheckpoint, OpenError> {
    let path = folder.checkpoint();
    let damaged = |what: String| {
        let file = folder.relative(&path);
        OpenError::Damaged(Damage {
            file,
            offset: 0,
            entry: None,
            what,
        })
    };
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(damaged(
                "it is missing, so nobody can tell where the log ended".to_owned(),
            ));
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(damaged("it is not text".to_owned()));
        }
        text => text.map_err(OpenError::io("read", &path))?,
    };
    let signed: SignedCheckpoint = text
        .parse()
        .map_err(|e: NoteError| damaged(e.to_string()))?;
    let key = key_of(&signed.checkpoint().origin).map_err(|e| damaged(e.to_string()))?;
    match signed.verify(&key) {
        Ok(_) => Ok(signed),
        Err(error) => Err(damaged(format!("{error}, with the key {key}"))),
    }
}

/// The node's key under the log's name.
pub(crate) fn signer(seed: &[u8; 32], origin: &str) -> Result<SigningKey, NoteError> {
    SigningKey::from_seed(origin, KeyType::Ed25519, seed)
}

/// Removes what a creation left that did not come to its end: nobody was told of it.
/// What is cleared before a log begins is at most a first entry whose checkpoint never came. More
/// than that is a log that lost its checkpoint, which is damage.
pub(crate) fn refuse_to_clear(folder: &Folder) -> Result<(), OpenError> {
    let Ok((_, mut scan)) = Scan::open(&segments::path(&folder.log(), 0)) else {
        return Ok(());
    };
    let held = (0..2)
        .take_while(|_| matches!(scan.next(), Ok(Some(_))))
        .count();
    if held < 2 {
        return Ok(());
    }
    Err(OpenError::Damaged(crate::error::Damage {
        file: "checkpoint".to_owned(),
        offset: 0,
        entry: None,
        what: "it is missing, and the log holds entries".to_owned(),
    }))
}

pub(crate) fn clear_unfinished(folder: &Folder) -> Result<(), OpenError> {
    for dir in [folder.log(), folder.blobs()] {
        std::fs::remove_dir_all(&dir).map_err(OpenError::io("remove", &dir))?;
        std::fs::create_dir(&dir).map_err(OpenError::io("create", &dir))?;
    }
    remove_derived(folder)
}

fn remove_derived(folder: &Folder) -> Result<(), OpenError> {
    index::remove(&folder.index()).map_err(Fault::from)?;
    let tile = folder.tile();
    match std::fs::remove_dir_all(&tile) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(OpenError::io("remove", &tile)(error))
        }
        _ => Ok(()),
    }
}

fn first_leaf(folder: &Folder) -> Option<Hash> {
    let (_, mut scan) = Scan::open(&segments::path(&folder.log(), 0)).ok()?;
    let (_, frame) = scan.next().ok()??;
    Some(leaf_hash(frame.leaf))
}
