//! What accounts are asked and what they answer, the same for all providers.

use std::fmt;

use honeytoken::{PhoneNumber, Timestamp};

use super::lists::Record;

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

/// A number that the provider writes without its `+`.
pub(super) fn from_bare(digits: &str) -> Option<PhoneNumber> {
    format!("+{}", digits.trim_start_matches('+')).parse().ok()
}

/// A number without its `+`.
pub(super) fn bare(number: &PhoneNumber) -> &str {
    number.as_str().trim_start_matches('+')
}

/// A text that is not empty.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// City and region, as far as they are named.
pub(super) fn place<const N: usize>(parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().filter_map(filled).collect();
    filled(Some(parts.join(", ")))
}

const DAY_S: i64 = 86_400;

/// A file as a contact names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NamedFile<'a> {
    /// Its address, which may be good for minutes only.
    pub url: &'a str,
    /// The provider's own id of a recording, under which it gives a new address.
    pub recording: Option<&'a str>,
}

/// A file fetched from a provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The media type that the provider named.
    pub media_type: Option<String>,
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
