//! The right of reply: who was told, until when, what they answered, what of it is published.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{PlatformId, ReplyFile, ReplyReceived, Timestamp};
use report::ReplyOut;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::parts::Path;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;
use crate::{reply_files, reports};

/// The longest answer, in bytes; a longer one is attached as a file.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// The longest of other words, in bytes.
const WORDS_BYTES_MAX: usize = 500;
/// Files of one answer.
const FILES_MAX: usize = 50;
/// Hex digits of a SHA-256.
const SHA256_DIGITS: usize = 64;

/// A platform was told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeIn {
    /// How: an address of its own, a letter; at most 500 bytes.
    pub(crate) how: String,
    /// When; now if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) notified_at: Option<Timestamp>,
    /// Days that it has to answer, 1 to 180; by the settings if not given.
    #[serde(default)]
    pub(crate) days: Option<u32>,
}

/// A platform answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerIn {
    /// What it says, at most 64 KiB.
    #[serde(default)]
    pub(crate) text: String,
    /// Who answered for it.
    #[serde(default)]
    pub(crate) from: String,
    /// When; now if not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) received_at: Option<Timestamp>,
    /// What came with it, at most 50; the files themselves are sent one by one afterwards, or stay with you.
    #[serde(default)]
    pub(crate) files: Vec<FileBody>,
}

/// A file by what it is.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileBody {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// In lower-case hex.
    pub(crate) sha256: String,
}

/// Whether an answer is to be published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicationIn {
    pub(crate) published: bool,
}

/// A platform's right of reply.
#[derive(Serialize, ToSchema)]
pub(crate) struct RepliesOut {
    pub(crate) platform: String,
    /// Where it stands.
    pub(crate) standing: ReplyOut,
    /// When it was told, oldest first.
    pub(crate) notices: Vec<NoticeOut>,
    /// What it answered, oldest first; viewers see what is published.
    pub(crate) answers: Vec<AnswerOut>,
}

/// A notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeOut {
    pub(crate) index: u64,
    #[schema(value_type = String)]
    pub(crate) notified_at: Timestamp,
    #[schema(value_type = String)]
    pub(crate) due: Timestamp,
    /// Whether its time was said to be over.
    pub(crate) lapsed: bool,
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerOut {
    pub(crate) index: u64,
    #[schema(value_type = String)]
    pub(crate) received_at: Timestamp,
    pub(crate) from: String,
    pub(crate) text: String,
    pub(crate) files: Vec<AnswerFileOut>,
    pub(crate) published: bool,
}

/// A file of an answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerFileOut {
    pub(crate) name: String,
    pub(crate) sha256: String,
    /// Whether the file itself is kept, or only what it is.
    held: bool,
}

/// Where a platform's right of reply stands.
#[utoipa::path(get, path = "/v1/platforms/{id}/reply", tag = "evidence", params(("id" = String, Path)),
    responses((status = 200, body = RepliesOut), (status = 404, body = Problem)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<RepliesOut>, Problem> {
    let id = open(&app, &caller, &id)?;
    out(&app, &caller, &id).map(Json)
}

/// Notes that a platform was told what is found, and begins its time to answer.
#[utoipa::path(post, path = "/v1/platforms/{id}/reply/notices", tag = "evidence",
    params(("id" = String, Path)), request_body = NoticeIn,
    responses((status = 201, body = RepliesOut), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn notify(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NoticeIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let id = open(&app, &caller, &id)?;
    short("how", &body.how)?;
    let now = app.recorder.clock().now();
    let when = (
        body.notified_at.unwrap_or(now),
        body.days.unwrap_or(app.config.reply.days),
    );
    let platform = id.clone();
    let decide = move |state: &Fold| {
        let class = state
            .judgement
            .verdict(&platform)
            .map_or_else(String::new, |v| v.class.to_string());
        Ok(vec![state.registry.notify_reply(
            platform,
            (class, body.how),
            when,
            now,
        )?])
    };
    app.recorder
        .decide(Some(caller.key.clone()), decide)
        .await?;
    Ok((StatusCode::CREATED, Json(out(&app, &caller, &id)?)))
}

/// Notes what a platform answered.
#[utoipa::path(post, path = "/v1/platforms/{id}/reply/answers", tag = "evidence",
    params(("id" = String, Path)), request_body = AnswerIn,
    responses((status = 201, body = RepliesOut), (status = 400, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<AnswerIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let id = open(&app, &caller, &id)?;
    let now = app.recorder.clock().now();
    let reply = received(&id, body, now)?;
    let decide = move |state: &Fold| Ok(vec![state.registry.receive_reply(reply, now)?]);
    app.recorder
        .decide(Some(caller.key.clone()), decide)
        .await?;
    Ok((StatusCode::CREATED, Json(out(&app, &caller, &id)?)))
}

/// Says whether an answer is to stand in what is published.
#[utoipa::path(put, path = "/v1/platforms/{id}/reply/answers/{index}", tag = "evidence",
    params(("id" = String, Path), ("index" = u64, Path)), request_body = PublicationIn,
    responses((status = 200, body = RepliesOut), (status = 404, body = Problem)))]
pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, index)): Path<(String, u64)>,
    Body(body): Body<PublicationIn>,
) -> Result<Json<RepliesOut>, Problem> {
    caller.may_work()?;
    let id = open(&app, &caller, &id)?;
    let platform = id.clone();
    let decide = move |state: &Fold| {
        Ok(vec![state.registry.publish_reply(
            platform,
            index,
            body.published,
        )?])
    };
    app.recorder
        .decide(Some(caller.key.clone()), decide)
        .await?;
    out(&app, &caller, &id).map(Json)
}

pub(super) fn open(app: &App, caller: &Caller, id: &str) -> Result<PlatformId, Problem> {
    let unknown = || Problem::not_found("no platform of this id");
    let id: PlatformId = id.parse().map_err(|_| unknown())?;
    let known = app.recorder.view().state().registry.platform(&id).is_some();
    if known && caller.may_see(app, &id) {
        Ok(id)
    } else {
        Err(unknown())
    }
}

fn short(what: &str, words: &str) -> Result<(), Problem> {
    let detail = || format!("{what} is longer than {WORDS_BYTES_MAX} bytes");
    let fits = words.len() <= WORDS_BYTES_MAX;
    fits.then_some(())
        .ok_or_else(|| Problem::bad_request("too_long", detail()))
}

fn received(id: &PlatformId, body: AnswerIn, now: Timestamp) -> Result<ReplyReceived, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_answer", detail);
    short("from", &body.from)?;
    if body.text.len() > TEXT_BYTES_MAX {
        return Err(bad(format!(
            "text is longer than {TEXT_BYTES_MAX} bytes; attach it as a file"
        )));
    }
    if body.files.len() > FILES_MAX {
        return Err(bad(format!(
            "more than {FILES_MAX} files; pack them into one"
        )));
    }
    let file = |file: FileBody| {
        let hex = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        let sound = file.sha256.len() == SHA256_DIGITS && file.sha256.bytes().all(hex);
        let FileBody {
            name,
            bytes,
            sha256,
        } = file;
        short("name of a file", &name)?;
        sound
            .then_some(ReplyFile {
                name,
                bytes,
                sha256,
            })
            .ok_or_else(|| bad("sha256 of a file is not 64 digits of lower-case hex".to_owned()))
    };
    Ok(ReplyReceived {
        platform: id.clone(),
        from: body.from,
        received_at: body.received_at.unwrap_or(now),
        text: body.text,
        files: body.files.into_iter().map(file).collect::<Result<_, _>>()?,
    })
}

fn out(app: &App, caller: &Caller, id: &PlatformId) -> Result<RepliesOut, Problem> {
    let view = app.recorder.view();
    let (state, now) = (view.state(), app.recorder.clock().now());
    let replies = state.registry.replies(id).cloned().unwrap_or_default();
    let answers = reports::answers(view, &state, id).map_err(|error| Problem::internal(&error))?;
    let held = reply_files::held(view, id).map_err(|error| Problem::internal(&error))?;
    let file = |(name, sha256): (String, String)| AnswerFileOut {
        held: held.contains(&sha256),
        name,
        sha256,
    };
    let open = caller.role.may_see_personal_data();
    let shown = answers
        .into_iter()
        .filter(|answer| open || answer.published);
    Ok(RepliesOut {
        platform: id.to_string(),
        standing: ReplyOut::from(replies.standing(now)),
        notices: replies
            .notices
            .iter()
            .map(|n| NoticeOut {
                index: n.index,
                notified_at: n.notified_at,
                due: n.due,
                lapsed: n.lapsed,
            })
            .collect(),
        answers: shown
            .map(|a| AnswerOut {
                index: a.entry,
                received_at: a.received_at,
                from: a.from,
                text: a.text,
                files: a.files.into_iter().map(file).collect(),
                published: a.published,
            })
            .collect(),
    })
}
