//! Cells, each by what its column means.

use super::{CellError, Column, ConnectionId, LineRole, PhoneNumber, Timestamp};

/// Seconds in a day.
const DAY_S: i64 = 86_400;
/// The longest soak that a sheet may ask for, in days.
const SOAK_DAYS_MAX: i64 = 3660;

fn wrong<T>(column: Column, reason: impl Into<String>) -> Result<T, CellError> {
    Err(CellError {
        column: column.name(),
        reason: reason.into(),
    })
}

/// A number in E.164; with a country, also as people there write it.
pub(super) fn number(text: Option<&str>, country: Option<&str>) -> Result<PhoneNumber, CellError> {
    let column = Column::Number;
    // A spreadsheet's apostrophe says that a cell is text.
    let text = text.map_or("", |text| text.trim_start_matches('\''));
    if text.is_empty() {
        return wrong(
            column,
            "number is missing; give one in E.164, such as +14155550132",
        );
    }
    if text.contains(['E', 'e']) && text.parse::<f64>().is_ok() {
        return wrong(
            column,
            "number was rounded by a spreadsheet; format the column as text and enter it anew",
        );
    }
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !"-().".contains(*c))
        .collect();
    let read = match (country, bare.starts_with('+')) {
        (Some(country), false) => PhoneNumber::parse_national(&bare, country),
        _ => bare.parse(),
    };
    read.or_else(|error| wrong(column, error.to_string()))
}

pub(super) fn connection(text: Option<&str>) -> Result<ConnectionId, CellError> {
    let Some(text) = text else {
        return wrong(Column::Connection, "connection is missing; name one");
    };
    text.parse()
        .or_else(|error| wrong(Column::Connection, format!("connection: {error}")))
}

pub(super) fn role(text: Option<&str>) -> Result<LineRole, CellError> {
    match text.map(str::to_lowercase).as_deref() {
        None | Some("canary" | "金丝雀" | "诱饵") => Ok(LineRole::Canary),
        Some("control" | "对照") => Ok(LineRole::Control),
        Some(other) => wrong(
            Column::Role,
            format!("role {other:?} is unknown; use canary or control"),
        ),
    }
}

/// RFC 3339, Unix seconds, or a date, which begins at midnight UTC.
pub(super) fn time(column: Column, text: Option<&str>) -> Result<Option<Timestamp>, CellError> {
    let Some(text) = text else { return Ok(None) };
    let date = date(text).and_then(|date| format!("{date}T00:00:00Z").parse().ok());
    let seconds = || {
        text.parse()
            .ok()
            .filter(|_| text.len() > 8)
            .map(Timestamp::from_unix_s)
    };
    match date.or_else(seconds).or_else(|| text.parse().ok()) {
        Some(at) => Ok(Some(at)),
        None => wrong(
            column,
            format!(
                "{} is no time; use 2026-11-24, 2026-11-24T08:00:00Z or Unix seconds",
                column.name()
            ),
        ),
    }
}

/// A date as 2026-11-24 or 2026/11/4.
fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
    (year.len() == 4).then(|| format!("{year}-{month:02}-{day:02}"))
}

/// The end of the soak, by its time or its days from now.
pub(super) fn soak(
    until: Option<&str>,
    days: Option<&str>,
    now: Timestamp,
) -> Result<Option<Timestamp>, CellError> {
    match (until, days) {
        (Some(_), Some(_)) => wrong(Column::SoakDays, "give soak_until or soak_days, not both"),
        (until, None) => time(Column::SoakUntil, until),
        (None, Some(days)) => match days.parse() {
            Ok(0) => Ok(None),
            Ok(days) if (1..=SOAK_DAYS_MAX).contains(&days) => Ok(Some(now.plus_s(days * DAY_S))),
            _ => wrong(
                Column::SoakDays,
                format!("soak_days is not 0 to {SOAK_DAYS_MAX}"),
            ),
        },
    }
}

pub(super) fn yes_or_no(column: Column, text: Option<&str>) -> Result<bool, CellError> {
    match text.map(str::to_lowercase).as_deref() {
        None | Some("false" | "0" | "no" | "n" | "否") => Ok(false),
        Some("true" | "1" | "yes" | "y" | "是") => Ok(true),
        Some(other) => wrong(
            column,
            format!("{} {other:?} is neither; use true or false", column.name()),
        ),
    }
}
