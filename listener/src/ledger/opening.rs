//! From a checked log to its fold: from the last snapshot on, the index brought up to the log.

use honeytoken::Entry;
use store::{Index, IndexFault, Lookup, Reader, Visit};

use super::state::Overlay;
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

/// The fold as it was last kept, if it fits this log and this version; else an empty one.
pub(super) fn kept(index: &Index, size: u64) -> Result<State, IndexFault> {
    let fits = |(at, bytes): (u64, Vec<u8>)| {
        let state: State = serde_json::from_slice(&bytes).ok()?;
        (state.size() == at && at <= size).then_some(state)
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
    let from = state.size().min(indexed);
    let mut overlay = Overlay::default();
    let mut postings = Vec::new();
    let folded = state.size();
    // An index that is behind the kept fold cannot be filed from it: fold everything again.
    if indexed < folded {
        *state = State::new();
    }
    let from = if indexed < folded {
        0
    } else {
        from.max(state.size())
    };
    for entry in reader.entries(from) {
        let entry = entry?;
        let first = |l: &Lookup| overlay.first(l).or_else(|| first_in(index, l));
        let filed = state.apply(&entry, &first);
        if entry.index >= indexed {
            overlay.note(entry.index, &filed);
            postings.push((entry.index, filed.lookups));
        }
        if postings.len() >= CATCH_UP_BATCH_ENTRIES {
            index.apply(&postings)?;
            postings.clear();
            overlay.clear();
        }
        if entry.index % PROGRESS_EVERY_ENTRIES == 0 {
            progress(entry.index);
        }
    }
    Ok(index.apply(&postings)?)
}
