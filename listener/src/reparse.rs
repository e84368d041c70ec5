//! Genuine requests that could not be read, read again once their adapter was mended.
//!
//! Each was kept whole as `unparsed`. What is read in one now becomes contacts that were received when the
//! request was, marked by [`UNPARSED_ENTRY`]; an event that is on the record by its dedupe key already, also
//! as one that was erased, is not added again. So it may be done as often as one likes.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{ConnectionId, Contact, Event, KeyId, Operation, RawBody, Timestamp, Unparsed};
use store::{IndexFault, Lookup, ReadError};

use crate::hooks::{COPIES_BYTES_MAX, URL_CREDENTIAL};
use crate::ledger::{Ledger, RecordError, View, erased_as};
use crate::life;
use crate::provider::{Malformed, Places, Provider, Received, Request};

/// Among a contact's extras: the `unparsed` entry that it was read from.
pub const UNPARSED_ENTRY: &str = "unparsed_entry";
/// Entries that are read again in one go: the one writer does nothing else meanwhile.
pub const AT_ONCE_ENTRIES: usize = 50;

/// What came of reading some again.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reparsed {
    /// How many were tried.
    pub tried: u64,
    /// Contacts that were added.
    pub added: Vec<u64>,
    /// Events in them that were on the record already.
    pub known: u64,
    /// Those that still cannot be read.
    pub left: Vec<Left>,
    /// Where to go on; none if these were the last.
    pub next: Option<u64>,
}

/// A request that still cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its entry.
    pub index: u64,
    /// Whose webhook it was.
    pub connection: ConnectionId,
    /// Why.
    pub reason: String,
}

/// Why nothing could be read again.
#[derive(Debug, thiserror::Error)]
pub enum ReparseError {
    /// An entry cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index does not answer.
    #[error(transparent)]
    Index(#[from] IndexFault),
    /// It could not be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Reads the next [`AT_ONCE_ENTRIES`] from the entry `from` on again, on behalf of `by`.
///
/// # Errors
/// See [`ReparseError`].
pub fn reparse(
    ledger: &mut Ledger,
    from: u64,
    by: Option<&KeyId>,
    now: Timestamp,
) -> Result<Reparsed, ReparseError> {
    let view = ledger.view();
    let due = view
        .index
        .oldest(&Lookup::Kind("unparsed"), from, AT_ONCE_ENTRIES)?;
    let mut done = Reparsed {
        next: due
            .last()
            .filter(|_| due.len() == AT_ONCE_ENTRIES)
            .map(|last| last + 1),
        ..Reparsed::default()
    };
    for index in due {
        // One that was erased is nobody's any more.
        let Some(unparsed) = whole(&view, index)? else {
            continue;
        };
        done.tried += 1;
        match contacts(&view, index, &unparsed) {
            Ok(contacts) => add(ledger, contacts, by, now, &mut done)?,
            Err(reason) => done.left.push(Left {
                index,
                connection: unparsed.connection,
                reason,
            }),
        }
    }
    Ok(done)
}

fn whole(view: &View, index: u64) -> Result<Option<Unparsed>, ReadError> {
    let opened = view.reader.opened(index)?;
    let entry = opened.and_then(|opened| opened.entry().ok());
    Ok(entry.and_then(|entry| match entry.event {
        Event::Unparsed(unparsed) => Some(unparsed),
        _ => None,
    }))
}

fn add(
    ledger: &mut Ledger,
    contacts: Vec<Contact>,
    by: Option<&KeyId>,
    now: Timestamp,
    done: &mut Reparsed,
) -> Result<(), ReparseError> {
    let view = ledger.view();
    let mut events = Vec::new();
    for contact in contacts {
        match is_known(&view, &contact)? {
            true => done.known += 1,
            false => events.push(Event::Contact(contact)),
        }
    }
    if events.is_empty() {
        return Ok(());
    }
    let operation = Event::Operation(Operation {
        operation: "reparse".to_owned(),
        detail: format!(
            "{} contacts from a request that could not be read before",
            events.len()
        ),
    });
    ledger.record(now, by, vec![operation])?;
    done.added.extend(ledger.record(now, None, events)?);
    Ok(())
}

/// Whether all that a kept request tells is on the record by now, so that nothing of it is left to mend.
pub(crate) fn is_read(view: &View, index: u64) -> bool {
    let Ok(Some(unparsed)) = whole(view, index) else {
        return false;
    };
    let known = |contact: &Contact| is_known(view, contact).unwrap_or(false);
    contacts(view, index, &unparsed).is_ok_and(|read| read.iter().all(known))
}

fn is_known(view: &View, contact: &Contact) -> Result<bool, IndexFault> {
    let (connection, key) = (&contact.connection, &contact.dedupe_key);
    let told = Lookup::Dedupe {
        connection: connection.clone(),
        key: key.clone(),
    };
    let erased = erased_as(connection, key);
    Ok(view.index.first(&told)?.is_some() || view.index.first(&erased)?.is_some())
}

/// The contacts in a request, or why there are none.
fn contacts(view: &View, index: u64, unparsed: &Unparsed) -> Result<Vec<Contact>, String> {
    let events = events(view, unparsed)?;
    let contact = |event: Received| {
        let mut contact = Contact {
            authentication: unparsed.authentication,
            nonce: unparsed.nonce.clone(),
            raw_method: Some(unparsed.raw_method.clone()),
            raw_url: Some(unparsed.raw_url.clone()),
            raw_headers: Some(unparsed.raw_headers.clone()),
            raw_body: Some(unparsed.raw_body.clone()),
            raw_credentials: Some(unparsed.raw_credentials.clone()).filter(|c| !c.is_empty()),
            ..event.to_contact(unparsed.connection.clone(), unparsed.received_at)
        };
        contact
            .extra
            .insert(UNPARSED_ENTRY.to_owned(), index.into());
        life::mark(view, &mut contact);
        contact
    };
    Ok(events.into_iter().map(contact).collect())
}

fn events(view: &View, unparsed: &Unparsed) -> Result<Vec<Received>, String> {
    let state = view.state();
    let settings = state.registry.connection(&unparsed.connection);
    let settings = settings.ok_or("its connection was retired; set it again and come back")?;
    let provider = Provider::find(&settings.provider).map_err(|error| error.to_string())?;
    let webhook = provider
        .connect(&settings.secrets)
        .map_err(|error| error.to_string())?;
    let body = body(&unparsed.raw_body).ok_or("its body was not kept with the entry")?;
    let headers = headers(unparsed);
    let request = Request {
        method: &unparsed.raw_method,
        url: url(unparsed),
        headers: &headers,
        body: &body,
    };
    let verified = webhook.verified_before(request, unparsed.authentication);
    let events = verified
        .parse()
        .map_err(|malformed| malformed.to_string())?;
    if events.len().saturating_mul(body.len()) > COPIES_BYTES_MAX {
        return Err(Malformed::TooManyEvents.to_string());
    }
    let places = Places {
        named: &settings.lines,
        only: state
            .registry
            .only_line(&unparsed.connection, unparsed.received_at),
    };
    Ok(places.fill(events))
}

fn body(raw: &RawBody) -> Option<Vec<u8>> {
    match raw {
        RawBody::Text(text) => Some(text.clone().into_bytes()),
        RawBody::Base64(text) => STANDARD.decode(text).ok(),
        RawBody::Blob { .. } => None,
    }
}

fn url(unparsed: &Unparsed) -> &str {
    let mut credentials = unparsed.raw_credentials.iter();
    let kept = credentials.find(|(name, _)| name == URL_CREDENTIAL);
    kept.map_or(&unparsed.raw_url, |(_, url)| url.expose())
}

/// All headers as they came; those that HTTP cannot carry never did.
fn headers(unparsed: &Unparsed) -> HeaderMap {
    let credentials = unparsed.raw_credentials.iter();
    let credentials = credentials
        .filter(|(name, _)| name != URL_CREDENTIAL)
        .map(|(name, value)| (name.as_str(), value.expose()));
    let plain = unparsed.raw_headers.iter();
    let plain = plain.map(|(name, value)| (name.as_str(), value.as_str()));
    let mut headers = HeaderMap::new();
    for (name, value) in plain.chain(credentials) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    headers
}
