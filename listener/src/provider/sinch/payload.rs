//! Sinch's three services write one number in three ways.

use serde::Deserialize;
use serde_json::Value;

use crate::provider::json::Aside;
use crate::provider::party::party_without_plus;
use crate::provider::received::medium;
use crate::provider::{Malformed, Received, parts};

/// The fields of all three services; which are there tells which it is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Body {
    #[serde(rename = "eventId")]
    numbers_event: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    id: Option<String>,
    body: Option<Content>,
    udh: Option<String>,
    operator_id: Option<String>,
    received_at: Option<String>,
    event: Option<String>,
    #[serde(alias = "callId")]
    callid: Option<String>,
    cli: Option<String>,
    rdnis: Option<String>,
    timestamp: Option<String>,
    duration: Aside,
    result: Option<String>,
    reason: Aside,
    from: Option<Party>,
    to: Option<Party>,
    call: Option<Call>,
}

/// The text of a message, or the parts of a picture message.
#[derive(Default, Deserialize)]
#[serde(try_from = "Value")]
struct Content {
    text: Option<String>,
    subject: Option<String>,
    media: Vec<File>,
}

impl TryFrom<Value> for Content {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> Result<Content, serde_json::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Mms {
            message: Option<String>,
            subject: Option<String>,
            media: Vec<File>,
        }
        if let Value::String(text) = value {
            return Ok(Content {
                text: Some(text),
                ..Content::default()
            });
        }
        let Mms {
            message,
            subject,
            media,
        } = serde_json::from_value(value)?;
        Ok(Content {
            text: message,
            subject,
            media,
        })
    }
}

#[derive(Deserialize)]
struct File {
    url: Option<String>,
    content_type: Option<String>,
}

/// A number, bare as in SMS, or inside an object as in voice.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct Party(String);

impl TryFrom<Value> for Party {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Party, &'static str> {
        let text = match &value {
            Value::Object(object) => object.get("endpoint").or(object.get("number")),
            bare => Some(bare),
        };
        text.and_then(Value::as_str)
            .map(|text| Party(text.to_owned()))
            .ok_or("no number")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    call_id: String,
    from: Option<Party>,
    to: Option<Party>,
    start_time: Option<String>,
    #[serde(default)]
    session_id: Aside,
    direction: Option<String>,
    call_result: Option<String>,
}

impl Body {
    pub(super) fn into_events(self) -> Result<Vec<Received>, Malformed> {
        match (&self.numbers_event, &self.kind, &self.event) {
            (Some(_), _, _) => Ok(Vec::new()),
            (_, Some(kind), _) if kind.starts_with("mo_") => Ok(vec![self.message()?]),
            (_, _, Some(event)) => Ok(vec![match &self.call {
                Some(call) => call.event(event)?,
                None => self.first_generation_call(event)?,
            }]),
            _ => Err(Malformed::UnknownEvent),
        }
    }

    fn message(&self) -> Result<Received, Malformed> {
        let id = self.id.as_deref().ok_or(Malformed::Missing("id"))?;
        let content = self.body.as_ref();
        let files = content.map_or([].as_slice(), |content| &content.media);
        let text = content.and_then(|content| content.text.as_deref());
        let media = files
            .iter()
            .map(|f| medium(f.content_type.as_deref(), f.url.as_deref()));
        let binary = self.kind.as_deref() == Some("mo_binary");
        let udh = self.udh.as_deref();
        let event = Received::sms(id, text.filter(|_| !binary))
            .with_media(media.collect::<Vec<Value>>())
            .with_detail("data_base64", text.filter(|_| binary))
            .with_detail("udh", udh)
            .with_detail(
                "subject",
                content.and_then(|content| content.subject.as_deref()),
            )
            .with_detail("operator", self.operator_id.as_deref());
        let event = between(event, self.from.as_ref(), self.to.as_ref())?;
        Ok(Received {
            part: udh.and_then(parts::of_header),
            ..event.told_at(self.received_at.as_deref())
        })
    }

    fn first_generation_call(&self, phase: &str) -> Result<Received, Malformed> {
        let id = self.callid.as_deref().ok_or(Malformed::Missing("callid"))?;
        let event = Received::call(id, phase)
            .with_detail("forwarded_from", self.rdnis.as_deref())
            .with_detail("result", self.result.as_deref());
        let caller = self
            .cli
            .as_deref()
            .or(self.from.as_ref().map(|from| from.0.as_str()));
        let event = event.between(
            party_without_plus(caller),
            party_without_plus(self.to.as_ref().map(|to| to.0.as_str())),
        );
        Ok(event
            .lasting(self.duration.text().and_then(|s| s.parse().ok()))
            .with_detail("reason", self.reason.text())
            .told_at(self.timestamp.as_deref()))
    }
}

impl Call {
    fn event(&self, name: &str) -> Result<Received, Malformed> {
        let event =
            Received::call(&self.call_id, name).with_detail("result", self.call_result.as_deref());
        let event = event.with_detail("call_session", self.session_id.text());
        let event = between(event, self.from.as_ref(), self.to.as_ref())?;
        let event = match self.direction.as_deref() {
            Some(way) if way.eq_ignore_ascii_case("outbound") => Received::outgoing(event),
            _ => event,
        };
        Ok(Received {
            phase: name.strip_prefix("call.").unwrap_or(name).to_owned(),
            ..event.told_at(self.start_time.as_deref())
        })
    }
}

fn between(
    event: Received,
    from: Option<&Party>,
    to: Option<&Party>,
) -> Result<Received, Malformed> {
    let to = party_without_plus(to.map(|to| to.0.as_str())).ok_or(Malformed::Missing("to"))?;
    Ok(event.between(
        party_without_plus(from.map(|from| from.0.as_str())),
        Some(to),
    ))
}
