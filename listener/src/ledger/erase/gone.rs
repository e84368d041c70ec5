//! What the log's erasures say of the entries they erased, known before the log is folded.

use std::collections::BTreeMap;

use attribution::Reading;
use honeytoken::{Entry, Erasure, Event};
use serde_json::{Map, Value};
use store::{Index, Lookup, ReadError, Reader, Remains};

/// The names in [`Erasure::carried`].
pub(super) const READING: &str = "reading";
pub(super) const FOLLOWS: &str = "follows";
pub(super) const REPEATS: &str = "repeats";
/// Erasures looked up in one step.
const STEP_ENTRIES: usize = 1024;

/// An erased entry, as the fold takes it.
#[derive(Debug)]
pub(in crate::ledger) struct GoneEntry {
    pub(in crate::ledger) entry: Entry,
    /// What was read in it, if it counted for itself.
    pub(in crate::ledger) reading: Option<Reading>,
    /// The call or message that it belongs to.
    pub(in crate::ledger) follows: Option<u64>,
    /// The contact that it told again.
    pub(in crate::ledger) repeats: Option<u64>,
}

impl GoneEntry {
    pub(super) fn new(index: u64, carried: &Map<String, Value>, remains: &Remains) -> Option<Self> {
        let reading = carried.get(READING).cloned();
        Some(GoneEntry {
            entry: remains.entry(index)?,
            reading: reading.and_then(|reading| serde_json::from_value(reading).ok()),
            follows: carried.get(FOLLOWS).and_then(Value::as_u64),
            repeats: carried.get(REPEATS).and_then(Value::as_u64),
        })
    }

    fn of(erasure: &Erasure) -> Option<Self> {
        let remains = Remains::of(erasure)?;
        GoneEntry::new(erasure.erased, &erasure.carried, &remains)
    }
}

/// All entries that are erased, or are about to be; none behind an index of which nothing is left.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Gone(pub(super) BTreeMap<u64, Option<GoneEntry>>);

impl Gone {
    /// Those of the log. Costs a pass over the log if the index cannot say where erasures stand.
    ///
    /// # Errors
    /// The disk's.
    pub(in crate::ledger) fn of_log(reader: &Reader, index: &Index) -> Result<Gone, ReadError> {
        Gone::up_to(reader, index, reader.size())
    }

    /// Those that are recorded in the first `size` entries, while the log goes on.
    ///
    /// # Errors
    /// The disk's.
    pub(in crate::ledger) fn up_to(
        reader: &Reader,
        index: &Index,
        size: u64,
    ) -> Result<Gone, ReadError> {
        let erased = reader.erased();
        let mut gone = Gone(erased.iter().map(|index| (*index, None)).collect());
        if erased.is_empty() {
            return Ok(gone);
        }
        match listed(index, size) {
            Some(erasures) => {
                for at in erasures {
                    gone.take(reader.entry(at)?);
                }
            }
            None => {
                for entry in reader.entries(0) {
                    gone.take(Some(entry?));
                }
            }
        }
        Ok(gone)
    }

    fn take(&mut self, entry: Option<Entry>) {
        if let Some(Event::Erasure(erasure)) = entry.map(|entry| entry.event)
            && let Some(place) = self.0.get_mut(&erasure.erased)
        {
            *place = GoneEntry::of(&erasure);
        }
    }

    /// The entry with this index, if it is gone: what is left of it.
    pub(in crate::ledger) fn get(&self, index: u64) -> Option<Option<&GoneEntry>> {
        self.0.get(&index).map(Option::as_ref)
    }

    /// All of which something was read.
    pub(in crate::ledger) fn readings(&self) -> impl Iterator<Item = (u64, &Reading)> {
        self.0
            .iter()
            .filter_map(|(index, gone)| Some((*index, gone.as_ref()?.reading.as_ref()?)))
    }
}

/// Where erasures stand by the index; none if it does not know the whole log.
fn listed(index: &Index, size: u64) -> Option<Vec<u64>> {
    if index.size_folded() < size {
        return None;
    }
    let (mut all, mut from) = (Vec::new(), 0);
    loop {
        let step = index.oldest(&Lookup::Kind("erasure"), from, STEP_ENTRIES);
        let step = step.ok()?;
        let Some(last) = step.last() else { break };
        from = last + 1;
        all.extend(step);
    }
    Some(all)
}
