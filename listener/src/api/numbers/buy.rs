//! A number bought, and the line that it becomes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{ConnectionId, Line, LineRole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::caller::Caller;
use super::super::json::Body;
use super::super::page::time;
use super::super::parts::Path;
use super::{country_code, hooks, note, number, opened};
use crate::account::buy as order;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// A number to buy, and the line that it becomes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuyIn {
    /// E.164, as offered.
    number: String,
    /// ISO 3166 code; by the number if not given.
    #[serde(default)]
    country: Option<String>,
    /// `canary`, to be placed, or `control`, never given to anyone.
    #[serde(default = "canary")]
    #[schema(value_type = String)]
    role: LineRole,
    /// The block of neighbouring numbers it was bought from.
    #[serde(default)]
    block: Option<String>,
    /// Until when it only listens; ready at once if not given.
    #[serde(default)]
    soak_until: Option<String>,
}

const fn canary() -> LineRole {
    LineRole::Canary
}

/// A number that was bought.
#[derive(Serialize, ToSchema)]
pub(crate) struct BoughtOut {
    number: String,
    connection: String,
    /// Whether we held it at the provider already, so that nothing was ordered.
    was_ours: bool,
    /// The entry that added the line.
    index: u64,
}

/// Buys a number, points it at this connection and adds it as a line. Asked again after an outcome
/// that was left open, it orders nothing if the number is ours by then.
#[utoipa::path(post, path = "/v1/connections/{id}/numbers", tag = "numbers", request_body = BuyIn,
    params(("id" = String, Path)),
    responses((status = 201, body = BoughtOut), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn buy(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<BuyIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_administer()?;
    let (connection, account) = opened(&app, &id)?;
    let line = line(&app, &connection.connection, body)?;
    // Money is spent from here on: a client that hangs up does not leave it half done.
    let bought = tokio::spawn(async move {
        let country = line.country.clone().unwrap_or_default();
        let number = line.number;
        // What may not be added is not bought.
        let may_add = |state: &Fold| state.registry.add_line(line.clone()).map(drop);
        may_add(&app.recorder.view().state())?;
        note(&app, &caller, "number_buy", &connection, number).await?;
        let hooks = hooks(&app, &connection);
        let was_ours = match order(&*account, number, &country, &hooks).await {
            Ok(was_ours) => was_ours,
            Err(error) => {
                let what = format!("number_buy_failed: {}", error.code());
                note(&app, &caller, &what, &connection, number).await?;
                return Err(error.into());
            }
        };
        let add = move |state: &Fold| Ok(vec![state.registry.add_line(line)?]);
        let added = app.recorder.decide(Some(caller.key), add).await?;
        Ok::<_, Problem>(BoughtOut {
            number: number.as_str().to_owned(),
            connection: connection.connection.to_string(),
            was_ours,
            index: added.first().map_or(0, |entry| entry.index),
        })
    });
    let bought = bought.await.map_err(|error| Problem::internal(&error))??;
    Ok((StatusCode::CREATED, Json(bought)))
}

fn line(app: &App, connection: &ConnectionId, body: BuyIn) -> Result<Line, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_line", detail);
    let number = number(&body.number)?;
    let by_plan = || number.country().map(|country| country.to_string());
    let country = match &body.country {
        Some(code) => country_code(code)?,
        None => by_plan().ok_or_else(|| {
            bad("country of this number is not known; name it, such as \"country\": \"US\"".into())
        })?,
    };
    let soak_until = body.soak_until.map(|text| time("soak_until", &text));
    Ok(Line {
        number,
        connection: connection.clone(),
        role: body.role,
        block: body.block,
        country: Some(country),
        acquired_at: app.recorder.clock().now(),
        soak_until: soak_until.transpose()?,
        shared: false,
    })
}
