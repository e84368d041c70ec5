//! One shape for what all providers send.

use std::fmt;

use honeytoken::{Medium, Sender, Timestamp};
use serde_json::{Map, Value, json};

use super::mac::sha256_hex;

/// One event about a line, as its provider tells it.
#[derive(Clone, PartialEq)]
pub struct Received {
    /// By which medium it came.
    pub medium: Medium,
    /// The provider's word for the stage, such as `received`, `ringing`, `completed`.
    pub phase: String,
    /// The called party, `+` and digits where the provider writes bare digits.
    pub to: Option<Sender>,
    /// The calling party as shown.
    pub from: Option<Sender>,
    /// The message or transcript.
    pub text: Option<String>,
    /// The provider's own id of the message or call.
    pub event_id: Option<String>,
    /// What tells this event from every other of its connection.
    pub dedupe: Dedupe,
    /// The call it belongs to: shared by a call's statuses, recordings and transcripts.
    pub session: Option<String>,
    /// When it happened, by the provider's clock.
    pub claimed_at: Option<Timestamp>,
    /// How long the call or recording lasted, in seconds.
    pub duration_s: Option<u32>,
    /// STIR/SHAKEN attestation of the caller id.
    pub attestation: Option<String>,
    /// What every reader of this provider's events wants, by common names.
    pub extra: Map<String, Value>,
    /// What else is worth keeping: carrier, forwarding number, caller name, ….
    pub details: Map<String, Value>,
}

/// What tells one event from another of the same connection. Never empty.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Dedupe {
    /// Built from ids that the provider gives and repeats when it sends the event again.
    Given(String),
    /// The provider names no id: a digest of what it repeats.
    Derived(String),
}

impl Dedupe {
    /// The key.
    pub fn key(&self) -> &str {
        match self {
            Dedupe::Given(key) | Dedupe::Derived(key) => key,
        }
    }

    /// The key, if the provider's ids make it.
    pub fn given(&self) -> Option<&str> {
        match self {
            Dedupe::Given(key) => Some(key),
            Dedupe::Derived(_) => None,
        }
    }

    /// A key made of parts that are repeated with the event. The parts are kept apart, so that no
    /// two lists give one key by shifting a boundary.
    pub(super) fn derived(parts: &[&str]) -> Dedupe {
        Dedupe::Derived(format!("sha256:{}", digest(parts)))
    }
}

fn digest(parts: &[&str]) -> String {
    let lengths: Vec<_> = parts
        .iter()
        .map(|part| (part.len() as u64).to_be_bytes())
        .collect();
    let mixed = lengths
        .iter()
        .zip(parts)
        .flat_map(|(n, part)| [n.as_slice(), part.as_bytes()]);
    sha256_hex(&mixed.collect::<Vec<_>>())
}

impl Received {
    /// An event whose own id is also its dedupe key.
    pub fn new(medium: Medium, phase: &str, event_id: &str) -> Received {
        Received {
            medium,
            phase: phase.to_owned(),
            to: None,
            from: None,
            text: None,
            event_id: Some(event_id.to_owned()),
            dedupe: Dedupe::Given(event_id.to_owned()),
            session: None,
            claimed_at: None,
            duration_s: None,
            attestation: None,
            extra: Map::new(),
            details: Map::new(),
        }
    }

    /// A message.
    pub(super) fn sms(event_id: &str, text: Option<&str>) -> Received {
        let text = text.map(str::to_owned);
        Received {
            text,
            ..Received::new(Medium::Sms, "received", event_id)
        }
    }

    /// A stage of a call: many stages share the call's id, so the stage is part of the key.
    pub(super) fn call(call_id: &str, phase: &str) -> Received {
        Received::part_of(Medium::Call, call_id, phase, call_id)
    }

    /// Something with an id of its own that belongs to a call.
    pub(super) fn part_of(medium: Medium, id: &str, phase: &str, call_id: &str) -> Received {
        Received {
            dedupe: Dedupe::Given(format!("{id}:{phase}")),
            session: Some(call_id.to_owned()),
            ..Received::new(medium, phase, id)
        }
    }

    #[must_use]
    pub(super) fn between(self, from: Option<Sender>, to: Option<Sender>) -> Received {
        Received { from, to, ..self }
    }

    #[must_use]
    pub(super) fn with_extra(mut self, name: &str, value: impl Into<Value>) -> Received {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// Keeps a detail, unless it is absent or empty.
    #[must_use]
    pub(super) fn with_detail(mut self, name: &str, value: Option<&str>) -> Received {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.details.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Pictures and the like, if there are any.
    #[must_use]
    pub(super) fn with_media(self, media: Vec<Value>) -> Received {
        if media.is_empty() {
            self
        } else {
            self.with_extra("media", media)
        }
    }

    /// A digest of what was said by whom to whom and when, by the provider's clock, without any
    /// id: the same for a repeat under a new id.
    pub fn fingerprint(&self) -> String {
        let party =
            |party: &Option<Sender>| party.as_ref().map_or(String::new(), |p| p.as_str().into());
        let at = self.claimed_at.map_or(String::new(), |at| at.to_string());
        digest(&[
            self.medium.as_str(),
            &self.phase,
            &party(&self.to),
            &party(&self.from),
            self.text.as_deref().unwrap_or_default(),
            &at,
        ])
    }

    /// The event as the vectors of `webhook check` write it.
    pub fn to_json(&self) -> Value {
        json!({
            "kind": self.medium.as_str(),
            "phase": self.phase,
            "to": self.to.as_ref().map(Sender::as_str),
            "from": self.from.as_ref().map(Sender::as_str),
            "text": self.text,
            "event_id": self.event_id,
            "dedupe_key": self.dedupe.given(),
            "timestamp": self.claimed_at.map(|at| at.to_string()),
            "extra": self.extra,
        })
    }
}

/// Personal data stays out.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("medium", &self.medium)
            .field("phase", &self.phase)
            .field("claimed_at", &self.claimed_at)
            .finish_non_exhaustive()
    }
}

/// A key may hold a provider's id, which leads to a person.
impl fmt::Debug for Dedupe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dedupe::Given(_) => "Given(…)",
            Dedupe::Derived(_) => "Derived(…)",
        })
    }
}

/// A picture, sound or card that came with a message.
pub(super) fn medium(content_type: Option<&str>, url: Option<&str>) -> Value {
    json!({ "content_type": content_type, "url": url })
}

/// A party, unless it is absent or empty.
pub(super) fn party(text: Option<&str>) -> Option<Sender> {
    text.filter(|text| !text.is_empty()).map(Sender::new)
}

/// A party of a provider that writes international numbers without `+`: eight or more digits are
/// one; fewer are a short code.
pub(super) fn party_without_plus(text: Option<&str>) -> Option<Sender> {
    let text = text.filter(|text| !text.is_empty())?;
    let number = text.len() >= NUMBER_DIGITS_MIN && text.bytes().all(|b| b.is_ascii_digit());
    Some(if number {
        Sender::new(&format!("+{text}"))
    } else {
        Sender::new(text)
    })
}

/// A party as Chinese providers write it: eleven digits that begin with 1 are a mobile number of
/// +86; all else stays as it is.
pub(super) fn party_in_china(text: Option<&str>) -> Option<Sender> {
    let text = text.filter(|text| !text.is_empty())?;
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let mobile = digits && text.starts_with('1') && text.len() == MOBILE_DIGITS_IN_CHINA;
    Some(if mobile {
        Sender::new(&format!("+86{text}"))
    } else {
        Sender::new(text)
    })
}

/// Length of a Chinese mobile number without its country code.
const MOBILE_DIGITS_IN_CHINA: usize = 11;

/// The fewest digits that are taken for an international number without its `+`.
const NUMBER_DIGITS_MIN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_plus() {
        let read = |text| party_without_plus(Some(text)).map(|p| p.as_str().to_owned());
        assert_eq!(read("14155550132").as_deref(), Some("+14155550132"));
        assert_eq!(read("10086").as_deref(), Some("10086"));
        assert_eq!(read("Amazon").as_deref(), Some("Amazon"));
        assert_eq!(read("+8613800138000").as_deref(), Some("+8613800138000"));
        assert_eq!(read(""), None);
    }

    #[test]
    fn numbers_in_china() {
        let read = |text| party_in_china(Some(text)).map(|p| p.as_str().to_owned());
        assert_eq!(read("13800138000").as_deref(), Some("+8613800138000"));
        assert_eq!(read("106900001234").as_deref(), Some("106900001234"));
        assert_eq!(read("02112345678").as_deref(), Some("02112345678"));
        assert_eq!(read("95588").as_deref(), Some("95588"));
    }

    #[test]
    fn two_real_messages_differ_in_time_alone() {
        let first = Received::sms("1", Some("hi"));
        let again = Received::sms("2", Some("hi"));
        assert_eq!(first.fingerprint(), again.fingerprint());
        let later = Received {
            claimed_at: Some(Timestamp::from_unix_s(1)),
            ..again
        };
        assert_ne!(first.fingerprint(), later.fingerprint());
    }

    #[test]
    fn boundaries_are_part_of_a_derived_key() {
        assert_ne!(Dedupe::derived(&["ab", "c"]), Dedupe::derived(&["a", "bc"]));
    }

    #[test]
    fn debug_shows_no_text() {
        let event = Received::sms("id-7", Some("geheim"));
        let shown = format!("{event:?}");
        assert!(
            !shown.contains("geheim") && !shown.contains("id-7"),
            "{shown}"
        );
    }
}
