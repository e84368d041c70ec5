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
mod tests {
    use std::path::Path;

    use honeytoken::{Entry, Event, Timestamp};
    use store::{Creation, Draft, Options};

    use super::super::opening::fold_from_zero;
    use super::super::{Order, SNAPSHOT, Scope};
    use super::*;
    use crate::import::{self, ContactRow};

    const AT: Timestamp = Timestamp::from_unix_s(1_791_000_000);

    fn ledger(dir: &Path) -> Ledger {
        let creation = Creation {
            origin: "test.invalid/log".to_owned(),
            program: "test".to_owned(),
            at: AT,
        };
        let mut ledger = Ledger::open(dir, creation, Options::default(), &|_| {}).unwrap();
        let events = vec![Event::ConnectionSet(import::connection())];
        ledger.record(AT, None, events).unwrap();
        ledger
    }

    fn text(number: u64, from: u64) -> Event {
        let row = serde_json::json!({
            "provider_event_id": format!("id{number}"), "received_at": 1_791_000_000 + number,
            "to": "+14155550132", "from": format!("+1415555{from:04}"), "kind": "sms",
            "text": format!("offer {number}"),
        });
        import::contact(serde_json::from_value::<ContactRow>(row).unwrap())
    }

    fn json(state: &State) -> String {
        serde_json::to_string(state).unwrap()
    }

    fn from_zero(ledger: &Ledger) -> String {
        let view = ledger.view();
        let gone = Gone::of_log(&view.reader, &view.index).unwrap();
        let mut state = State::new();
        fold_from_zero(&mut state, &view.reader, &view.index, &gone, u64::MAX).unwrap();
        json(&state)
    }

    /// Erases a contact on one node: the entries that say so.
    fn erased_on(ledger: &mut Ledger, contact: u64) -> Vec<Event> {
        let order = Order {
            scope: Scope::Contact(contact),
            reason: "asked".to_owned(),
            legal_basis: None,
            by: None,
        };
        let prepared = ledger.view().prepare_erasure(order).unwrap();
        let erased = ledger.erase(prepared, AT).unwrap();
        let entry = |at: u64| ledger.view().reader.entry(at).unwrap().unwrap();
        let entries = erased.entries.iter().map(|(_, at)| entry(*at));
        entries.map(|entry| entry.event).collect()
    }

    /// They arrive on another, whose log is the same.
    fn arrive(ledger: &mut Ledger, events: Vec<Event>) {
        let sealer = ledger.view().sealer.clone();
        let draft = |event| Draft {
            at: AT,
            by: None,
            event,
        };
        let seal = |event| sealer.seal(draft(event));
        let sealed = events.into_iter().map(seal).collect::<Result<_, _>>();
        let entries: Vec<Entry> = ledger.store().append(sealed.unwrap()).unwrap();
        ledger.take_in(&entries).unwrap();
    }

    #[test]
    fn while_another_s_erasure_is_folded_the_log_goes_on_and_ends_in_the_fold_from_zero() {
        let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [mut one, mut other] = dirs.each_ref().map(|dir| ledger(dir.path()));
        let texts: Vec<Event> = (0..40).map(|n| text(n, n % 7)).collect();
        let indices = one.record(AT, None, texts.clone()).unwrap();
        assert_eq!(other.record(AT, None, texts).unwrap(), indices);
        let first = erased_on(&mut one, indices[3]);
        let second = erased_on(&mut one, indices[8]);

        arrive(&mut other, first);
        assert!(other.view().folds_anew());
        assert!(other.view().reader.is_erased(indices[3]), "at once");
        other.tend_refold().unwrap();
        // More comes, also what tells again what was erased, and another erasure.
        let more = (40..60).map(|n| text(n, n % 7)).chain([text(3, 3)]);
        other.record(AT, None, more.collect()).unwrap();
        arrive(&mut other, second);
        assert_ne!(json(&other.view().state()), from_zero(&other));
        other.snapshot();
        let kept = other.view().index.snapshot(SNAPSHOT).unwrap().is_some();
        assert!(!kept, "what is erased is not kept in a snapshot");

        other.finish_refold().unwrap();
        assert!(!other.view().folds_anew());
        let live = json(&other.view().state());
        assert_eq!(live, from_zero(&other));
        assert_eq!(json(&other.view().state()).matches("offer 3\"").count(), 0);
        other.record(AT, None, vec![text(60, 1)]).unwrap();
        let live = json(&other.view().state());
        assert_eq!(live, from_zero(&other));
        drop(other);
        let again = ledger_again(dirs[1].path());
        assert_eq!(json(&again.view().state()), live, "also after a restart");
    }

    fn ledger_again(dir: &Path) -> Ledger {
        let creation = Creation {
            origin: String::new(),
            program: String::new(),
            at: AT,
        };
        Ledger::open(dir, creation, Options::default(), &|_| {}).unwrap()
    }

    #[test]
    fn a_ledger_that_ends_does_not_wait_for_the_fold_and_the_next_start_makes_it() {
        let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [mut one, mut other] = dirs.each_ref().map(|dir| ledger(dir.path()));
        let texts: Vec<Event> = (0..9).map(|n| text(n, n)).collect();
        let indices = one.record(AT, None, texts.clone()).unwrap();
        other.record(AT, None, texts).unwrap();
        let erased = erased_on(&mut one, indices[4]);
        arrive(&mut other, erased);
        other.tend_refold().unwrap();
        let live = from_zero(&other);
        drop(other);
        let again = ledger_again(dirs[1].path());
        assert_eq!(json(&again.view().state()), live);
    }
}
