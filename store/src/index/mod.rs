//! The index: look-ups and state snapshots, in sled, never the only copy of anything.
//!
//! One tree, one writer, prefixed keys, small values, and no syncing before an acknowledgement:
//! the log is the truth, and after a crash the index is caught up from its own
//! [`Index::size_folded`], or rebuilt. Terms are keyed hashes and snapshots are sealed, so the
//! folder holds no number in the clear.
//!
//! ```text
//! 0x00 name                   what the index knows of itself
//! 0x01 run (8) block (4)      up to 1024 sorted postings: term (16) entry (8)
//! 0x02 run (8) piece (4)      a run's head: first postings of its blocks, filter
//! 0x03 snapshot name 0x00 …   a snapshot's head and pieces
//! ```

mod lookup;
mod merge;
mod pieces;
mod postings;
mod run;
mod snapshot;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ring::hmac;
use sled::Db;

pub use lookup::Lookup;

use crate::error::IndexFault;
use crate::payload::DataKey;
use crate::proof::Hash;
use postings::Postings;
use run::{Posting, TERM_BYTES};
pub use snapshot::Snapshot;
use snapshot::Snapshots;

const META: u8 = 0x00;
const BLOCK: u8 = 0x01;
const HEAD: u8 = 0x02;
const SNAPSHOT: u8 = 0x03;
const RUN_LIST: &[u8] = &[META, b'r'];
const IDENTITY: &[u8] = &[META, b'i'];
const FORMAT: &[u8] = &[META, b'f'];
const STALE: &[u8] = &[META, b'e'];
/// Version of the keys above.
const VERSION: &[u8] = &[2];
/// How much of the index sled keeps in memory.
const CACHE_BYTES: u64 = 64 << 20;

/// The look-ups of a log.
pub struct Index {
    db: Db,
    postings: Postings,
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
    /// Opens the index of the log whose genesis leaf is `genesis`. One that does not open is set
    /// aside; one that is of another log or format, is damaged, or outlived an erasure is removed;
    /// and an empty one is made: the caller sees [`Index::size_folded`] zero and folds.
    ///
    /// # Errors
    /// Not even an empty one can be made.
    pub(crate) fn open(path: &Path, key: &DataKey, genesis: Hash) -> Result<Index, IndexFault> {
        let existed = path.exists();
        match Index::try_open(path, key) {
            Ok(index) => match index.unfit(genesis) {
                None => return Ok(index),
                Some(problem) => {
                    if existed {
                        tracing::warn!("index is made anew: {problem}");
                    }
                    drop(index);
                    remove(path)?;
                }
            },
            Err(fault) => {
                tracing::warn!("index is set aside and made anew: {}", fault.0);
                set_aside(path)?;
            }
        }
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
            postings: Postings::open(&db, postings::SAVED_POSTINGS)?,
            db,
            terms: hmac::Key::new(hmac::HMAC_SHA256, secret.as_slice()),
            snapshots: Snapshots::new(key),
            path: path.to_owned(),
        })
    }

    /// Why this index cannot serve that log.
    fn unfit(&self, genesis: Hash) -> Option<&'static str> {
        let is =
            |key: &[u8], value: &[u8]| self.db.get(key).is_ok_and(|v| v.as_deref() == Some(value));
        if !is(FORMAT, VERSION) {
            Some("it is of another format")
        } else if !is(IDENTITY, &self.identity(genesis)) {
            Some("it is another log's")
        } else {
            let fresh = self.db.contains_key(STALE).is_ok_and(|stale| !stale);
            (!fresh).then_some("it is damaged, or an erasure has happened since it was made")
        }
    }

    /// Passes on what the index answers; one that has failed once is made anew at its next opening.
    fn heed<T>(&self, answer: Result<T, IndexFault>) -> Result<T, IndexFault> {
        if answer.is_err() {
            self.db.insert(STALE, &[])?;
        }
        answer
    }

    fn identity(&self, genesis: Hash) -> Vec<u8> {
        hmac::sign(&self.terms, &genesis.0).as_ref().to_vec()
    }

    /// The number of entries whose postings are in. Entries from here on are to be applied.
    pub fn size_folded(&self) -> u64 {
        self.postings.size()
    }

    /// Files entries under their look-ups, in log order; an entry without any is named with an
    /// empty list, so that [`Index::size_folded`] moves on. It can be found at once, and is saved
    /// later: after a crash `size_folded` is lower, and the entries from there on are applied
    /// again.
    ///
    /// # Errors
    /// The index is damaged or the disk full.
    pub fn apply(&self, postings: &[(u64, Vec<Lookup>)]) -> Result<(), IndexFault> {
        let Some((last, _)) = postings.last() else {
            return Ok(());
        };
        let posting = |(index, lookups): &(u64, Vec<Lookup>)| {
            let index = *index;
            lookups
                .iter()
                .map(move |lookup| self.posting(lookup, index))
                .collect::<Vec<_>>()
        };
        let all: Vec<_> = postings.iter().flat_map(posting).collect();
        self.heed(self.postings.add(&all, last + 1))
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
        let before = before.unwrap_or(u64::MAX);
        let range = self.posting(lookup, 0)..self.posting(lookup, before);
        self.heed(self.postings.newest(&range, limit))
    }

    /// The oldest entries filed under a look-up, oldest first: at most `limit`, all from `from`
    /// on.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn oldest(&self, lookup: &Lookup, from: u64, limit: usize) -> Result<Vec<u64>, IndexFault> {
        let range = self.posting(lookup, from)..self.posting(lookup, u64::MAX);
        self.heed(self.postings.oldest(&range, limit))
    }

    /// Forgets that entries are filed under these look-ups, and all snapshots, since they hold
    /// what was folded from it. At its next opening the whole index is made anew, as sled keeps
    /// old pages for a while.
    ///
    /// # Errors
    /// The index is damaged or the disk full.
    pub fn purge(&self, gone: &BTreeMap<u64, Vec<Lookup>>) -> Result<(), IndexFault> {
        self.db.insert(STALE, &[])?;
        for (index, lookups) in gone {
            for lookup in lookups {
                self.postings.purge(&self.posting(lookup, *index))?;
            }
        }
        pieces::remove(&self.db, &[SNAPSHOT])?;
        remove(&aside(&self.path))?;
        self.sync()
    }

    /// Keeps a state that was folded from the first `size` entries under a name, in place of the
    /// one before.
    ///
    /// # Errors
    /// The index is damaged or the disk full.
    pub fn put_snapshot(
        &self,
        name: &str,
        size: u64,
        write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
    ) -> Result<(), IndexFault> {
        self.snapshots.put(&self.db, name, size, write)
    }

    /// The newest snapshot under a name: how many entries it was folded from, and the state, to be read.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn snapshot(&self, name: &str) -> Result<Option<(u64, Snapshot<'_>)>, IndexFault> {
        self.snapshots.get(&self.db, name)
    }

    /// Returns when all that was applied is on the disk. Never needed for safety; it saves
    /// catching up after a crash. Dropping the index does it too.
    ///
    /// # Errors
    /// The disk's.
    pub fn sync(&self) -> Result<(), IndexFault> {
        self.postings.save()?;
        self.db.flush()?;
        // sled itself calls sync_file_range, after which a power cut loses the file's end.
        let synced = File::open(self.path.join("db")).and_then(|file| file.sync_data());
        synced.map_err(|error| IndexFault(error.to_string()))
    }

    fn posting(&self, lookup: &Lookup, index: u64) -> Posting {
        let mut posting = [0; TERM_BYTES + 8];
        posting[..TERM_BYTES].copy_from_slice(&lookup.term(&self.terms));
        posting[TERM_BYTES..].copy_from_slice(&index.to_be_bytes());
        posting
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        // An index that was set aside is none of ours any more; one that fails is rebuilt.
        if let Err(fault) = self.sync() {
            tracing::warn!(error = %fault, "index was not saved; the next start catches it up");
        }
    }
}

fn aside(path: &Path) -> PathBuf {
    path.with_extension("aside")
}

/// Moves an index out of the way, in place of the one that was moved before.
fn set_aside(path: &Path) -> Result<(), IndexFault> {
    if !path.exists() {
        return Ok(());
    }
    remove(&aside(path))?;
    std::fs::rename(path, aside(path)).map_err(|error| IndexFault(error.to_string()))
}

/// Removes an index, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), IndexFault> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(IndexFault(error.to_string())),
        _ => Ok(()),
    }
}
