//! What an installation's people set for it while it runs. Each part goes before the same part of the
//! settings file; what is left out is as the file has it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The longest line that names who publishes, in bytes.
const BRAND_BYTES_MAX: usize = 200;
/// The longest name of a time zone, in bytes.
const TIME_ZONE_BYTES_MAX: usize = 64;
/// The longest reason, in bytes.
const REASON_BYTES_MAX: usize = 2_000;

/// Settings of people's, all of them at once: an entry says how they stand from there on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Who publishes reports, in a line of its own above the title; empty: nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The time zone of whoever chose none, such as `Asia/Shanghai`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whether recordings are fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recordings: Option<Recordings>,
    /// How long personal data is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// Why they were set so, in plain words; never personal data.
    pub reason: String,
}

/// Whether recordings and pictures are fetched from providers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recordings {
    /// For lines of all countries that are not named.
    pub fetch: bool,
    /// ISO 3166 code of the line's country → what holds for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub countries: BTreeMap<String, bool>,
}

/// After how many days what is erased; nothing is that is not named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Contacts that hold a text or a transcript.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_text_days: Option<NonZeroU32>,
    /// Contacts that hold a caller id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_numbers_days: Option<NonZeroU32>,
    /// Everything that holds a provider's raw request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_bodies_days: Option<NonZeroU32>,
    /// Recordings and pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recordings_days: Option<NonZeroU32>,
    /// Names and addresses of decoys, from the end of their placement on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personas_days: Option<NonZeroU32>,
}

/// Why settings cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No reason, or too long a one.
    #[error("reason is not 1 to 2000 bytes; say why, it stays on the record")]
    Reason,
    /// The brand line.
    #[error("brand is longer than 200 bytes or more than one line; shorten it")]
    Brand,
    /// The time zone.
    #[error("time_zone {0:?} is no name of a time zone; write it as Asia/Shanghai")]
    TimeZone(String),
    /// A country.
    #[error("country {0:?} is not two capital letters (ISO 3166), such as CN")]
    Country(String),
}

impl Settings {
    /// These settings, if they can be kept.
    ///
    /// # Errors
    /// The first part that does not fit. Whether a time zone exists is for whoever has the table.
    pub fn checked(self) -> Result<Settings, SettingsError> {
        let reason = self.reason.trim().len();
        if !(1..=REASON_BYTES_MAX).contains(&reason) {
            return Err(SettingsError::Reason);
        }
        let long = |brand: &String| brand.len() > BRAND_BYTES_MAX || brand.contains(['\n', '\r']);
        if self.brand.as_ref().is_some_and(long) {
            return Err(SettingsError::Brand);
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "/_-+".contains(c);
        let is_zone = |zone: &&String| {
            (1..=TIME_ZONE_BYTES_MAX).contains(&zone.len()) && zone.chars().all(is_name)
        };
        if let Some(zone) = self.time_zone.as_ref().filter(|zone| !is_zone(zone)) {
            return Err(SettingsError::TimeZone(zone.clone()));
        }
        let countries = self.recordings.iter().flat_map(|r| r.countries.keys());
        let is_code = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        match countries.into_iter().find(|code| !is_code(code)) {
            Some(code) => Err(SettingsError::Country(code.clone())),
            None => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Settings)) -> Result<Settings, SettingsError> {
        let mut settings = Settings {
            reason: "the board decided so".to_owned(),
            ..Settings::default()
        };
        change(&mut settings);
        settings.checked()
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        assert!(with(|_| ()).is_ok());
        assert_eq!(
            with(|s| s.reason = " ".to_owned()),
            Err(SettingsError::Reason)
        );
        assert_eq!(
            with(|s| s.brand = Some("a\nb".to_owned())),
            Err(SettingsError::Brand)
        );
        let zone = with(|s| s.time_zone = Some("../etc".to_owned()));
        assert_eq!(zone, Err(SettingsError::TimeZone("../etc".to_owned())));
        let country = with(|s| {
            s.recordings = Some(Recordings {
                fetch: false,
                countries: [("cn".to_owned(), true)].into(),
            });
        });
        assert_eq!(country, Err(SettingsError::Country("cn".to_owned())));
    }

    #[test]
    fn what_is_not_set_is_not_written() {
        let json = serde_json::to_string(&with(|_| ()).unwrap()).unwrap();
        assert_eq!(json, r#"{"reason":"the board decided so"}"#);
        assert!(
            serde_json::from_str::<Retention>(r#"{"personas_days":0}"#).is_err(),
            "nothing is erased at once"
        );
    }
}
