//! What a message says: its parts joined, and the numbers it asks to call back.

use attribution::call_back_numbers;
use honeytoken::{Contact, Entry, Event, Sender};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::{View, parts};

/// Parts of one message that are read; no network sends more.
const PARTS_MAX: usize = 255;

/// One part of a long message, as it came.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartOut {
    /// Its entry in the log.
    index: u64,
    /// Which part, from 1.
    number: u32,
    /// Of how many.
    total: u32,
}

/// The message that a contact is, or begins.
#[derive(Default)]
pub(crate) struct Message {
    /// Of all parts that came, in their order.
    pub(crate) text: Option<String>,
    /// The parts in their order; none where the message came whole.
    pub(crate) parts: Vec<PartOut>,
}

impl Message {
    pub(crate) fn read(view: &View, entry: &Entry, contact: &Contact) -> Message {
        let whole = || Message {
            text: contact.text.clone(),
            parts: Vec::new(),
        };
        let Some(lookup) = parts(contact, entry.index) else {
            return whole();
        };
        let found = view.index.oldest(&lookup, entry.index, PARTS_MAX);
        let found = found.unwrap_or_default().into_iter();
        let mut found: Vec<_> = found.filter_map(|index| part(view, index)).collect();
        found.sort_by_key(|(part, _)| part.number);
        match found.is_empty() {
            // A later part by itself.
            true => whole(),
            false => Message::join(found),
        }
    }

    fn join(found: Vec<(PartOut, Option<String>)>) -> Message {
        let (parts, texts): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let texts: Vec<String> = texts.into_iter().flatten().collect();
        Message {
            text: (!texts.is_empty()).then(|| texts.concat()),
            parts,
        }
    }

    /// The numbers in the text that are not the caller's own.
    pub(crate) fn call_back_numbers(&self, from: Option<&Sender>) -> Vec<String> {
        let digits: String = from.map_or(String::new(), |from| {
            from.as_str().chars().filter(char::is_ascii_digit).collect()
        });
        let mut numbers = self
            .text
            .as_deref()
            .map(call_back_numbers)
            .unwrap_or_default();
        numbers.retain(|number| *number != digits);
        numbers
    }
}

fn part(view: &View, index: u64) -> Option<(PartOut, Option<String>)> {
    match view.reader.entry(index).ok().flatten()?.event {
        Event::Contact(Contact {
            part: Some(part),
            text,
            ..
        }) => {
            let shown = PartOut {
                index,
                number: part.number,
                total: part.total,
            };
            Some((shown, text))
        }
        _ => None,
    }
}
