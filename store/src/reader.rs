//! Reading the log while it is written: entries, proofs, tiles, the newest checkpoint.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use honeytoken::{Entry, Timestamp};

use crate::error::{Damage, ReadError};
use crate::folder::Folder;
use crate::log::HashFiles;
use crate::log::frame::Frame;
use crate::log::segments::{self, Place, Segments};
use crate::payload::Opened;
use crate::proof::tile::TILE_WIDTH;
use crate::proof::{
    Checkpoint, Hash, Receipt, SignedCheckpoint, Tile, TileKind, leaf_hash, merkle,
};
use crate::vault::{Unreadable, Vault};

/// Reads the log; made by [`crate::Store::reader`]. Clones read the same log, and none of them
/// makes the writer wait for longer than a look-up in memory.
#[derive(Clone)]
pub struct Reader(pub(crate) Arc<Shared>);

/// What writer and readers share.
pub(crate) struct Shared {
    pub(crate) folder: Folder,
    pub(crate) segments: Arc<Segments>,
    pub(crate) hashes: Arc<HashFiles>,
    pub(crate) vault: Vault,
    /// Set last when a batch is written: what is below its size can be read.
    pub(crate) head: RwLock<Head>,
    /// The newest checkpoint that is on the disk.
    pub(crate) published: RwLock<Option<Arc<SignedCheckpoint>>>,
    /// Entries whose payload is destroyed.
    pub(crate) erased: RwLock<BTreeSet<u64>>,
}

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// When the last of them was recorded.
    pub at: Timestamp,
    /// Root over all of them.
    pub root: Hash,
}

impl Reader {
    /// The end of the log.
    pub fn head(&self) -> Head {
        *self.0.head.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.head().size
    }

    /// An entry without the raw request it was read from; none beyond the end, and none if it is
    /// erased ([`Reader::is_erased`]).
    ///
    /// # Errors
    /// The disk's, or the entry is damaged.
    pub fn entry(&self, index: u64) -> Result<Option<Entry>, ReadError> {
        self.with_frame(index, |frame, leaf| self.0.vault.entry(frame, leaf))
            .map(Option::flatten)
    }

    /// An entry's whole payload, raw request included, with what is needed to disclose parts of
    /// it; none beyond the end or if it is erased.
    ///
    /// # Errors
    /// The disk's, or the entry is damaged.
    pub fn opened(&self, index: u64) -> Result<Option<Opened>, ReadError> {
        self.with_frame(index, |frame, leaf| self.0.vault.opened(frame, leaf))
            .map(Option::flatten)
    }

    /// Entries from `from` on, in order, erased ones left out.
    pub fn entries(&self, from: u64) -> impl Iterator<Item = Result<Entry, ReadError>> + '_ {
        (from..self.size()).filter_map(|index| self.entry(index).transpose())
    }

    /// The bytes of a leaf, as the tree hashes them; none beyond the end.
    ///
    /// # Errors
    /// The disk's, or the entry is damaged.
    pub fn leaf(&self, index: u64) -> Result<Option<Vec<u8>>, ReadError> {
        self.with_frame(index, |frame, _| Ok(frame.leaf.to_vec()))
    }

    /// Whether an entry's payload was destroyed.
    pub fn is_erased(&self, index: u64) -> bool {
        self.0
            .erased
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&index)
    }

    /// All entries whose payload was destroyed.
    pub fn erased(&self) -> BTreeSet<u64> {
        self.0
            .erased
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The first entry recorded at `at` or later; the size of the log if there is none. A binary
    /// search, since time never goes back.
    ///
    /// # Errors
    /// The disk's, or an entry is damaged.
    pub fn first_since(&self, at: Timestamp) -> Result<u64, ReadError> {
        let (mut low, mut high) = (0, self.size());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.is_before(middle, high, at)? {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Erased entries have lost their time; the next one that has not stands for them.
    fn is_before(&self, index: u64, end: u64, at: Timestamp) -> Result<bool, ReadError> {
        for index in index..end {
            if let Some(entry) = self.entry(index)? {
                return Ok(entry.at < at);
            }
        }
        Ok(false)
    }

    /// The newest signed checkpoint.
    pub fn checkpoint(&self) -> Option<Arc<SignedCheckpoint>> {
        self.0
            .published
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The proof that entry `index` is in the tree of the first `size` entries, from the leaf up;
    /// none unless `index` < `size` ≤ the size of the log.
    ///
    /// # Errors
    /// The disk's.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Option<Vec<Hash>>, ReadError> {
        if index >= size || size > self.size() {
            return Ok(None);
        }
        Ok(Some(merkle::inclusion(&*self.0.hashes, index, size)?))
    }

    /// The proof that the first `old` entries are a prefix of the first `new`; none unless
    /// `old` ≤ `new` ≤ the size of the log.
    ///
    /// # Errors
    /// The disk's.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, ReadError> {
        if old > new || new > self.size() {
            return Ok(None);
        }
        Ok(Some(merkle::consistency(&*self.0.hashes, old, new)?))
    }

    /// The root over the first `size` entries; none if the log is shorter.
    ///
    /// # Errors
    /// The disk's.
    pub fn root_at(&self, size: u64) -> Result<Option<Hash>, ReadError> {
        if size > self.size() {
            return Ok(None);
        }
        Ok(Some(merkle::root_at(&*self.0.hashes, size)?))
    }

    /// Whether a checkpoint seen earlier is a prefix of this log.
    ///
    /// # Errors
    /// The disk's.
    pub fn extends(&self, earlier: &Checkpoint) -> Result<bool, ReadError> {
        Ok(self.root_at(earlier.size)? == Some(earlier.root))
    }

    /// What a third party is handed to check offline that entry `index` is in the log; none if
    /// `checkpoint` does not cover it.
    ///
    /// # Errors
    /// The disk's.
    pub fn receipt(
        &self,
        index: u64,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Option<Receipt>, ReadError> {
        let proof = self.inclusion(index, checkpoint.checkpoint().size)?;
        let receipt = |proof| Receipt {
            index,
            proof,
            checkpoint: checkpoint.clone(),
        };
        Ok(proof.map(receipt))
    }

    /// The bytes of a tile under the newest checkpoint; none if it does not reach that far.
    ///
    /// # Errors
    /// The disk's.
    pub fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, ReadError> {
        let size = self
            .checkpoint()
            .map_or(0, |checkpoint| checkpoint.checkpoint().size);
        if !tile.is_within(size) {
            return Ok(None);
        }
        let (start, width) = (tile.index * TILE_WIDTH, u64::from(tile.width));
        match tile.kind {
            TileKind::Hashes(level) => Ok(Some(self.0.hashes.read(level, start, width)?)),
            TileKind::Entries => self.entry_bundle(start..start + width).map(Some),
        }
    }

    fn entry_bundle(&self, entries: std::ops::Range<u64>) -> Result<Vec<u8>, ReadError> {
        let mut bundle = Vec::new();
        for index in entries {
            let leaf = self.leaf(index)?.unwrap_or_default();
            bundle.extend_from_slice(&(leaf.len() as u16).to_be_bytes());
            bundle.extend_from_slice(&leaf);
        }
        Ok(bundle)
    }

    pub(crate) fn with_frame<T>(
        &self,
        index: u64,
        read: impl FnOnce(&Frame<'_>, Hash) -> Result<T, Unreadable>,
    ) -> Result<Option<T>, ReadError> {
        if index >= self.size() {
            return Ok(None);
        }
        let Some(place) = self.0.segments.place(index) else {
            return Ok(None);
        };
        let bytes = place.read()?;
        let damaged = |what: String| ReadError::Damaged(self.0.damage(&place, index, what));
        let frame = Frame::from_bytes(&bytes).map_err(|fault| damaged(fault.to_string()))?;
        if frame.header.index != index {
            return Err(damaged("another entry stands here".to_owned()));
        }
        read(&frame, leaf_hash(frame.leaf))
            .map(Some)
            .map_err(|why| damaged(why.to_string()))
    }
}

impl Shared {
    /// The folder's relative name of the segment, and the offset, of an entry.
    pub(crate) fn damage(&self, place: &Place, index: u64, what: String) -> Damage {
        let file = self
            .folder
            .relative(&segments::path(&self.folder.log(), place.first));
        Damage {
            file,
            offset: place.offset,
            entry: Some(index),
            what,
        }
    }
}
