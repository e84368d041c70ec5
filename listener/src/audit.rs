//! Who looked at what: reads of personal data, gathered and written down as entries.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use honeytoken::{Event, KeyId, PersonalDataRead};

use crate::recorder::{Recorder, SubmitError};

/// Entries named in one read entry; more go into the next.
const ENTRIES_PER_READ_MAX: usize = 5_000;

/// Reads that are not written down yet. They are written every few seconds and at the end; a crash
/// may lose those of the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Reads(Mutex<BTreeMap<(KeyId, String), Vec<u64>>>);

impl Reads {
    /// Notes that `reader` was shown these entries when asking for `what`.
    pub(crate) fn note(&self, reader: &KeyId, what: &str, entries: &[u64]) {
        let mut reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = reads.entry((reader.clone(), what.to_owned())).or_default();
        seen.extend_from_slice(entries);
    }

    /// Writes down what was noted.
    ///
    /// # Errors
    /// A failed disk, the end; what could not be written is lost with the process.
    pub(crate) async fn write(&self, recorder: &Recorder) -> Result<(), SubmitError> {
        let reads = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if reads.is_empty() {
            return Ok(());
        }
        let told = reads
            .iter()
            .flat_map(|((reader, what), entries)| events(reader.clone(), what, entries.clone()));
        let told: Vec<Event> = told.collect();
        let written = recorder.decide(None, move |_| Ok(told)).await;
        if written.is_err() {
            // Kept for the next time.
            for ((reader, what), entries) in &reads {
                self.note(reader, what, entries);
            }
        }
        written.map(drop)
    }
}

fn events(reader: KeyId, what: &str, mut entries: Vec<u64>) -> Vec<Event> {
    entries.sort_unstable();
    entries.dedup();
    let read = |part: &[u64]| {
        Event::PersonalDataRead(PersonalDataRead {
            reader: reader.clone(),
            what: what.to_owned(),
            entries: part.to_vec(),
        })
    };
    match entries.is_empty() {
        true => vec![read(&[])],
        false => entries.chunks(ENTRIES_PER_READ_MAX).map(read).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_of_one_key_become_one_entry() {
        let events = events("k".parse().unwrap(), "contacts", vec![3, 1, 3]);
        let [Event::PersonalDataRead(read)] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!(read.entries, [1, 3]);
    }

    #[test]
    fn a_long_read_is_split() {
        let entries = (0..ENTRIES_PER_READ_MAX as u64 + 1).collect();
        assert_eq!(events("k".parse().unwrap(), "contacts", entries).len(), 2);
    }
}
