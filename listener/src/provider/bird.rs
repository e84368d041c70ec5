//! Bird: inbound messages of a channel.
//!
//! `{"service","event","payload"}` with the message in `payload`:
//! <https://docs.bird.com/api/channels-api/supported-channels/programmable-sms/receiving-messages>.
//! `messagebird-signature` is base64 of HMAC-SHA256 over time, URL and the body's SHA-256 as raw
//! bytes: <https://docs.bird.com/api/notifications-api/api-reference/webhook-subscriptions/verifying-a-webhook-subscription>.
//!
//! **The message does not name its destination**, only the channel, which is looked up in the
//! connection's lines. The envelope's names rest on one
//! sample. Left out as hearsay: the platform's newer signature.

use honeytoken::{Authentication, Medium, Timestamp};
use ring::{digest, hmac};
use serde::Deserialize;

use super::mac::{Keys, passed};
use super::party::party_without_plus;
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Malformed, Provider, Received, Refusal, Request, SecretName, Verified, json, when,
};

const SIGNATURE: &str = "messagebird-signature";
const TIMESTAMP: &str = "messagebird-request-timestamp";

pub(super) static PROVIDER: Provider = Provider {
    id: "bird",
    title: "Bird",
    carries: &[Carries::Sms],
    authentication: &[Authentication::MacBody],
    secrets: &[SecretName::required(
        "signing_key",
        "the webhook subscription's signing key",
    )],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        let keys = secrets.rotating_required("signing_key")?;
        Ok(Box::new(Bird {
            keys: Keys::new(hmac::HMAC_SHA256, &keys),
        }))
    },
};

struct Bird {
    keys: Keys,
}

impl Adapter for Bird {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let signature = request.header(SIGNATURE)?;
        let timestamp = request.header(TIMESTAMP)?;
        let signed_at = when::unix_s(timestamp, TIMESTAMP)?;
        when::fresh(now, signed_at, when::SIGNATURE_AGE_MAX_S, TIMESTAMP)?;
        let body = digest::digest(&digest::SHA256, request.body);
        let (url, body) = (request.url.as_bytes(), body.as_ref());
        let parts = [timestamp.as_bytes(), b"\n", url, b"\n", body];
        passed(self.keys.verify_base64(&parts, signature))?;
        Ok(Authentication::MacBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let Envelope { payload } = json::read(verified.request.body)?;
        Ok(vec![payload.into_event()])
    }
}

#[derive(Deserialize)]
struct Envelope {
    payload: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: String,
    channel_id: Option<String>,
    sender: Option<Sender>,
    body: Body,
    direction: Option<String>,
    status: Option<String>,
    created_at: Option<String>,
}

#[derive(Deserialize)]
struct Sender {
    contact: Option<Contact>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    identifier_value: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: Option<String>,
    text: Option<Text>,
}

#[derive(Deserialize)]
struct Text {
    text: Option<String>,
}

impl Message {
    fn into_event(self) -> Received {
        let told = self.created_at.as_deref();
        if self.direction.as_deref() == Some("outgoing") {
            // What became of a message that the line itself sent.
            let status = self.status.as_deref().unwrap_or("outgoing");
            let event = Received::part_of(Medium::Control, &self.id, status, &self.id);
            return Received {
                session: None,
                ..event.told_at(told)
            };
        }
        let contact = self.sender.and_then(|sender| sender.contact);
        let from = contact.and_then(|contact| contact.identifier_value);
        let event = Received::sms(&self.id, None)
            .between(party_without_plus(from.as_deref()), None)
            .on_line(self.channel_id.as_deref())
            .with_extra("channel_id", self.channel_id)
            .with_detail("type", self.body.kind.as_deref())
            .told_at(told);
        Received {
            text: self.body.text.and_then(|text| text.text),
            ..event
        }
    }
}
