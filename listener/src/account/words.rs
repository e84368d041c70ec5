//! What accounts are asked and what they answer, the same for all providers.

use std::fmt;

use honeytoken::{PhoneNumber, Timestamp};

use super::Ability;
use crate::provider::Received;

/// Numbers wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberWish {
    /// ISO 3166 code, upper case.
    pub country: String,
    /// Which type.
    pub number_type: NumberType,
    /// Digits that it should hold, where the provider can look for them.
    pub contains: Option<String>,
    /// Whether it has to take messages.
    pub sms: bool,
    /// Whether it has to take calls.
    pub voice: bool,
    /// The most offers wanted, 1 to [`NumberWish::LIMIT_MAX`].
    pub limit: u8,
}

impl NumberWish {
    /// The most offers in one answer.
    pub const LIMIT_MAX: u8 = 100;
}

/// Types of numbers, as far as providers tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberType {
    /// With an area code.
    Local,
    /// Of a mobile range.
    Mobile,
    /// Free for the caller.
    TollFree,
}

/// A number for sale.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// The number.
    pub number: PhoneNumber,
    /// City or region, as the provider names it.
    pub region: Option<String>,
    /// What it takes: `sms`, `voice`, `mms`, in lower case.
    pub carries: Vec<String>,
    /// What has to be shown first, such as an address; none if nothing.
    pub requires: Option<String>,
    /// Price a month, as the provider writes it, where the search names it.
    pub monthly: Option<String>,
}

/// A number that we hold at the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnNumber {
    /// The number.
    pub number: PhoneNumber,
    /// The provider's own id of it.
    pub id: String,
    /// Where its messages are told; none if nowhere.
    pub sms_url: Option<String>,
    /// Where its calls are told; none if nowhere.
    pub voice_url: Option<String>,
}

/// The addresses that a provider is to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    /// Our own name for the connection, for what has to be named at the provider.
    pub name: String,
    /// The connection's webhook address.
    pub url: String,
}

/// A page of a provider's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<T> {
    /// The items, in the provider's order.
    pub items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// From when, included, until when, excluded, by the provider's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Beginning.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
}

impl Period {
    /// Whether a moment lies in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
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

impl Record {
    /// A message, told of once; none if it did not come in, or not in the period.
    pub(super) fn message(
        read: fn(&str) -> Option<Received>,
        raw: &str,
        period: &Period,
    ) -> Option<Record> {
        let event = read(raw)?;
        let keys = vec![event.dedupe.key().to_owned()];
        Record::within(event, keys, raw, period)
    }

    /// A call, which webhooks tell of under each of its statuses.
    pub(super) fn call(
        read: fn(&str) -> Option<Received>,
        raw: &str,
        period: &Period,
        statuses: &[&str],
    ) -> Option<Record> {
        let event = read(raw)?;
        let id = event.event_id.as_deref()?;
        let keys = statuses.iter().map(|status| format!("{id}:{status}"));
        let keys = keys.collect();
        Record::within(event, keys, raw, period)
    }

    fn within(event: Received, keys: Vec<String>, raw: &str, period: &Period) -> Option<Record> {
        let at = event.claimed_at?;
        let raw = raw.to_owned();
        period.holds(at).then_some(Record { event, keys, raw })
    }
}

/// `2026-11-20`, so many days later (UTC).
pub(super) fn day(at: Timestamp, days_later: i64) -> String {
    let text = at.plus_s(days_later * DAY_S).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// `2026-11-20 08:00:00`, UTC.
pub(super) fn civil(at: Timestamp) -> String {
    let whole = Timestamp::from_unix_s(at.as_unix_s()).to_string();
    whole.trim_end_matches('Z').replace('T', " ")
}

/// The page that a cursor names, or the first: digits only, as it stands in an address.
pub(super) fn later_page<'a>(cursor: Option<&'a str>, first: &'a str) -> &'a str {
    let digits = |text: &&str| text.bytes().all(|b| b.is_ascii_digit());
    cursor.filter(digits).unwrap_or(first)
}

const DAY_S: i64 = 86_400;

/// A file fetched from a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The media type that the provider named.
    pub media_type: Option<String>,
    /// The address that was asked, without query and credentials.
    pub source_url: String,
}

macro_rules! quiet {
    ($($type:ident),*) => {$(
        /// Numbers, texts and contents stay out.
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "(…)"))
            }
        }
    )*};
}
quiet!(Offer, OwnNumber, Record, Media);
