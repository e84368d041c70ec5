//! Who passes numbers on to whom.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use report::GraphOut;

use super::caller::Caller;
use super::verdicts::{folded, open_to};
use crate::app::App;
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
        let shown = verdicts
            .into_iter()
            .filter(|v| open_to(state, &caller, &v.platform))
            .map(|v| (v.platform, v.class))
            .collect();
        GraphOut::new(&state.judgement.brokers(), &shown)
    });
    Ok(Json(graph.await?))
}
