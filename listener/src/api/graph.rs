//! Who passes numbers on to whom.

use std::sync::Arc;

use attribution::{Broker, Verdict};
use axum::Json;
use axum::extract::State;
use report::GraphOut;

use super::caller::Caller;
use super::verdicts::{folded, open_to};
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// Platforms that share buyers, and the brokers that this points to, as far as the caller may see.
#[utoipa::path(get, path = "/v1/graph", tag = "verdicts",
    responses((status = 200, body = GraphOut)))]
pub(crate) async fn graph(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<GraphOut>, Problem> {
    let graph = folded(&app, move |state| {
        let verdicts = state.judgement.verdicts();
        graph_for(state, &caller, &verdicts, &state.judgement.brokers())
    });
    Ok(Json(graph.await?))
}

/// What of the graph the caller may see.
pub(crate) fn graph_for(
    state: &Fold,
    caller: &Caller,
    verdicts: &[Verdict],
    brokers: &[Broker],
) -> GraphOut {
    let seen = verdicts
        .iter()
        .filter(|v| open_to(state, caller, &v.platform));
    let shown = seen.map(|v| (v.platform.clone(), v.class)).collect();
    GraphOut::new(brokers, &shown)
}
