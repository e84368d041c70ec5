//! Times and lengths as people and exports write them.

use honeytoken::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// Seconds since 1970 beyond which a number is taken for milliseconds (the year 5138).
const SECONDS_MAX: i64 = 100_000_000_000;

/// A time: RFC 3339, RFC 2822, Unix seconds or milliseconds, or a date and a time on a clock so many
/// minutes ahead of UTC: `2026-10-03 12:00:00`, `2026/10/3 12:00`, `2026年10月3日 12:00:00`.
pub(super) fn at(text: &str, minutes_ahead: i32) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    if let Ok(number) = text.parse::<i64>() {
        let seconds = number.checked_abs()? < SECONDS_MAX;
        return Some(match seconds {
            true => Timestamp::from_unix_s(number),
            false => Timestamp::from_micros(number.checked_mul(1000)?),
        });
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()));
    }
    let (text, minutes_ahead) = match text.strip_suffix(" UTC").or(text.strip_suffix('Z')) {
        Some(utc) => (utc, 0),
        None => (text, minutes_ahead),
    };
    let offset = Offset::from_seconds(minutes_ahead.checked_mul(60)?).ok()?;
    let zoned = civil(text)?.to_zoned(TimeZone::fixed(offset)).ok()?;
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}

/// Numbers in the order year, month, day, hour, minute, second, whatever stands between.
fn civil(text: &str) -> Option<DateTime> {
    let numbers: Option<Vec<i16>> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|piece| !piece.is_empty())
        .map(|piece| piece.parse().ok())
        .collect();
    let numbers = numbers?;
    let [year, month, day, rest @ ..] = numbers.as_slice() else {
        return None;
    };
    if *year < 1970 || rest.len() > 4 {
        return None;
    }
    let part = |place: usize| i8::try_from(rest.get(place).copied().unwrap_or(0)).ok();
    let date = Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()?;
    let time = Time::new(part(0)?, part(1)?, part(2)?, 0).ok()?;
    Some(date.to_datetime(time))
}

/// A length: seconds, `01:23`, `00:01:23`, `1分23秒`, `1小时2分3秒`.
pub(super) fn seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return (number.is_finite() && number >= 0.0).then_some(number as u32);
    }
    let units = [
        ("小时", 3600),
        ("时", 3600),
        ("分钟", 60),
        ("分", 60),
        ("秒", 1),
    ];
    if units.iter().any(|(unit, _)| text.contains(unit)) {
        return in_words(text, &units);
    }
    let parts: Option<Vec<u32>> = text.split(':').map(|part| part.parse().ok()).collect();
    let parts = parts.filter(|parts| (2..=3).contains(&parts.len()))?;
    parts
        .iter()
        .try_fold(0_u32, |sum, part| sum.checked_mul(60)?.checked_add(*part))
}

fn in_words(text: &str, units: &[(&str, u32)]) -> Option<u32> {
    let (mut rest, mut sum) = (text, 0_u32);
    for (unit, worth) in units {
        if let Some((number, after)) = rest.split_once(unit) {
            let number: u32 = number.trim().parse().ok()?;
            sum = sum.checked_add(number.checked_mul(*worth)?)?;
            rest = after;
        }
    }
    rest.trim().is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_in_all_spellings() {
        for text in [
            "2026-10-03T04:00:00Z",
            "2026-10-03T12:00:00+08:00",
            "Sat, 03 Oct 2026 04:00:00 +0000",
            "1791000000",
            "1791000000000",
            "2026-10-03 12:00:00",
            "2026/10/3 12:00",
            "2026年10月3日 12时00分00秒",
            "2026-10-03 04:00:00 UTC",
        ] {
            let at = at(text, 480).map(|at| at.as_unix_s());
            assert_eq!(at, Some(1_791_000_000), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-13-01 00:00:00",
            "12:00",
            "10/03/26 12:00",
            "99999999999999999999",
        ] {
            assert_eq!(at(text, 480), None, "{text}");
        }
    }

    #[test]
    fn lengths() {
        for (text, length) in [
            ("83", Some(83)),
            ("83.9", Some(83)),
            ("01:23", Some(83)),
            ("00:01:23", Some(83)),
            ("1分23秒", Some(83)),
            ("1小时2分3秒", Some(3723)),
            ("5秒", Some(5)),
            ("-1", None),
            ("soon", None),
            ("1:2:3:4", None),
        ] {
            assert_eq!(seconds(text), length, "{text}");
        }
    }
}
