//! What a study can hope to find, before it begins.

use std::sync::Arc;

use attribution::{Plan, power};
use axum::Json;
use axum::extract::State;
use report::PowerOut;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// Worlds that are simulated for one answer, if not asked for otherwise.
const TRIALS: u32 = 100;
/// The most that may be asked for.
const TRIALS_MAX: u32 = 400;
/// The seed of the simulation: who asks again is told the same.
const SEED: u64 = 1;
/// Seconds after which somebody else's simulation may be over.
const BUSY_RETRY_S: u64 = 10;

/// A study as planned.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PowerQuery {
    /// Numbers given to one platform, 1 to 10.
    pub(crate) lines: u32,
    /// Days watched, from the first registration on, 7 to 365.
    pub(crate) days: u32,
    /// Contacts that a leak brings to each number, on the average, 1 to 50.
    pub(crate) size: u32,
    /// Worlds to simulate, 10 to 400; 100 if not given.
    pub(crate) trials: Option<u32>,
}

/// How likely a leak of this size would be found, by simulation with this installation's noise
/// and the same evidence and level as verdicts. One answer is made at a time.
#[utoipa::path(get, path = "/v1/power", tag = "verdicts", params(PowerQuery),
    responses((status = 200, body = PowerOut), (status = 400, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn advise(
    State(app): State<Arc<App>>,
    _caller: Caller,
    Query(query): Query<PowerQuery>,
) -> Result<Json<PowerOut>, Problem> {
    let bad = |error: attribution::PlanError| Problem::bad_request("bad_plan", error.to_string());
    let plan = Plan::new(query.lines, query.days, query.size).map_err(bad)?;
    let trials = query.trials.unwrap_or(TRIALS);
    if !(10..=TRIALS_MAX).contains(&trials) {
        let detail = format!("trials {trials} is not 10 to {TRIALS_MAX}");
        return Err(Problem::bad_request("bad_plan", detail));
    }
    let place = Arc::clone(&app.simulations)
        .try_acquire_owned()
        .map_err(|_| {
            let detail = "another simulation is under way; come again in ten seconds";
            Problem::unavailable("busy", detail, BUSY_RETRY_S)
        })?;
    let setting = app.recorder.view().state().judgement.setting();
    let simulated = tokio::task::spawn_blocking(move || {
        let power = power(&setting, plan, trials, SEED, &mut |_| ());
        drop(place);
        PowerOut::new(plan, &setting, &power)
    });
    simulated
        .await
        .map(Json)
        .map_err(|error| Problem::internal(&error))
}
