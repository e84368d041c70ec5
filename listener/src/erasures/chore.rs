//! The chore that erases what is due, once a day.

use std::sync::Arc;
use std::time::Duration;

use super::retention::STEP_ENTRIES;
use super::{Due, erase};
use crate::app::App;
use crate::ledger::{Order, Scope};

/// After the start, in seconds; then once a day.
const FIRST_S: u64 = 60;
const EVERY_S: u64 = 86_400;

/// Erases what is due, for ever.
pub(crate) async fn keep_up(app: Arc<App>) {
    let mut pause_s = FIRST_S;
    loop {
        tokio::time::sleep(Duration::from_secs(pause_s)).await;
        match once(&app).await {
            Ok(0) => {}
            Ok(erased) => tracing::info!(erased, "entries were erased, their time was over"),
            Err(error) => tracing::error!(%error, "what is due cannot be erased"),
        }
        pause_s = EVERY_S;
    }
}

/// Erases everything that is due now; returns how many entries that were.
async fn once(app: &App) -> Result<usize, super::ErasureError> {
    let mut erased = 0;
    loop {
        let (clocks, now) = (app.retention(), app.recorder.clock().now());
        let view = Arc::clone(app.recorder.view());
        let due = move || Due::at(now, &clocks, &view, STEP_ENTRIES);
        let due = tokio::task::spawn_blocking(due).await;
        let Due(due) = due
            .map_err(|_| crate::recorder::SubmitError::Closed)?
            .map_err(crate::ledger::EraseError::from)?;
        if due.is_empty() {
            return Ok(erased);
        }
        let step = erase(&app.recorder, order(due)).await?.entries.len();
        erased += step;
        if step == 0 {
            return Ok(erased);
        }
    }
}

fn order(due: Vec<u64>) -> Order {
    Order {
        scope: Scope::Due(due),
        reason: "its time is over by the clocks of retention".to_owned(),
        legal_basis: Some("retention".to_owned()),
        by: None,
    }
}
