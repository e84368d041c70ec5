//! The index: look-ups and state snapshots, in sled, never the only copy of anything.
//!
//! One tree, one writer, prefixed keys, small values, and no syncing before an acknowledgement:
//! the log is the truth, and after a crash the index is caught up from its own
//! [`Index::size_folded`], or rebuilt. Terms are keyed hashes and snapshots are sealed, so the
//! folder holds no number in the clear.
//!
//! ```text
//! 0x00 name                           what the index knows of itself
//! 0x01 term (16) entry index (8, BE)  a posting; no value
//! 0x02 snapshot name 0x00 …           a snapshot's head and pieces
//! ```

mod lookup;
mod snapshot;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ring::hmac;
use sled::{Batch, Db};

pub use lookup::Lookup;

use crate::error::IndexFault;
use crate::payload::DataKey;
use crate::proof::Hash;
use lookup::Term;
use snapshot::Snapshots;

const META: u8 = 0x00;
const POSTING: u8 = 0x01;
const SNAPSHOT: u8 = 0x02;
const SIZE: &[u8] = &[META, b's'];
const IDENTITY: &[u8] = &[META, b'i'];
const FORMAT: &[u8] = &[META, b'f'];
const ERASED: &[u8] = &[META, b'e'];
/// Version of the keys above.
const VERSION: &[u8] = &[1];
/// How much of the index sled keeps in memory.
const CACHE_BYTES: u64 = 64 << 20;

/// The look-ups of a log.
pub struct Index {
    db: Db,
    terms: hmac::Key,
    snapshots: Snapshots,
    path: PathBuf,
}

impl From<sled::Error> for IndexFault {
    fn from(error: sled::Error) -> IndexFault {
        IndexFault(error.to_string())
    }
}

impl Index {
    /// Opens the index of the log whose genesis leaf is `genesis`. One that does not open, is of
    /// another log or format, or outlived an erasure is set aside (the newest such only) or
    /// removed, and an empty one made: the caller sees [`Index::size_folded`] zero and folds.
    ///
    /// # Errors
    /// Not even an empty one can be made.
    pub(crate) fn open(path: &Path, key: &DataKey, genesis: Hash) -> Result<Index, IndexFault> {
        let existed = path.exists();
        let problem = match Index::try_open(path, key) {
            Ok(index) => match index.unfit(genesis)? {
                None => return Ok(index),
                Some(problem) => problem.to_owned(),
            },
            Err(fault) => fault.0,
        };
        if existed {
            tracing::warn!(index.path = %path.display(), "index is set aside and rebuilt: {problem}");
        }
        set_aside(path)?;
        let index = Index::try_open(path, key)?;
        index.db.insert(IDENTITY, index.identity(genesis))?;
        index.db.insert(FORMAT, VERSION)?;
        Ok(index)
    }

    fn try_open(path: &Path, key: &DataKey) -> Result<Index, IndexFault> {
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None);
        // On some damaged files sled panics instead of failing; that too means: rebuild.
        let db = catch_unwind(AssertUnwindSafe(|| config.open()))
            .map_err(|_| IndexFault("sled could not make sense of its files".to_owned()))??;
        let secret = key.index();
        Ok(Index {
            db,
            terms: hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice()),
            snapshots: Snapshots::new(key),
            path: path.to_owned(),
        })
    }

    /// Why this index cannot serve that log.
    fn unfit(&self, genesis: Hash) -> Result<Option<&'static str>, IndexFault> {
        if self.db.get(FORMAT)?.as_deref() != Some(VERSION) {
            return Ok(Some("it is new, or of another format"));
        }
        if self.db.get(IDENTITY)?.as_deref() != Some(&self.identity(genesis)) {
            return Ok(Some("it is another log's"));
        }
        Ok(self
            .db
            .contains_key(ERASED)?
            .then_some("an erasure has happened since it was made"))
    }

    fn identity(&self, genesis: Hash) -> Vec<u8> {
        hmac::sign(&self.terms, &genesis.0).as_ref().to_vec()
    }

    /// The number of entries whose postings are in. Entries from here on are to be applied.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn size_folded(&self) -> Result<u64, IndexFault> {
        let size = self.db.get(SIZE)?;
        Ok(size
            .and_then(|bytes| bytes.as_ref().try_into().ok())
            .map_or(0, u64::from_be_bytes))
    }

    /// Files entries under their look-ups, all or nothing, in log order; an entry without any is
    /// named with an empty list, so that [`Index::size_folded`] moves on.
    ///
    /// # Errors
    /// The index is damaged or the disk full.
    pub fn apply(&self, postings: &[(u64, Vec<Lookup>)]) -> Result<(), IndexFault> {
        let Some((last, _)) = postings.last() else {
            return Ok(());
        };
        let mut batch = Batch::default();
        for (index, lookups) in postings {
            for lookup in lookups {
                batch.insert(&self.posting(lookup, *index), &[]);
            }
        }
        batch.insert(SIZE, &(last + 1).to_be_bytes());
        Ok(self.db.apply_batch(batch)?)
    }

    /// The first entry filed under a look-up.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn first(&self, lookup: &Lookup) -> Result<Option<u64>, IndexFault> {
        Ok(self.oldest(lookup, 0, 1)?.first().copied())
    }

    /// The newest entries filed under a look-up, newest first: at most `limit`, all below
    /// `before` if that is given.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn newest(
        &self,
        lookup: &Lookup,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, IndexFault> {
        let range = self.posting(lookup, 0)..self.posting(lookup, before.unwrap_or(u64::MAX));
        self.db
            .range(range)
            .rev()
            .take(limit)
            .map(|posting| index_in(&posting?.0))
            .collect()
    }

    /// The oldest entries filed under a look-up, oldest first: at most `limit`, all from `from`
    /// on.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn oldest(&self, lookup: &Lookup, from: u64, limit: usize) -> Result<Vec<u64>, IndexFault> {
        let range = self.posting(lookup, from)..self.posting(lookup, u64::MAX);
        self.db
            .range(range)
            .take(limit)
            .map(|posting| index_in(&posting?.0))
            .collect()
    }

    /// Forgets that an entry is filed under these look-ups, and all snapshots, since they hold
    /// what was folded from it. At its next opening the whole index is made anew, as sled keeps
    /// old pages for a while.
    ///
    /// # Errors
    /// The index is damaged or the disk full.
    pub fn purge(&self, index: u64, lookups: &[Lookup]) -> Result<(), IndexFault> {
        let mut batch = Batch::default();
        lookups
            .iter()
            .for_each(|lookup| batch.remove(&self.posting(lookup, index)));
        batch.insert(ERASED, &[]);
        self.db.apply_batch(batch)?;
        for key in self.db.scan_prefix([SNAPSHOT]).keys() {
            self.db.remove(key?)?;
        }
        self.sync()
    }

    /// Keeps a state that was folded from the first `size` entries under a name, in place of the
    /// one before.
    ///
    /// # Errors
    /// The index is damaged or the disk full.
    pub fn put_snapshot(&self, name: &str, size: u64, state: &[u8]) -> Result<(), IndexFault> {
        self.snapshots.put(&self.db, name, size, state)
    }

    /// The newest snapshot under a name: how many entries it was folded from, and the state.
    /// One that is damaged counts as none.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn snapshot(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, IndexFault> {
        self.snapshots.get(&self.db, name)
    }

    /// Returns when all that was applied is on the disk. Never needed for safety; it saves
    /// catching up after a power cut.
    ///
    /// # Errors
    /// The disk's.
    pub fn sync(&self) -> Result<(), IndexFault> {
        self.db.flush()?;
        // sled itself calls sync_file_range, after which a power cut loses the file's end.
        let synced = File::open(self.path.join("db")).and_then(|file| file.sync_data());
        synced.map_err(|error| IndexFault(error.to_string()))
    }

    fn posting(&self, lookup: &Lookup, index: u64) -> [u8; 25] {
        let term: Term = lookup.term(&self.terms);
        let mut key = [POSTING; 25];
        key[1..17].copy_from_slice(&term);
        key[17..].copy_from_slice(&index.to_be_bytes());
        key
    }
}

fn index_in(posting: &[u8]) -> Result<u64, IndexFault> {
    let index = posting.last_chunk::<8>().copied().map(u64::from_be_bytes);
    index.ok_or_else(|| IndexFault("posting without an entry".to_owned()))
}

/// Moves an index out of the way, in place of the one that was moved before.
pub(crate) fn set_aside(path: &Path) -> Result<(), IndexFault> {
    let fault = |error: std::io::Error| IndexFault(error.to_string());
    if !path.exists() {
        return Ok(());
    }
    let aside = path.with_extension("aside");
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(fault)?;
    }
    std::fs::rename(path, &aside).map_err(fault)
}
