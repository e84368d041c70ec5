//! Entries that hold the same words: a provider's request is kept whole with each event in it, so that whoever
//! erases one has to erase what came in the same request, and whatever repeated it.

use std::collections::BTreeSet;

use honeytoken::{ConnectionId, Entry, Event, Medium, Timestamp};
use store::{IndexFault, ReadError, Reader};

use super::View;
use super::lookups::repeats_of;
use crate::provider::EVENTS_MAX;
use crate::reparse::UNPARSED_ENTRY;

/// Repeats looked up in one step.
const STEP_ENTRIES: usize = 256;

/// Why they could not be found.
#[derive(Debug, thiserror::Error)]
pub(super) enum TogetherError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Index(#[from] IndexFault),
}

/// All entries that hold words of this contact, itself among them, none of them erased yet.
pub(super) fn holding(view: &View, contact: u64) -> Result<BTreeSet<u64>, TogetherError> {
    let (mut found, mut todo) = (BTreeSet::new(), vec![contact]);
    while let Some(index) = todo.pop() {
        if found.insert(index) {
            todo.extend(repeats(view, index)?);
            todo.extend(in_one_request(&view.reader, index)?);
            todo.extend(read_from(&view.reader, index)?);
        }
    }
    Ok(found)
}

fn repeats(view: &View, index: u64) -> Result<Vec<u64>, IndexFault> {
    let lookup = repeats_of(index);
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(step) = some(view.index.oldest(&lookup, from, STEP_ENTRIES)?) {
        from = step.last().map_or(from, |last| last + 1);
        found.extend(step);
    }
    found.retain(|repeat| !view.reader.is_erased(*repeat));
    Ok(found)
}

/// The request that could not be read when it came, and that this contact was read from later.
fn read_from(reader: &Reader, index: u64) -> Result<Option<u64>, ReadError> {
    let Some(Entry {
        event: Event::Contact(contact),
        ..
    }) = reader.entry(index)?
    else {
        return Ok(None);
    };
    let unparsed = contact
        .extra
        .get(UNPARSED_ENTRY)
        .and_then(serde_json::Value::as_u64);
    Ok(unparsed.filter(|unparsed| *unparsed < index && !reader.is_erased(*unparsed)))
}

fn some<T>(found: Vec<T>) -> Option<Vec<T>> {
    Some(found).filter(|found| !found.is_empty())
}

/// The neighbours that came in the same request: recorded one after the other, on one connection, at one
/// moment, with one body.
fn in_one_request(reader: &Reader, index: u64) -> Result<Vec<u64>, ReadError> {
    let Some(request) = Request::of(reader, index)? else {
        return Ok(Vec::new());
    };
    let reach = EVENTS_MAX as u64;
    let (before, after) = (
        index.saturating_sub(reach)..index,
        index + 1..index + 1 + reach,
    );
    let mut found = Vec::new();
    for neighbours in [before.rev().collect::<Vec<_>>(), after.collect()] {
        for neighbour in neighbours {
            // What is erased is passed over: the others may lie beyond.
            match reader.is_erased(neighbour) {
                true => continue,
                false if Request::of(reader, neighbour)?.as_ref() == Some(&request) => {
                    found.push(neighbour);
                }
                false => break,
            }
        }
    }
    Ok(found)
}

/// What entries of one request have in common.
#[derive(PartialEq)]
struct Request {
    connection: ConnectionId,
    received_at: Timestamp,
    body: Option<String>,
}

impl Request {
    /// The request of a contact or repeat; none for other entries, and for pings, which hold nobody's words.
    fn of(reader: &Reader, index: u64) -> Result<Option<Request>, ReadError> {
        let Some(Entry { event, .. }) = reader.entry(index)? else {
            return Ok(None);
        };
        let (connection, received_at) = match event {
            Event::Contact(c) if c.medium != Medium::Control => (c.connection, c.received_at),
            Event::Repeat(r) => (r.connection, r.received_at),
            _ => return Ok(None),
        };
        let opened = reader.opened(index)?;
        let body = opened.and_then(|opened| opened.value("raw_body").map(str::to_owned));
        Ok(body.is_some().then_some(Request {
            connection,
            received_at,
            body,
        }))
    }
}
