//! The one alert that no entry can tell: the evidence log cannot be written. It is sent at once to
//! every target that wants to hear of the log, tried again a few times, and noted nowhere.

use std::sync::Arc;
use std::time::Duration;

use honeytoken::AlertTarget;

use super::wire::{self, Sent};
use super::{topic, words};
use crate::app::App;

/// It is looked this often whether the log failed, in milliseconds.
const LOOK_EVERY_MS: u64 = 1_000;
/// Waits between attempts, in seconds: whoever restarts the installation ends this.
const WAITS_S: [u64; 4] = [5, 60, 300, 1_800];

/// Waits for the log to fail, and tells.
pub(crate) async fn run(app: Arc<App>) {
    while app.recorder.view().fault().is_none() {
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
    let targets: Vec<AlertTarget> = {
        let state = app.recorder.view().state();
        let who = state.alerts.who(&state.registry, topic::LOG, None);
        who.iter()
            .filter_map(|id| state.alerts.target(id).cloned())
            .collect()
    };
    let telling = targets
        .into_iter()
        .map(|target| tell(Arc::clone(&app), target));
    futures_util::future::join_all(telling).await;
}

async fn tell(app: Arc<App>, target: AlertTarget) {
    let entries = app.recorder.view().reader.size();
    let at = app.recorder.clock().now();
    let message = words::fault(&app.log_tag, target.language, at, entries);
    for wait_s in WAITS_S.map(Some).into_iter().chain([None]) {
        match wire::send(&target, &message, app.recorder.clock().now()).await {
            Sent::Delivered | Sent::Gone => return,
            Sent::Failed { reason, .. } => {
                tracing::error!(alert.target = %target.target, reason,
                    "alert that the log failed is not delivered: {reason}");
            }
        }
        if let Some(wait_s) = wait_s {
            tokio::time::sleep(Duration::from_secs(wait_s)).await;
        }
    }
}
