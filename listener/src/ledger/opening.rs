//! From a checked log to its fold: from the last snapshot on, the index brought up to the log.

use std::io::BufReader;

use honeytoken::Entry;
use store::{Index, IndexFault, Lookup, Reader, Snapshot, Visit};

use super::erase::Gone;
use super::state::{Filed, Overlay};
use super::{LedgerError, SNAPSHOT, State, first_in};

/// Entries folded before the index is written, while opening.
const CATCH_UP_BATCH_ENTRIES: usize = 512;
/// How often progress is told while opening.
const PROGRESS_EVERY_ENTRIES: u64 = 1024;

/// Opening checks every entry, also those that the kept fold covers: a key slot lies outside every
/// checksum, and only opening a payload shows that it is whole. Folding is done apart, where the
/// index can be asked.
pub(super) struct CheckOnly;

impl Visit for CheckOnly {
    fn start(&mut self, _: &Index) -> u64 {
        0
    }

    fn entry(&mut self, _: &Entry) {}
}

/// The fold as it was last kept, if it fits this log and this version; else an empty one. One that
/// holds what was erased since fits no more.
pub(super) fn kept(index: &Index, reader: &Reader) -> Result<State, IndexFault> {
    let fits = |(at, kept): (u64, Snapshot<'_>)| {
        let state: State = serde_json::from_reader(BufReader::new(kept)).ok()?;
        let current = *state.erased() == reader.erased();
        (current && state.size() == at && at <= reader.size()).then_some(state)
    };
    Ok(index.snapshot(SNAPSHOT)?.and_then(fits).unwrap_or_default())
}

/// Folds what the state has not seen, and brings the index up to it.
pub(super) fn catch_up(
    state: &mut State,
    reader: &Reader,
    index: &Index,
    progress: &dyn Fn(u64),
) -> Result<(), LedgerError> {
    let indexed = index.size_folded();
    // An index that is behind the kept fold cannot be filed from it: fold everything again.
    if indexed < state.size() {
        *state = State::new();
    }
    let gone = Gone::of_log(reader, index)?;
    if state.size() == 0 {
        state.foresee(&gone);
    }
    let mut overlay = Overlay::default();
    let mut postings = Vec::new();
    for at in state.size()..reader.size() {
        let first = |l: &Lookup| overlay.first(l).or_else(|| first_in(index, l));
        let filed = next(state, reader, &gone, at, &first)?;
        if at >= indexed {
            overlay.note(at, &filed);
            postings.push((at, filed.lookups));
        }
        if postings.len() >= CATCH_UP_BATCH_ENTRIES {
            index.apply(&postings)?;
            postings.clear();
            overlay.clear();
        }
        if at % PROGRESS_EVERY_ENTRIES == 0 {
            progress(at);
        }
    }
    Ok(index.apply(&postings)?)
}

/// Folds the first `size` entries, of an index that knows them all.
pub(super) fn fold_from_zero(
    state: &mut State,
    reader: &Reader,
    index: &Index,
    gone: &Gone,
    size: u64,
) -> Result<(), LedgerError> {
    state.foresee(gone);
    fold_on(state, reader, index, gone, size)
}

/// Folds what the state has not seen, up to `size` entries, of an index that knows them all.
pub(super) fn fold_on(
    state: &mut State,
    reader: &Reader,
    index: &Index,
    gone: &Gone,
    size: u64,
) -> Result<(), LedgerError> {
    let first = |l: &Lookup| first_in(index, l);
    for at in state.size()..size.min(reader.size()) {
        next(state, reader, gone, at, &first)?;
    }
    Ok(())
}

/// Folds the next entry, or what is left of it.
fn next(
    state: &mut State,
    reader: &Reader,
    gone: &Gone,
    at: u64,
    first: &dyn Fn(&Lookup) -> Option<u64>,
) -> Result<Filed, LedgerError> {
    if let Some(left) = gone.get(at) {
        state.apply_gone(at, left);
        return Ok(Filed::default());
    }
    let Some(entry) = reader.entry(at)? else {
        state.apply_gone(at, None);
        return Ok(Filed::default());
    };
    Ok(state.apply(&entry, first))
}
