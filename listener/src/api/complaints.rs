//! Complaint forms, filled; whoever asked reads, completes and sends them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use honeytoken::PlatformId;
use report::complaint::{About, Authority, PaperFormat, fill};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::exports::problem;
use super::file::file;
use super::parts::{Path, Query};
use super::verdicts::open_to;
use crate::app::App;
use crate::exports::facts;
use crate::problem::Problem;

/// To whom, and how it is written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintQuery {
    /// `12321`, `ftc`, `fcc`, `itg`, `ico`, `cnil` or `dpa`.
    authority: String,
    /// `json`, `csv`, `html`, `text` or `pdf`; `html` if not given.
    format: Option<String>,
}

impl ComplaintQuery {
    /// A document for people.
    pub(crate) fn of(authority: &str) -> ComplaintQuery {
        ComplaintQuery {
            authority: authority.to_owned(),
            format: None,
        }
    }

    fn read(&self) -> Result<(&'static Authority, PaperFormat), Problem> {
        let bad = |said: String| Problem::bad_request("bad_complaint", said);
        let authority = Authority::find(&self.authority).map_err(|e| bad(e.to_string()))?;
        let format = self
            .format
            .as_deref()
            .map_or(Ok(PaperFormat::Html), str::parse);
        Ok((authority, format.map_err(|e| bad(e.to_string()))?))
    }
}

/// An authority's form about a call or message, filled from the log; what it asks for and the log
/// cannot know is named. Nothing is sent to anybody; that it was filled is on the record.
#[utoipa::path(get, path = "/v1/contacts/{index}/complaint", tag = "evidence",
    params(("index" = u64, Path), ComplaintQuery),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn of_contact(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(index): Path<u64>,
    Query(query): Query<ComplaintQuery>,
) -> Result<Response, Problem> {
    caller.may_see_personal_data()?;
    filled(&app, &caller, About::Contact(index), &query).await
}

/// An authority's form about a platform, filled from its placements, what came through it and the
/// verdict; for authorities that take calls and messages only, about the newest that came through it.
#[utoipa::path(get, path = "/v1/platforms/{id}/complaint", tag = "evidence",
    params(("id" = String, Path), ComplaintQuery),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn of_platform(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(platform): Path<String>,
    Query(query): Query<ComplaintQuery>,
) -> Result<Response, Problem> {
    caller.may_see_personal_data()?;
    let id: PlatformId = platform
        .parse()
        .map_err(|_| Problem::not_found("no platform of this id"))?;
    filled(&app, &caller, About::Platform(id), &query).await
}

async fn filled(
    app: &App,
    caller: &Caller,
    about: About,
    query: &ComplaintQuery,
) -> Result<Response, Problem> {
    let (authority, format) = query.read()?;
    let (view, asker) = (Arc::clone(app.recorder.view()), caller.clone());
    let now = app.recorder.clock().now();
    let work = move || {
        let open = |state: &_, id: &_| open_to(state, &asker, id);
        let facts = facts(&view, about, now, &open).map_err(problem)?;
        let complaint = fill(authority, &facts)
            .map_err(|error| Problem::new(StatusCode::CONFLICT, "not_taken", error.to_string()))?;
        let seen: Vec<u64> = facts.contacts.iter().map(|contact| contact.index).collect();
        let written = complaint.write(format);
        let written = written.map_err(|error| Problem::internal(&error))?;
        Ok::<_, Problem>((seen, written))
    };
    let made = tokio::task::spawn_blocking(work).await;
    let (seen, document) = made.map_err(|error| Problem::internal(&error))??;
    let what = format!("complaint to {}", authority.id);
    app.reads.note(&caller.key, &what, &seen);
    file(document)
}
