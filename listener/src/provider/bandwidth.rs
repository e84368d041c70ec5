//! Bandwidth: messages in batches, calls with the caller's attestation, recordings, transcriptions.
//!
//! JSON arrays for messages (<https://dev.bandwidth.com/docs/messaging/webhooks/>), JSON objects
//! for voice (<https://dev.bandwidth.com/docs/voice/webhooks/>). **Nothing is signed**: HTTP Basic,
//! set on the application as its callback credentials, is all there is. Use TLS and a long
//! password.
//!
//! **Of recordings and transcripts only the address comes, and nobody fetches it**: it needs the account's
//! credentials, and this provider has no account here. A transcript's event has no text.
//!
//! An unanswered call is rejected by `<Hangup/>`, or rings by `<Ring answerCall="false"/>`
//! (<https://dev.bandwidth.com/docs/voice/bxml/ring>).

use honeytoken::{Authentication, Medium, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::json::Aside;
use super::party::party;
use super::received::medium;
use super::shared_secret::{AUTHORIZATION, BASIC_PASSWORD, BASIC_USER, Basic};
use super::webhook::{Adapter, Proof};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Request, Verified, json, when,
};

/// The stage of a call in which Bandwidth asks what to do.
const ASKED: &str = "initiate";

pub(super) static PROVIDER: Provider = Provider {
    id: "bandwidth",
    title: "Bandwidth",
    carries: &[
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::CallStatus,
        Carries::Recording,
        Carries::Transcript,
    ],
    authentication: &[Authentication::SharedSecret],
    secrets: &[BASIC_USER, BASIC_PASSWORD],
    credential_headers: &[AUTHORIZATION],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        Ok(Box::new(Bandwidth {
            basic: Basic::new(secrets)?,
        }))
    },
};

struct Bandwidth {
    basic: Basic,
}

impl Adapter for Bandwidth {
    fn verify<'a>(&self, request: &Request<'a>, _: Timestamp) -> Result<Proof<'a>, Refusal> {
        Ok(self.basic.verify(request)?)
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let body = verified.request.body;
        match body.trim_ascii_start().first() {
            Some(b'[') => {
                let batch: Vec<MessageEvent> = json::read(body)?;
                batch.into_iter().map(MessageEvent::into_event).collect()
            }
            _ => Ok(vec![json::read::<VoiceEvent>(body)?.into_event()?]),
        }
    }

    fn answer(&self, events: &[Received], calls: Calls) -> Answer {
        let ring = match calls {
            _ if !events.iter().any(|event| event.phase == ASKED) => return Answer::EMPTY,
            Calls::Reject => String::new(),
            Calls::LetRing { seconds } => {
                format!(r#"<Ring duration="{seconds}" answerCall="false"/>"#)
            }
        };
        Answer::ok(
            "application/xml",
            format!("<Response>{ring}<Hangup/></Response>"),
        )
    }
}

#[derive(Deserialize)]
struct MessageEvent {
    #[serde(rename = "type")]
    kind: String,
    time: Option<String>,
    to: Option<String>,
    message: Message,
    #[serde(rename = "carrierName")]
    carrier: Option<String>,
    #[serde(default)]
    description: Aside,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    owner: Option<String>,
    from: Option<String>,
    text: Option<String>,
    #[serde(default)]
    channel: Aside,
    media: Option<Vec<String>>,
}

impl MessageEvent {
    fn into_event(self) -> Result<Received, Malformed> {
        let MessageEvent {
            kind,
            time,
            to,
            message,
            carrier,
            description,
        } = self;
        if kind != "message-received" {
            // What became of a message that the line itself sent.
            let event = Received::part_of(Medium::Control, &message.id, &kind, &message.id)
                .with_detail("description", description.text());
            return Ok(Received {
                session: None,
                ..event.told_at(time.as_deref())
            });
        }
        let to = party(to.as_deref()).or(party(message.owner.as_deref()));
        let media = message
            .media
            .iter()
            .flatten()
            .map(|url| medium(None, Some(url)));
        let event = Received::sms(&message.id, message.text.as_deref())
            .between(
                party(message.from.as_deref()),
                Some(to.ok_or(Malformed::Missing("to"))?),
            )
            .with_media(media.collect::<Vec<Value>>())
            .with_detail("channel", message.channel.text())
            .with_detail("carrier", carrier.as_deref());
        Ok(event.told_at(time.as_deref()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VoiceEvent {
    event_type: String,
    event_time: Option<String>,
    call_id: String,
    from: Option<String>,
    to: Option<String>,
    direction: Option<String>,
    answer_time: Option<String>,
    end_time: Option<String>,
    cause: Option<String>,
    stir_shaken: Option<StirShaken>,
    diversion: Option<Diversion>,
    recording_id: Option<String>,
    media_url: Option<String>,
    duration: Option<String>,
    transcription: Option<Transcription>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StirShaken {
    verstat: Option<String>,
    attestation_indicator: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Diversion {
    orig_to: Option<String>,
    #[serde(default)]
    reason: Aside,
}

#[derive(Deserialize)]
struct Transcription {
    id: String,
    #[serde(default)]
    url: Aside,
    #[serde(default)]
    status: Aside,
}

impl VoiceEvent {
    fn into_event(self) -> Result<Received, Malformed> {
        let event = match (&self.transcription, &self.recording_id) {
            (Some(transcription), _) => self.attachment(Medium::Transcript, &transcription.id),
            (None, Some(recording)) => self.attachment(Medium::Recording, recording),
            (None, None) => self.call(),
        };
        let to = party(self.to.as_deref()).ok_or(Malformed::Missing("to"))?;
        let event = event.between(party(self.from.as_deref()), Some(to));
        let event = match self.direction.as_deref() {
            Some("outbound") => Received::outgoing(event),
            _ => event,
        };
        Ok(event.told_at(self.event_time.as_deref()))
    }

    fn call(&self) -> Received {
        let diversion = self.diversion.as_ref();
        let mut event = Received::call(&self.call_id, &self.event_type)
            .with_detail(
                "forwarded_from",
                diversion.and_then(|d| d.orig_to.as_deref()),
            )
            .with_detail("forwarded_because", diversion.and_then(|d| d.reason.text()));
        if let Some(stir) = &self.stir_shaken {
            event = event
                .with_extra("attestation", stir.attestation_indicator.as_deref())
                .with_extra("verstat", stir.verstat.as_deref());
            event.attestation = stir.attestation_indicator.clone().or(stir.verstat.clone());
        }
        if let Some(cause) = &self.cause {
            event = event.with_extra("cause", cause.as_str());
        }
        let (start, end) = (self.answer_time.as_deref(), self.end_time.as_deref());
        Received {
            duration_s: when::seconds_between(start, end),
            ..event
        }
    }

    fn attachment(&self, medium: Medium, id: &str) -> Received {
        let text = self.transcription.as_ref();
        let event = Received::part_of(medium, id, &self.event_type, &self.call_id)
            .with_extra("call_id", self.call_id.as_str())
            .with_detail(
                "url",
                self.media_url
                    .as_deref()
                    .or(text.and_then(|t| t.url.text())),
            )
            .with_detail("status", text.and_then(|t| t.status.text()));
        Received {
            duration_s: self.duration.as_deref().and_then(when::iso_duration_s),
            ..event
        }
    }
}
