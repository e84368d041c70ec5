//! Numbers pointed at us.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::caller::Caller;
use super::super::json::Body;
use super::super::parts::Path;
use super::{hooks, lines_of, note, number, opened};
use crate::app::App;
use crate::problem::Problem;

/// Numbers pointed in one request.
const POINTED_MAX: usize = 100;

/// Numbers to point at us.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointIn {
    /// E.164, at most 100; all lines of the connection in service if not given.
    #[serde(default)]
    numbers: Option<Vec<String>>,
}

/// What became of the numbers, in the order of the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointedOut {
    /// What they are pointed at.
    webhook_url: String,
    numbers: Vec<PointResult>,
}

/// What became of one number.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointResult {
    number: String,
    pointed: bool,
    /// Why not.
    error: Option<Problem>,
}

/// Sets the webhook addresses of numbers to this connection's.
#[utoipa::path(post, path = "/v1/connections/{id}/numbers/point", tag = "numbers", request_body = PointIn,
    params(("id" = String, Path)),
    responses((status = 200, body = PointedOut), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn point(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<PointIn>,
) -> Result<Json<PointedOut>, Problem> {
    caller.may_administer()?;
    let (connection, account) = opened(&app, &id)?;
    let numbers = match body.numbers {
        Some(texts) => texts
            .iter()
            .map(|text| number(text))
            .collect::<Result<_, _>>()?,
        None => lines_of(&app, &connection.connection),
    };
    if numbers.len() > POINTED_MAX {
        let detail = format!("more than {POINTED_MAX} numbers in one request; send several");
        return Err(Problem::bad_request("too_many", detail));
    }
    let hooks = hooks(&app, &connection);
    let mut results = Vec::with_capacity(numbers.len());
    for number in numbers {
        note(&app, &caller, "number_point", &connection, number).await?;
        let error = account.point(number, &hooks).await.err();
        results.push(PointResult {
            number: number.as_str().to_owned(),
            pointed: error.is_none(),
            error: error.map(Problem::from),
        });
    }
    Ok(Json(PointedOut {
        webhook_url: hooks.url,
        numbers: results,
    }))
}
