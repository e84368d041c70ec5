//! Who reached a platform's numbers: its newest contacts, sender by sender.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use attribution::{Attribution, Cause};
use axum::Json;
use axum::extract::State;
use honeytoken::{Contact, Event, PhoneNumber, PlatformId, Sender, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::page::ranked;
use super::parts::{Path, Query};
use super::redact::masked;
use crate::app::App;
use crate::ledger::View;
use crate::problem::Problem;

/// Contacts that are looked at: the newest.
const CONTACTS_MAX: usize = 500;
/// Senders that are told.
const SENDERS_MAX: usize = 100;

/// Which page of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SendersQuery {
    /// Senders in the page, 1 to 100; 100 if not given.
    limit: Option<usize>,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
}

/// Who reached a platform's numbers, the most frequent first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SendersOut {
    /// At most 100.
    pub(crate) items: Vec<SenderOut>,
    /// Senders in all.
    pub(crate) in_all: usize,
    /// Where the next page begins; null at the end.
    pub(crate) next_cursor: Option<String>,
    /// Contacts that were looked at: the newest, at most 500.
    pub(crate) looked_at: usize,
}

/// A sender.
#[derive(Serialize, ToSchema)]
pub(crate) struct SenderOut {
    /// As shown to us, which anybody can forge; null: withheld. Masked for viewers.
    pub(crate) from: Option<String>,
    /// Contacts of the platform's.
    pub(crate) contacts: u64,
    /// Numbers that it reached.
    pub(crate) numbers: usize,
    #[schema(value_type = String)]
    pub(crate) first_at: Timestamp,
    #[schema(value_type = String)]
    pub(crate) last_at: Timestamp,
    /// Contacts by cause.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub(crate) causes: BTreeMap<Cause, u64>,
    /// The campaign that it was last seen in, if in one.
    pub(crate) campaign: Option<String>,
}

/// Who reached a platform's numbers, as far as its newest 500 contacts tell.
#[utoipa::path(get, path = "/v1/platforms/{id}/senders", tag = "contacts",
    params(("id" = String, Path), SendersQuery),
    responses((status = 200, body = SendersOut), (status = 404, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SendersQuery>,
) -> Result<Json<SendersOut>, Problem> {
    let limit = query.limit.unwrap_or(SENDERS_MAX).clamp(1, SENDERS_MAX);
    of(&app, &caller, &id, query.cursor, limit).await.map(Json)
}

/// Its senders, the most frequent first, so many at most. What of them is shown is noted as read, and
/// nothing else.
///
/// # Errors
/// 404 when there is no such platform, or it is closed to the caller; 400 when the cursor is none of ours.
pub(crate) async fn of(
    app: &App,
    caller: &Caller,
    id: &str,
    cursor: Option<String>,
    most: usize,
) -> Result<SendersOut, Problem> {
    let unknown = || Problem::not_found("no platform of this id");
    let id: PlatformId = id.parse().map_err(|_| unknown())?;
    let known = app.recorder.view().state().registry.platform(&id).is_some();
    if !known || !caller.may_see(app, &id) {
        return Err(unknown());
    }
    let (view, open) = (
        Arc::clone(app.recorder.view()),
        caller.role.may_see_personal_data(),
    );
    let look = move || look(&view, &id, cursor.as_deref(), most, open);
    let looked = tokio::task::spawn_blocking(look).await;
    let (shown, out) = looked.map_err(|error| Problem::internal(&error))??;
    if open {
        app.reads.note(&caller.key, "senders", &shown);
    }
    Ok(out)
}

/// The contacts of whom is told, and what is told.
fn look(
    view: &View,
    id: &PlatformId,
    cursor: Option<&str>,
    most: usize,
    open: bool,
) -> Result<(Vec<u64>, SendersOut), Problem> {
    let newest = newest(view, id);
    let mut tallies: BTreeMap<Option<Sender>, Tally> = BTreeMap::new();
    let mut looked_at = 0;
    for (index, found) in newest {
        let entry = view.reader.entry(index);
        let entry = entry.map_err(|error| Problem::internal(&error))?;
        if let Some(Event::Contact(contact)) = entry.map(|entry| entry.event) {
            looked_at += 1;
            let tally = tallies.entry(contact.from.clone()).or_default();
            tally.add(index, &contact, &found);
        }
    }
    let mut all: Vec<_> = tallies.into_iter().collect();
    all.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.contacts));
    let in_all = all.len();
    let page = ranked(all, cursor, most)?;
    let entries = page.items.iter().flat_map(|(_, tally)| &tally.entries);
    let shown = entries.copied().collect();
    let items = page.items.into_iter();
    let out = SendersOut {
        items: items.map(|(from, tally)| tally.told(from, open)).collect(),
        in_all,
        next_cursor: page.next_cursor,
        looked_at,
    };
    Ok((shown, out))
}

/// The platform's newest contacts, newest first; of what came through none, that on numbers which it alone
/// holds.
fn newest(view: &View, id: &PlatformId) -> Vec<(u64, Attribution)> {
    let state = view.state();
    let numbers: BTreeSet<PhoneNumber> = state
        .registry
        .honeytokens()
        .filter(|record| record.honeytoken.platform == *id)
        .map(|record| record.honeytoken.number)
        .collect();
    let mut its: Vec<_> = numbers
        .iter()
        .flat_map(|number| {
            let alone = state.only_holder(number).as_ref() == Some(id);
            let all = state.judgement.entries_of(number).into_iter();
            all.filter(move |(_, found)| found.platform.as_ref().map_or(alone, |p| p == id))
        })
        .collect();
    its.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
    its.truncate(CONTACTS_MAX);
    its
}

#[derive(Default)]
struct Tally {
    entries: Vec<u64>,
    contacts: u64,
    numbers: BTreeSet<PhoneNumber>,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    causes: BTreeMap<Cause, u64>,
    campaign: Option<String>,
}

impl Tally {
    /// Newer ones come first.
    fn add(&mut self, index: u64, contact: &Contact, found: &Attribution) {
        self.entries.push(index);
        self.contacts += 1;
        self.numbers
            .extend(contact.to.as_ref().and_then(Sender::number));
        self.first_at = Some(contact.received_at);
        self.last_at = self.last_at.or(Some(contact.received_at));
        *self.causes.entry(found.cause).or_default() += 1;
        let campaign = found.campaign.as_ref();
        self.campaign = self
            .campaign
            .take()
            .or_else(|| campaign.map(ToString::to_string));
    }

    fn told(self, from: Option<Sender>, open: bool) -> SenderOut {
        let shown = |from: Sender| match open {
            true => from.as_str().to_owned(),
            false => masked(from.as_str(), from.kind()),
        };
        SenderOut {
            from: from.map(shown),
            contacts: self.contacts,
            numbers: self.numbers.len(),
            first_at: self.first_at.unwrap_or(Timestamp::EPOCH),
            last_at: self.last_at.unwrap_or(Timestamp::EPOCH),
            causes: self.causes,
            campaign: self.campaign,
        }
    }
}
