//! Erasure on the record.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::caller::Caller;
use super::json::Body;
use crate::app::App;
use crate::erasures::{self, Due, ErasureError, ErasureOut, Wish};
use crate::ledger::{EraseError, Order};
use crate::problem::Problem;

/// Destroys the payloads that hold somebody's data, for good, and says what was and what cannot be
/// erased. Proofs, and what follows from the log, stay as they are.
#[utoipa::path(post, path = "/v1/erasures", tag = "custody", request_body = Wish,
    responses((status = 201, body = ErasureOut), (status = 200, body = ErasureOut, description = "a rehearsal, or nothing is held"),
        (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn erase(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wish): Body<Wish>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_administer()?;
    let order = order(&app, &caller, &wish).await?;
    let answer = match wish.dry_run {
        true => rehearse(&app, order).await?,
        false => {
            let scope = order.scope.clone();
            let erased = erasures::erase(&app.recorder, order).await;
            erasures::told(&scope, &erased.map_err(problem)?)
        }
    };
    let status = match answer.index {
        Some(_) => StatusCode::CREATED,
        None => StatusCode::OK,
    };
    Ok((status, Json(answer)))
}

async fn order(app: &Arc<App>, caller: &Caller, wish: &Wish) -> Result<Order, Problem> {
    let due = if wish.due {
        due(app).await?
    } else {
        Vec::new()
    };
    let order = wish.order(Some(caller.key.clone()), || due);
    order.map_err(|error| Problem::bad_request("bad_erasure", error.to_string()))
}

async fn due(app: &Arc<App>) -> Result<Vec<u64>, Problem> {
    let (clocks, now) = (app.retention(), app.recorder.clock().now());
    if !clocks.is_on() {
        let detail =
            "no clock runs; set retention at /settings, /v1/settings or in the settings file";
        return Err(Problem::bad_request("no_retention", detail));
    }
    let view = Arc::clone(app.recorder.view());
    let due = move || Due::at(now, &clocks, &view, usize::MAX);
    let due = tokio::task::spawn_blocking(due).await;
    let due = due.map_err(|error| Problem::internal(&error))?;
    Ok(due.map_err(|error| Problem::internal(&error))?.0)
}

async fn rehearse(app: &Arc<App>, order: Order) -> Result<ErasureOut, Problem> {
    let view = Arc::clone(app.recorder.view());
    let rehearsed = tokio::task::spawn_blocking(move || erasures::rehearse(&view, order)).await;
    let rehearsed = rehearsed.map_err(|error| Problem::internal(&error))?;
    rehearsed.map_err(|error| problem(error.into()))
}

fn problem(error: ErasureError) -> Problem {
    let error = match error {
        ErasureError::Submit(error) => return Problem::from(error),
        ErasureError::Erase(error) => error,
    };
    match error {
        EraseError::Record(error) => crate::recorder::SubmitError::from(error).into(),
        EraseError::Nothing | EraseError::NoHoneytoken(_) => Problem::not_found(error.to_string()),
        EraseError::NotAContact => Problem::bad_request("not_a_contact", error.to_string()),
        EraseError::OurLine => Problem::bad_request("our_line", error.to_string()),
        EraseError::Grown
        | EraseError::Fold(_)
        | EraseError::Read(_)
        | EraseError::Index(_)
        | EraseError::Fault(_) => Problem::internal(&error),
    }
}
