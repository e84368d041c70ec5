//! Comparing by itself, as often as the settings say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use honeytoken::{Connection, ConnectionId, Event, Operation, Timestamp};

use super::{BackfillError, lists, run};
use crate::account::Period;
use crate::app::App;
use crate::ledger::{View, reconciliations_of};

/// How often it is looked which connection is due, in seconds.
const LOOK_EVERY_S: u64 = 300;
/// After a comparison that failed, the next is tried this much later, in seconds.
const FAILED_PAUSE_S: i64 = 3_600;
const HOUR_S: i64 = 3_600;

/// Compares connections that are due, for ever.
pub(crate) async fn keep_up(app: Arc<App>) {
    let every_h = app.config.accounts.backfill_every_h;
    if every_h == 0 {
        return;
    }
    let mut failed: BTreeMap<ConnectionId, Timestamp> = BTreeMap::new();
    loop {
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_S)).await;
        for connection in due(&app, &failed, every_h) {
            let id = connection.connection.clone();
            match run(&app, &connection, recent(&app), None).await {
                Ok(_) => {
                    failed.remove(&id);
                }
                Err(error) => {
                    failed.insert(id.clone(), app.recorder.clock().now());
                    note_failure(&app, &id, &error).await;
                }
            }
        }
    }
}

fn recent(app: &App) -> Period {
    let now = app.recorder.clock().now();
    let back_s = i64::from(app.config.accounts.look_back_h) * HOUR_S;
    Period {
        from: now.plus_s(-back_s),
        until: now,
    }
}

/// Connections with an account that has lists, and whose last comparison is long enough ago.
fn due(app: &App, failed: &BTreeMap<ConnectionId, Timestamp>, every_h: u16) -> Vec<Connection> {
    let view = app.recorder.view();
    let now = app.recorder.clock().now();
    let all: Vec<Connection> = view.state().registry.connections().cloned().collect();
    let is_due = |connection: &Connection| {
        let id = &connection.connection;
        let has_lists = app
            .accounts
            .open(connection)
            .is_ok_and(|account| !lists(&*account).is_empty());
        has_lists && is_time(now, last(view, id), failed.get(id).copied(), every_h)
    };
    all.into_iter().filter(is_due).collect()
}

/// Whether it is time for the next comparison, after the last one and the last that failed.
fn is_time(
    now: Timestamp,
    last: Option<Timestamp>,
    failed: Option<Timestamp>,
    every_h: u16,
) -> bool {
    let passed = |at: Timestamp, s: i64| now.seconds_since(at) >= s as f64;
    last.is_none_or(|at| passed(at, i64::from(every_h) * HOUR_S))
        && failed.is_none_or(|at| passed(at, FAILED_PAUSE_S))
}

/// When the connection was last compared.
fn last(view: &View, id: &ConnectionId) -> Option<Timestamp> {
    let newest = view.index.newest(&reconciliations_of(id), None, 1).ok()?;
    let entry = view.reader.entry(*newest.first()?).ok()??;
    Some(entry.at)
}

/// Says in the log that a comparison failed: days that nobody compared are no days without loss.
async fn note_failure(app: &App, id: &ConnectionId, error: &BackfillError) {
    tracing::warn!(connection.id = %id, %error, "provider's lists cannot be compared");
    let event = Event::Operation(Operation {
        operation: "backfill_failed".to_owned(),
        detail: format!("connection {id}: {error}"),
    });
    if let Err(error) = app.recorder.decide(None, move |_| Ok(vec![event])).await {
        tracing::error!(%error, "failed comparison cannot be recorded");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_time_after_the_hours_set_and_an_hour_after_a_failure() {
        let now = Timestamp::from_unix_s(1_800_000_000);
        let hours_ago = |h: i64| Some(now.plus_s(-h * HOUR_S));
        for (last, failed, time) in [
            (None, None, true),
            (hours_ago(23), None, false),
            (hours_ago(24), None, true),
            (hours_ago(30), hours_ago(0), false),
            (hours_ago(30), hours_ago(1), true),
            (None, hours_ago(0), false),
        ] {
            assert_eq!(is_time(now, last, failed, 24), time, "{last:?} {failed:?}");
        }
    }
}
