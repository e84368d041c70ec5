//! SMS Gateway for Android (capcom6, sms-gate.app): an app that forwards a phone's messages.
//!
//! `{"id","webhookId","event","deviceId","payload"}`, one event per request:
//! <https://docs.sms-gate.app/features/webhooks/>. Signed with `X-Signature`: lower-case hex of
//! HMAC-SHA256 over the raw body followed by `X-Timestamp`; signed afresh at each retry, while
//! `id` stays. The app reports no calls and, often, not the phone's own number: `simNumber` and
//! `deviceId` are looked up in the connection's lines, as `<deviceId>/SIM1`, `SIM1`, `<deviceId>`.
//! `system:ping` and `app:started` are signs of life of all lines of the device. The list of SIMs in
//! `app:started` is not read: its name in the payload is not documented.
//!
//! Of a picture message `mms:received` tells that it waits and `mms:downloaded` what it is, and nothing
//! in them says that they are one: register one of the two, or each picture counts twice.
//!
//! Some versions report one message twice under two ids within seconds
//! (<https://github.com/capcom6/android-sms-gateway/issues/372>, also 288, 291, 310); the
//! payload, its time included, is then the same.

use honeytoken::{Authentication, Medium, Timestamp};
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;

use super::mac::{Keys, passed};
use super::party::party;
use super::received::medium;
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Malformed, Provider, Received, Refusal, Request, SecretName, Verified, json, when,
};

pub(super) const SIGNATURE: &str = "x-signature";
pub(super) const TIMESTAMP: &str = "x-timestamp";

pub(super) static PROVIDER: Provider = Provider {
    id: "android_sms_gateway",
    title: "SMS Gateway for Android",
    carries: &[Carries::Sms, Carries::Mms, Carries::Heartbeat],
    authentication: &[Authentication::MacBody],
    secrets: &[SecretName::required(
        "signing_key",
        "the app's webhook signing key; the key it begins with has only 8 characters, set a long \
         one",
    )],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: Some(10),
    connect: |secrets| {
        let keys = secrets.rotating_required("signing_key")?;
        Ok(Box::new(AndroidSmsGateway {
            keys: Keys::new(hmac::HMAC_SHA256, &keys),
        }))
    },
};

struct AndroidSmsGateway {
    keys: Keys,
}

impl Adapter for AndroidSmsGateway {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let signature = request.header(SIGNATURE)?;
        let timestamp = request.header(TIMESTAMP)?;
        let signed_at = when::unix_s(timestamp, TIMESTAMP)?;
        when::fresh(now, signed_at, when::SIGNATURE_AGE_MAX_S, TIMESTAMP)?;
        passed(
            self.keys
                .verify_hex(&[request.body, timestamp.as_bytes()], signature),
        )?;
        Ok(Authentication::MacBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let envelope: Envelope = json::read(verified.request.body)?;
        Ok(vec![envelope.into_event()?])
    }
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    event: String,
    #[serde(rename = "deviceId")]
    device: Option<String>,
    #[serde(default)]
    payload: Payload,
}

/// The fields of all payloads; the app leaves out what is null.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Payload {
    message: Option<String>,
    body: Option<String>,
    data: Option<String>,
    subject: Option<String>,
    attachments: Vec<Attachment>,
    received_at: Option<String>,
    message_id: Option<String>,
    sender: Option<String>,
    recipient: Option<String>,
    sim_number: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    content_type: Option<String>,
}

impl Envelope {
    fn into_event(self) -> Result<Received, Malformed> {
        let Envelope {
            id,
            event,
            device,
            payload,
        } = self;
        let device = device.as_deref().unwrap_or_default();
        let received = match event.as_str() {
            "sms:received" => payload.text_message(&id)?,
            "sms:data-received" => payload.data_message(&id)?,
            "mms:received" => payload.announced_picture(&id)?,
            "mms:downloaded" => payload.picture(&id)?,
            "system:ping" | "app:started" => {
                return Ok(Received {
                    heartbeat: true,
                    ..Received::new(Medium::Control, &event, &id).on_line([device])
                });
            }
            "sms:sent" | "sms:delivered" | "sms:failed" | "sms:cancelled" => {
                return Ok(Received::new(Medium::Control, &event, &id));
            }
            _ => return Err(Malformed::UnknownEvent),
        };
        let slot = payload.sim_number.map(|n| format!("SIM{n}"));
        let slot = slot.as_deref().unwrap_or_default();
        let both = match (device, slot) {
            ("", _) | (_, "") => String::new(),
            _ => format!("{device}/{slot}"),
        };
        Ok(received.on_line([both.as_str(), slot, device]))
    }
}

impl Payload {
    fn text_message(&self, id: &str) -> Result<Received, Malformed> {
        let message = self
            .message
            .as_deref()
            .ok_or(Malformed::Missing("payload.message"))?;
        let event = Received::sms(id, Some(message))
            .with_extra("message_id", self.message_id.as_deref())
            .with_extra("sim", self.sim_number);
        self.addressed(event)
    }

    fn data_message(&self, id: &str) -> Result<Received, Malformed> {
        let data = self
            .data
            .as_deref()
            .ok_or(Malformed::Missing("payload.data"))?;
        let event = Received::new(Medium::Sms, "data", id).with_extra("data_base64", data);
        self.addressed(event)
    }

    fn announced_picture(&self, id: &str) -> Result<Received, Malformed> {
        let event = Received::new(Medium::Sms, "mms-notified", id)
            .with_extra("message_id", self.message_id.as_deref());
        self.addressed(event)
    }

    fn picture(&self, id: &str) -> Result<Received, Malformed> {
        let media = |a: &Attachment| medium(a.content_type.as_deref(), None);
        let event = Received::new(Medium::Sms, "mms-downloaded", id)
            .with_extra("message_id", self.message_id.as_deref())
            .with_media(self.attachments.iter().map(media).collect::<Vec<Value>>());
        self.addressed(Received {
            text: self.body.clone(),
            ..event
        })
    }

    /// What all messages have in common.
    fn addressed(&self, event: Received) -> Result<Received, Malformed> {
        let event = event.told_at(self.received_at.as_deref());
        if self.received_at.is_some() && event.claimed_at.is_none() {
            return Err(Malformed::Value("payload.receivedAt"));
        }
        let sim = self.sim_number.map(|n| n.to_string());
        Ok(event
            .between(
                party(self.sender.as_deref()),
                party(self.recipient.as_deref()),
            )
            .with_detail("sim", sim.as_deref())
            .with_detail("subject", self.subject.as_deref()))
    }
}
