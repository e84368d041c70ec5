//! What analysts called contacts.

use serde::{Deserialize, Serialize};

use super::Registry;
use crate::{Entry, KeyId, Label, Note, NoteTopic, Timestamp};

/// A label as it stands: the last that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labelled {
    /// The word.
    pub label: Label,
    /// The note that says it.
    pub note: u64,
    /// Whose word it is.
    pub by: Option<KeyId>,
    /// Since when.
    pub at: Timestamp,
}

impl Registry {
    /// What an analyst called the contact of this entry, if one did.
    pub fn label(&self, contact: u64) -> Option<&Labelled> {
        self.labels.get(&contact)
    }

    pub(super) fn noted(&mut self, note: &Note, entry: &Entry) {
        if let (NoteTopic::Entry(contact), Some(label)) = (&note.topic, &note.label) {
            let labelled = Labelled {
                label: label.clone(),
                note: entry.index,
                by: entry.by.clone(),
                at: entry.at,
            };
            self.labels.insert(*contact, labelled);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    fn noted(index: u64, label: Option<&str>) -> Entry {
        Entry {
            index,
            at: Timestamp::EPOCH,
            by: None,
            event: Event::Note(Note {
                topic: NoteTopic::Entry(7),
                text: String::new(),
                label: label.map(|word| word.parse().unwrap()),
            }),
        }
    }

    #[test]
    fn the_last_label_stands() {
        let mut registry = Registry::new();
        let entries = [
            noted(8, Some("leak")),
            noted(9, Some("background")),
            noted(10, None),
        ];
        entries.iter().for_each(|entry| registry.apply(entry));
        let label = registry.label(7).unwrap();
        assert_eq!((label.label.as_str(), label.note), ("background", 9));
        assert_eq!(registry.label(8), None);
    }
}
