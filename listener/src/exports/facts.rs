//! Facts for a complaint form.

use std::collections::BTreeSet;

use attribution::topic::Topic;
use attribution::{Campaign, Cause};
use honeytoken::{Contact, Entry, Event, HoneytokenRecord, Medium, PlatformId, Sender, Timestamp};
use report::complaint::{About, ContactFacts, Facts, Medium as Way, PlatformFacts, Registration};
use store::Lookup;

use super::gather::{STEP_ENTRIES, beginning, is_open};
use super::{GatherError, Open, told};
use crate::api_key::hex;
use crate::ledger::{State, View};
use crate::provider::Provider;

/// Contacts listed in a complaint against a platform, the newest; the bundle holds all.
pub const CONTACTS_LISTED_MAX: usize = 20;

/// Reads what is known of a contact, or of a platform and the contacts that came through it.
///
/// # Errors
/// See [`GatherError`].
pub fn facts(
    view: &View,
    about: About,
    now: Timestamp,
    open: Open<'_>,
) -> Result<Facts, GatherError> {
    match about {
        About::Contact(index) => of_contact(view, index, now, open),
        About::Platform(id) => of_platform(view, id, now, open),
    }
}

fn of_contact(
    view: &View,
    index: u64,
    now: Timestamp,
    open: Open<'_>,
) -> Result<Facts, GatherError> {
    let unknown = || GatherError::NoContact(index);
    let contact = read(view, index)?.ok_or_else(unknown)?;
    let state = view.state();
    let is_shown = is_open(&state, &contact.1, open);
    let cause = state.judgement.cause(index);
    let through = state.platform_of(&contact.1, cause.and_then(|a| a.platform));
    let through = through.filter(|id| open(&state, id));
    drop(state);
    if !is_shown {
        return Err(unknown());
    }
    let campaigns = view.state().judgement.campaigns();
    let contacts: Vec<ContactFacts> = of_entry(view, &campaigns, &contact)?.into_iter().collect();
    if contacts.is_empty() {
        return Err(unknown());
    }
    Ok(Facts {
        about: About::Contact(index),
        made_at: now,
        platform: through.and_then(|id| platform(&view.state(), &id, &contacts)),
        contacts,
        contacts_total: 1,
        origin: beginning(view)?.0,
    })
}

fn of_platform(
    view: &View,
    id: PlatformId,
    now: Timestamp,
    open: Open<'_>,
) -> Result<Facts, GatherError> {
    let state = view.state();
    if state.registry.platform(&id).is_none() || !open(&state, &id) {
        return Err(GatherError::Unknown(id));
    }
    let leaks = leaks(view, &state, &id)?;
    let campaigns = state.judgement.campaigns();
    drop(state);
    let mut contacts = Vec::new();
    for index in leaks.iter().rev() {
        if contacts.len() == CONTACTS_LISTED_MAX {
            break;
        }
        if let Some(contact) = read(view, *index)? {
            contacts.extend(of_entry(view, &campaigns, &contact)?);
        }
    }
    Ok(Facts {
        made_at: now,
        platform: platform(&view.state(), &id, &contacts),
        about: About::Platform(id),
        contacts_total: leaks.len() as u64,
        contacts,
        origin: beginning(view)?.0,
    })
}

/// Contacts that came through a platform, oldest first: each once, without later stages of calls.
fn leaks(view: &View, state: &State, id: &PlatformId) -> Result<Vec<u64>, GatherError> {
    let causes = state.judgement.causes().into_iter();
    let through = causes
        .filter(|(_, a)| a.cause == Cause::Leak && a.platform.as_ref() == Some(id))
        .map(|(index, _)| index);
    let through: BTreeSet<u64> = through.collect();
    let (mut leaks, mut from) = (Vec::new(), 0);
    loop {
        let lookup = Lookup::Platform(id.clone());
        let step = view.index.oldest(&lookup, from, STEP_ENTRIES)?;
        let Some(last) = step.last() else {
            return Ok(leaks);
        };
        from = last + 1;
        let counts = |index: &u64| through.contains(index) && state.duplicate_of(*index).is_none();
        leaks.extend(step.into_iter().filter(counts));
    }
}

type Read = (Entry, Contact);

/// The contact in an entry; none if it is another kind of entry, was erased, or is nobody's contact.
fn read(view: &View, index: u64) -> Result<Option<Read>, GatherError> {
    let Some(entry) = view.reader.entry(index)? else {
        return Ok(None);
    };
    Ok(match entry.event.clone() {
        Event::Contact(contact) if contact.line_test.is_none() => Some((entry, contact)),
        _ => None,
    })
}

/// What is known of a call or message; none for what only belongs to one.
fn of_entry(
    view: &View,
    campaigns: &[Campaign],
    (entry, contact): &Read,
) -> Result<Option<ContactFacts>, GatherError> {
    let medium = match contact.medium {
        Medium::Sms => Way::Message,
        Medium::Call => Way::Call,
        Medium::Recording | Medium::Transcript | Medium::Control => return Ok(None),
    };
    let told = told(view, entry, contact);
    let leaf = view.reader.leaf(entry.index)?;
    let leaf = leaf.map(|leaf| hex(ring::digest::digest(&ring::digest::SHA256, &leaf).as_ref()));
    let state = view.state();
    let id = state.judgement.cause(entry.index).and_then(|a| a.campaign);
    let campaign = campaigns.iter().find(|c| Some(c.campaign) == id);
    let of_text = || told.text.as_deref().and_then(Topic::of);
    let topic = of_text().or_else(|| campaign.and_then(|c| c.topic));
    let number = contact.to.as_ref().and_then(Sender::number);
    let connection = state.registry.connection(&contact.connection);
    let provider = connection.and_then(|c| Provider::find(&c.provider).ok());
    let party = |party: &Option<Sender>| party.as_ref().map(|p| p.as_str().to_owned());
    Ok(Some(ContactFacts {
        index: entry.index,
        leaf_sha256: leaf,
        medium,
        at: contact.claimed_at.unwrap_or(contact.received_at),
        to: party(&contact.to),
        country: number.and_then(|n| n.country()).map(|c| c.to_string()),
        from: party(&contact.from),
        duration_s: told.duration_s,
        recorded: told.recorded,
        attestation: contact.attestation.clone().or(told.attestation),
        call_back_numbers: told.call_back_numbers,
        text: told.text,
        domains: campaign.map_or(Vec::new(), |c| c.domains.clone()),
        topic,
        campaign: campaign.map(|c| c.campaign.to_string()),
        provider: provider.map(|provider| provider.title.to_owned()),
    }))
}

/// The platform with its verdict, and its placements on the contacts' numbers; on all its numbers where
/// nothing came.
fn platform(state: &State, id: &PlatformId, contacts: &[ContactFacts]) -> Option<PlatformFacts> {
    let platform = state.registry.platform(id)?;
    let verdict = state.judgement.verdict(id)?;
    let reached = |record: &&HoneytokenRecord| {
        let number = record.honeytoken.number.as_str();
        contacts.is_empty() || contacts.iter().any(|c| c.to.as_deref() == Some(number))
    };
    let of_it = state
        .registry
        .honeytokens()
        .filter(|r| r.honeytoken.platform == *id);
    let mut registrations: Vec<Registration> = of_it
        .filter(reached)
        .map(|record| registration(state, record))
        .collect();
    registrations.sort_by_key(|r| (r.at, r.index));
    Some(PlatformFacts {
        id: id.clone(),
        name: platform.name.clone(),
        operator: platform.operator.clone(),
        domains: platform.domains.clone(),
        declared_partners: platform
            .declared_partners
            .iter()
            .map(|p| p.name.clone())
            .collect(),
        class: verdict.class,
        e_value: verdict.e_value,
        fdr: verdict.fdr,
        flagged_at: verdict.flagged_at,
        registrations,
    })
}

fn registration(state: &State, record: &HoneytokenRecord) -> Registration {
    let token = &record.honeytoken;
    Registration {
        index: record.index,
        number: token.number.as_str().to_owned(),
        name: token.persona.name.clone(),
        at: token.registered_at,
        marketing_agreed: token.consent.allows_marketing(),
        exclusive: state.registry.honeytokens_on(&token.number).count() == 1,
        requests: record.requests.clone(),
    }
}
