//! Which columns mean what, for sheets of carriers and everybody else: a small TOML file.
//!
//! ```
//! let map: listener::import::history::ColumnMap = r#"
//!     kind = "call"
//!     at = "起始时间"
//!     from = "对方号码"
//!     duration = "通信时长"
//!     direction = "通信方式"
//!     to_us = ["被叫"]
//!     utc_offset = "+08:00"
//! "#.parse().unwrap();
//! assert_eq!(map.from.as_deref(), Some("对方号码"));
//! assert!("colour = 1".parse::<listener::import::history::ColumnMap>().is_err());
//! ```

use std::str::FromStr;

use honeytoken::Medium;
use serde::Deserialize;

/// Names of columns, as the first row has them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// `sms` or `call`, of all rows.
    pub kind: Medium,
    /// When.
    pub at: String,
    /// Who called or wrote.
    #[serde(default)]
    pub from: Option<String>,
    /// Which of our numbers; else the one that is named beside the file.
    #[serde(default)]
    pub to: Option<String>,
    /// What was said.
    #[serde(default)]
    pub text: Option<String>,
    /// How long.
    #[serde(default)]
    pub duration: Option<String>,
    /// The carrier's own id of the call or message.
    #[serde(default)]
    pub id: Option<String>,
    /// Who called whom.
    #[serde(default)]
    pub direction: Option<String>,
    /// Its values where it was to us; rows with others are passed over.
    #[serde(default)]
    pub to_us: Vec<String>,
    /// The clock of times without an offset, such as `+08:00`; else the one named beside the file.
    #[serde(default)]
    pub utc_offset: Option<UtcOffset>,
}

impl FromStr for ColumnMap {
    type Err = toml::de::Error;

    fn from_str(text: &str) -> Result<ColumnMap, toml::de::Error> {
        toml::from_str(text)
    }
}

/// How far a clock is ahead of UTC: `+08:00`, `-05:30`, `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct UtcOffset {
    /// In minutes, at most 14 hours either way.
    pub minutes: i32,
}

/// Not an offset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no offset from UTC; write it like +08:00")]
pub struct OffsetError(String);

impl TryFrom<String> for UtcOffset {
    type Error = OffsetError;

    fn try_from(text: String) -> Result<UtcOffset, OffsetError> {
        text.parse()
    }
}

impl FromStr for UtcOffset {
    type Err = OffsetError;

    fn from_str(text: &str) -> Result<UtcOffset, OffsetError> {
        const MINUTES_MAX: i32 = 14 * 60;
        let wrong = || OffsetError(text.to_owned());
        if text == "Z" {
            return Ok(UtcOffset { minutes: 0 });
        }
        let sign = match text.as_bytes().first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(wrong()),
        };
        let (hours, minutes) = text[1..].split_once(':').unwrap_or((&text[1..], "0"));
        let (hours, minutes) = (hours.parse::<u16>(), minutes.parse::<u16>());
        let (Ok(hours @ ..=14), Ok(minutes @ ..60)) = (hours, minutes) else {
            return Err(wrong());
        };
        let total = i32::from(hours) * 60 + i32::from(minutes);
        let in_range = total <= MINUTES_MAX;
        in_range
            .then_some(UtcOffset {
                minutes: sign * total,
            })
            .ok_or_else(wrong)
    }
}
