//! A number given back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use honeytoken::{Connection, LineState, PhoneNumber, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::caller::Caller;
use super::super::parts::{Path, Query};
use super::{note, number, opened};
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// How a number is released.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleaseQuery {
    /// Also when platforms hold it: it may then be given to a stranger, who gets what is meant for
    /// the decoy.
    even_if_placed: Option<bool>,
}

/// Gives a number back to the provider and takes its line out of service.
#[utoipa::path(delete, path = "/v1/connections/{id}/numbers/{number}", tag = "numbers",
    params(("id" = String, Path), ("number" = String, Path), ReleaseQuery),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, text)): Path<(String, String)>,
    Query(query): Query<ReleaseQuery>,
) -> Result<StatusCode, Problem> {
    caller.may_administer()?;
    let (connection, account) = opened(&app, &id)?;
    let number = number(&text)?;
    let in_service = releasable(
        &app,
        &connection,
        number,
        query.even_if_placed == Some(true),
    )?;
    let released = tokio::spawn(async move {
        note(&app, &caller, "number_release", &connection, number).await?;
        account.release(number).await?;
        if in_service {
            let retire = move |state: &Fold| Ok(vec![state.registry.retire_line(number)?]);
            app.recorder.decide(Some(caller.key), retire).await?;
        }
        Ok::<_, Problem>(())
    });
    released
        .await
        .map_err(|error| Problem::internal(&error))??;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether there is a line to take out of service.
fn releasable(
    app: &App,
    connection: &Connection,
    number: PhoneNumber,
    even_if_placed: bool,
) -> Result<bool, Problem> {
    let conflict = |code, detail: String| Problem::new(StatusCode::CONFLICT, code, detail);
    let state = app.recorder.view().state();
    let Some(view) = state.registry.line(&number, Timestamp::EPOCH) else {
        return Ok(false);
    };
    if view.line.connection != connection.connection {
        let detail = format!("line {number:?} is of connection {}", view.line.connection);
        return Err(conflict("other_connection", detail));
    }
    let held = state.registry.honeytokens_on(&number);
    if !even_if_placed && held.into_iter().any(|token| !token.ended) {
        let detail = format!(
            "line {number:?} is placed; end its honeytokens first, or say even_if_placed=true"
        );
        return Err(conflict("placed", detail));
    }
    Ok(view.state != LineState::Retired)
}
