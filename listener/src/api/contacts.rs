//! The calls and messages that reached our numbers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{Authentication, Contact, Entry, Event, Medium, PlatformId, Sender, Timestamp};
use serde::Serialize;
use store::Lookup;
use utoipa::ToSchema;

use super::attachments::{self, AttachmentOut};
use super::caller::Caller;
use super::message::{Message, PartOut};
use super::page::{ListQuery, Page};
use super::parts::{Path, Query};
use super::redact::masked;
use crate::app::App;
use crate::ledger::{State as Fold, View};
use crate::problem::Problem;

/// Contacts looked at for one page when a time filter passes most of them over; then the page ends
/// early, with a cursor.
const LOOKED_AT_MAX: usize = 20_000;
/// Look-ups in one step.
const STEP_ENTRIES: usize = 256;
/// Later stages of one call shown with it.
const FOLLOW_UPS_MAX: usize = 100;

/// A contact as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContactOut {
    /// Its entry in the log.
    pub(crate) index: u64,
    /// The provider's own id of the message or call.
    pub(crate) provider_event_id: Option<String>,
    pub(crate) connection: String,
    /// `sms`, `call`, `recording` or `transcript`.
    pub(crate) kind: &'static str,
    /// The provider's word for the stage.
    pub(crate) phase: String,
    /// Masked for viewers.
    pub(crate) to: Option<String>,
    /// As shown to us, which anybody can forge; masked for viewers.
    pub(crate) from: Option<String>,
    /// Of a long message, all parts that came; hidden from viewers.
    pub(crate) text: Option<String>,
    /// The numbers in the text that are not the caller id, as digits: what its writer asks to call
    /// back; hidden from viewers.
    pub(crate) call_back_numbers: Vec<String>,
    /// Of a long message that came in parts: the parts, each an entry of its own.
    pub(crate) parts: Vec<PartOut>,
    /// The entry of the part that came first, if this is a later one.
    pub(crate) part_of: Option<u64>,
    /// By the provider's clock.
    #[schema(value_type = Option<String>)]
    pub(crate) claimed_at: Option<Timestamp>,
    /// By our clock.
    #[schema(value_type = String)]
    pub(crate) received_at: Timestamp,
    pub(crate) duration_s: Option<u32>,
    /// STIR/SHAKEN attestation.
    pub(crate) attestation: Option<String>,
    /// Why it happened, as of the end of the log.
    pub(crate) cause: &'static str,
    /// What an analyst calls it instead, by the word of a cause; it never moves a verdict.
    pub(crate) label: Option<String>,
    /// Through which platform, if through one.
    pub(crate) platform: Option<String>,
    /// Whose campaign, if a stranger's.
    pub(crate) campaign: Option<String>,
    /// How strongly the provider's request was authenticated.
    #[schema(value_type = String)]
    pub(crate) authentication: Authentication,
    /// Whether no webhook brought it: it was found afterwards in the provider's list.
    pub(crate) backfilled: bool,
    /// The first telling of the same, if this is not it.
    pub(crate) duplicate_of: Option<u64>,
    /// The entry of our own test of the line that this is: then it is no contact, and in no list.
    pub(crate) line_test: Option<u64>,
    /// Recordings and pictures that were fetched or attached; hidden from viewers.
    pub(crate) attachments: Vec<AttachmentOut>,
    /// Later stages of the same call: status, recording, transcript.
    pub(crate) events: Vec<FollowUp>,
}

/// A later stage of a call.
#[derive(Serialize, ToSchema)]
pub(crate) struct FollowUp {
    pub(crate) index: u64,
    pub(crate) kind: &'static str,
    pub(crate) phase: String,
    pub(crate) text: Option<String>,
    pub(crate) duration_s: Option<u32>,
    #[schema(value_type = Option<String>)]
    pub(crate) claimed_at: Option<Timestamp>,
    #[schema(value_type = String)]
    pub(crate) received_at: Timestamp,
    /// Recordings and pictures that were fetched.
    pub(crate) attachments: Vec<AttachmentOut>,
}

/// Contacts, newest first.
#[utoipa::path(get, path = "/v1/contacts", tag = "contacts", params(ListQuery),
    responses((status = 200, body = Page<ContactOut>), (status = 400, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<ContactOut>>, Problem> {
    let wish = Wish::read(&app, &caller, &query)?;
    let view = Arc::clone(app.recorder.view());
    let asker = caller.clone();
    let page = tokio::task::spawn_blocking(move || wish.page(&view, &asker))
        .await
        .map_err(|error| Problem::internal(&error))??;
    if caller.role.may_see_personal_data() {
        let shown: Vec<u64> = page.items.iter().map(|item| item.index).collect();
        app.reads.note(&caller.key, "contacts", &shown);
    }
    Ok(Json(page))
}

/// One contact.
#[utoipa::path(get, path = "/v1/contacts/{index}", tag = "contacts",
    params(("index" = u64, Path)),
    responses((status = 200, body = ContactOut), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(index): Path<u64>,
) -> Result<Json<ContactOut>, Problem> {
    let view = app.recorder.view();
    let unknown = || Problem::not_found("no contact at this index, or it was erased");
    let entry = view
        .reader
        .entry(index)
        .map_err(|e| Problem::internal(&e))?
        .ok_or_else(unknown)?;
    let Event::Contact(contact) = &entry.event else {
        return Err(unknown());
    };
    let state = view.state();
    if !may_see(&state, &caller, contact) {
        return Err(unknown());
    }
    if caller.role.may_see_personal_data() {
        app.reads.note(&caller.key, "contacts", &[index]);
    }
    Ok(Json(shown(view, &state, &caller, &entry, contact)))
}

/// What a list of contacts is asked for.
struct Wish {
    lookup: Lookup,
    /// A second filter where the look-up is by another.
    line: Option<honeytoken::PhoneNumber>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    before: Option<u64>,
    limit: usize,
}

impl Wish {
    fn read(app: &App, caller: &Caller, query: &ListQuery) -> Result<Wish, Problem> {
        let (platform, line) = (query.platform()?, caller.line(query)?);
        let is_open = |id: &PlatformId| {
            let known = app.recorder.view().state().registry.platform(id).is_some();
            known && caller.may_see(app, id)
        };
        if let Some(id) = platform.as_ref().filter(|id| !is_open(id)) {
            return Err(Problem::not_found(format!("platform {id} is unknown")));
        }
        let by_line = || line.map_or(Lookup::Contacts, Lookup::Line);
        Ok(Wish {
            lookup: platform.map_or_else(by_line, Lookup::Platform),
            line,
            since: query.since()?,
            until: query.until()?,
            before: query.before()?,
            limit: query.limit(),
        })
    }

    fn page(&self, view: &View, caller: &Caller) -> Result<Page<ContactOut>, Problem> {
        let mut items = Vec::new();
        let (mut before, mut looked_at) = (self.before, 0);
        loop {
            let step = view.index.newest(&self.lookup, before, STEP_ENTRIES);
            let step = step.map_err(|error| Problem::internal(&error))?;
            let ended = step.len() < STEP_ENTRIES;
            for index in step {
                if items.len() == self.limit || looked_at == LOOKED_AT_MAX {
                    return Ok(Page {
                        items,
                        next_cursor: before.map(|b| b.to_string()),
                    });
                }
                before = Some(index);
                looked_at += 1;
                items.extend(self.item(view, caller, index)?);
            }
            if ended {
                return Ok(Page {
                    items,
                    next_cursor: None,
                });
            }
        }
    }

    fn item(
        &self,
        view: &View,
        caller: &Caller,
        index: u64,
    ) -> Result<Option<ContactOut>, Problem> {
        let entry = view
            .reader
            .entry(index)
            .map_err(|error| Problem::internal(&error))?;
        let Some(entry) = entry else { return Ok(None) };
        let Event::Contact(contact) = &entry.event else {
            return Ok(None);
        };
        let at = contact.received_at;
        let in_time = self.since.is_none_or(|t| at >= t) && self.until.is_none_or(|t| at < t);
        let number = contact.to.as_ref().and_then(Sender::number);
        let on_line = self.line.is_none_or(|line| number == Some(line));
        let state = view.state();
        let wanted = in_time && on_line && may_see(&state, caller, contact);
        Ok(wanted.then(|| shown(view, &state, caller, &entry, contact)))
    }
}

/// Whether no study closes all platforms on the contacted line to the caller.
pub(super) fn may_see(state: &Fold, caller: &Caller, contact: &Contact) -> bool {
    let Some(number) = contact.to.as_ref().and_then(Sender::number) else {
        return true;
    };
    let mut platforms = state
        .registry
        .honeytokens_on(&number)
        .map(|r| &r.honeytoken.platform)
        .peekable();
    caller.role.may_administer()
        || platforms.peek().is_none()
        || platforms.any(|platform| state.registry.may_see(&caller.key, platform))
}

pub(super) fn shown(
    view: &View,
    state: &Fold,
    caller: &Caller,
    entry: &Entry,
    contact: &Contact,
) -> ContactOut {
    let open = caller.role.may_see_personal_data();
    let attribution = state.judgement.cause(entry.index);
    let party = |party: &Option<Sender>| party.as_ref().map(|p| party_shown(p, open));
    let through = attribution.as_ref().and_then(|a| a.platform.clone());
    let platform = state.platform_of(contact, through);
    let platform = platform
        .filter(|id| caller.role.may_administer() || state.registry.may_see(&caller.key, id));
    let message = Message::read(view, entry, contact);
    let call_back_numbers = message.call_back_numbers(contact.from.as_ref());
    ContactOut {
        index: entry.index,
        provider_event_id: contact.provider_event_id.clone().filter(|_| open),
        connection: contact.connection.to_string(),
        kind: contact.medium.as_str(),
        phase: contact.phase.clone(),
        to: party(&contact.to),
        from: party(&contact.from),
        text: message.text.filter(|_| open),
        call_back_numbers: if open { call_back_numbers } else { Vec::new() },
        parts: message.parts,
        part_of: state.part_of(entry.index),
        claimed_at: contact.claimed_at,
        received_at: contact.received_at,
        duration_s: contact.duration_s,
        attestation: contact.attestation.clone(),
        cause: attribution.as_ref().map_or("unknown", |a| a.cause.as_str()),
        label: state
            .registry
            .label(entry.index)
            .map(|given| given.label.as_str().to_owned()),
        platform: platform.map(|id| id.to_string()),
        campaign: attribution.and_then(|a| a.campaign).map(|c| c.to_string()),
        authentication: contact.authentication,
        backfilled: contact.backfilled,
        duplicate_of: state.duplicate_of(entry.index),
        line_test: contact.line_test,
        attachments: attached(view, entry.index, open),
        events: follow_ups(view, entry, contact, open),
    }
}

/// The files of a contact: those that were fetched, and those that somebody attached.
fn attached(view: &View, index: u64, open: bool) -> Vec<AttachmentOut> {
    match open {
        true => attachments::of_contact(view, index),
        false => Vec::new(),
    }
}

pub(super) fn party_shown(party: &Sender, open: bool) -> String {
    if open {
        party.as_str().to_owned()
    } else {
        masked(party.as_str(), party.kind())
    }
}

fn follow_ups(view: &View, entry: &Entry, contact: &Contact, open: bool) -> Vec<FollowUp> {
    let Some(session) = contact.session.clone() else {
        return Vec::new();
    };
    let lookup = Lookup::Session {
        connection: contact.connection.clone(),
        session,
    };
    let later = view
        .index
        .oldest(&lookup, entry.index + 1, FOLLOW_UPS_MAX)
        .unwrap_or_default();
    let stage = |index: u64| match view.reader.entry(index).ok().flatten()?.event {
        Event::Contact(c) if c.medium != Medium::Control => Some(FollowUp {
            attachments: attached(view, index, open),
            index,
            kind: c.medium.as_str(),
            phase: c.phase,
            text: c.text.filter(|_| open),
            duration_s: c.duration_s,
            claimed_at: c.claimed_at,
            received_at: c.received_at,
        }),
        _ => None,
    };
    later.into_iter().filter_map(stage).collect()
}
