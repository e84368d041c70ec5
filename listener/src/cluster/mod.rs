//! A node of a cluster: its settings, what is asked of the servers before it joins, and what nodes
//! do together beside the log.
//!
//! - [`StoreConfig`]: `[store]` in the settings.
//! - `guard`: refuses servers that would lose what they acknowledged.
//! - `duty`: one node does what must be done once: alerts, time-stamps, questions to providers.
//! - `cosign`: checkpoints under the signatures of a majority.
//! - `erasing`: erasures carried out in the stream.

mod cosign;
pub(crate) mod duty;
pub(crate) mod erasing;
mod gauges;
mod guard;
mod settings;

pub(crate) use gauges::metrics;
pub use guard::{GuardError, check_servers};
pub use settings::{EngineName, JetStreamConfig, StoreConfig, StoreSettingsError};

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::app::App;

/// How often a node looks after its outbox and its cluster, in milliseconds.
const TEND_EVERY_MS: u64 = 250;

/// Starts what a node does beside its log; nothing where it is alone.
pub(crate) fn start(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    let Some(side) = app.side.clone() else {
        return Vec::new();
    };
    vec![
        tokio::spawn(tend(Arc::clone(app))),
        tokio::spawn(duty::hold(Arc::clone(app), side.clone())),
        tokio::spawn(duty::only(Arc::clone(app), erasing::run)),
        tokio::spawn(cosign::run(Arc::clone(app), side)),
        tokio::spawn(refresh(Arc::clone(app))),
        tokio::spawn(guard::keep_up(Arc::clone(app))),
    ]
}

async fn tend(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_millis(TEND_EVERY_MS)).await;
        if app.recorder.run(crate::ledger::Ledger::tend).await.is_err() {
            return;
        }
    }
}

/// Connections that were set on another node are taken up here.
async fn refresh(app: Arc<App>) {
    let mut size = app.recorder.size();
    let mut taken = 0;
    while size.changed().await.is_ok() {
        let now = *size.borrow_and_update();
        if std::mem::replace(&mut taken, now) == now {
            continue;
        }
        app.connections
            .refresh(&app.recorder.view().state().registry);
        tokio::time::sleep(Duration::from_millis(TEND_EVERY_MS)).await;
    }
}
