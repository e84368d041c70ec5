//! Which of a provider's list the log knows, and what of the log the provider does not know.

use std::collections::BTreeSet;

use honeytoken::{Authentication, ConnectionId, Contact, Event, Medium, RawBody, Timestamp};
use store::{IndexFault, Lookup};

use super::listing::{LATE_S_MAX, List, Listed};
use super::own::Tests;
use crate::account::{Kind, Period, Record};
use crate::ledger::{View, erased_as};

/// Entries under one key that are looked at.
const TELLINGS_MAX: usize = 64;
/// Look-ups in one step.
const STEP_ENTRIES: usize = 256;
/// Contacts of the log that are looked at; beyond, the comparison is cut short.
const LOOKED_AT_MAX: usize = 500_000;

/// Whether the log knows of an event that the provider lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// A webhook told of it.
    ByWebhook,
    /// An earlier comparison added it, and no webhook has come since.
    ByBackfill,
    /// It does not.
    Not,
}

/// What comes of a comparison.
pub(super) struct Comparison {
    /// Every listed event of the period: when, and whether the log knows it.
    pub(super) listed: Vec<(Option<Timestamp>, Known)>,
    /// What is to be added.
    pub(super) missing: Vec<Record>,
    /// Contacts that the provider does not list: entry, and when.
    pub(super) only_webhook: Vec<(u64, Timestamp)>,
    /// Whether a part was left out.
    pub(super) cut_short: bool,
}

/// Compares a provider's lists with the log.
pub(super) fn compare(
    view: &View,
    connection: &ConnectionId,
    period: &Period,
    listed: Listed,
) -> Result<Comparison, IndexFault> {
    let names: BTreeSet<String> = listed.records.iter().flat_map(names).collect();
    let (only_webhook, walked_short) = unknown(view, connection, &listed.lists, period, &names)?;
    let mut comparison = Comparison {
        listed: Vec::new(),
        missing: Vec::new(),
        only_webhook,
        cut_short: listed.cut_short || walked_short,
    };
    // A list that was cut says nothing about what it does not hold.
    if listed.cut_short {
        comparison.only_webhook.clear();
    }
    let tests = Tests::on_record(view, period)?;
    for record in listed.records {
        let at = record.event.claimed_at.filter(|at| period.holds(*at));
        let Some(at) = at else { continue };
        let contact = as_contact(&record, connection, at);
        if tests.hold(&contact) {
            continue;
        }
        let known = known(view, connection, &record)?;
        comparison.listed.push((Some(at), known));
        if known == Known::Not {
            comparison.missing.push(record);
        }
    }
    Ok(comparison)
}

/// The contact that a record would be.
pub(super) fn as_contact(record: &Record, connection: &ConnectionId, now: Timestamp) -> Contact {
    Contact {
        authentication: Authentication::ProviderApi,
        backfilled: true,
        raw_body: Some(RawBody::Text(record.raw.clone())),
        ..record.event.to_contact(connection.clone(), now)
    }
}

/// What a webhook may have called it: every dedupe key, and the call.
fn names(record: &Record) -> impl Iterator<Item = String> {
    record.keys.iter().chain(&record.event.session).cloned()
}

fn known(view: &View, id: &ConnectionId, record: &Record) -> Result<Known, IndexFault> {
    let session = record.event.session.iter().map(|session| Lookup::Session {
        connection: id.clone(),
        session: session.clone(),
    });
    let keys = record.keys.iter().map(|key| Lookup::Dedupe {
        connection: id.clone(),
        key: key.clone(),
    });
    // What was erased is not to come back.
    for key in &record.keys {
        if view.index.first(&erased_as(id, key))?.is_some() {
            return Ok(Known::ByWebhook);
        }
    }
    let mut known = Known::Not;
    for lookup in session.chain(keys) {
        for index in view.index.oldest(&lookup, 0, TELLINGS_MAX)? {
            match view.reader.entry(index) {
                Ok(Some(entry)) if !is_backfilled(&entry.event) => return Ok(Known::ByWebhook),
                _ => known = Known::ByBackfill,
            }
        }
    }
    Ok(known)
}

fn is_backfilled(event: &Event) -> bool {
    matches!(event, Event::Contact(contact) if contact.backfilled)
}

type Unknown = (Vec<(u64, Timestamp)>, bool);

/// Contacts of the period that webhooks brought and that bear none of these names; and whether not
/// all were looked at.
fn unknown(
    view: &View,
    id: &ConnectionId,
    lists: &[List],
    period: &Period,
    names: &BTreeSet<String>,
) -> Result<Unknown, IndexFault> {
    let (mut found, mut before, mut looked_at) = (Vec::new(), None, 0);
    let earliest = period.from.plus_s(-LATE_S_MAX);
    loop {
        let step = view.index.newest(&Lookup::Contacts, before, STEP_ENTRIES)?;
        let Some(last) = step.last() else { break };
        before = Some(*last);
        looked_at += step.len();
        for index in step {
            let Ok(Some(entry)) = view.reader.entry(index) else {
                continue;
            };
            if entry.at < earliest {
                found.reverse();
                return Ok((found, false));
            }
            let Event::Contact(contact) = &entry.event else {
                continue;
            };
            let at = contact.claimed_at.unwrap_or(contact.received_at);
            let ours =
                contact.connection == *id && by_webhook(contact) && listable(lists, contact, at);
            let first = || view.state().duplicate_of(index).is_none();
            if ours && period.holds(at) && !named(contact, names) && first() {
                found.push((index, at));
            }
        }
        if looked_at >= LOOKED_AT_MAX {
            found.reverse();
            return Ok((found, true));
        }
    }
    found.reverse();
    Ok((found, false))
}

fn by_webhook(contact: &Contact) -> bool {
    let told = !matches!(
        contact.authentication,
        Authentication::Imported | Authentication::ByHand
    );
    told && !contact.backfilled
}

/// Whether one of the lists would hold it.
fn listable(lists: &[List], contact: &Contact, at: Timestamp) -> bool {
    let kind = match contact.medium {
        Medium::Sms => Kind::Messages,
        Medium::Call => Kind::Calls,
        Medium::Recording | Medium::Transcript | Medium::Control => return false,
    };
    lists
        .iter()
        .any(|list| list.kind == kind && list.since.is_none_or(|since| since <= at))
}

fn named(contact: &Contact, names: &BTreeSet<String>) -> bool {
    let session = contact.session.as_ref();
    let id = contact.provider_event_id.as_ref();
    [Some(&contact.dedupe_key), session, id]
        .into_iter()
        .flatten()
        .any(|name| names.contains(name))
}
