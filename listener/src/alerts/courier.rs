//! The courier: sends what is due, some at a time and one for each target, and writes down what came
//! of it. What is not written down is sent again at the next start, under the same id.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use honeytoken::{
    AlertAttempted, AlertOutcome, AlertSettled, AlertTarget, AlertTargetId, Event, Timestamp,
};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::task::JoinSet;

use super::fold::Alerts;
use super::queue::Sending;
use super::wire::{self, Sent};
use super::{raise, schedule, words};
use crate::app::App;
use crate::ledger::State;
use crate::recorder::SubmitError;

/// Messages under way at once.
const SENDING_MAX: usize = 8;
/// It is looked at least this often what is due, in milliseconds: clocks jump.
const LOOK_AT_LEAST_EVERY_MS: i64 = 30_000;
/// And at most this often, in milliseconds: a busy log grows faster.
const LOOK_EVERY_MS: u64 = 50;

/// Sends as long as the installation runs.
pub(crate) async fn run(app: Arc<App>) {
    let mut size = app.recorder.size();
    let mut busy: BTreeSet<AlertTargetId> = BTreeSet::new();
    let mut under_way: JoinSet<Option<AlertTargetId>> = JoinSet::new();
    loop {
        size.mark_unchanged();
        let now = app.recorder.clock().now();
        let queue = app.recorder.view().state().alerts.queue();
        let (starting, wait_ms) = startable(queue, &mut busy, under_way.len(), now);
        for sending in starting {
            under_way.spawn(deliver(Arc::clone(&app), sending));
        }
        tokio::select! {
            Some(done) = under_way.join_next() => {
                // A target whose outcome could not be written down stays busy: it would be sent
                // the same again and again.
                if let Ok(Some(target)) = done {
                    busy.remove(&target);
                }
            }
            _ = size.changed() => {}
            () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
        }
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
    }
}

/// What may start now, its targets being busy from then on; and in how many milliseconds there may be more.
pub(super) fn startable(
    queue: Vec<Sending>,
    busy: &mut BTreeSet<AlertTargetId>,
    under_way: usize,
    now: Timestamp,
) -> (Vec<Sending>, u64) {
    let (mut starting, mut wait_ms) = (Vec::new(), LOOK_AT_LEAST_EVERY_MS);
    for sending in queue {
        if busy.contains(&sending.target) || under_way + starting.len() >= SENDING_MAX {
            continue;
        }
        if sending.due > now {
            let due_ms = (sending.due.as_micros() - now.as_micros()) / 1000;
            wait_ms = wait_ms.min(due_ms + 1);
            continue;
        }
        busy.insert(sending.target.clone());
        starting.push(sending);
    }
    (starting, u64::try_from(wait_ms).unwrap_or_default())
}

/// Sends one message and writes down what came of it; the target, once it may be sent to again.
async fn deliver(app: Arc<App>, sending: Sending) -> Option<AlertTargetId> {
    let now = app.recorder.clock().now();
    let ready = {
        let state = app.recorder.view().state();
        let (alerts, registry) = (&state.alerts, &state.registry);
        let target = alerts.target(&sending.target).cloned();
        target.and_then(|target| {
            let message = words::message(&app.log_tag, alerts, registry, &target, &sending)?;
            let platform = alerts.record(sending.raised)?.raised.platform.as_ref();
            let may = raise::may_hear(registry, &target, platform);
            Some((target, message, may))
        })
    };
    // Removed or forgotten since: there is nothing to send.
    let Some((target, message, may_hear)) = ready else {
        return Some(sending.target);
    };
    let outcome = match may_hear {
        true => wire::send(&target, &message, now).await,
        false => {
            let reason = "owner's key was revoked, or may not see this platform any more";
            let events = dead(&sending, &target, sending.attempts, reason);
            return written(&app, &sending, &target, events).await;
        }
    };
    let now = app.recorder.clock().now();
    log(&sending, &outcome);
    let events = events(&sending, &target, outcome, now, jitter());
    written(&app, &sending, &target, events).await
}

async fn written(
    app: &App,
    sending: &Sending,
    sent_to: &AlertTarget,
    mut events: Vec<Event>,
) -> Option<AlertTargetId> {
    let sent_to = sent_to.clone();
    let decide = move |state: &State| {
        timely(&state.alerts, &sent_to, &mut events);
        Ok(events)
    };
    let outcome: Result<_, SubmitError> = app.recorder.decide(None, decide).await;
    match outcome {
        Ok(_) => Some(sending.target.clone()),
        Err(error) => {
            tracing::error!(%error, alert.target = %sending.target,
                "what came of an alert cannot be written down");
            None
        }
    }
}

/// Leaves a target as it is that was set anew or removed while a message was under way to it.
pub(super) fn timely(alerts: &Alerts, sent_to: &AlertTarget, events: &mut Vec<Event>) {
    if alerts.target(&sent_to.target) != Some(sent_to) {
        events.retain(|event| !matches!(event, Event::AlertTargetSet(_)));
    }
}

fn log(sending: &Sending, outcome: &Sent) {
    let (alert, target) = (sending.raised, &sending.target);
    match outcome {
        Sent::Delivered => tracing::info!(alert, alert.target = %target, "alert delivered"),
        Sent::Failed { reason, .. } => {
            tracing::warn!(alert, alert.target = %target, reason, "alert not delivered: {reason}");
        }
        Sent::Gone => {
            tracing::warn!(alert, alert.target = %target,
                "alert target is gone (410); it is disabled until it is set anew");
        }
    }
}

/// What an attempt's end is as entries.
pub(super) fn events(
    sending: &Sending,
    target: &AlertTarget,
    outcome: Sent,
    now: Timestamp,
    jitter: f64,
) -> Vec<Event> {
    let attempts = sending.attempts + 1;
    match outcome {
        Sent::Delivered => vec![settled(
            sending,
            target,
            attempts,
            AlertOutcome::Delivered,
            None,
        )],
        Sent::Gone => {
            let mut events = dead(sending, target, attempts, "answered 410");
            let disabled = Some("answered 410: it is gone".to_owned());
            events.push(Event::AlertTargetSet(AlertTarget {
                disabled,
                ..target.clone()
            }));
            events
        }
        Sent::Failed {
            reason,
            retry_after_s,
        } => match schedule::next(attempts, now, jitter, retry_after_s) {
            None => dead(sending, target, attempts, &reason),
            Some(next_at) => vec![Event::AlertAttempted(AlertAttempted {
                raised: sending.raised,
                target: target.target.clone(),
                summed: sending.summed.clone(),
                attempts,
                reason,
                next_at,
            })],
        },
    }
}

fn dead(sending: &Sending, target: &AlertTarget, attempts: u32, reason: &str) -> Vec<Event> {
    let reason = Some(reason.to_owned());
    vec![settled(
        sending,
        target,
        attempts,
        AlertOutcome::Dead,
        reason,
    )]
}

fn settled(
    sending: &Sending,
    target: &AlertTarget,
    attempts: u32,
    outcome: AlertOutcome,
    reason: Option<String>,
) -> Event {
    Event::AlertSettled(AlertSettled {
        raised: sending.raised,
        target: target.target.clone(),
        channel: target.channel.clone(),
        outcome,
        summed: sending.summed.clone(),
        attempts,
        reason,
    })
}

/// Between 0 and 1; without randomness there is no jitter, and nothing else is lost.
fn jitter() -> f64 {
    let mut byte = [0];
    let _ = SystemRandom::new().fill(&mut byte);
    f64::from(byte[0]) / 255.0
}
