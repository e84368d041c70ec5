//! A moment, as a number that sorts.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds in a second.
const MICROS_PER_S: i64 = 1_000_000;
/// Microseconds in a day.
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_S;
/// 9999-12-30T22:00:00Z: the last second that every RFC 3339 reader can print.
const MAX_UNIX_S: i64 = 253_402_207_200;

/// A moment in microseconds since 1970-01-01T00:00:00Z, between the years 1970 and 9999.
///
/// Written and read as RFC 3339 in UTC with up to six digits of a second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// The moment `micros` microseconds after the epoch; values out of range become the nearest
    /// end of it.
    pub const fn from_micros(micros: i64) -> Timestamp {
        let max = MAX_UNIX_S * MICROS_PER_S;
        if micros < 0 {
            Timestamp(0)
        } else if micros > max {
            Timestamp(max)
        } else {
            Timestamp(micros)
        }
    }

    /// The moment `seconds` after the epoch (Unix time), clamped like [`Timestamp::from_micros`].
    pub const fn from_unix_s(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds.saturating_mul(MICROS_PER_S))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_unix_s(self) -> i64 {
        self.0.div_euclid(MICROS_PER_S)
    }

    /// Whole days since the epoch in UTC, rounded down.
    pub const fn as_unix_days(self) -> i64 {
        self.0.div_euclid(MICROS_PER_DAY)
    }

    /// This moment moved by `seconds`, which may be negative.
    #[must_use]
    pub const fn plus_s(self, seconds: i64) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_add(seconds.saturating_mul(MICROS_PER_S)))
    }

    /// Seconds from `earlier` to this moment, negative if it is the later one.
    pub fn seconds_since(self, earlier: Timestamp) -> f64 {
        (self.0 - earlier.0) as f64 / MICROS_PER_S as f64
    }

    /// Days from `earlier` to this moment, negative if it is the later one.
    pub fn days_since(self, earlier: Timestamp) -> f64 {
        (self.0 - earlier.0) as f64 / MICROS_PER_DAY as f64
    }

    fn civil(self) -> jiff::Timestamp {
        // The constructor keeps the value inside jiff's range; the epoch stands for the impossible.
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

/// Text that is not a moment in RFC 3339 with an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("time is not RFC 3339 with an offset, such as 2026-11-22T01:02:03Z")]
pub struct TimestampError;

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Timestamp, TimestampError> {
        let moment: jiff::Timestamp = text.trim().parse().map_err(|_| TimestampError)?;
        let micros = moment.as_microsecond();
        (0..=MAX_UNIX_S * MICROS_PER_S)
            .contains(&micros)
            .then_some(Timestamp(micros))
            .ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.civil().fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_offsets_and_prints_utc() {
        let t: Timestamp = "2026-10-03T12:00:00.123+08:00".parse().unwrap();
        assert_eq!(t.to_string(), "2026-10-03T04:00:00.123Z");
        assert_eq!(t.as_unix_s(), 1_791_000_000);
        assert_eq!(t.as_micros(), 1_791_000_000_123_000);
    }

    #[test]
    fn refuses_what_has_no_offset_or_lies_before_the_epoch() {
        for text in [
            "2026-10-03T12:00:00",
            "yesterday",
            "",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }

    #[test]
    fn stays_inside_its_range() {
        assert_eq!(Timestamp::from_unix_s(-5), Timestamp::EPOCH);
        let last = Timestamp::from_unix_s(i64::MAX);
        assert_eq!(last.plus_s(1), last);
        assert_eq!(last.to_string().parse::<Timestamp>().unwrap(), last);
    }
}
