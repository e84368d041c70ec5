//! A run: the postings of consecutive entries, sorted, in blocks that sled keeps.

use std::ops::Range;
use std::sync::Arc;

use sled::{Db, IVec};

use super::{BLOCK, HEAD, pieces};
use crate::error::IndexFault;

/// A term and an entry, big-endian, so that bytes sort by term and then in log order.
pub(super) type Posting = [u8; POSTING_BYTES];
/// Length of a term: a keyed hash of a look-up.
pub(super) const TERM_BYTES: usize = 16;
const POSTING_BYTES: usize = TERM_BYTES + 8;
/// Postings in a block: 24 KiB, well below what sled keeps apart without syncing.
pub(super) const BLOCK_POSTINGS: usize = 1024;

/// The entry of a posting.
pub(super) fn entry_of(posting: &Posting) -> u64 {
    posting.last_chunk().copied().map_or(0, u64::from_be_bytes)
}

fn term_of(posting: &Posting) -> &[u8] {
    &posting[..TERM_BYTES]
}

/// Says of most terms that are not in a run that they are not: a Bloom filter with twelve bits and
/// four probes a term, wrong in one case of two hundred. Terms are hashes, so they are their own
/// probes.
struct Filter(Vec<u8>);

impl Filter {
    fn new(terms: usize) -> Filter {
        Filter(vec![0; terms * 12 / 8 + 1])
    }

    fn bits(&self, posting: &Posting) -> impl Iterator<Item = (usize, u8)> + use<> {
        let bits = self.0.len() as u64 * 8;
        let probes = *posting
            .first_chunk::<TERM_BYTES>()
            .unwrap_or(&[0; TERM_BYTES]);
        (0..4).map(move |probe| {
            let word = probes
                .as_chunks::<4>()
                .0
                .get(probe)
                .copied()
                .map_or(0, u32::from_be_bytes);
            let bit = u64::from(word) % bits;
            ((bit / 8) as usize, 1 << (bit % 8))
        })
    }

    fn insert(&mut self, posting: &Posting) {
        self.bits(posting)
            .for_each(|(byte, bit)| self.0[byte] |= bit);
    }

    fn may_hold(&self, posting: &Posting) -> bool {
        self.bits(posting)
            .all(|(byte, bit)| self.0[byte] & bit != 0)
    }
}

/// What the list of runs says of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RunInfo {
    pub(super) id: u64,
    /// The entries whose postings these are. Runs follow each other without overlap, so entries of
    /// a term in one run all come before those in the next.
    pub(super) entries: Range<u64>,
    /// Number of postings.
    pub(super) postings: u64,
    /// Number of terms, at most.
    pub(super) terms: u64,
    /// Number of pieces of its head: first postings of blocks, and filter.
    head_pieces: u32,
}

impl RunInfo {
    pub(super) const BYTES: usize = 44;

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let numbers = [
            self.id,
            self.entries.start,
            self.entries.end,
            self.postings,
            self.terms,
        ];
        let mut bytes = numbers.map(u64::to_be_bytes).concat();
        bytes.extend_from_slice(&self.head_pieces.to_be_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; RunInfo::BYTES]) -> Option<RunInfo> {
        let number = |at: usize| {
            bytes
                .get(at * 8..at * 8 + 8)?
                .try_into()
                .ok()
                .map(u64::from_be_bytes)
        };
        Some(RunInfo {
            id: number(0)?,
            entries: number(1)?..number(2)?,
            postings: number(3)?,
            terms: number(4)?,
            head_pieces: bytes.last_chunk().copied().map(u32::from_be_bytes)?,
        })
    }
}

/// A run that can be searched.
pub(super) struct Run {
    pub(super) info: RunInfo,
    /// The first posting of each block.
    firsts: Vec<Posting>,
    filter: Filter,
}

fn block_key(id: u64, block: usize) -> Vec<u8> {
    [
        &[BLOCK],
        id.to_be_bytes().as_slice(),
        &(block as u32).to_be_bytes(),
    ]
    .concat()
}

fn head_prefix(id: u64) -> Vec<u8> {
    [&[HEAD], id.to_be_bytes().as_slice()].concat()
}

/// Removes all that was written of a run.
pub(super) fn remove(db: &Db, id: u64) -> Result<(), IndexFault> {
    pieces::remove(db, &head_prefix(id))?;
    pieces::remove(db, &[&[BLOCK], id.to_be_bytes().as_slice()].concat())
}

impl Run {
    /// Reads the head of a run.
    pub(super) fn open(db: &Db, info: RunInfo) -> Result<Run, IndexFault> {
        let missing = || IndexFault("a run has lost its head".to_owned());
        let head = pieces::get(db, &head_prefix(info.id), info.head_pieces)?.ok_or_else(missing)?;
        let blocks = (info.postings as usize).div_ceil(BLOCK_POSTINGS);
        let (firsts, filter) = head
            .split_at_checked(blocks * POSTING_BYTES)
            .ok_or_else(missing)?;
        let firsts = firsts.as_chunks().0.to_vec();
        if filter.is_empty() {
            return Err(missing());
        }
        Ok(Run {
            info,
            firsts,
            filter: Filter(filter.to_vec()),
        })
    }

    pub(super) fn blocks(&self) -> usize {
        self.firsts.len()
    }

    pub(super) fn block(&self, db: &Db, block: usize) -> Result<IVec, IndexFault> {
        let found = db.get(block_key(self.info.id, block))?;
        found.ok_or_else(|| IndexFault("a run has lost a block".to_owned()))
    }

    /// Adds to `found` the entries of postings in `range`, which are all of one term, oldest
    /// first, until there are `limit`.
    pub(super) fn oldest(
        &self,
        db: &Db,
        range: &Range<Posting>,
        limit: usize,
        found: &mut Vec<u64>,
    ) -> Result<(), IndexFault> {
        if !self.filter.may_hold(&range.start) {
            return Ok(());
        }
        let first = self
            .firsts
            .partition_point(|first| *first <= range.start)
            .saturating_sub(1);
        for number in first..self.blocks() {
            if found.len() >= limit || self.firsts[number] >= range.end {
                break;
            }
            let block = self.block(db, number)?;
            let inside = within(&block, range);
            found.extend(inside.iter().take(limit - found.len()).map(entry_of));
        }
        Ok(())
    }

    /// The same, newest first.
    pub(super) fn newest(
        &self,
        db: &Db,
        range: &Range<Posting>,
        limit: usize,
        found: &mut Vec<u64>,
    ) -> Result<(), IndexFault> {
        if !self.filter.may_hold(&range.start) {
            return Ok(());
        }
        let end = self.firsts.partition_point(|first| *first < range.end);
        for number in (0..end).rev() {
            if found.len() >= limit {
                break;
            }
            let block = self.block(db, number)?;
            let inside = within(&block, range);
            found.extend(inside.iter().rev().take(limit - found.len()).map(entry_of));
            if self.firsts[number] < range.start {
                break;
            }
        }
        Ok(())
    }

    /// Takes a posting out, if it is there.
    pub(super) fn purge(&self, db: &Db, posting: &Posting) -> Result<(), IndexFault> {
        let at = self.firsts.partition_point(|first| first <= posting);
        let Some(number) = at.checked_sub(1) else {
            return Ok(());
        };
        let block = self.block(db, number)?;
        let kept: Vec<u8> = block
            .as_chunks::<POSTING_BYTES>()
            .0
            .iter()
            .filter(|p| *p != posting)
            .flatten()
            .copied()
            .collect();
        db.insert(block_key(self.info.id, number), kept)?;
        Ok(())
    }
}

/// The postings of a block that lie in a range.
fn within<'a>(block: &'a [u8], range: &Range<Posting>) -> &'a [Posting] {
    let postings = block.as_chunks().0;
    let start = postings.partition_point(|posting| *posting < range.start);
    let end = postings.partition_point(|posting| *posting < range.end);
    postings.get(start..end).unwrap_or_default()
}

/// Writes a run, block by block. Until the list of runs names it, nobody looks at it.
pub(super) struct RunWriter {
    id: u64,
    block: Vec<u8>,
    firsts: Vec<Posting>,
    filter: Filter,
    postings: u64,
    terms: u64,
    last: Option<Posting>,
}

impl RunWriter {
    /// A run of at most so many terms.
    pub(super) fn new(id: u64, terms: usize) -> RunWriter {
        RunWriter {
            id,
            block: Vec::with_capacity(BLOCK_POSTINGS * POSTING_BYTES),
            firsts: Vec::new(),
            filter: Filter::new(terms),
            postings: 0,
            terms: 0,
            last: None,
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Adds a posting, which sorts after all before it.
    pub(super) fn push(&mut self, db: &Db, posting: &Posting) -> Result<(), IndexFault> {
        if self
            .last
            .is_none_or(|last| term_of(&last) != term_of(posting))
        {
            self.filter.insert(posting);
            self.terms += 1;
        }
        if self.block.is_empty() {
            self.firsts.push(*posting);
        }
        self.block.extend_from_slice(posting);
        self.last = Some(*posting);
        self.postings += 1;
        if self.block.len() == BLOCK_POSTINGS * POSTING_BYTES {
            self.write_block(db)?;
        }
        Ok(())
    }

    fn write_block(&mut self, db: &Db) -> Result<(), IndexFault> {
        db.insert(
            block_key(self.id, self.firsts.len() - 1),
            self.block.as_slice(),
        )?;
        self.block.clear();
        Ok(())
    }

    /// Writes what is left and the head.
    pub(super) fn finish(mut self, db: &Db, entries: Range<u64>) -> Result<Arc<Run>, IndexFault> {
        if !self.block.is_empty() {
            self.write_block(db)?;
        }
        let head = [self.firsts.as_flattened(), &self.filter.0].concat();
        let head_pieces = pieces::put(db, &head_prefix(self.id), &head)?;
        let (id, postings, terms) = (self.id, self.postings, self.terms);
        let info = RunInfo {
            id,
            entries,
            postings,
            terms,
            head_pieces,
        };
        Ok(Arc::new(Run {
            info,
            firsts: self.firsts,
            filter: self.filter,
        }))
    }
}
