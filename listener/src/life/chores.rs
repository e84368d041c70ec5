//! When life is looked at.

use std::sync::Arc;
use std::time::Duration;

use honeytoken::Event;

use super::silence::Watch;
use super::{coverage, silence};
use crate::app::App;
use crate::ledger::State;
use crate::recorder::SubmitError;

/// What signs of life prove is written down this often, in seconds.
const COVERAGE_EVERY_S: u64 = 3600;
/// Silence is looked for at least this often, in seconds.
const LOOK_EVERY_S: u64 = 60;
/// And at most this often, in milliseconds, when the log grows: a look goes through all lines.
const LOOK_PAUSE_MS: u64 = 5000;

/// Writes down what signs of life prove, every hour.
pub(crate) async fn coverage(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(COVERAGE_EVERY_S)).await;
        if let Err(error) = write_coverage(&app).await {
            tracing::error!(%error, "coverage cannot be written down");
        }
    }
}

/// Writes down what signs of life prove.
pub(crate) async fn write_coverage(app: &App) -> Result<(), SubmitError> {
    let settings = app.config.life.clone();
    let due = move |state: &State| -> Vec<Event> {
        let due = coverage::due(state, &settings);
        due.into_iter().map(Event::Coverage).collect()
    };
    if due(&app.recorder.view().state()).is_empty() {
        return Ok(());
    }
    let decide = move |state: &State| Ok(due(state));
    app.recorder.decide(None, decide).await.map(drop)
}

/// Says who fell silent and who is back, soon after the log tells.
pub(crate) async fn silence(app: Arc<App>) {
    let mut size = app.recorder.size();
    let mut watch = Watch::begin(app.recorder.clock().now());
    loop {
        if let Err(error) = look(&app, &mut watch).await {
            tracing::error!(%error, "silent lines cannot be written down");
        }
        tokio::time::sleep(Duration::from_millis(LOOK_PAUSE_MS)).await;
        let grown = tokio::time::timeout(Duration::from_secs(LOOK_EVERY_S), size.changed()).await;
        if let Ok(Err(_)) = grown {
            return;
        }
        size.mark_unchanged();
    }
}

async fn look(app: &App, watch: &mut Watch) -> Result<(), SubmitError> {
    let now = app.recorder.clock().now();
    let listening = watch.look(now);
    let settings = app.config.life.clone();
    let due = move |state: &State| silence::due(state, &settings, now, listening);
    if due(&app.recorder.view().state()).is_empty() {
        return Ok(());
    }
    let decide = move |state: &State| Ok(due(state));
    app.recorder.decide(None, decide).await.map(drop)
}
