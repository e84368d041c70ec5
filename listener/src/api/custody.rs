//! The custody log: what operators did.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{AlertOutcome, Entry, Event, NoteTopic, Timestamp};
use serde::Serialize;
use store::Lookup;
use utoipa::ToSchema;

use super::caller::Caller;
use super::page::{ListQuery, Page};
use super::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// A step of an operator's, or of the installation's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustodyOut {
    pub(crate) index: u64,
    #[schema(value_type = String)]
    pub(crate) at: Timestamp,
    /// The key that did it; null for the installation itself.
    pub(crate) by: Option<String>,
    pub(crate) kind: &'static str,
    /// In a few words, without personal data.
    pub(crate) detail: String,
}

/// What operators did, newest first.
#[utoipa::path(get, path = "/v1/custody", tag = "custody", params(ListQuery),
    responses((status = 200, body = Page<CustodyOut>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<CustodyOut>>, Problem> {
    caller.may_audit()?;
    let view = app.recorder.view();
    let limit = query.limit();
    let custody = Lookup::Other("custody", String::new());
    let indices = view.index.newest(&custody, query.before()?, limit);
    let indices = indices.map_err(|error| Problem::internal(&error))?;
    let next_cursor = indices
        .last()
        .filter(|_| indices.len() == limit)
        .map(|index| index.to_string());
    let entry = |index: &u64| view.reader.entry(*index).ok().flatten();
    let items = indices
        .iter()
        .filter_map(entry)
        .map(|e| shown(&e))
        .collect();
    Ok(Json(Page { items, next_cursor }))
}

fn shown(entry: &Entry) -> CustodyOut {
    CustodyOut {
        index: entry.index,
        at: entry.at,
        by: entry.by.as_ref().map(ToString::to_string),
        kind: entry.event.kind(),
        detail: detail(&entry.event),
    }
}

fn detail(event: &Event) -> String {
    match event {
        Event::Genesis(g) => format!("log {} begins", g.origin),
        Event::ConnectionSet(c) => format!("connection {} of {}", c.connection, c.provider),
        Event::ConnectionRetired(c) => format!("connection {}", c.connection),
        Event::ProviderKey(k) => format!("connection {} of {}", k.connection, k.provider),
        Event::LineAdded(l) => format!("line {:?}", l.number),
        Event::LineRetired(l) => format!("line {:?}", l.number),
        Event::LineSoaked(l) => format!("line {:?} until {}", l.number, l.soak_until),
        Event::ControlsDrawn(d) => format!("{} of {} lines", d.drawn.len(), d.candidates),
        Event::DrawSeedCommitted(seed) => format!("SHA-256 {}", seed.sha256),
        Event::PlatformDeclared(p) => format!("platform {}", p.platform),
        Event::StudySet(s) => format!("study {}", s.study),
        Event::HoneytokenIssued(h) => format!("honeytoken {} to {}", h.honeytoken, h.platform),
        Event::HoneytokenEnded(h) => format!("honeytoken {}", h.honeytoken),
        Event::RequestMade(r) => format!("honeytoken {}", r.honeytoken),
        Event::Coverage(c) => format!("line {:?} from {} until {}", c.number, c.from, c.until),
        Event::LineTest(t) => format!("line {:?} by {:?}", t.number, t.partner),
        Event::LineTestMissed(m) => format!("line {:?}: {}", m.number, m.reason),
        Event::ProviderListed(l) => format!("line {:?} at {}", l.number, l.connection),
        Event::LineSilent(l) => format!("line {:?} since {}", l.number, l.since),
        Event::LineAlive(l) => format!("line {:?} since {}", l.number, l.sign_at),
        Event::LineUnproven(l) => format!("line {:?}", l.number),
        Event::KeyCreated(k) => format!("key {} as {}", k.key, k.role.as_str()),
        Event::KeyRevoked(k) => format!("key {}", k.key),
        Event::PersonalDataRead(r) => format!("{} entries: {}", r.entries.len(), r.what),
        Event::Operation(o) => format!("{} {}", o.operation, o.detail)
            .trim_end()
            .to_owned(),
        Event::Erasure(e) => format!("entry {}: {}", e.erased, e.reason),
        Event::AlertTargetSet(t) => match &t.disabled {
            None => format!("alert target {} by {}", t.target, t.channel),
            Some(reason) => format!("alert target {} disabled: {reason}", t.target),
        },
        Event::AlertTargetRemoved(t) => format!("alert target {}", t.target),
        Event::AlertBaseline(b) => format!("{} platforms", b.classes.len()),
        Event::AlertRaised(a) => format!("{} to {} targets", a.topic, a.targets.len()),
        Event::AlertAttempted(a) => format!("alert {} to {}: {}", a.raised, a.target, a.reason),
        Event::AlertSettled(a) => {
            let outcome = match a.outcome {
                AlertOutcome::Delivered => "delivered",
                AlertOutcome::Dead => "dead",
            };
            format!("alert {} to {}: {outcome}", a.raised, a.target)
        }
        Event::AlertReplayed(a) => format!("alert {}", a.raised),
        Event::Anchor(a) => format!("{} entries vouched for by {}", a.size, a.authority),
        Event::Judgement(j) => format!("platform {} is {}", j.platform, j.class),
        Event::ReplyNotified(r) => format!("platform {} until {}", r.platform, r.due),
        Event::ReplyReceived(r) => format!("platform {}, {} files", r.platform, r.files.len()),
        Event::ReplyFileKept(f) => format!("platform {}, {} bytes", f.platform, f.bytes),
        Event::ReplyPublished(r) => format!(
            "platform {}, entry {}: {}",
            r.platform, r.reply, r.published
        ),
        Event::ReplyLapsed(r) => format!("platform {}, told in entry {}", r.platform, r.notified),
        Event::FindingPublished(f) => format!("platform {} is {} in public", f.platform, f.class),
        Event::FindingWithdrawn(f) => format!("platform {}, finding {}", f.platform, f.finding),
        Event::Note(n) => match (&n.topic, &n.label) {
            (NoteTopic::Entry(index), None) => format!("about entry {index}"),
            (NoteTopic::Entry(index), Some(l)) => format!("calls entry {index} {}", l.as_str()),
            (NoteTopic::Platform(id), _) => format!("about platform {id}"),
        },
        Event::SettingsSet(s) => format!("settings: {}", s.reason),
        Event::Policy(p) => format!("alpha {}, prior {}", p.alpha, p.prior),
        Event::Contact(c) => format!("via {}", c.connection),
        Event::Repeat(r) => format!("of entry {}", r.repeats),
        Event::Attachment(a) => format!("{} bytes of entry {}", a.bytes, a.contact),
        Event::AttachmentFailed(a) => format!("entry {}: {}", a.contact, a.why),
        Event::Reconciliation(r) => {
            format!(
                "connection {} from {} until {}",
                r.connection, r.from, r.until
            )
        }
        Event::Unparsed(u) => format!("via {}: {}", u.connection, u.reason),
    }
}
