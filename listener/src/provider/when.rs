//! Times as providers write them, and how old a signature may be.

use honeytoken::Timestamp;

use super::Rejection;

/// How far a signature's time may lie from ours, in seconds, both ways: what Standard Webhooks,
/// Telnyx and others settled on.
pub(super) const SIGNATURE_AGE_MAX_S: i64 = 300;

/// The most digits of a second that are kept: to the microsecond.
const DIGITS_MAX: u8 = 6;
/// Those of a time in milliseconds.
pub(super) const MILLIS_DIGITS: u8 = 3;

/// Whether `then` is near enough to `now`.
pub(super) fn fresh(
    now: Timestamp,
    then: Timestamp,
    age_max_s: i64,
    name: &'static str,
) -> Result<(), Rejection> {
    let apart_micros = now.as_micros().abs_diff(then.as_micros());
    match apart_micros <= age_max_s.unsigned_abs() * 1_000_000 {
        true => Ok(()),
        false => Err(Rejection::Stale(name)),
    }
}

/// A Unix time in whole seconds: digits only.
pub(super) fn unix_s(text: &str, name: &'static str) -> Result<Timestamp, Rejection> {
    digits(text)
        .map(Timestamp::from_unix_s)
        .ok_or(Rejection::BadTime(name))
}

/// A number of digits only, no sign, no space.
pub(super) fn digits(text: &str) -> Option<i64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// RFC 3339 with any offset, also `+0000` without its colon.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// To how many digits an RFC 3339 time tells the second. Infobip's `+0000` is not RFC 3339 but ISO 8601; its time
/// is written anew, in the shortest way, rather than kept.
pub(super) fn digits_of_a_second(text: &str) -> u8 {
    let (_, fraction) = text.split_once('.').unwrap_or_default();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    match fraction.get(digits..) {
        Some(offset) if offset == "Z" || offset.contains(':') => {
            u8::try_from(digits).unwrap_or(DIGITS_MAX).min(DIGITS_MAX)
        }
        _ => 0,
    }
}

/// A time to at least so many digits of a second.
pub(super) fn spelled(at: Timestamp, digits: u8) -> String {
    let exact = at.to_string();
    match digits_of_a_second(&exact) < digits {
        true => format!("{at:.*}", usize::from(digits)),
        false => exact,
    }
}

/// RFC 2822, as in e-mail.
pub(super) fn rfc2822(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}

/// `2026-10-03 12:00:00` on a clock that many hours ahead of UTC.
pub(super) fn civil(text: &str, hours_ahead: i64) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let utc = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_micros(utc.as_microsecond()).plus_s(-hours_ahead * 3_600))
}

/// `2026-10-03 12:00:00` on Beijing's clock.
pub(super) fn beijing(text: &str) -> Option<Timestamp> {
    civil(text, 8)
}

/// Whole seconds from one RFC 3339 time to another, if both are there and in order.
pub(super) fn seconds_between(start: Option<&str>, end: Option<&str>) -> Option<u32> {
    let (start, end) = (rfc3339(start?)?, rfc3339(end?)?);
    u32::try_from(end.as_unix_s() - start.as_unix_s()).ok()
}

/// A length of time in ISO 8601, such as `PT8.5S`, in whole seconds.
pub(super) fn iso_duration_s(text: &str) -> Option<u32> {
    let duration: jiff::SignedDuration = text.parse().ok()?;
    u32::try_from(duration.as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_one_moment() {
        let want = Some(Timestamp::from_unix_s(1_791_000_000));
        assert_eq!(rfc3339("2026-10-03T12:00:00+08:00"), want);
        assert_eq!(rfc3339("2026-10-03T04:00:00.000+0000"), want);
        assert_eq!(rfc2822("Sat, 03 Oct 2026 04:00:00 +0000"), want);
        assert_eq!(civil("2026-10-03 12:00:00", 8), want);
        assert_eq!(
            unix_s("1791000000", "t"),
            Ok(Timestamp::from_unix_s(1_791_000_000))
        );
    }

    #[test]
    fn a_time_is_written_to_the_digits_in_which_it_was_told() {
        for (told, written) in [
            ("2026-10-03T04:00:00Z", "2026-10-03T04:00:00Z"),
            ("2026-10-03T04:00:00.000Z", "2026-10-03T04:00:00.000Z"),
            ("2026-10-03T12:00:00.060+08:00", "2026-10-03T04:00:00.060Z"),
            ("2026-10-03T04:00:00.120000Z", "2026-10-03T04:00:00.120000Z"),
            (
                "2026-10-03T04:00:00.1234567Z",
                "2026-10-03T04:00:00.123456Z",
            ),
            ("2026-10-03T04:00:00.000+0000", "2026-10-03T04:00:00Z"),
        ] {
            let at = rfc3339(told).unwrap();
            assert_eq!(spelled(at, digits_of_a_second(told)), written, "{told}");
        }
    }

    #[test]
    fn lengths() {
        assert_eq!(iso_duration_s("PT8.5S"), Some(8));
        assert_eq!(iso_duration_s("PT1M2S"), Some(62));
        assert_eq!(iso_duration_s("-PT1S"), None);
        let (a, b) = (
            Some("2026-10-03T04:00:01Z"),
            Some("2026-10-03T04:00:09.000Z"),
        );
        assert_eq!(seconds_between(a, b), Some(8));
        assert_eq!(seconds_between(b, a), None);
    }

    #[test]
    fn no_signs_or_words_in_a_unix_time() {
        for text in ["", "+1", "-1", " 1", "now", "1e9", "99999999999999999999"] {
            assert_eq!(unix_s(text, "t"), Err(Rejection::BadTime("t")), "{text:?}");
        }
    }

    #[test]
    fn the_edge_is_inside() {
        let now = Timestamp::from_unix_s(1_000);
        for (apart, ok) in [(-301, false), (-300, true), (300, true), (301, false)] {
            assert_eq!(
                fresh(now, now.plus_s(apart), 300, "t").is_ok(),
                ok,
                "{apart}"
            );
        }
    }
}
