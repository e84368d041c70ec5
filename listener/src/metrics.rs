//! Counters in the Prometheus text format. No personal data: labels are ours.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::anchors::Standing;
use honeytoken::Timestamp;

use crate::alerts::Alerts;
use crate::ledger::View;
use crate::life::{LifeConfig, Looks, Word};

/// What a webhook came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Recorded as a new contact.
    Recorded,
    /// Told before.
    Repeated,
    /// Signature missing, wrong or stale.
    Rejected,
    /// Could not be judged.
    Undecided,
    /// Signed, but could not be read.
    Unparsed,
    /// Unknown connection.
    Unknown,
    /// Larger than the limit.
    TooLarge,
    /// The queue was full or the disk failed.
    NotRecorded,
}

const OUTCOMES: [(Outcome, &str); 8] = [
    (Outcome::Recorded, "recorded"),
    (Outcome::Repeated, "repeated"),
    (Outcome::Rejected, "rejected"),
    (Outcome::Undecided, "undecided"),
    (Outcome::Unparsed, "unparsed"),
    (Outcome::Unknown, "unknown"),
    (Outcome::TooLarge, "too_large"),
    (Outcome::NotRecorded, "not_recorded"),
];

/// The counters of one process; they begin at zero with it.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    webhooks: [AtomicU64; OUTCOMES.len()],
    /// Requests with a key that is none of ours.
    failed_keys: AtomicU64,
}

impl Metrics {
    /// Counts a webhook.
    pub(crate) fn webhook(&self, outcome: Outcome) {
        let place = OUTCOMES
            .iter()
            .position(|(o, _)| *o == outcome)
            .unwrap_or_default();
        self.webhooks[place].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request with a key that is none of ours.
    pub(crate) fn failed_key(&self) {
        self.failed_keys.fetch_add(1, Ordering::Relaxed);
    }

    /// All counters and gauges as text.
    pub(crate) fn text(&self, view: &View, now: Timestamp) -> String {
        let mut text = String::from(
            "# HELP canaryline_webhooks_total Webhooks by what they came to.\n\
             # TYPE canaryline_webhooks_total counter\n",
        );
        for ((_, label), count) in OUTCOMES.iter().zip(&self.webhooks) {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(
                text,
                "canaryline_webhooks_total{{outcome=\"{label}\"}} {count}"
            );
        }
        let state = view.state();
        let gauges = [
            (
                "canaryline_log_entries",
                "Entries in the evidence log.",
                view.reader.size(),
            ),
            (
                "canaryline_contacts",
                "Distinct contacts.",
                state.contacts(),
            ),
            (
                "canaryline_log_writable",
                "Whether the evidence log can be written.",
                u64::from(view.fault().is_none()),
            ),
        ];
        for (name, help, value) in gauges {
            let _ = writeln!(
                text,
                "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
            );
        }
        text.push_str(&alerts(&state.alerts, now));
        let failed = self.failed_keys.load(Ordering::Relaxed);
        let _ = writeln!(
            text,
            "# HELP canaryline_failed_keys_total Requests with a key that is none of ours.\n\
             # TYPE canaryline_failed_keys_total counter\ncanaryline_failed_keys_total {failed}"
        );
        text
    }
}

/// How far outside authorities vouched for the log, as text; nothing where there are none.
pub(crate) fn anchors(standing: &[Standing<'_>]) -> String {
    let mut text = String::new();
    if standing.is_empty() {
        return text;
    }
    text.push_str(
        "# HELP canaryline_anchor_age_seconds Since the newest anchor; +Inf if there is none.\n\
         # TYPE canaryline_anchor_age_seconds gauge\n",
    );
    for s in standing {
        let (id, age_s) = (&s.authority.id, s.age_s.unwrap_or(f64::INFINITY));
        // Prometheus writes infinity with a sign.
        let age_s = if age_s.is_finite() {
            age_s.to_string()
        } else {
            "+Inf".to_owned()
        };
        let _ = writeln!(
            text,
            "canaryline_anchor_age_seconds{{authority=\"{id}\"}} {age_s}"
        );
    }
    text.push_str(
        "# HELP canaryline_anchor_log_entries Entries under the newest anchor.\n\
         # TYPE canaryline_anchor_log_entries gauge\n",
    );
    for s in standing {
        let (id, size) = (&s.authority.id, s.newest.map_or(0, |newest| newest.size));
        let _ = writeln!(
            text,
            "canaryline_anchor_log_entries{{authority=\"{id}\"}} {size}"
        );
    }
    text.push_str(
        "# HELP canaryline_anchor_requests_total Requests to authorities by what they came to.\n\
         # TYPE canaryline_anchor_requests_total counter\n",
    );
    for s in standing {
        let id = &s.authority.id;
        for (outcome, count) in [
            ("anchored", s.attempts.succeeded),
            ("failed", s.attempts.failed),
        ] {
            let _ = writeln!(
                text,
                "canaryline_anchor_requests_total{{authority=\"{id}\",outcome=\"{outcome}\"}} {count}"
            );
        }
    }
    text
}

fn alerts(alerts: &Alerts, now: Timestamp) -> String {
    let (pending, delivered, dead) = alerts.counts();
    let oldest = alerts.oldest_pending();
    let age_s = oldest.map_or(0.0, |at| now.seconds_since(at).max(0.0));
    format!(
        "# HELP canaryline_alerts_queued Alerts that wait to be sent.\n\
         # TYPE canaryline_alerts_queued gauge\ncanaryline_alerts_queued {pending}\n\
         # HELP canaryline_alerts_delivered Alerts that were taken, of the whole log.\n\
         # TYPE canaryline_alerts_delivered gauge\ncanaryline_alerts_delivered {delivered}\n\
         # HELP canaryline_alerts_dead Alerts that were given up and can be replayed.\n\
         # TYPE canaryline_alerts_dead gauge\ncanaryline_alerts_dead {dead}\n\
         # HELP canaryline_alerts_oldest_seconds Age of the oldest alert that waits.\n\
         # TYPE canaryline_alerts_oldest_seconds gauge\n\
         canaryline_alerts_oldest_seconds {age_s:.0}\n"
    )
}

/// How many lines stand where, as text.
pub(crate) fn lines(view: &View, settings: &LifeConfig) -> String {
    let standing = Looks::new(&view.state(), settings).counts();
    let mut text = String::new();
    for (word, name, help) in [
        (Word::Alive, "alive", "gave a sign of life within its time"),
        (Word::Silent, "silent", "gave none for too long"),
        (Word::Waiting, "waiting", "gave no sign yet"),
        (
            Word::Unproven,
            "unproven",
            "have nothing to prove their life by",
        ),
    ] {
        let count = standing.get(&word).copied().unwrap_or_default();
        let _ = writeln!(
            text,
            "# HELP canaryline_lines_{name} Lines that {help}.\n\
             # TYPE canaryline_lines_{name} gauge\ncanaryline_lines_{name} {count}"
        );
    }
    text
}
