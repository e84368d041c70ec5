//! Several runs become one, a little at a time, so that no entry waits for it.

use std::sync::Arc;

use sled::{Db, IVec};

use super::run::{Posting, Run, RunWriter};
use crate::error::IndexFault;

/// So many neighbouring runs of about one size become one: a posting is written again once each
/// time the log grows by this factor.
const FANOUT: usize = 8;

/// Runs that are being merged.
pub(super) struct Merge {
    sources: Vec<Source>,
    out: RunWriter,
}

/// A run and how far it is read.
struct Source {
    run: Arc<Run>,
    next_block: usize,
    block: IVec,
    at: usize,
}

impl Source {
    /// The next posting; none at the end.
    fn head(&mut self, db: &Db) -> Result<Option<Posting>, IndexFault> {
        loop {
            if let Some(posting) = self.block.as_chunks().0.get(self.at) {
                return Ok(Some(*posting));
            }
            if self.next_block == self.run.blocks() {
                return Ok(None);
            }
            self.block = self.run.block(db, self.next_block)?;
            self.next_block += 1;
            self.at = 0;
        }
    }
}

/// How often a run of so many postings has been merged, about.
fn tier(postings: u64, saved_postings: usize) -> u32 {
    (postings / saved_postings as u64)
        .checked_ilog(FANOUT as u64)
        .map_or(0, |tier| tier + 1)
}

/// Neighbours of one tier, if there are enough of them that are not busy. A small run before a
/// larger one, as a restart leaves it, counts as of the larger one's tier: it would part neighbours
/// for ever otherwise.
pub(super) fn due(runs: &[Arc<Run>], busy: &[u64], saved_postings: usize) -> Option<Vec<Arc<Run>>> {
    let mut newer = 0;
    let tier_of = |run: &Arc<Run>| {
        newer = tier(run.info.postings, saved_postings).max(newer);
        (newer, busy.contains(&run.info.id))
    };
    let mut tiers: Vec<_> = runs.iter().rev().map(tier_of).collect();
    tiers.reverse();
    let fits = |some: &[(u32, bool)]| some.iter().all(|run| *run == (some[0].0, false));
    let start = tiers.windows(FANOUT).rposition(fits)?;
    Some(runs[start..start + FANOUT].to_vec())
}

impl Merge {
    /// Begins to merge neighbouring runs into run `id`.
    pub(super) fn begin(id: u64, runs: &[Arc<Run>]) -> Merge {
        let source = |run: &Arc<Run>| Source {
            run: run.clone(),
            next_block: 0,
            block: IVec::default(),
            at: 0,
        };
        let terms: u64 = runs.iter().map(|run| run.info.terms).sum();
        let sources = runs.iter().map(source).collect();
        Merge {
            sources,
            out: RunWriter::new(id, terms as usize),
        }
    }

    /// The run that is being written.
    pub(super) fn id(&self) -> u64 {
        self.out.id()
    }

    /// The runs that it takes the place of.
    pub(super) fn sources(&self) -> Vec<u64> {
        self.sources
            .iter()
            .map(|source| source.run.info.id)
            .collect()
    }

    /// Merges at most so many postings; true when all are.
    pub(super) fn step(&mut self, db: &Db, postings: usize) -> Result<bool, IndexFault> {
        for _ in 0..postings {
            let mut least: Option<(Posting, usize)> = None;
            for (number, source) in self.sources.iter_mut().enumerate() {
                if let Some(head) = source.head(db)?
                    && least.is_none_or(|(posting, _)| head < posting)
                {
                    least = Some((head, number));
                }
            }
            let Some((posting, number)) = least else {
                return Ok(true);
            };
            self.out.push(db, &posting)?;
            self.sources[number].at += 1;
        }
        Ok(false)
    }

    /// The run that all of them became.
    pub(super) fn finish(self, db: &Db) -> Result<Arc<Run>, IndexFault> {
        let entries = |source: &Source| source.run.info.entries.clone();
        let start = self
            .sources
            .first()
            .map_or(0, |source| entries(source).start);
        let end = self.sources.last().map_or(0, |source| entries(source).end);
        self.out.finish(db, start..end)
    }
}
