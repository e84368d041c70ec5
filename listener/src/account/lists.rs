//! Providers' lists: pages, and records read into the shape that webhooks have.

use honeytoken::{Medium, Timestamp};
use serde_json::value::RawValue;

use super::{Ability, Period};
use crate::provider::Received;

/// A page of a provider's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<T> {
    /// The items, in the provider's order.
    pub items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Messages.
    Messages,
    /// Calls.
    Calls,
}

impl Kind {
    /// Both.
    pub const ALL: [Kind; 2] = [Kind::Messages, Kind::Calls];

    /// What an account must be able to.
    pub const fn ability(self) -> Ability {
        match self {
            Kind::Messages => Ability::ListMessages,
            Kind::Calls => Ability::ListCalls,
        }
    }

    /// The word in entries and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Messages => "messages",
            Kind::Calls => "calls",
        }
    }

    /// Of which the contacts are that it lists.
    const fn medium(self) -> Medium {
        match self {
            Kind::Messages => Medium::Sms,
            Kind::Calls => Medium::Call,
        }
    }
}

/// Something that reached one of our numbers, as the provider lists it.
#[derive(Clone, PartialEq)]
pub struct Record {
    /// The event in the shape, and under the dedupe key, that the webhook has. Its `claimed_at` is
    /// the provider's time.
    pub event: Received,
    /// All dedupe keys under which webhooks may have told of it, the event's own among them.
    pub keys: Vec<String>,
    /// The record as the provider gave it.
    pub raw: String,
}

/// How the records of a provider's list are read; the reader passes over what did not come in.
pub(super) struct Reading {
    pub(super) kind: Kind,
    pub(super) read: fn(&str) -> Option<Received>,
    /// Every stage of a call that a webhook may have told of, each under a key of its own.
    pub(super) stages: &'static [&'static str],
}

impl Reading {
    /// Messages, each told of once.
    pub(super) const fn messages(read: fn(&str) -> Option<Received>) -> Reading {
        Reading {
            kind: Kind::Messages,
            read,
            stages: &[],
        }
    }

    /// Calls, told of at each of these stages.
    pub(super) const fn calls(
        read: fn(&str) -> Option<Received>,
        stages: &'static [&'static str],
    ) -> Reading {
        Reading {
            kind: Kind::Calls,
            read,
            stages,
        }
    }

    /// A page, as far as its records are of the period. `otherwise` is the moment of records that
    /// name none; without it they are passed over.
    pub(super) fn page(
        &self,
        raws: &[Box<RawValue>],
        next: Option<String>,
        period: &Period,
        otherwise: Option<Timestamp>,
    ) -> Batch<Record> {
        let records = raws
            .iter()
            .filter_map(|raw| self.record(raw.get(), period, otherwise));
        Batch {
            items: records.collect(),
            next,
        }
    }

    fn record(&self, raw: &str, period: &Period, otherwise: Option<Timestamp>) -> Option<Record> {
        let event = (self.read)(raw)?;
        let at = event.claimed_at.or(otherwise)?;
        let fits = event.medium == self.kind.medium() && period.holds(at);
        let own = event.dedupe.key().to_owned();
        let id = event.event_id.as_deref().unwrap_or_default();
        let mut keys: Vec<String> = self.stages.iter().map(|s| format!("{id}:{s}")).collect();
        if !keys.contains(&own) {
            keys.push(own);
        }
        let claimed_at = Some(at);
        fits.then(|| Record {
            keys,
            raw: raw.to_owned(),
            event: Received {
                claimed_at,
                ..event
            },
        })
    }
}

/// The page that a cursor names, or the first: digits only, as it stands in an address.
pub(super) fn later_page<'a>(cursor: Option<&'a str>, first: &'a str) -> &'a str {
    let digits = |text: &&str| text.bytes().all(|b| b.is_ascii_digit());
    cursor.filter(digits).unwrap_or(first)
}
