//! Comparing by itself, as often as the settings say.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use honeytoken::{Connection, ConnectionId, Event, Operation, Timestamp};

use super::{PERIOD_DAYS_MAX, lists, run};
use crate::account::Period;
use crate::app::App;
use crate::ledger::{View, reconciliations_of};

/// How often it is looked which connection is due, in seconds.
const LOOK_EVERY_S: u64 = 300;
/// After a comparison that failed, the next is tried this much later, in seconds.
const FAILED_PAUSE_S: i64 = 3_600;
const HOUR_S: i64 = 3_600;
/// Newest comparisons among which the one that reached furthest is looked for: people compare old
/// periods, too.
const LOOKED_AT_MAX: usize = 16;

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
            let now = app.recorder.clock().now();
            let until = last(app.recorder.view(), &id).map(|last| last.until);
            let period = period(now, app.config.accounts.look_back_h, until);
            match run(&app, &connection, period, None).await {
                Ok(_) => {
                    failed.remove(&id);
                }
                Err(error) => {
                    failed.insert(id.clone(), app.recorder.clock().now());
                    note_failure(&app, &id, &error.to_string()).await;
                }
            }
        }
    }
}

/// What is compared: as many hours as the settings say, and all that no comparison covered because
/// nobody was there to make one, at most [`PERIOD_DAYS_MAX`].
fn period(now: Timestamp, look_back_h: u16, compared_until: Option<Timestamp>) -> Period {
    let usual = now.plus_s(-i64::from(look_back_h) * HOUR_S);
    let from = compared_until.map_or(usual, |until| until.min(usual));
    let earliest = now.plus_s(-PERIOD_DAYS_MAX * 24 * HOUR_S);
    Period {
        from: from.max(earliest),
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
        has_lists
            && is_time(
                now,
                last(view, id).map(|last| last.at),
                failed.get(id).copied(),
                every_h,
            )
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

/// The comparisons of a connection so far.
struct Last {
    /// When the newest was made.
    at: Timestamp,
    /// Until when they reach.
    until: Timestamp,
}

fn last(view: &View, id: &ConnectionId) -> Option<Last> {
    let newest = view
        .index
        .newest(&reconciliations_of(id), None, LOOKED_AT_MAX);
    let compared = |index| {
        let entry = view.reader.entry(index).ok()??;
        match entry.event {
            Event::Reconciliation(compared) => Some((entry.at, compared.until)),
            _ => None,
        }
    };
    let all: Vec<_> = newest.ok()?.into_iter().filter_map(compared).collect();
    Some(Last {
        at: all.first()?.0,
        until: all.iter().map(|(_, until)| *until).max()?,
    })
}

/// Says in the log that a comparison, or a part of it, failed: days that nobody compared are no days
/// without loss.
pub(super) async fn note_failure(app: &App, id: &ConnectionId, error: &str) {
    tracing::warn!(connection.id = %id, error, "provider's lists cannot be compared");
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
    fn a_stop_longer_than_the_look_back_leaves_nothing_out() {
        let now = Timestamp::from_unix_s(1_800_000_000);
        let hours_ago = |h: i64| now.plus_s(-h * HOUR_S);
        for (until, from) in [
            (None, 48),
            (Some(24), 48),
            (Some(200), 200),
            (Some(9_999), 31 * 24),
        ] {
            let compared = period(now, 48, until.map(hours_ago));
            assert_eq!((compared.from, compared.until), (hours_ago(from), now));
        }
        assert_eq!(period(now, u16::MAX, None).from, hours_ago(31 * 24));
    }

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
