//! Postings: which entries are filed under which term.
//!
//! sled takes about as long for one small value as for a block of a thousand postings. So new
//! postings gather in memory and are saved together as a sorted run; runs of one size are merged,
//! a little with each batch. What is in memory only is folded again after a crash, from
//! [`Postings::saved`] on.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use sled::{Batch, Db};

use super::merge::{self, Merge};
use super::run::{self, Posting, Run, RunInfo, RunWriter, entry_of};
use super::{META, RUN_LIST};
use crate::error::IndexFault;

/// How many postings are gathered in memory before they are saved: about 5 MiB.
pub(super) const SAVED_POSTINGS: usize = 1 << 16;
/// Postings merged for each one that is new: enough for as many tiers as a log can have.
const MERGED_PER_NEW: usize = 6;
/// Number of entries whose postings are saved.
const SIZE: &[u8] = &[META, b's'];
/// The number of the next run; ids are never used twice.
const NEXT_RUN: &[u8] = &[META, b'n'];

/// All postings.
pub(super) struct Postings {
    db: Db,
    view: RwLock<View>,
    /// Held by whoever changes anything, for as long as that takes; readers need only the view.
    writer: Mutex<Writer>,
    /// So many are gathered in memory before they are saved.
    saved_postings: usize,
}

/// What readers see.
struct View {
    /// Not saved yet.
    recent: BTreeSet<Posting>,
    /// Saved, in log order.
    runs: Vec<Arc<Run>>,
    /// Number of entries that are in.
    size: u64,
}

struct Writer {
    next_run: u64,
    /// Number of entries whose postings are saved.
    saved: u64,
    /// Being merged, the largest first: the last is worked on, so that a large one does not keep
    /// small runs waiting.
    merges: Vec<Merge>,
}

impl Postings {
    /// Opens what was saved, and clears away what was being written when the process ended.
    pub(super) fn open(db: &Db, saved_postings: usize) -> Result<Postings, IndexFault> {
        let number = |key: &[u8]| -> Result<u64, IndexFault> {
            let bytes = db.get(key)?;
            Ok(bytes
                .and_then(|b| b.as_ref().try_into().ok())
                .map_or(0, u64::from_be_bytes))
        };
        let list = db.get(RUN_LIST)?.unwrap_or_default();
        let infos = list
            .as_chunks::<{ RunInfo::BYTES }>()
            .0
            .iter()
            .filter_map(RunInfo::from_bytes);
        let runs: Vec<_> = infos
            .map(|info| Run::open(db, info).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let (size, next_run) = (number(SIZE)?, number(NEXT_RUN)?);
        for id in (0..next_run).filter(|id| runs.iter().all(|run| run.info.id != *id)) {
            run::remove(db, id)?;
        }
        Ok(Postings {
            db: db.clone(),
            saved_postings,
            view: RwLock::new(View {
                recent: BTreeSet::new(),
                runs,
                size,
            }),
            writer: Mutex::new(Writer {
                next_run,
                saved: size,
                merges: Vec::new(),
            }),
        })
    }

    /// Number of entries that are in, saved or not.
    pub(super) fn size(&self) -> u64 {
        self.read(|view| view.size)
    }

    /// Adds the postings of the entries up to `size`, each of which is later than those before.
    pub(super) fn add(&self, postings: &[Posting], size: u64) -> Result<(), IndexFault> {
        let mut writer = self.lock();
        let waiting = {
            let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
            view.recent.extend(postings);
            view.size = size;
            view.recent.len()
        };
        if waiting >= self.saved_postings {
            self.save_recent(&mut writer)?;
        }
        self.merge_some(&mut writer, postings.len() * MERGED_PER_NEW)
    }

    /// Saves what is in memory only.
    pub(super) fn save(&self) -> Result<(), IndexFault> {
        self.save_recent(&mut self.lock())
    }

    /// The entries of postings in `range`, which are all of one term, oldest first, at most
    /// `limit`.
    pub(super) fn oldest(
        &self,
        range: &Range<Posting>,
        limit: usize,
    ) -> Result<Vec<u64>, IndexFault> {
        let from = entry_of(&range.start);
        self.read(|view| {
            let mut found = Vec::new();
            for run in view.runs.iter().filter(|run| run.info.entries.end > from) {
                if found.len() >= limit {
                    break;
                }
                run.oldest(&self.db, range, limit, &mut found)?;
            }
            let recent = view.recent.range(range.clone()).take(limit - found.len());
            found.extend(recent.map(entry_of));
            Ok(found)
        })
    }

    /// The same, newest first.
    pub(super) fn newest(
        &self,
        range: &Range<Posting>,
        limit: usize,
    ) -> Result<Vec<u64>, IndexFault> {
        let before = entry_of(&range.end);
        self.read(|view| {
            let recent = view.recent.range(range.clone()).rev().take(limit);
            let mut found: Vec<u64> = recent.map(entry_of).collect();
            for run in view
                .runs
                .iter()
                .rev()
                .filter(|run| run.info.entries.start < before)
            {
                if found.len() >= limit {
                    break;
                }
                run.newest(&self.db, range, limit, &mut found)?;
            }
            Ok(found)
        })
    }

    /// Takes a posting out.
    pub(super) fn purge(&self, posting: &Posting) -> Result<(), IndexFault> {
        let mut writer = self.lock();
        // A run being written may hold it already.
        for merge in writer.merges.drain(..) {
            run::remove(&self.db, merge.id())?;
        }
        let entry = entry_of(posting);
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        view.recent.remove(posting);
        let holds = |run: &&Arc<Run>| run.info.entries.contains(&entry);
        view.runs
            .iter()
            .find(holds)
            .map_or(Ok(()), |run| run.purge(&self.db, posting))
    }

    fn read<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        read(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_id(&self, writer: &mut Writer) -> Result<u64, IndexFault> {
        let id = writer.next_run;
        writer.next_run += 1;
        self.db.insert(NEXT_RUN, &writer.next_run.to_be_bytes())?;
        Ok(id)
    }

    fn save_recent(&self, writer: &mut Writer) -> Result<(), IndexFault> {
        let size = self.size();
        if size == writer.saved {
            return Ok(());
        }
        let id = self.new_id(writer)?;
        let run = self.read(|view| {
            let mut out = RunWriter::new(id, view.recent.len());
            view.recent
                .iter()
                .try_for_each(|posting| out.push(&self.db, posting))?;
            out.finish(&self.db, writer.saved..size)
        })?;
        let mut runs = self.read(|view| view.runs.clone());
        runs.push(run);
        self.switch(runs, size)?;
        writer.saved = size;
        self.view
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .recent
            .clear();
        Ok(())
    }

    fn merge_some(&self, writer: &mut Writer, postings: usize) -> Result<(), IndexFault> {
        let busy: Vec<u64> = writer.merges.iter().flat_map(Merge::sources).collect();
        let due = self.read(|view| merge::due(&view.runs, &busy, self.saved_postings));
        if let Some(runs) = due {
            let merge = Merge::begin(self.new_id(writer)?, &runs);
            writer.merges.push(merge);
        }
        let Some(mut merge) = writer.merges.pop() else {
            return Ok(());
        };
        if !merge.step(&self.db, postings)? {
            writer.merges.push(merge);
            return Ok(());
        }
        let sources = merge.sources();
        let merged = merge.finish(&self.db)?;
        let mut runs = self.read(|view| view.runs.clone());
        if let Some(at) = runs.iter().position(|run| sources.contains(&run.info.id)) {
            runs.retain(|run| !sources.contains(&run.info.id));
            runs.insert(at, merged);
        }
        self.switch(runs, writer.saved)?;
        sources
            .into_iter()
            .try_for_each(|id| run::remove(&self.db, id))
    }

    /// Puts other runs in place of those there are: on disk, then for readers. A crash before
    /// leaves the old list, after it the new one, and runs that no list names, which the next
    /// opening removes.
    fn switch(&self, runs: Vec<Arc<Run>>, saved: u64) -> Result<(), IndexFault> {
        let list: Vec<u8> = runs.iter().flat_map(|run| run.info.to_bytes()).collect();
        let mut batch = Batch::default();
        batch.insert(RUN_LIST, list);
        batch.insert(SIZE, &saved.to_be_bytes());
        self.db.apply_batch(batch)?;
        self.view
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .runs = runs;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn db() -> Db {
        sled::Config::new()
            .temporary(true)
            .flush_every_ms(None)
            .open()
            .unwrap()
    }

    fn posting(term: u8, entry: u64) -> Posting {
        let mut posting = [term.wrapping_mul(37); 24];
        posting[16..].copy_from_slice(&entry.to_be_bytes());
        posting
    }

    /// What may happen to postings.
    #[derive(Debug, Clone)]
    enum Op {
        /// Entries with these terms each.
        Add(Vec<BTreeSet<u8>>),
        Save,
        Reopen,
        /// The posting of a term and one of its entries.
        Purge(u8, prop::sample::Index),
    }

    fn op() -> impl Strategy<Value = Op> {
        let terms = prop::collection::btree_set(0u8..12, 0..5);
        prop_oneof![
            8 => prop::collection::vec(terms, 1..12).prop_map(Op::Add),
            1 => Just(Op::Save),
            1 => Just(Op::Reopen),
            1 => (0u8..12, any::<prop::sample::Index>()).prop_map(|(t, n)| Op::Purge(t, n)),
        ]
    }

    type Model = BTreeMap<u8, BTreeSet<u64>>;

    fn check(postings: &Postings, model: &Model, size: u64) {
        assert_eq!(postings.size(), size);
        for term in 0..12 {
            let entries = model.get(&term).cloned().unwrap_or_default();
            for (from, to) in [(0, u64::MAX), (size / 3, size), (size / 2, size / 2 + 4)] {
                let range = posting(term, from)..posting(term, to);
                for limit in [1, 3, usize::MAX] {
                    let expected: Vec<u64> = entries.range(from..to).copied().collect();
                    let oldest = &expected[..expected.len().min(limit)];
                    assert_eq!(postings.oldest(&range, limit).unwrap(), oldest);
                    let newest: Vec<u64> = expected.iter().rev().take(limit).copied().collect();
                    assert_eq!(postings.newest(&range, limit).unwrap(), newest);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn postings_are_what_was_added(ops in prop::collection::vec(op(), 1..60)) {
            // Saved after eight: dozens of runs, merged several times over.
            let db = db();
            let mut postings = Postings::open(&db, 8).unwrap();
            let (mut model, mut size) = (Model::new(), 0);
            for op in ops {
                match op {
                    Op::Add(entries) => {
                        let mut added = Vec::new();
                        for terms in entries {
                            for term in terms {
                                added.push(posting(term, size));
                                model.entry(term).or_default().insert(size);
                            }
                            size += 1;
                        }
                        postings.add(&added, size).unwrap();
                    }
                    Op::Save => postings.save().unwrap(),
                    Op::Reopen => {
                        postings.save().unwrap();
                        postings = Postings::open(&db, 8).unwrap();
                    }
                    Op::Purge(term, which) => {
                        if let Some(entries) = model.get_mut(&term).filter(|e| !e.is_empty()) {
                            let entry = *which.get(&entries.iter().copied().collect::<Vec<_>>());
                            entries.remove(&entry);
                            postings.purge(&posting(term, entry)).unwrap();
                        }
                    }
                }
                check(&postings, &model, size);
            }
        }
    }

    #[test]
    fn many_runs_become_few_and_leave_nothing_behind() {
        let db = db();
        let postings = Postings::open(&db, 4).unwrap();
        for entry in 0..3_000 {
            postings
                .add(&[posting(1, entry), posting(2, entry)], entry + 1)
                .unwrap();
        }
        postings.save().unwrap();
        let runs = postings.read(|view| view.runs.len());
        assert!(runs < 60, "{runs} runs");
        let all = posting(1, 0)..posting(1, u64::MAX);
        assert_eq!(
            postings.oldest(&all, usize::MAX).unwrap(),
            (0..3_000).collect::<Vec<_>>()
        );
        drop(postings);
        let postings = Postings::open(&db, 4).unwrap();
        let blocks: usize = postings.read(|view| view.runs.iter().map(|run| run.blocks()).sum());
        assert_eq!(db.scan_prefix([super::super::BLOCK]).count(), blocks);
    }

    #[test]
    fn small_runs_between_large_ones_do_not_stay_for_ever() {
        let db = db();
        let postings = Postings::open(&db, 4).unwrap();
        for entry in 0..2_000 {
            postings.add(&[posting(1, entry)], entry + 1).unwrap();
            if entry % 13 == 0 {
                postings.save().unwrap();
            }
        }
        let runs = postings.read(|view| view.runs.len());
        assert!(runs < 60, "{runs} runs");
    }

    #[test]
    fn what_was_not_saved_is_to_be_added_again() {
        let db = db();
        let postings = Postings::open(&db, 100).unwrap();
        postings.add(&[posting(1, 0)], 1).unwrap();
        postings.save().unwrap();
        postings.add(&[posting(1, 1)], 2).unwrap();
        drop(postings);
        let postings = Postings::open(&db, 100).unwrap();
        check(&postings, &Model::from([(1, [0].into())]), 1);
    }
}
