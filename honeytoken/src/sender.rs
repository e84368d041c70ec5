//! Whoever can stand in a "from" field: far more than phone numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PhoneNumber;

/// The longest sender we keep; a longer one is cut, since no network carries it.
const SENDER_BYTES_MAX: usize = 128;
/// The most digits of a short code.
const SHORT_CODE_DIGITS_MAX: usize = 6;
/// What networks and providers put in place of a withheld number.
const WITHHELD: [&str; 7] = [
    "anonymous",
    "restricted",
    "blocked",
    "unknown",
    "unavailable",
    "private",
    "withheld",
];

/// A calling or called party, kept as the provider gave it: a number, a short code, a Chinese
/// `106…` service id, an alphanumeric brand, or the word for a withheld number.
///
/// Never refused: a sender that fits nothing is evidence too. `Debug` shows its kind and length.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Sender(Box<str>);

/// What a sender looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SenderKind {
    /// A subscriber's number in E.164.
    Number,
    /// Up to six digits, such as 10086 or 95588.
    ShortCode,
    /// A Chinese service number: `106…` (SMS ports), `95…`, `96…`, `12…` longer than a short code.
    Service,
    /// A brand in letters.
    Alphanumeric,
    /// The network withheld the number.
    Withheld,
    /// Digits that fit none of the above.
    Other,
}

impl Sender {
    /// The party as the provider names it, without surrounding white space.
    pub fn new(text: &str) -> Sender {
        let text = text.trim();
        let mut end = text.len().min(SENDER_BYTES_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Sender(text[..end].into())
    }

    /// The party as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number in E.164, if it is one.
    pub fn number(&self) -> Option<PhoneNumber> {
        self.0.parse().ok()
    }

    /// What it looks like.
    pub fn kind(&self) -> SenderKind {
        let text = &*self.0;
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text {
            _ if self.number().is_some() => SenderKind::Number,
            "" => SenderKind::Withheld,
            _ if WITHHELD.iter().any(|w| w.eq_ignore_ascii_case(text)) => SenderKind::Withheld,
            _ if digits && text.len() <= SHORT_CODE_DIGITS_MAX => SenderKind::ShortCode,
            _ if digits && is_service(text) => SenderKind::Service,
            _ if text.chars().any(char::is_alphabetic) => SenderKind::Alphanumeric,
            _ => SenderKind::Other,
        }
    }
}

/// Chinese SMS ports begin with 106, service numbers with 95, 96 or 12 (MIIT numbering plan).
fn is_service(digits: &str) -> bool {
    ["106", "95", "96", "12"]
        .iter()
        .any(|prefix| digits.starts_with(prefix))
}

impl From<String> for Sender {
    fn from(text: String) -> Sender {
        Sender::new(&text)
    }
}

impl From<PhoneNumber> for Sender {
    fn from(number: PhoneNumber) -> Sender {
        Sender(number.as_str().into())
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({} bytes)", self.kind(), self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (text, want) in [
            ("+14155550199", SenderKind::Number),
            ("10086", SenderKind::ShortCode),
            ("106900001234", SenderKind::Service),
            ("95588001", SenderKind::Service),
            ("Amazon", SenderKind::Alphanumeric),
            ("招商银行", SenderKind::Alphanumeric),
            ("anonymous", SenderKind::Withheld),
            ("Unavailable", SenderKind::Withheld),
            ("", SenderKind::Withheld),
            ("4155550199", SenderKind::Other),
        ] {
            assert_eq!(Sender::new(text).kind(), want, "{text}");
        }
    }

    #[test]
    fn long_senders_are_cut_at_a_character() {
        let sender = Sender::new(&"银".repeat(100));
        assert_eq!(sender.as_str().chars().count(), SENDER_BYTES_MAX / 3);
    }

    #[test]
    fn debug_shows_no_digit_of_it() {
        assert_eq!(
            format!("{:?}", Sender::new("+14155550199")),
            "Number(12 bytes)"
        );
    }
}
