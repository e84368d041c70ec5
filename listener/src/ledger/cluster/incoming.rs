//! Other nodes' entries: written, folded, erased here as they are there.

use std::collections::BTreeMap;

use honeytoken::{Entry, Erasure, Event};
use store::Lookup;

use super::super::erase::filed_lookups;
use super::super::{Ledger, RecordError};

impl Ledger {
    /// Writes and folds what other nodes placed; returns how many entries.
    ///
    /// # Errors
    /// The disk's, or the stream cannot be followed.
    pub fn fold_arrivals(&mut self) -> Result<usize, RecordError> {
        let arrived = self.store.arrivals();
        let entries = arrived.inspect_err(|fault| self.view.set_fault(fault))?;
        self.take_in(&entries)?;
        Ok(entries.len())
    }

    /// Folds what was written, and erases here what it says is erased.
    pub(in crate::ledger) fn take_in(&mut self, entries: &[Entry]) -> Result<(), RecordError> {
        let is_erasure = |entry: &Entry| matches!(entry.event, Event::Erasure(_));
        let mut gone = BTreeMap::new();
        // What is erased is folded before its erasure: only then is it known where it is filed.
        for run in entries.chunk_by(|one, next| is_erasure(one) == is_erasure(next)) {
            for entry in run {
                if let Event::Erasure(erasure) = &entry.event {
                    gone.insert(erasure.erased, self.lookups_of(erasure));
                }
            }
            self.fold(run);
        }
        if !gone.is_empty() {
            self.forget(&gone.keys().copied().collect());
            self.want_refold();
            self.store.carry_out(gone)?;
        }
        if !entries.is_empty() {
            self.keep_snapshot();
        }
        Ok(())
    }

    /// What an entry that is to be erased was filed under.
    fn lookups_of(&self, erasure: &Erasure) -> Vec<Lookup> {
        let entry = self.view.reader.entry(erasure.erased).ok().flatten();
        let filed = |entry: Entry| filed_lookups(&self.view.state(), entry.index, &entry.event);
        entry.map(filed).unwrap_or_default()
    }
}
