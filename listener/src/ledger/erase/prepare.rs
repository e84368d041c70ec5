//! Everything of an erasure that takes long: choosing, reading, folding without.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::choose::{Beyond, Target, Wanted, choose};
use super::gone::{Gone, GoneEntry, READING};
use super::keep::Kept;
use super::{EraseError, Order};
use crate::ledger::opening::fold_from_zero;
use crate::ledger::{State, View};

/// What is to be erased, and the fold without it.
pub struct Prepared {
    pub(super) order: Order,
    pub(super) wanted: Wanted,
    pub(super) kept: BTreeMap<u64, (Target, Kept)>,
    pub(super) beyond: Beyond,
    /// The fold of the first so many entries without those that go; none for a rehearsal.
    pub(super) without: Option<State>,
    pub(super) size: u64,
}

impl View {
    /// Chooses what is to go and folds the log without it; blocks as long as folding takes.
    ///
    /// # Errors
    /// Nothing is meant by the order, or the disk fails.
    pub fn prepare_erasure(&self, order: Order) -> Result<Prepared, EraseError> {
        let mut prepared = self.rehearse_erasure(order)?;
        if !prepared.kept.is_empty() {
            prepared.fold(self)?;
        }
        Ok(prepared)
    }

    /// Only chooses what would go.
    ///
    /// # Errors
    /// As for [`View::prepare_erasure`].
    pub fn rehearse_erasure(&self, order: Order) -> Result<Prepared, EraseError> {
        let wanted = Wanted::by(self, &order.scope)?;
        let size = self.reader.size();
        let chosen = choose(self, &wanted)?;
        let mut kept = BTreeMap::new();
        for (index, target) in chosen.targets {
            let Some(opened) = self.reader.opened(index)? else {
                continue;
            };
            let Some(entry) = self.reader.entry(index)? else {
                continue;
            };
            let of_it = Kept::of(&self.state(), &target, &opened, &entry.event);
            kept.insert(index, (target, of_it));
        }
        Ok(Prepared {
            order,
            wanted,
            kept,
            beyond: chosen.beyond,
            without: None,
            size,
        })
    }
}

impl Prepared {
    /// What would go, in the order of the log.
    pub fn targets(&self) -> Vec<Target> {
        self.kept.values().map(|(target, _)| *target).collect()
    }

    /// What erasing does not reach.
    pub fn beyond(&self) -> &Beyond {
        &self.beyond
    }

    fn fold(&mut self, view: &View) -> Result<(), EraseError> {
        let (reader, index) = (&view.reader, &*view.index);
        let contacts = self.kept.values().filter(|(t, _)| t.kind == "contact");
        let contacts: BTreeSet<u64> = contacts.map(|(target, _)| target.index).collect();
        let mut gone = Gone::of_log(reader, index)?;
        if !contacts.is_empty() {
            let mut reading = State::new();
            reading.judgement.watch(contacts);
            fold_from_zero(&mut reading, reader, index, &gone, self.size)?;
            for (entry, reading) in reading.judgement.into_readings() {
                if let Some((_, kept)) = self.kept.get_mut(&entry) {
                    kept.carried.insert(READING.to_owned(), json!(reading));
                }
            }
        }
        for (at, (_, kept)) in &self.kept {
            let left = GoneEntry::new(*at, &kept.carried, &kept.remains);
            gone.0.insert(*at, left);
        }
        let mut without = State::new();
        fold_from_zero(&mut without, reader, index, &gone, self.size)?;
        self.without = Some(without);
        Ok(())
    }
}
