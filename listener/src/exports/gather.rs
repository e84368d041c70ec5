//! Material for an export.

use std::collections::{BTreeMap, BTreeSet};

use attribution::Attribution;
use honeytoken::{Contact, Entry, Event, PlatformId, Sender, SenderKind, Timestamp};
use report::export::{ContactRow, Kind, Material, Order};
use report::{CampaignOut, LinkOut, VerdictOut};
use store::{IndexFault, Lookup, ReadError};

use super::exposure::exposure;
use super::told;
use crate::ledger::{State, View};

/// Contacts looked up in one step.
pub(super) const STEP_ENTRIES: usize = 1024;

/// Whether somebody may see what belongs to a platform.
pub type Open<'a> = &'a dyn Fn(&State, &PlatformId) -> bool;

/// Which contacts, and how many at most.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Only what was received at or after this.
    pub since: Option<Timestamp>,
    /// Only what was received before this.
    pub until: Option<Timestamp>,
    /// More contacts than this are refused.
    pub contacts_max: usize,
}

/// Why nothing was gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// Nobody knows the platform, or a study closes it.
    #[error("platform {0} is unknown; GET /v1/platforms lists those that are")]
    Unknown(PlatformId),
    /// Nobody knows the contact, it was erased, or a study closes it.
    #[error("no contact at index {0}, or it was erased")]
    NoContact(u64),
    /// Too much for one file.
    #[error("more than {0} contacts; narrow it with platform, since and until")]
    TooMany(usize),
    /// The index does not answer.
    #[error(transparent)]
    Index(#[from] IndexFault),
    /// An entry cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Gathers what the order needs. `progress` is told how many contacts were read.
///
/// # Errors
/// See [`GatherError`].
pub fn gather(
    view: &View,
    order: &Order,
    window: &Window,
    now: Timestamp,
    open: Open<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Material, GatherError> {
    let mut material = folded(&view.state(), order, now, open)?;
    (material.origin, material.begun_at) = beginning(view)?;
    if order.kind().reads_contacts() {
        material.contacts = contacts(view, order, window, open, progress)?;
    }
    Ok(material)
}

/// The log's name, and when it began.
pub(super) fn beginning(view: &View) -> Result<(String, Timestamp), GatherError> {
    Ok(match view.reader.entry(0)? {
        Some(Entry {
            event: Event::Genesis(genesis),
            at,
            ..
        }) => (genesis.origin, at),
        _ => (String::new(), Timestamp::EPOCH),
    })
}

/// What follows from the fold alone.
fn folded(
    state: &State,
    order: &Order,
    now: Timestamp,
    open: Open<'_>,
) -> Result<Material, GatherError> {
    let wanted = |id: &PlatformId| order.platform().is_none_or(|p| p == id) && open(state, id);
    if let Some(id) = order.platform()
        && !(state.registry.platform(id).is_some() && open(state, id))
    {
        return Err(GatherError::Unknown(id.clone()));
    }
    let mut material = Material::new(String::new(), now, now);
    let tokens = || {
        state
            .registry
            .honeytokens()
            .map(|record| &record.honeytoken)
    };
    // Names of all decoys are closed where names are: a text may speak that of another platform's.
    material.set_personas(tokens().map(|token| &token.persona));
    let needs = |kinds: &[Kind]| kinds.contains(&order.kind());
    if needs(&[Kind::Exposure, Kind::Timesketch]) {
        material.exposure = exposure(state, now, order.platform().is_none(), &wanted);
    }
    if needs(&[Kind::Verdicts, Kind::Timesketch]) {
        let verdicts = state.judgement.verdicts().into_iter();
        material.verdicts = verdicts
            .filter(|v| wanted(&v.platform))
            .map(VerdictOut::from)
            .collect();
    }
    if needs(&[Kind::Campaigns, Kind::Misp, Kind::Stix]) {
        let campaigns = state.judgement.campaigns().into_iter();
        let campaigns = campaigns
            .filter(|c| order.platform().is_none_or(|id| c.platforms.contains(id)))
            .map(|c| CampaignOut::new(c, |id| open(state, id)));
        material.campaigns = campaigns.collect();
    }
    if needs(&[Kind::Links]) {
        let links = state.judgement.links().into_iter();
        let links = links
            .filter(|l| order.platform().is_none_or(|id| l.platforms.contains(id)))
            .filter(|l| l.platforms.iter().all(|id| open(state, id)));
        material.links = links.map(LinkOut::from).collect();
    }
    if needs(&[Kind::Case]) {
        let platforms = state.registry.platforms();
        material.platforms = platforms.filter(|p| wanted(&p.platform)).cloned().collect();
    }
    Ok(material)
}

/// The contacts that the order and the window name, oldest first.
fn contacts(
    view: &View,
    order: &Order,
    window: &Window,
    open: Open<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<ContactRow>, GatherError> {
    let lookup = order
        .platform()
        .cloned()
        .map_or(Lookup::Contacts, Lookup::Platform);
    let causes: BTreeMap<u64, Attribution> = view.state().judgement.causes().into_iter().collect();
    let (mut rows, mut from) = (Vec::new(), 0);
    loop {
        let step = view.index.oldest(&lookup, from, STEP_ENTRIES)?;
        let Some(last) = step.last() else {
            return Ok(rows);
        };
        from = last + 1;
        for index in step {
            let Some(entry) = view.reader.entry(index)? else {
                continue;
            };
            if let Event::Contact(contact) = &entry.event
                && window.holds(contact.received_at)
                && is_open(&view.state(), contact, open)
            {
                if rows.len() == window.contacts_max {
                    return Err(GatherError::TooMany(window.contacts_max));
                }
                rows.push(contact_row(view, &entry, contact, causes.get(&index), open));
            }
        }
        progress(rows.len() as u64);
    }
}

impl Window {
    fn holds(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// Whether a platform on the contacted line is open, or none is on it.
pub(super) fn is_open(state: &State, contact: &Contact, open: Open<'_>) -> bool {
    let Some(number) = contact.to.as_ref().and_then(Sender::number) else {
        return true;
    };
    let tokens = state.registry.honeytokens_on(&number);
    let platforms: BTreeSet<&PlatformId> = tokens.map(|r| &r.honeytoken.platform).collect();
    platforms.is_empty() || platforms.into_iter().any(|id| open(state, id))
}

fn contact_row(
    view: &View,
    entry: &Entry,
    contact: &Contact,
    cause: Option<&Attribution>,
    open: Open<'_>,
) -> ContactRow {
    let told = told(view, entry, contact);
    let state = view.state();
    let number = contact.to.as_ref().and_then(Sender::number);
    let through = state.platform_of(contact, cause.and_then(|a| a.platform.clone()));
    let party = |party: &Option<Sender>| party.as_ref().map(|p| p.as_str().to_owned());
    ContactRow {
        index: entry.index,
        line: number
            .and_then(|n| state.registry.line(&n, entry.at))
            .map(|line| line.index),
        received_at: contact.received_at,
        claimed_at: contact.claimed_at,
        connection: Some(contact.connection.to_string()),
        provider_event_id: contact.provider_event_id.clone(),
        kind: contact.medium.as_str(),
        to: party(&contact.to),
        from: party(&contact.from),
        from_kind: contact.from.as_ref().map(|from| kind_word(from.kind())),
        text: told.text,
        call_back_numbers: told.call_back_numbers,
        duration_s: told.duration_s,
        attestation: contact.attestation.clone().or(told.attestation),
        authentication: contact.authentication.as_str(),
        backfilled: contact.backfilled,
        cause: cause.map_or("unknown", |a| a.cause.as_str()),
        platform: through
            .filter(|id| open(&state, id))
            .map(|id| id.to_string()),
        campaign: cause.and_then(|a| a.campaign).map(|c| c.to_string()),
        duplicate_of: state.duplicate_of(entry.index),
        label: state
            .registry
            .label(entry.index)
            .map(|given| given.label.as_str().to_owned()),
    }
}

const fn kind_word(kind: SenderKind) -> &'static str {
    match kind {
        SenderKind::Number => "number",
        SenderKind::ShortCode => "short_code",
        SenderKind::Service => "service",
        SenderKind::Alphanumeric => "alphanumeric",
        SenderKind::Withheld => "withheld",
        SenderKind::Other => "other",
    }
}
