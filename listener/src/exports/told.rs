//! A contact with all that followed it: parts of a long message, later stages of a call.

use honeytoken::{Contact, Entry, Event, Medium};
use store::Lookup;

use crate::api::message::Message;
use crate::ledger::View;

/// Later stages of one call that are read.
const FOLLOW_UPS_MAX: usize = 100;

/// What is known of a contact from all its entries.
#[derive(Default)]
pub struct Told {
    /// The whole message; of a call, what was said in it.
    pub text: Option<String>,
    /// How long the call lasted, in seconds.
    pub duration_s: Option<u32>,
    /// Attestation, where only a later stage told it.
    pub attestation: Option<String>,
    /// Numbers in the text that are not the caller id, as digits.
    pub call_back_numbers: Vec<String>,
    /// Whether a recording is known.
    pub recorded: bool,
}

/// Reads what followed a contact.
pub fn told(view: &View, entry: &Entry, contact: &Contact) -> Told {
    let mut message = Message::read(view, entry, contact);
    let stages = stages(view, entry, contact);
    let said = stages.iter().filter(|c| c.medium == Medium::Transcript);
    let said: Vec<&str> = said.filter_map(|c| c.text.as_deref()).collect();
    let own = message.text.take().filter(|text| !text.is_empty());
    message.text = own.or_else(|| (!said.is_empty()).then(|| said.join("\n")));
    let longest = stages.iter().filter_map(|c| c.duration_s).max();
    Told {
        call_back_numbers: message.call_back_numbers(contact.from.as_ref()),
        text: message.text,
        duration_s: contact.duration_s.max(longest),
        attestation: stages.iter().rev().find_map(|c| c.attestation.clone()),
        recorded: stages.iter().any(|c| c.medium == Medium::Recording),
    }
}

fn stages(view: &View, entry: &Entry, contact: &Contact) -> Vec<Contact> {
    let Some(session) = contact.session.clone() else {
        return Vec::new();
    };
    let lookup = Lookup::Session {
        connection: contact.connection.clone(),
        session,
    };
    let later = view.index.oldest(&lookup, entry.index + 1, FOLLOW_UPS_MAX);
    let stage = |index: u64| match view.reader.entry(index).ok().flatten()?.event {
        Event::Contact(stage) => Some(stage),
        _ => None,
    };
    later
        .unwrap_or_default()
        .into_iter()
        .filter_map(stage)
        .collect()
}
