//! On the writer's thread: recorded, destroyed, and the fold goes on without.

use honeytoken::{Entry, Erasure, Event, Timestamp};
use store::{Draft, Lookup};

use super::choose::{Beyond, Target};
use super::gone::Gone;
use super::{EraseError, Order, Prepared};
use crate::ledger::opening::fold_on;
use crate::ledger::{Ledger, State, View};

/// What was erased.
#[derive(Debug)]
pub struct Erased {
    /// Each with the entry that says so.
    pub entries: Vec<(Target, u64)>,
    /// What erasing did not reach.
    pub beyond: Beyond,
}

impl Ledger {
    /// Records erasures and carries them out. From here on the fold is the one without the erased, and
    /// so is the snapshot.
    ///
    /// # Errors
    /// [`EraseError::Grown`] if the log grew by something that is to go as well; the disk's.
    pub fn erase(&mut self, prepared: Prepared, now: Timestamp) -> Result<Erased, EraseError> {
        if !self.has_turn() {
            return self.in_turn(|ledger| ledger.erase(prepared, now))?;
        }
        // What was prepared may rest on a fold that holds what another node erased.
        if self.view.folds_anew() {
            return Err(EraseError::Grown);
        }
        let Prepared {
            order,
            wanted,
            kept,
            beyond,
            without,
            size,
        } = prepared;
        let view = self.view();
        let Some(mut without) = without else {
            let entries = Vec::new();
            return Ok(Erased { entries, beyond });
        };
        let mut expected = view.reader.erased();
        expected.extend(kept.keys());
        if *without.erased() != expected || wanted.is_in(&view, size)? {
            return Err(EraseError::Grown);
        }
        let mut drafts: Vec<(Draft, Vec<Lookup>)> = Vec::with_capacity(kept.len());
        for (target, kept) in kept.values() {
            let event = erasure(&order, target.index, kept.carried.clone());
            let by = order.by.clone();
            let draft = Draft { at: now, by, event };
            drafts.push((draft, kept.lookups.clone()));
        }
        fold_on(
            &mut without,
            &view.reader,
            &view.index,
            &Gone::default(),
            u64::MAX,
        )?;
        stand(&view, &without, &mut drafts);
        let recorded = match self.store.erase_all(drafts) {
            Ok(recorded) => recorded,
            Err(fault) => {
                self.view.set_fault(&fault);
                if self.among.is_some() {
                    self.fold_recorded()?;
                }
                return Err(fault.into());
            }
        };
        self.go_on_with(without);
        self.fold(&recorded);
        self.snapshot();
        let targets = kept.into_values().map(|(target, _)| target);
        Ok(Erased {
            entries: targets.zip(recorded.iter().map(|e| e.index)).collect(),
            beyond,
        })
    }

    /// Some may be recorded, and their payloads gone.
    fn fold_recorded(&mut self) -> Result<(), EraseError> {
        let folded = self.view.state().size();
        let recorded = self.view.reader.entries(folded);
        let recorded = recorded.collect::<Result<Vec<Entry>, _>>()?;
        if !recorded.is_empty() {
            self.fold(&recorded);
            self.want_refold();
        }
        Ok(())
    }
}

/// Where the fold without the erased says otherwise of the evidence, the last erasure says how it
/// stood.
fn stand(view: &View, without: &State, drafts: &mut [(Draft, Vec<Lookup>)]) {
    let standing = view.state().judgement.standing(&without.judgement);
    let last = drafts.last_mut().map(|(draft, _)| &mut draft.event);
    if let (Some((name, value)), Some(Event::Erasure(erasure))) = (standing, last) {
        erasure.carried.insert(name, value);
    }
}

fn erasure(
    order: &Order,
    erased: u64,
    carried: serde_json::Map<String, serde_json::Value>,
) -> Event {
    Event::Erasure(Erasure {
        erased,
        reason: order.reason.clone(),
        legal_basis: order.legal_basis.clone(),
        scope: Some(order.scope.as_str().to_owned()),
        carried,
    })
}
