//! What of an entry outlives its payload: how it was counted, without who and what.

use honeytoken::{Contact, Event, Honeytoken, Language, Persona};
use serde_json::{Map, Value, json};
use store::{Lookup, Opened, Remains};

use super::gone::{FOLLOWS, REPEATS};
use super::{TOLD_AS, Target, told_as};
use crate::ledger::State;
use crate::ledger::attachments::filed_under;
use crate::ledger::lookups::{custody, repeats_of};

/// Fields of a contact that say nothing of the caller or the words.
const OF_CONTACT: [&str; 14] = [
    "kind",
    "at",
    "by",
    "connection",
    "medium",
    "phase",
    "part",
    "duration_s",
    "attestation",
    "claimed_at",
    "received_at",
    "authentication",
    "backfilled",
    "line_test",
];
/// The same of all other kinds that hold words or files.
const OF_OTHERS: [&str; 11] = [
    "kind",
    "at",
    "by",
    "connection",
    "contact",
    "repeats",
    "received_at",
    "authentication",
    "bytes",
    "media_type",
    "topic",
];

/// What is kept of an entry, where its index stood, and how it was counted.
pub(super) struct Kept {
    pub(super) carried: Map<String, Value>,
    pub(super) remains: Remains,
    pub(super) lookups: Vec<Lookup>,
}

impl Kept {
    pub(super) fn of(state: &State, target: &Target, opened: &Opened, event: &Event) -> Kept {
        let mut carried = Map::new();
        let mut instead = Map::new();
        let fields = match event {
            Event::Contact(contact) => {
                carried = counted(state, target.index, contact);
                instead = named_anew(target, contact);
                let ours = is_ours(state, contact);
                opened.disclose(|name| OF_CONTACT.contains(&name) || (ours && name == "to"))
            }
            Event::HoneytokenIssued(token) => {
                instead.insert("persona".to_owned(), nobody(token));
                opened.disclose(|name| name != "persona")
            }
            _ => opened.disclose(|name| OF_OTHERS.contains(&name)),
        };
        let lookups = filed_lookups(state, target.index, event);
        let remains = Remains { fields, instead };
        carried.extend(remains.carried());
        let link = |name: &str, to: Option<u64>| to.map(|to| (name.to_owned(), json!(to)));
        carried.extend(link(FOLLOWS, target.follows));
        carried.extend(link(REPEATS, target.repeats));
        Kept {
            carried,
            remains,
            lookups,
        }
    }
}

/// Our number is nobody's data; a called party that is none of ours may be.
fn is_ours(state: &State, contact: &Contact) -> bool {
    let number = contact.to.as_ref().and_then(|to| to.number());
    number.is_some_and(|n| {
        let line = state.registry.line(&n, contact.received_at);
        line.is_some()
    })
}

fn counted(state: &State, index: u64, contact: &Contact) -> Map<String, Value> {
    let mut counted = Map::new();
    let told_as = told_as(&contact.connection, &contact.dedupe_key);
    counted.insert(TOLD_AS.to_owned(), told_as.into());
    if let Some(found) = state.judgement.cause(index) {
        counted.insert("cause".to_owned(), found.cause.as_str().into());
        let platform = found.platform.map(|p| p.to_string().into());
        counted.insert("platform".to_owned(), platform.unwrap_or_default());
        let campaign = found.campaign.map(|c| c.to_string().into());
        counted.insert("campaign".to_owned(), campaign.unwrap_or_default());
    }
    counted
}

/// The provider's names for it say who called; ours in their place say what is told again, and what
/// belongs to one call.
fn named_anew(target: &Target, contact: &Contact) -> Map<String, Value> {
    let erased = |index: u64| json!(format!("erased:{index}"));
    let told = target.repeats.unwrap_or(target.index);
    let call = target.follows.unwrap_or(told);
    let mut names = Map::new();
    names.insert("dedupe_key".to_owned(), erased(told));
    if contact.session.is_some() {
        names.insert("session".to_owned(), erased(call));
    }
    names
}

/// Somebody whose name nothing speaks; in which script it was is known from what it was.
fn nobody(token: &Honeytoken) -> Value {
    let han = token.persona.name.chars().any(|c| c >= '\u{2e80}');
    let script = if han { Language::Zh } else { Language::En };
    let named = !token.persona.name.is_empty();
    let persona = Persona {
        name: String::new(),
        given: None,
        family: None,
        romanised: None,
        email: None,
        language: token.persona.language.or(named.then_some(script)),
    };
    json!(persona)
}

/// What goes out of the index with an entry that is erased.
pub(in crate::ledger) fn filed_lookups(state: &State, index: u64, event: &Event) -> Vec<Lookup> {
    let kind = Lookup::Kind(event.kind());
    match event {
        Event::Contact(contact) => state.filed_under(index, contact),
        // It is issued still, to somebody without a name.
        Event::HoneytokenIssued(_) => Vec::new(),
        Event::Repeat(repeat) => vec![kind, repeats_of(repeat.repeats)],
        Event::Attachment(file) => filed_under(file).to_vec(),
        _ => vec![kind, custody()],
    }
}
