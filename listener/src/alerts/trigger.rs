//! Which entry makes news: a row each.

use std::collections::BTreeMap;

use honeytoken::{Event, PhoneNumber, PlatformId, Registry, SenderKind};
use serde::{Deserialize, Serialize};

use super::topic;
use crate::api::redact::masked;

/// Entries that one alert names; more are counted.
pub(super) const BECAUSE_MAX: usize = 100;

/// News that no alert was raised for yet. Entries that say the same share one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Due {
    pub(super) topic: String,
    pub(super) platform: Option<PlatformId>,
    pub(super) details: BTreeMap<String, String>,
    pub(super) because: Vec<u64>,
    /// How many entries said it.
    pub(super) count: u64,
}

impl Due {
    /// News on a topic.
    pub(super) fn on(topic: &str) -> Due {
        Due {
            topic: topic.to_owned(),
            platform: None,
            details: BTreeMap::new(),
            because: Vec::new(),
            count: 0,
        }
    }

    /// With a detail for its words.
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Due {
        self.details.insert(name.to_owned(), value.to_string());
        self
    }

    /// Whether two say the same of the same.
    pub(super) fn same(&self, other: &Due) -> bool {
        (&self.topic, &self.platform, &self.details)
            == (&other.topic, &other.platform, &other.details)
    }

    /// Another entry says it too.
    pub(super) fn join(&mut self, index: u64) {
        self.count += 1;
        if self.because.len() < BECAUSE_MAX {
            self.because.push(index);
        }
    }
}

type Trigger = fn(&Event, &Registry) -> Option<Due>;

/// A row for each kind of entry that makes news.
const TRIGGERS: [Trigger; 7] = [
    unparsed,
    rebuilt,
    line_silent,
    line_alive,
    missed,
    replied,
    reply_due,
];

/// The news that an entry makes.
pub(super) fn news<'a>(event: &'a Event, registry: &'a Registry) -> impl Iterator<Item = Due> + 'a {
    TRIGGERS
        .iter()
        .filter_map(move |trigger| trigger(event, registry))
}

fn unparsed(event: &Event, _: &Registry) -> Option<Due> {
    let Event::Unparsed(unparsed) = event else {
        return None;
    };
    let due = Due::on(topic::UNPARSED).with("connection", &unparsed.connection);
    Some(due.with("reason", &unparsed.reason))
}

fn rebuilt(event: &Event, _: &Registry) -> Option<Due> {
    match event {
        Event::Operation(o) if o.operation == "rebuild" => {
            Some(Due::on(topic::LOG).with("trouble", "index_rebuilt"))
        }
        _ => None,
    }
}

fn line_silent(event: &Event, registry: &Registry) -> Option<Due> {
    let Event::LineSilent(silent) = event else {
        return None;
    };
    let due = on_line(topic::LINE_SILENT, &silent.number, registry);
    Some(due.with("since", silent.since))
}

fn line_alive(event: &Event, registry: &Registry) -> Option<Due> {
    let Event::LineAlive(alive) = event else {
        return None;
    };
    let due = on_line(topic::LINE_ALIVE, &alive.number, registry);
    Some(due.with("since", alive.silent_since))
}

fn replied(event: &Event, _: &Registry) -> Option<Due> {
    let Event::ReplyReceived(reply) = event else {
        return None;
    };
    let platform = Some(reply.platform.clone());
    Some(Due {
        platform,
        ..Due::on(topic::REPLY)
    })
}

fn reply_due(event: &Event, _: &Registry) -> Option<Due> {
    let Event::ReplyLapsed(lapsed) = event else {
        return None;
    };
    let platform = Some(lapsed.platform.clone());
    Some(Due {
        platform,
        ..Due::on(topic::REPLY_DUE)
    })
}

/// News of a line, its number masked; of its platform, if it is with one.
fn on_line(topic: &str, number: &PhoneNumber, registry: &Registry) -> Due {
    let holders = registry
        .honeytokens_on(number)
        .filter(|holder| !holder.ended);
    let mut platforms: Vec<&PlatformId> = holders.map(|h| &h.honeytoken.platform).collect();
    platforms.dedup();
    let platform = match platforms.as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    };
    let masked = masked(number.as_str(), SenderKind::Number);
    let due = Due::on(topic).with("line", masked);
    Due { platform, ..due }
}

/// A provider listed what its webhooks had not brought.
fn missed(event: &Event, _: &Registry) -> Option<Due> {
    let Event::Reconciliation(compared) = event else {
        return None;
    };
    let added: u64 = compared.days.iter().map(|day| day.added).sum();
    let due = || Due::on(topic::BACKFILL).with("connection", &compared.connection);
    (added > 0).then(|| due().with("added", added))
}
