//! Hours in which lines were alive, as an operator asserts them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{Basis, Coverage, Event, PhoneNumber, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::time;
use crate::app::App;
use crate::problem::Problem;

/// An interval in which a line was alive, by the operator's word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CoverageIn {
    /// The line, E.164.
    pub(crate) number: String,
    /// Beginning, included.
    pub(crate) from: String,
    /// End, excluded.
    pub(crate) until: String,
}

/// Where it was recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoverageOut {
    index: u64,
}

/// Asserts that a line was alive; its entry in the log says that nothing but the operator proves it.
#[utoipa::path(post, path = "/v1/coverage", tag = "lines", request_body = CoverageIn,
    responses((status = 201, body = CoverageOut), (status = 404, body = Problem)))]
pub(crate) async fn assert(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<CoverageIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let bad = |detail: String| Problem::bad_request("bad_coverage", detail);
    let number: PhoneNumber = body
        .number
        .parse()
        .map_err(|e| bad(format!("number: {e}")))?;
    let (from, until) = (time("from", &body.from)?, time("until", &body.until)?);
    if until <= from {
        return Err(bad("until is not after from".to_owned()));
    }
    let now = app.recorder.clock().now();
    let event = Event::Coverage(Coverage {
        number,
        from,
        until,
        basis: Basis::Asserted,
    });
    let decide = move |state: &crate::ledger::State| match state.registry.line(&number, now) {
        Some(_) => Ok(vec![event]),
        None => Err(Refusal::UnknownLine(number)),
    };
    let entries = app.recorder.decide(Some(caller.key), decide).await?;
    let index = entries.first().map_or(0, |entry| entry.index);
    Ok((StatusCode::CREATED, Json(CoverageOut { index })))
}
