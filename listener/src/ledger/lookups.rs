//! What finds an entry: the look-ups under which the fold files it.

use honeytoken::{Authentication, ConnectionId, Contact, Medium, Nonce};
use store::Lookup;

use crate::import::history;

/// Where messages stand that are nobody's contact: the gateway's own, and our tests of lines.
pub(super) fn own_business(contact: &Contact) -> Option<Lookup> {
    match (contact.line_test, contact.medium) {
        (Some(_), _) => Some(Lookup::Kind("line_test_came")),
        (None, Medium::Control) => Some(Lookup::Kind("control")),
        (None, _) => None,
    }
}

/// What finds all that operators did and the installation itself.
pub(super) fn custody() -> Lookup {
    Lookup::Other("custody", String::new())
}

/// What finds a test by the code in its text.
pub(crate) fn test_code(code: &str) -> Lookup {
    Lookup::Other("line_test", code.to_owned())
}

/// What finds the first telling of an event.
pub(super) fn dedupe(contact: &Contact) -> Lookup {
    let (connection, key) = (contact.connection.clone(), contact.dedupe_key.clone());
    Lookup::Dedupe { connection, key }
}

/// What finds a contact by its provider's id, whichever connection told of it: imported ones and others apart.
fn event_id(contact: &Contact, imported: bool) -> Option<Lookup> {
    let id = contact.provider_event_id.as_ref()?;
    let id = match is_imported(contact) {
        true => history::own_id(id),
        false => id,
    };
    let (medium, to) = (contact.medium.as_str(), contact.to.as_ref()?.as_str());
    let way = if imported {
        "event_imported"
    } else {
        "event_told"
    };
    Some(Lookup::Other(way, format!("{medium}\0{to}\0{id}")))
}

/// What finds this one among those that came by its way.
pub(super) fn by_its_way(contact: &Contact) -> Option<Lookup> {
    event_id(contact, is_imported(contact))
}

/// What finds the same event among those that came by the other way.
pub(super) fn by_other_way(contact: &Contact) -> Option<Lookup> {
    event_id(contact, !is_imported(contact))
}

fn is_imported(contact: &Contact) -> bool {
    contact.authentication == Authentication::Imported
}

/// What finds the parts of a long message, by the part that came first.
pub(crate) fn parts(contact: &Contact, first: u64) -> Option<Lookup> {
    contact.part.as_ref()?;
    Some(Lookup::Other("parts", first.to_string()))
}

/// What finds the repeats of an entry.
pub(super) fn repeats_of(index: u64) -> Lookup {
    Lookup::Other("repeats", index.to_string())
}

/// What finds requests under a number used once.
pub(super) fn nonce(connection: &ConnectionId, nonce: &Nonce) -> Lookup {
    Lookup::Other("nonce", format!("{connection}:{}", nonce.sha256))
}

/// What finds requests under a number used once with that body.
pub(super) fn nonce_with_body(connection: &ConnectionId, nonce: &Nonce) -> Lookup {
    let Nonce {
        sha256,
        body_sha256,
    } = nonce;
    Lookup::Other("nonce", format!("{connection}:{sha256}:{body_sha256}"))
}

pub(super) fn nonces(connection: &ConnectionId, used: Option<&Nonce>) -> Vec<Lookup> {
    let of = |used| [nonce(connection, used), nonce_with_body(connection, used)];
    used.map(of).into_iter().flatten().collect()
}

/// What finds the files that belong to the contact in this entry.
pub(crate) fn attached_to(contact: u64) -> Lookup {
    Lookup::Other("attachment", contact.to_string())
}

/// What finds the comparisons of a connection with its provider's lists.
pub(crate) fn reconciliations_of(connection: &ConnectionId) -> Lookup {
    Lookup::Other("reconciliation", connection.to_string())
}

pub(super) fn session(contact: &Contact) -> Option<Lookup> {
    let session = contact.session.clone()?;
    Some(Lookup::Session {
        connection: contact.connection.clone(),
        session,
    })
}
