//! One shape for what all providers send.

use std::fmt;

use honeytoken::{Authentication, ConnectionId, Contact, Medium, Part, Sender, Timestamp};
use serde_json::{Map, Value, json};

use super::dedupe::{Dedupe, fingerprint};
use super::when;

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
    /// Which part of a long message it is, where parts come one by one.
    pub part: Option<Part>,
    /// What the provider calls the line where it names no number, most exact first: a device with
    /// its slot, a slot, a channel.
    pub line_names: Vec<String>,
    /// A sign of life of every line of the device that it names.
    pub heartbeat: bool,
    /// When it happened, by the provider's clock.
    pub claimed_at: Option<Timestamp>,
    /// To how many digits of a second the provider tells it, 0 to 6: only for writing it as the provider does.
    pub claimed_digits: u8,
    /// How long the call or recording lasted, in seconds.
    pub duration_s: Option<u32>,
    /// STIR/SHAKEN attestation of the caller id.
    pub attestation: Option<String>,
    /// What every reader of this provider's events wants, by common names.
    pub extra: Map<String, Value>,
    /// What else is worth keeping: carrier, forwarding number, caller name, ….
    pub details: Map<String, Value>,
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
            part: None,
            line_names: Vec::new(),
            heartbeat: false,
            claimed_at: None,
            claimed_digits: 0,
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

    /// What became of something that the line itself sent or dialled: no contact, and no sign that
    /// the called party lives. `said` is the event as it would be if it had come in.
    pub(super) fn outgoing(said: Received) -> Received {
        let called = said.to.as_ref().map(|to| to.as_str().to_owned());
        Received {
            medium: Medium::Control,
            session: None,
            to: None,
            ..said.with_detail("called", called.as_deref())
        }
    }

    /// Names by which the connection's settings may know the line.
    #[must_use]
    pub(super) fn on_line<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Received {
        let names = names.into_iter().filter(|name| !name.is_empty());
        self.line_names.extend(names.map(str::to_owned));
        self
    }

    /// Keeps how long it lasted, in seconds, if that was said.
    #[must_use]
    pub(super) fn lasting(self, seconds: Option<u32>) -> Received {
        match seconds {
            Some(s) => Received {
                duration_s: Some(s),
                ..self.with_extra("duration_s", s)
            },
            None => self,
        }
    }

    /// Keeps when it happened, as the provider writes it: RFC 3339. What is not that says nothing.
    #[must_use]
    pub(super) fn told_at(self, text: Option<&str>) -> Received {
        Received {
            claimed_at: text.and_then(when::rfc3339),
            claimed_digits: text.map_or(0, when::digits_of_a_second),
            ..self
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
        fingerprint(
            self.medium,
            &self.phase,
            self.to.as_ref(),
            self.from.as_ref(),
            self.text.as_deref(),
            self.claimed_at,
        )
    }

    /// The contact that this event is, as far as the event tells; how it came is for those who took
    /// it.
    pub(crate) fn to_contact(&self, connection: ConnectionId, received_at: Timestamp) -> Contact {
        let details = self.extra.iter().chain(&self.details);
        Contact {
            connection,
            provider_event_id: self.event_id.clone(),
            dedupe_key: self.dedupe.key().to_owned(),
            session: self.session.clone(),
            part: self.part.clone().map(Box::new),
            medium: self.medium,
            phase: self.phase.clone(),
            to: self.to.clone(),
            from: self.from.clone(),
            text: self.text.clone(),
            duration_s: self.duration_s,
            attestation: self.attestation.clone(),
            claimed_at: self.claimed_at,
            received_at,
            authentication: Authentication::None,
            line_test: None,
            backfilled: false,
            nonce: None,
            extra: details.map(|(k, v)| (k.clone(), v.clone())).collect(),
            raw_method: None,
            raw_url: None,
            raw_headers: None,
            raw_body: None,
            raw_credentials: None,
        }
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
            "timestamp": self.claimed_at.map(|at| when::spelled(at, self.claimed_digits)),
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

/// A picture, sound or card that came with a message.
pub(super) fn medium(content_type: Option<&str>, url: Option<&str>) -> Value {
    json!({ "content_type": content_type, "url": url })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn debug_shows_no_text() {
        let event = Received::sms("id-7", Some("geheim"));
        let shown = format!("{event:?}");
        assert!(
            !shown.contains("geheim") && !shown.contains("id-7"),
            "{shown}"
        );
    }
}
