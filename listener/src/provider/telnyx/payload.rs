//! What Telnyx tells: the payloads of its webhooks, which its API lists in the same shape.

use honeytoken::Medium;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::form::Form;
use super::super::json::Aside;
use super::super::party::party;
use super::super::received::medium;
use super::super::{Malformed, Received, cxml, json, when};

/// A message as the API gives it, which is the payload of its webhook.
pub(in crate::provider) fn listed(message: &[u8]) -> Result<Received, Malformed> {
    json::read::<Message>(message)?.read()
}

/// An event of a call as the API lists it: its name, the payload of its webhook, when.
pub(in crate::provider) fn told(
    name: &str,
    payload: &Value,
    occurred_at: Option<String>,
) -> Result<Received, Malformed> {
    let payload = payload.to_string();
    let event_type = name.to_owned();
    let data = Data {
        event_type,
        id: String::new(),
        occurred_at,
        payload: Box::default(),
    };
    let mut event = data.call(payload.as_bytes())?;
    event.extra.remove("webhook_event_id");
    Ok(event)
}

pub(super) fn texml(form: &Form<'_>) -> Result<Received, Malformed> {
    let event = cxml::read(form)?.with_detail("validated", form.get("ShakenStirValidated")?);
    Ok(match form.non_empty("ShakenStirAttestation")? {
        Some(level) => attested(event, level),
        None => event,
    })
}

fn attested(event: Received, level: &str) -> Received {
    Received {
        attestation: Some(level.to_owned()),
        ..event.with_extra("attestation", level)
    }
}

#[derive(Deserialize)]
pub(super) struct Envelope {
    data: Data,
}

impl Envelope {
    pub(super) fn into_event(self) -> Result<Received, Malformed> {
        self.data.into_event()
    }
}

#[derive(Deserialize)]
struct Data {
    event_type: String,
    id: String,
    occurred_at: Option<String>,
    payload: Box<RawValue>,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    from: Option<Party>,
    to: Vec<Party>,
    text: Option<String>,
    subject: Option<String>,
    media: Option<Vec<Media>>,
    received_at: Option<String>,
}

#[derive(Deserialize)]
struct Party {
    phone_number: Option<String>,
    carrier: Option<String>,
    line_type: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct Media {
    url: Option<String>,
    content_type: Option<String>,
}

#[derive(Deserialize)]
struct Call {
    call_leg_id: String,
    from: Option<String>,
    to: Option<String>,
    call_session_id: Option<String>,
    caller_id_name: Option<String>,
    shaken_stir_attestation: Option<String>,
    shaken_stir_validated: Option<bool>,
    hangup_cause: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    transcription_text: Option<String>,
    direction: Option<String>,
    #[serde(default)]
    call_screening_result: Aside,
    #[serde(default)]
    recording_id: Aside,
    recording_started_at: Option<String>,
    recording_ended_at: Option<String>,
    #[serde(default)]
    channels: Aside,
    recording_urls: Option<Files>,
    public_recording_urls: Option<Files>,
}

/// Addresses of one recording by format.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Files {
    mp3: Option<String>,
    wav: Option<String>,
}

impl Files {
    fn any(&self) -> Option<String> {
        self.wav.clone().or_else(|| self.mp3.clone())
    }
}

impl Data {
    fn into_event(self) -> Result<Received, Malformed> {
        let payload = self.payload.get().as_bytes();
        match self.event_type.as_str() {
            "message.received" => json::read::<Message>(payload)?.into_event(&self.id),
            "call.recording.saved" => self.attachment(payload, Medium::Recording),
            "call.recording.transcription.saved" => self.attachment(payload, Medium::Transcript),
            name if name.starts_with("call.") => self.call(payload),
            // What became of a message that the line itself sent.
            name if name.starts_with("message.") => {
                Ok(Received::new(Medium::Control, name, &self.id))
            }
            _ => Err(Malformed::UnknownEvent),
        }
    }

    fn phase(&self) -> &str {
        self.event_type
            .strip_prefix("call.")
            .unwrap_or(&self.event_type)
    }

    fn call(&self, payload: &[u8]) -> Result<Received, Malformed> {
        let call: Call = json::read(payload)?;
        let mut event = Received::call(&call.call_leg_id, &self.event_type)
            .between(party(call.from.as_deref()), party(call.to.as_deref()))
            .with_extra("webhook_event_id", self.id.as_str())
            .with_detail("caller_name", call.caller_id_name.as_deref())
            .with_detail("call_session", call.call_session_id.as_deref())
            .with_detail("screening", call.call_screening_result.text());
        if let Some(level) = &call.shaken_stir_attestation {
            event = attested(event, level);
        }
        if let Some(validated) = call.shaken_stir_validated {
            event = event.with_extra("validated", validated);
        }
        if let Some(cause) = &call.hangup_cause {
            event = event.with_extra("cause", cause.as_str());
        }
        let duration_s =
            when::seconds_between(call.start_time.as_deref(), call.end_time.as_deref());
        let phase = self.phase().to_owned();
        let event = Received {
            phase,
            duration_s,
            ..event.told_at(self.occurred_at.as_deref())
        };
        Ok(match call.direction.as_deref() {
            Some("outgoing") => Received::outgoing(event),
            _ => event,
        })
    }

    /// A recording or transcription: the webhook's own id tells one of a call from the next.
    fn attachment(&self, payload: &[u8], medium: Medium) -> Result<Received, Malformed> {
        let call: Call = json::read(payload)?;
        // The public address, where there is one, outlasts the other, which is good for ten minutes.
        let url = |files: &Option<Files>| files.as_ref().and_then(Files::any);
        let url = url(&call.public_recording_urls).or(url(&call.recording_urls));
        let event = Received::new(medium, self.phase(), &self.id)
            .between(party(call.from.as_deref()), party(call.to.as_deref()))
            .with_extra("call_id", call.call_leg_id.as_str())
            .with_detail("url", url.as_deref())
            .with_detail("recording", call.recording_id.text())
            .with_detail("channels", call.channels.text());
        let (start, end) = (&call.recording_started_at, &call.recording_ended_at);
        Ok(Received {
            duration_s: when::seconds_between(start.as_deref(), end.as_deref()),
            text: call.transcription_text,
            session: Some(call.call_leg_id),
            ..event.told_at(self.occurred_at.as_deref())
        })
    }
}

impl Message {
    fn into_event(self, webhook_event_id: &str) -> Result<Received, Malformed> {
        let event = self.read()?;
        Ok(event.with_extra("webhook_event_id", webhook_event_id))
    }

    fn read(self) -> Result<Received, Malformed> {
        let ours = |party: &&Party| party.status.as_deref() == Some("webhook_delivered");
        let to = self.to.iter().find(ours).or(self.to.first());
        let to = to.and_then(|to| party(to.phone_number.as_deref()));
        let from = self.from.as_ref();
        let media = |m: &Media| medium(m.content_type.as_deref(), m.url.as_deref());
        let event = Received::sms(&self.id, self.text.as_deref())
            .between(
                from.and_then(|from| party(from.phone_number.as_deref())),
                Some(to.ok_or(Malformed::Missing("data.payload.to"))?),
            )
            .with_media(self.media.iter().flatten().map(media).collect())
            .with_detail("carrier", from.and_then(|from| from.carrier.as_deref()))
            .with_detail("line_type", from.and_then(|from| from.line_type.as_deref()))
            .with_detail("subject", self.subject.as_deref());
        Ok(event.told_at(self.received_at.as_deref()))
    }
}
