//! What analysts say of platforms and entries.

use std::sync::Arc;

use attribution::Cause;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use honeytoken::{Entry, Event, Label, Note, NoteTopic, Timestamp};
use serde::{Deserialize, Serialize};
use store::Lookup;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page};
use super::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// The longest note, in bytes.
const NOTE_BYTES_MAX: usize = 16 * 1024;
/// Notes looked at for one page; a filter that fits few goes on from there.
const LOOKED_AT_MAX: usize = 5_000;

/// How far a note may be about a note about a note, …; what lies deeper is closed to all.
const NOTES_DEEP_MAX: usize = 64;

/// A note to write down; about a platform or an entry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteIn {
    /// A platform's id.
    #[serde(default)]
    pub(crate) platform: Option<String>,
    /// Or an entry's index.
    #[serde(default)]
    pub(crate) entry: Option<u64>,
    /// What it says, at most 16 KiB; may be empty beside a label.
    #[serde(default)]
    pub(crate) text: String,
    /// Of a contact: what you call it, by the word of a cause. It stands beside the contact's own cause
    /// and never moves a verdict.
    #[serde(default)]
    pub(crate) label: Option<String>,
}

/// A note.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoteOut {
    /// Its entry.
    pub(crate) index: u64,
    #[schema(value_type = String)]
    pub(crate) at: Timestamp,
    /// Whose: the key.
    pub(crate) by: Option<String>,
    pub(crate) platform: Option<String>,
    pub(crate) entry: Option<u64>,
    pub(crate) text: String,
    /// What it calls the contact that it is about.
    pub(crate) label: Option<String>,
}

impl NoteOut {
    fn of(entry: &Entry) -> Option<NoteOut> {
        let Event::Note(note) = &entry.event else {
            return None;
        };
        let (platform, about) = match &note.topic {
            NoteTopic::Platform(id) => (Some(id.to_string()), None),
            NoteTopic::Entry(index) => (None, Some(*index)),
        };
        Some(NoteOut {
            index: entry.index,
            at: entry.at,
            by: entry.by.as_ref().map(ToString::to_string),
            platform,
            entry: about,
            text: note.text.clone(),
            label: note.label.as_ref().map(|label| label.as_str().to_owned()),
        })
    }
}

/// Which notes are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotesQuery {
    /// Only what is about this entry.
    pub(crate) entry: Option<u64>,
}

/// Writes a note down; it is an entry, and stays.
#[utoipa::path(post, path = "/v1/notes", tag = "notes", request_body = NoteIn,
    responses((status = 201, body = NoteOut), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<NoteIn>,
) -> Result<(StatusCode, Json<NoteOut>), Problem> {
    caller.may_work()?;
    let (topic, label) = (topic(&body)?, label(&body)?);
    if !is_open(&app, &caller, &topic) {
        return Err(Problem::not_found(
            "nothing to write a note about; no such platform or entry",
        ));
    }
    if label.is_some() && !is_contact(&app, &topic) {
        let detail = "label is for a contact; give the index of one as entry";
        return Err(Problem::bad_request("bad_note", detail));
    }
    let note = Event::Note(Note {
        topic,
        text: body.text,
        label,
    });
    let entries = app
        .recorder
        .decide(Some(caller.key), move |_| Ok(vec![note]))
        .await?;
    let written = entries.first().and_then(NoteOut::of);
    let written = written.ok_or_else(|| Problem::internal(&"a note could not be read back"))?;
    Ok((StatusCode::CREATED, Json(written)))
}

fn topic(body: &NoteIn) -> Result<NoteTopic, Problem> {
    let bad = |detail: String| Err(Problem::bad_request("bad_note", detail));
    let empty = body.text.trim().is_empty() && body.label.is_none();
    if empty || body.text.len() > NOTE_BYTES_MAX {
        return bad(format!("text is not 1 to {NOTE_BYTES_MAX} bytes"));
    }
    match (&body.platform, body.entry) {
        (Some(id), None) => match id.parse() {
            Ok(id) => Ok(NoteTopic::Platform(id)),
            Err(error) => bad(format!("platform: {error}")),
        },
        (None, Some(index)) => Ok(NoteTopic::Entry(index)),
        _ => bad("a note is about a platform or an entry, one of them".to_owned()),
    }
}

/// The label, if it is the word of a cause.
fn label(body: &NoteIn) -> Result<Option<Label>, Problem> {
    let known = |word: &&str| Cause::ALL.iter().any(|cause| cause.as_str() == *word);
    let Some(word) = &body.label else {
        return Ok(None);
    };
    let read = Some(word.as_str()).filter(known).map(str::parse);
    read.and_then(Result::ok).map(Some).ok_or_else(|| {
        let words: Vec<&str> = Cause::ALL.iter().map(|cause| cause.as_str()).collect();
        let words = words.join(", ");
        let detail = format!("label {word:?} is not the word of a cause; use one of {words}");
        Problem::bad_request("bad_note", detail)
    })
}

fn is_contact(app: &App, topic: &NoteTopic) -> bool {
    let NoteTopic::Entry(index) = topic else {
        return false;
    };
    let entry = app.recorder.view().reader.entry(*index);
    matches!(entry, Ok(Some(entry)) if matches!(entry.event, Event::Contact(_)))
}

/// Whether there is such a thing, and no study closes it to the caller. A note is as open as what it
/// is about.
fn is_open(app: &App, caller: &Caller, topic: &NoteTopic) -> bool {
    let view = app.recorder.view();
    let mut topic = topic.clone();
    for _ in 0..NOTES_DEEP_MAX {
        let index = match topic {
            NoteTopic::Platform(id) => {
                let known = view.state().registry.platform(&id).is_some();
                return known && caller.may_see(app, &id);
            }
            NoteTopic::Entry(index) => index,
        };
        topic = match view.reader.entry(index) {
            Ok(Some(entry)) => match entry.event {
                Event::Note(note) => note.topic,
                Event::Attachment(file) => NoteTopic::Entry(file.contact),
                event => return event_is_open(app, caller, &event),
            },
            _ => return view.reader.is_erased(index),
        };
    }
    false
}

/// What is about a number or a platform that only closed platforms hold is closed.
fn event_is_open(app: &App, caller: &Caller, event: &Event) -> bool {
    let number = match event {
        Event::PlatformDeclared(platform) => return caller.may_see(app, &platform.platform),
        Event::HoneytokenIssued(token) => return caller.may_see(app, &token.platform),
        Event::Contact(contact) => contact.to.as_ref().and_then(|to| to.number()),
        Event::Repeat(repeat) => repeat.to.as_ref().and_then(|to| to.number()),
        Event::LineAdded(line) => Some(line.number),
        Event::Coverage(coverage) => Some(coverage.number),
        _ => None,
    };
    let Some(number) = number else { return true };
    let state = app.recorder.view().state();
    let mut holders = state
        .registry
        .honeytokens_on(&number)
        .map(|r| &r.honeytoken.platform);
    let open = |id: &_| caller.role.may_administer() || state.registry.may_see(&caller.key, id);
    match holders.next() {
        None => true,
        Some(first) => open(first) || holders.any(open),
    }
}

/// Notes that the caller may see, newest first.
#[utoipa::path(get, path = "/v1/notes", tag = "notes", params(ListQuery, NotesQuery),
    responses((status = 200, body = Page<NoteOut>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
    Query(notes): Query<NotesQuery>,
) -> Result<Json<Page<NoteOut>>, Problem> {
    caller.may_see_personal_data()?;
    let platform = query.platform()?.map(|id| id.to_string());
    let view = app.recorder.view();
    let (kind, limit) = (Lookup::Kind("note"), query.limit());
    let looked_at = view.index.newest(&kind, query.before()?, LOOKED_AT_MAX);
    let looked_at = looked_at.map_err(|error| Problem::internal(&error))?;
    let (mut items, mut last) = (Vec::new(), None);
    let mut more = looked_at.len() == LOOKED_AT_MAX;
    for index in looked_at {
        if items.len() == limit {
            more = true;
            break;
        }
        last = Some(index);
        let Ok(Some(entry)) = view.reader.entry(index) else {
            continue;
        };
        let (Some(note), Event::Note(written)) = (NoteOut::of(&entry), &entry.event) else {
            continue;
        };
        let wanted = platform
            .as_ref()
            .is_none_or(|id| note.platform.as_ref() == Some(id))
            && notes.entry.is_none_or(|entry| note.entry == Some(entry));
        if wanted && is_open(&app, &caller, &written.topic) {
            items.push(note);
        }
    }
    let shown: Vec<u64> = items.iter().map(|note| note.index).collect();
    app.reads.note(&caller.key, "notes", &shown);
    Ok(Json(Page {
        items,
        next_cursor: last.filter(|_| more).map(|index| index.to_string()),
    }))
}
