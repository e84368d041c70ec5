//! SMS Gateway for Android (capcom6, sms-gate.app): an app that forwards a phone's messages.
//!
//! `{"id","webhookId","event","deviceId","payload"}`, one event per request
//! (<https://docs.sms-gate.app/features/webhooks/>), or, as `…:batch:…`, several messages in `messages`. Signed with `X-Signature`: lower-case hex of
//! HMAC-SHA256 over the raw body followed by `X-Timestamp`; signed afresh at each retry, while
//! `id` stays. The app reports no calls and, often, not the phone's own number: `simNumber` and
//! `deviceId` are looked up in the connection's lines, as `<deviceId>/SIM1`, `SIM1`, `<deviceId>`.
//! `system:ping` is a sign of life of all lines of the device. `app:started` lists its SIMs (`simCards`,
//! <https://github.com/capcom6/android-sms-gateway>, `AppStartedPayload.kt`): a sign of life of each of
//! them, by its own number where the phone knows that, and of no line whose SIM is not in the phone.
//!
//! Of a picture message `mms:received` tells that it waits and `mms:downloaded` what it is, and nothing
//! in them says that they are one: register one of the two, or each picture counts twice.
//!
//! Some versions report one message twice under two ids within seconds
//! (<https://github.com/capcom6/android-sms-gateway/issues/372>, also 288, 291, 310); the
//! payload, its time included, is then the same.

use honeytoken::{Authentication, Medium, PhoneNumber, Sender, Timestamp};
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;

use super::json::Aside;
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
        envelope.into_events()
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
    /// Of `app:started`: the SIMs in the phone.
    sim_cards: Vec<SimCard>,
    /// Of `…:batch:…`: payloads of single messages.
    messages: Vec<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SimCard {
    /// From 1.
    sim_number: u32,
    #[serde(default)]
    phone_number: Aside,
    #[serde(default)]
    carrier_name: Aside,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    content_type: Option<String>,
}

impl Envelope {
    fn into_events(self) -> Result<Vec<Received>, Malformed> {
        let device = self.device.as_deref().unwrap_or_default();
        let (id, payload) = (&self.id, &self.payload);
        match self.event.as_str() {
            "app:started" if !payload.sim_cards.is_empty() => {
                let sims = payload.sim_cards.iter();
                Ok(sims
                    .map(|sim| sim.started(&self.event, id, device))
                    .collect())
            }
            "system:ping" | "app:started" => Ok(vec![Received {
                heartbeat: true,
                ..Received::new(Medium::Control, &self.event, id).on_line([device])
            }]),
            "sms:sent" | "sms:delivered" | "sms:failed" | "sms:cancelled" => {
                Ok(vec![Received::new(Medium::Control, &self.event, id)])
            }
            event => match event.replacen(":batch:", ":", 1) {
                single if single == event => Ok(vec![payload.message(event, id, device)?]),
                single => {
                    let messages = payload.messages.iter().enumerate();
                    let message = |(n, one): (usize, &Payload)| {
                        one.message(&single, &format!("{id}:{n}"), device)
                    };
                    messages.map(message).collect()
                }
            },
        }
    }
}

impl SimCard {
    fn started(&self, event: &str, id: &str, device: &str) -> Received {
        let number = self
            .phone_number
            .text()
            .and_then(|text| text.parse::<PhoneNumber>().ok());
        let sign = Received::part_of(Medium::Control, id, &format!("SIM{}", self.sim_number), "")
            .between(None, number.map(Sender::from))
            .on_line(
                names(device, Some(self.sim_number))
                    .iter()
                    .map(String::as_str),
            )
            .with_detail("sim", Some(&self.sim_number.to_string()))
            .with_detail("carrier", self.carrier_name.text());
        Received {
            phase: event.to_owned(),
            session: None,
            heartbeat: true,
            ..sign
        }
    }
}

/// How the settings may name a slot of a device, most exact first; the device alone where it has no slot.
fn names(device: &str, sim: Option<u32>) -> Vec<String> {
    let Some(slot) = sim.map(|n| format!("SIM{n}")) else {
        return vec![device.to_owned()];
    };
    match device {
        "" => vec![slot],
        _ => vec![format!("{device}/{slot}"), slot],
    }
}

impl Payload {
    fn message(&self, event: &str, id: &str, device: &str) -> Result<Received, Malformed> {
        let message = match event {
            "sms:received" => self.text_message(id)?,
            "sms:data-received" => self.data_message(id)?,
            "mms:received" => self.announced_picture(id)?,
            "mms:downloaded" => self.picture(id)?,
            _ => return Err(Malformed::UnknownEvent),
        };
        let names = names(device, self.sim_number);
        Ok(message.on_line(names.iter().map(String::as_str).chain([device])))
    }

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
