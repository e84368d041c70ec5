//! Phone numbers in E.164, and the national forms that become them.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The fewest digits we take for a subscriber's number: shorter ones are short codes.
const DIGITS_MIN: usize = 7;
/// The most digits of an international number (ITU-T E.164).
const DIGITS_MAX: usize = 15;
/// `+` and the most digits.
const BYTES_MAX: usize = DIGITS_MAX + 1;

/// A number in E.164: `+`, then 7 to 15 digits of which the first is not 0.
///
/// Syntax only: a number that no plan assigns is still a number (test numbers exist); ask
/// [`PhoneNumber::is_assigned`]. Stored in place, so that copying one costs nothing. `Debug` shows
/// the first three and last two characters; the whole number takes an explicit
/// [`PhoneNumber::as_str`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber {
    text: [u8; BYTES_MAX],
    bytes: u8,
}

/// Why a text is not a phone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// No text at all.
    #[error("phone number is empty; write it as + and digits, such as +14155550132")]
    Empty,
    /// The `+` is missing.
    #[error("phone number has no +; write it in E.164, such as +14155550132")]
    NoPlus,
    /// A character that is no digit, at this byte.
    #[error("phone number has no digit at byte {0}; write + and digits only")]
    NotADigit(usize),
    /// Country codes do not begin with 0.
    #[error("phone number begins with +0; a country code begins with 1 to 9")]
    LeadingZero,
    /// Fewer than seven digits.
    #[error("phone number has {0} digits, fewer than 7; a short code is a sender, not a number")]
    TooShort(usize),
    /// More than fifteen digits.
    #[error("phone number has {0} digits, more than the 15 of E.164")]
    TooLong(usize),
    /// The national form does not fit the region's plan.
    #[error("phone number does not fit the numbering plan of {0}; write it in E.164")]
    NotNational(String),
    /// The region is not an ISO 3166 code with a numbering plan.
    #[error("region {0:?} is unknown; use two letters such as CN, US or GB")]
    UnknownRegion(String),
}

impl PhoneNumber {
    /// The number in E.164.
    pub fn as_str(&self) -> &str {
        let bytes = &self.text[..usize::from(self.bytes)];
        // The only constructor fills the buffer with ASCII; an empty text stands for the impossible.
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// A number written as people of `region` (ISO 3166, two letters) write it, or in E.164.
    ///
    /// # Errors
    /// When the region is unknown or the text does not fit its plan.
    pub fn parse_national(text: &str, region: &str) -> Result<PhoneNumber, PhoneNumberError> {
        if text.trim_start().starts_with('+') {
            let compact: String = text
                .chars()
                .filter(|c| !" -().\u{a0}".contains(*c))
                .collect();
            return compact.parse();
        }
        let country: Country = region.parse()?;
        let misfit = || PhoneNumberError::NotNational(country.to_string());
        let parsed = PHONE_NUMBER_UTIL
            .parse(text, Some(country.0))
            .map_err(|_| misfit())?;
        parsed
            .format_as(PhoneNumberFormat::E164)
            .parse()
            .map_err(|_| misfit())
    }

    /// The country whose plan assigns this number; none if no plan does.
    pub fn country(&self) -> Option<Country> {
        let parsed = PHONE_NUMBER_UTIL.parse(self.as_str(), None).ok()?;
        PHONE_NUMBER_UTIL
            .get_region_for_number(&parsed)
            .map(Country)
    }

    /// Whether a numbering plan assigns this number. Numbers reserved for fiction and tests do
    /// not pass; they are accepted everywhere with a warning.
    pub fn is_assigned(&self) -> bool {
        PHONE_NUMBER_UTIL
            .parse(self.as_str(), None)
            .is_ok_and(|n| n.is_valid())
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;

    fn from_str(text: &str) -> Result<PhoneNumber, PhoneNumberError> {
        if text.is_empty() {
            return Err(PhoneNumberError::Empty);
        }
        let digits = text.strip_prefix('+').ok_or(PhoneNumberError::NoPlus)?;
        if let Some(at) = digits.bytes().position(|b| !b.is_ascii_digit()) {
            return Err(PhoneNumberError::NotADigit(at + 1));
        }
        match digits.len() {
            _ if digits.starts_with('0') => Err(PhoneNumberError::LeadingZero),
            n if n < DIGITS_MIN => Err(PhoneNumberError::TooShort(n)),
            n if n > DIGITS_MAX => Err(PhoneNumberError::TooLong(n)),
            _ => Ok(PhoneNumber::of(text)),
        }
    }
}

impl PhoneNumber {
    fn of(text: &str) -> PhoneNumber {
        let mut number = PhoneNumber {
            text: [0; BYTES_MAX],
            bytes: 0,
        };
        for (slot, byte) in number.text.iter_mut().zip(text.bytes()) {
            *slot = byte;
            number.bytes += 1;
        }
        number
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        write!(
            f,
            "{}…{}",
            &text[..3.min(text.len())],
            &text[text.len().saturating_sub(2)..]
        )
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PhoneNumber, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A country or territory with a numbering plan, by its two-letter ISO 3166 code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Country(Region);

impl FromStr for Country {
    type Err = PhoneNumberError;

    fn from_str(code: &str) -> Result<Country, PhoneNumberError> {
        let upper = code.to_ascii_uppercase();
        Region::try_from(upper.as_str())
            .ok()
            .filter(|region| {
                PHONE_NUMBER_UTIL
                    .get_country_code_for_region(*region)
                    .is_some()
            })
            .map(Country)
            .ok_or_else(|| PhoneNumberError::UnknownRegion(code.to_owned()))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
