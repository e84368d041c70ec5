//! A verdict that changes is committed to, with the numbers it follows from, before anybody asks.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// How often it is looked whether verdicts changed, in seconds, while the log grows.
const EVERY_S: u64 = 60;

/// The program and its version, as judgements name it.
pub(crate) fn program() -> String {
    format!("canaryline {}", env!("CARGO_PKG_VERSION"))
}

/// Records a judgement whenever a platform's class changes, for ever.
pub(crate) async fn keep_up(app: Arc<App>) {
    let mut size = app.recorder.size();
    while size.changed().await.is_ok() {
        tokio::time::sleep(Duration::from_secs(EVERY_S)).await;
        size.mark_unchanged();
        let view = Arc::clone(app.recorder.view());
        let due = move || view.state().judgements_due(&program());
        let due = tokio::task::spawn_blocking(due).await.unwrap_or_default();
        if due.is_empty() {
            continue;
        }
        let recorded = app.recorder.decide(None, move |_| Ok(due)).await;
        if let Err(error) = recorded {
            tracing::error!(%error, "changed verdicts cannot be recorded");
        }
    }
}
