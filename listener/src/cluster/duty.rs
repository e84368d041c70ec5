//! Duty: what must be done once is done by one node. Whoever is on duty says so every two seconds;
//! whoever hears nothing new for ten takes over. Clocks are not compared. Two may be on duty for a
//! moment, so what is done on duty bears being done twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use store::{Side, SideError};

use crate::app::App;

/// Under which name duty is held.
const NAME: &str = "duty";
/// How often it is held on to, in milliseconds.
const HOLD_EVERY_MS: u64 = 2_000;
/// Without news for so long it is taken over, in milliseconds.
const LAPSE_MS: u64 = 10_000;

/// What was heard last of who is on duty.
struct Heard {
    version: u64,
    since: Instant,
}

/// Takes duty when nobody has it, and holds it.
pub(crate) async fn hold(app: Arc<App>, side: Side) {
    let Some(standing) = app.recorder.view().standing.clone() else {
        return;
    };
    let mut heard: Option<Heard> = None;
    loop {
        let holds = step(&side, &standing.node, &mut heard).await;
        let holds = holds.unwrap_or_else(|error| {
            tracing::debug!(%error, "duty cannot be held");
            false
        });
        if holds != standing.on_duty() {
            tracing::info!(on_duty = holds, "duty changes");
            standing.set_on_duty(holds);
            app.on_duty.send_replace(holds);
        }
        tokio::time::sleep(Duration::from_millis(HOLD_EVERY_MS)).await;
    }
}

async fn step(side: &Side, node: &str, heard: &mut Option<Heard>) -> Result<bool, SideError> {
    let (version, holder) = match side.get(NAME).await? {
        Some((version, holder)) => (version, holder),
        None => (0, Bytes::new()),
    };
    let ours = holder == node.as_bytes();
    let news = heard.as_ref().is_none_or(|h| h.version != version);
    if news {
        let since = Instant::now();
        *heard = Some(Heard { version, since });
    }
    let lapsed = heard
        .as_ref()
        .is_some_and(|h| h.since.elapsed() >= Duration::from_millis(LAPSE_MS));
    if !(ours || lapsed || version == 0) {
        return Ok(false);
    }
    match side.put(NAME, Bytes::from(node.to_owned()), version).await {
        Ok(_) => Ok(true),
        Err(SideError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Runs a chore while this node is on duty, and only then.
pub(crate) async fn only<F: Future<Output = ()> + Send>(app: Arc<App>, chore: fn(Arc<App>) -> F) {
    let mut duty = app.on_duty.subscribe();
    while duty.wait_for(|on_duty| *on_duty).await.is_ok() {
        tokio::select! {
            () = chore(Arc::clone(&app)) => return,
            _ = duty.wait_for(|on_duty| !*on_duty) => {}
        }
    }
}
