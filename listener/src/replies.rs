//! The clock of the right of reply: says when a platform's time is over.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::ledger::State;
use crate::recorder::SubmitError;

/// Clocks are looked at this often, in seconds.
const LOOK_EVERY_S: u64 = 60;

/// Says whose time to answer is over, as long as the installation runs.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::error!(%error, "end of a time to answer cannot be written down");
        }
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_S)).await;
    }
}

async fn look(app: &App) -> Result<(), SubmitError> {
    let now = app.recorder.clock().now();
    let due = move |state: &State| state.registry.lapsed_replies(now);
    if due(&app.recorder.view().state()).is_empty() {
        return Ok(());
    }
    let decide = move |state: &State| Ok(due(state));
    app.recorder.decide(None, decide).await.map(drop)
}
