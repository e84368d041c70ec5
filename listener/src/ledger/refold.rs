//! After another node's erasure the fold is made anew, from the first entry and without what is gone.
//!
//! That takes as long as folding the log takes, so it is done beside the writer, which goes on recording;
//! then the writer folds the few entries that came meanwhile and goes on from there. Until then the fold
//! in memory is the one from before, which the payloads are gone of already.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

use store::{Fault, Index, Reader};

use super::erase::Gone;
use super::opening::fold_on;
use super::{Ledger, LedgerError, RecordError, State, View};

/// Folded between two looks whether it is wanted still.
const STEP_ENTRIES: u64 = 1_024;
/// So near to the end of the log the writer takes over.
const NEAR_ENTRIES: u64 = 512;

/// A fold from zero under way; dropped, it ends soon.
pub(super) struct Refold {
    /// What it does without.
    without: BTreeSet<u64>,
    stop: Arc<AtomicBool>,
    /// None once it was waited for.
    folding: Option<JoinHandle<Result<State, LedgerError>>>,
}

impl Refold {
    fn begin(view: &View) -> std::io::Result<Refold> {
        let (reader, index) = (view.reader.clone(), Arc::clone(&view.index));
        let without = reader.erased();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let folding = std::thread::Builder::new()
            .name("refold".into())
            .spawn(move || fold(&reader, &index, &stopped))?;
        Ok(Refold {
            without,
            stop,
            folding: Some(folding),
        })
    }

    fn is_finished(&self) -> bool {
        self.folding.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn join(mut self) -> Option<Result<State, LedgerError>> {
        match self.folding.take()?.join() {
            Ok(folded) => Some(folded),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Refold {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // It holds the index open, which nobody may find open once the ledger is gone.
        if let Some(folding) = self.folding.take() {
            let _ = folding.join();
        }
    }
}

/// Folds until hardly anything is left; less if nobody wants it any more.
fn fold(reader: &Reader, index: &Index, stop: &AtomicBool) -> Result<State, LedgerError> {
    let gone = Gone::up_to(reader, index, index.size_folded())?;
    let mut state = State::new();
    state.foresee(&gone);
    while !stop.load(Ordering::Relaxed) {
        // The log may be ahead of the index, which is asked for what was told before.
        let end = index.size_folded();
        if state.size() + NEAR_ENTRIES >= end && state.size() > 0 {
            break;
        }
        let until = end.min(state.size() + STEP_ENTRIES);
        fold_on(&mut state, reader, index, &gone, until)?;
    }
    Ok(state)
}

impl Ledger {
    /// Says that the fold holds what was erased; it is made anew when [`Ledger::tend`] comes to it, once
    /// for all that arrived.
    pub(super) fn want_refold(&self) {
        self.view.folds_anew.store(true, Ordering::Release);
    }

    /// What comes next is filed as if these had never been: nothing is a part of them, or their repeat.
    pub(super) fn forget(&self, gone: &BTreeSet<u64>) {
        let state = self.view.state.write();
        state.unwrap_or_else(PoisonError::into_inner).forget(gone);
    }

    /// Begins the fold that is wanted, or goes on from it when it is there; never waits for it.
    pub(super) fn tend_refold(&mut self) -> Result<(), RecordError> {
        match self.refold.take() {
            Some(refold) if refold.is_finished() => self.go_on_from_refold(refold),
            Some(refold) => {
                self.refold = Some(refold);
                Ok(())
            }
            None if self.view.folds_anew() && self.view.fault().is_none() => self.begin_refold(),
            None => Ok(()),
        }
    }

    /// Waits until the fold is the one without the erased.
    pub(crate) fn finish_refold(&mut self) -> Result<(), RecordError> {
        while self.view.folds_anew() {
            match self.refold.take() {
                Some(refold) => self.go_on_from_refold(refold)?,
                None => self.begin_refold()?,
            }
        }
        Ok(())
    }

    fn begin_refold(&mut self) -> Result<(), RecordError> {
        let begun = Refold::begin(&self.view).map_err(|source| Fault::Io {
            step: "start the thread that folds the log anew",
            source,
        })?;
        self.refold = Some(begun);
        Ok(())
    }

    fn go_on_from_refold(&mut self, refold: Refold) -> Result<(), RecordError> {
        let is_current = refold.without == self.view.reader.erased();
        let folded = refold.join();
        if !is_current {
            // More was erased meanwhile: what was read of it may be missing.
            return self.begin_refold();
        }
        let Some(folded) = folded else { return Ok(()) };
        let caught_up = folded.and_then(|mut state| {
            let View { reader, index, .. } = &*self.view;
            fold_on(&mut state, reader, index, &Gone::default(), u64::MAX)?;
            Ok(state)
        });
        let state = caught_up.map_err(|error| {
            let fault = Fault::Cluster(format!("log cannot be folded anew: {error}"));
            self.view.set_fault(&fault);
            fault
        })?;
        self.go_on_with(state);
        self.snapshot();
        Ok(())
    }

    /// Goes on from a fold of the whole log without anything that was erased.
    pub(super) fn go_on_with(&mut self, state: State) {
        let before = {
            let live = self.view.state.write();
            std::mem::replace(&mut *live.unwrap_or_else(PoisonError::into_inner), state)
        };
        // Large, and nobody waits for its end.
        drop(before);
        self.refold = None;
        self.view.folds_anew.store(false, Ordering::Release);
    }
}

impl View {
    /// Whether another node's erasure has arrived and the fold without what it erased is not there yet.
    pub fn folds_anew(&self) -> bool {
        self.folds_anew.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests;
