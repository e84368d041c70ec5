//! The public side of the evidence log: checkpoint and tiles, as C2SP tlog-tiles lays them out.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::proof::SignedCheckpoint;

use super::caller::Caller;
use super::parts::Path;
use crate::app::App;
use crate::config::Publish;
use crate::ledger::View;
use crate::problem::Problem;

/// Full tiles never change.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A checkpoint is at most a second old.
const BRIEF: &str = "public, max-age=1";
const SECONDS_PER_DAY: i64 = 86_400;

/// Somebody who may read the log: any key, or anybody where the operator publishes it.
pub(crate) struct LogReader {
    /// Up to which size; none: all of it.
    size_max: Option<u64>,
}

impl FromRequestParts<Arc<App>> for LogReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<LogReader, Problem> {
        let publish = app.config.log.publish;
        if publish == Publish::Live {
            return Ok(LogReader { size_max: None });
        }
        match Caller::from_request_parts(parts, app).await {
            Ok(_) => Ok(LogReader { size_max: None }),
            Err(problem) if publish == Publish::Key => Err(problem),
            Err(_) => Ok(LogReader {
                size_max: Some(public_size(app)?),
            }),
        }
    }
}

/// How many entries are old enough to be public.
fn public_size(app: &App) -> Result<u64, Problem> {
    let days = i64::from(app.config.log.delay_days);
    let horizon = app.recorder.clock().now().plus_s(-days * SECONDS_PER_DAY);
    app.recorder
        .view()
        .reader
        .first_since(horizon)
        .map_err(|error| Problem::internal(&error))
}

/// The newest signed checkpoint.
#[utoipa::path(get, path = "/log/checkpoint", tag = "log",
    responses((status = 200, content_type = "text/plain")))]
pub(crate) async fn checkpoint(
    State(app): State<Arc<App>>,
    reader: LogReader,
) -> Result<Response, Problem> {
    let text = match reader.size_max {
        None => newest(&app).await?,
        Some(size) => prefix(&app, size).await?,
    };
    let text = cosigned(&app, text);
    Ok(respond(
        "text/plain; charset=utf-8",
        BRIEF,
        text.into_bytes(),
    ))
}

/// The same note under the lines of witnesses that cosigned it, if any has.
fn cosigned(app: &App, note: String) -> String {
    let reader = &app.recorder.view().reader;
    let size = note.lines().nth(1).and_then(|size| size.parse().ok());
    let files = size.and_then(|size| reader.anchors_of(size).ok());
    let files = files.unwrap_or_default().into_iter();
    let cosigned = files.filter(|file| file.name.ends_with(".cosigned"));
    cosigned
        .filter_map(|file| String::from_utf8(file.bytes).ok())
        .fold(note, |note, theirs| with_lines_of(note, &theirs))
}

/// A note with another's signatures that it lacks, where both are of one text.
fn with_lines_of(mut note: String, other: &str) -> String {
    let (Some((text, _)), Some((same, lines))) =
        (note.split_once("\n\n"), other.split_once("\n\n"))
    else {
        return note;
    };
    if text != same {
        return note;
    }
    let lacking = lines
        .lines()
        .filter(|line| !note.lines().any(|l| l == *line));
    let lacking: String = lacking.map(|line| format!("{line}\n")).collect();
    note.push_str(&lacking);
    note
}

/// The newest signed checkpoint that may be shown, made now where one node signs alone.
///
/// # Errors
/// None can be signed, or nothing was yet.
async fn newest(app: &App) -> Result<String, Problem> {
    if app.recorder.view().standing.is_none() {
        app.recorder.checkpoint().await?;
    }
    let newest = shown(app.recorder.view());
    newest.map(|newest| newest.to_string()).ok_or_else(none_yet)
}

/// The newest signed checkpoint that may be shown: in a cluster only what a majority of nodes signed, so
/// that no two views can be; none yet.
pub(crate) fn shown(view: &View) -> Option<Arc<SignedCheckpoint>> {
    match &view.standing {
        Some(standing) => standing.cosigned(),
        None => view.reader.checkpoint(),
    }
}

/// A checkpoint of what is old enough to be public.
async fn prefix(app: &App, size: u64) -> Result<String, Problem> {
    if size == 0 {
        return Err(none_yet());
    }
    let signed = app
        .recorder
        .run(move |ledger| ledger.store().checkpoint_of(size))
        .await?;
    let signed = signed.map_err(|error| Problem::internal(&error))?;
    signed.map(|signed| signed.to_string()).ok_or_else(none_yet)
}

fn none_yet() -> Problem {
    Problem::not_found("nothing is old enough to be public yet")
}

/// A tile of hashes, or of entries under `entries/`.
#[utoipa::path(get, path = "/log/tile/{path}", tag = "log", params(("path" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
pub(crate) async fn tile(
    State(app): State<Arc<App>>,
    reader: LogReader,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let none = || Problem::not_found("no such tile in the published log");
    let tile: store::proof::Tile = format!("tile/{path}").parse().map_err(|_| none())?;
    let view = Arc::clone(app.recorder.view());
    let bytes = tokio::task::spawn_blocking(move || match reader.size_max {
        Some(size) if !tile.is_within(size) => Ok(None),
        _ => view.reader.tile(tile),
    });
    let bytes = bytes.await.map_err(|error| Problem::internal(&error))?;
    let bytes = bytes
        .map_err(|error| Problem::internal(&error))?
        .ok_or_else(none)?;
    Ok(respond("application/octet-stream", IMMUTABLE, bytes))
}

fn respond(media: &'static str, cache: &'static str, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (StatusCode::OK, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_signs_the_text_that_it_saw() {
        let note = "log\n3\nroot\n\n\u{2014} log aaa\n".to_owned();
        let theirs = "log\n3\nroot\n\n\u{2014} log aaa\n\u{2014} witness bbb\n";
        let both = with_lines_of(note.clone(), theirs);
        assert_eq!(both, theirs);
        assert_eq!(with_lines_of(both.clone(), theirs), both);
        let other = theirs.replace("root", "else");
        assert_eq!(with_lines_of(note.clone(), &other), note);
    }
}
