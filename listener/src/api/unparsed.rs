//! Genuine requests that could not be read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use crate::app::App;
use crate::problem::Problem;
use crate::reparse::{Reparsed, reparse};

/// Where to begin.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReparseIn {
    /// The entry to begin at; the log's first if not given.
    #[serde(default)]
    from: u64,
}

/// What came of reading some again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReparseOut {
    /// How many requests were tried, at most 50.
    tried: u64,
    /// The entries of the contacts that were added.
    added: Vec<u64>,
    /// Events in them that were on the record already.
    known: u64,
    /// Requests that still cannot be read.
    left: Vec<UnreadOut>,
    /// Where to go on, as `from`; null if these were the last.
    next: Option<u64>,
}

/// A request that still cannot be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnreadOut {
    index: u64,
    connection: String,
    reason: String,
}

impl From<Reparsed> for ReparseOut {
    fn from(done: Reparsed) -> ReparseOut {
        let left = done.left.into_iter().map(|left| UnreadOut {
            index: left.index,
            connection: left.connection.to_string(),
            reason: left.reason,
        });
        ReparseOut {
            tried: done.tried,
            added: done.added,
            known: done.known,
            left: left.collect(),
            next: done.next,
        }
    }
}

/// Reads `unparsed` requests again, fifty at a time: after an update that mends their adapter. What is read in
/// them becomes contacts; what is on the record already is not added again.
#[utoipa::path(post, path = "/v1/unparsed/reparse", tag = "custody", request_body = ReparseIn,
    responses((status = 200, body = ReparseOut)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<ReparseIn>,
) -> Result<Json<ReparseOut>, Problem> {
    caller.may_administer()?;
    let clock = app.recorder.clock().clone();
    let again = app
        .recorder
        .run(move |ledger| reparse(ledger, body.from, Some(&caller.key), clock.now()));
    let done = again.await?.map_err(|error| Problem::internal(&error))?;
    Ok(Json(done.into()))
}
