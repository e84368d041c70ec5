//! Files that came with a platform's answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::json;
use super::parts::Path;
use super::replies::open;
use crate::app::App;
use crate::ledger::Ledger;
use crate::problem::Problem;
use crate::reply_files::{self, KeepError};

/// A body as it is.
pub(crate) struct Whole(Bytes);

impl FromRequest<Arc<App>> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Whole, Problem> {
        json::bytes(request, app).await.map(Whole)
    }
}

/// A file that is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplyFileOut {
    /// SHA-256 of its bytes.
    sha256: String,
    bytes: u64,
}

/// Keeps a file that an answer names by its SHA-256 (the body as it is, at most 16 MiB). It travels in bundles
/// for authorities and for the platform.
#[utoipa::path(post, path = "/v1/platforms/{id}/reply/files", tag = "evidence", params(("id" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = ReplyFileOut), (status = 200, body = ReplyFileOut, description = "kept before"),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem)))]
pub(crate) async fn keep(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Whole(body): Whole,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let id = open(&app, &caller, &id)?;
    let (now, bytes) = (app.recorder.clock().now(), body.len() as u64);
    let work =
        move |ledger: &mut Ledger| reply_files::keep(ledger, &id, &body, Some(&caller.key), now);
    let kept = app.recorder.run(work).await?.map_err(problem)?;
    let status = match kept.before {
        true => StatusCode::OK,
        false => StatusCode::CREATED,
    };
    let sha256 = kept.sha256;
    Ok((status, Json(ReplyFileOut { sha256, bytes })))
}

fn problem(error: KeepError) -> Problem {
    match error {
        KeepError::Unnamed(_) => Problem::new(StatusCode::CONFLICT, "unnamed", error.to_string()),
        KeepError::TooLarge => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            error.to_string(),
        ),
        other => Problem::internal(&other),
    }
}

/// A file that came with an answer, if it is kept.
#[utoipa::path(get, path = "/v1/platforms/{id}/reply/files/{sha256}", tag = "evidence",
    params(("id" = String, Path), ("sha256" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, sha256)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.may_see_personal_data()?;
    let id = open(&app, &caller, &id)?;
    let view = Arc::clone(app.recorder.view());
    let read = tokio::task::spawn_blocking(move || reply_files::read(&view, &id, &sha256)).await;
    let read = read.map_err(|error| Problem::internal(&error))?;
    let read = read.map_err(|error| Problem::internal(&error))?;
    let bytes = read.ok_or_else(|| Problem::not_found("no such file of this platform is kept"))?;
    // Never shown in place: it comes from strangers.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok((headers, bytes).into_response())
}
