//! Standard Webhooks: canaryline's own payloads, which any PBX or SIM gateway can post.
//!
//! `{"type","timestamp","data"}` with the types `sms.received`, `call.received`,
//! `call.completed`, `line.heartbeat`, described in `docs/webhooks/standard-webhooks.md`; signed
//! as at <https://www.standardwebhooks.com>: HMAC-SHA256 over id, time and raw body. Signatures
//! of other versions than `v1` are passed over.

use honeytoken::{Authentication, Medium, Timestamp};
use ring::hmac;
use serde::Deserialize;

use super::json::Aside;
use super::mac::{Keys, decode_secret, passed};
use super::party::party;
use super::settings::Secrets;
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName, SettingsError,
    Verified, json, when,
};

pub(super) const ID: &str = "webhook-id";
pub(super) const TIMESTAMP: &str = "webhook-timestamp";
pub(super) const SIGNATURE: &str = "webhook-signature";
/// Signatures that are tried in one header, newest secret first; senders rotate with two.
const SIGNATURES_MAX: usize = 8;

pub(super) static PROVIDER: Provider = Provider {
    id: "standard_webhooks",
    title: "Standard Webhooks (PBX, SIM gateway)",
    carries: &[
        Carries::Sms,
        Carries::Call,
        Carries::CallStatus,
        Carries::Heartbeat,
    ],
    authentication: &[Authentication::MacBody],
    secrets: &[SecretName::required(
        "whsec",
        "the signing secret: base64, with or without whsec_",
    )],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        Ok(Box::new(StandardWebhooks {
            keys: keys(secrets)?,
        }))
    },
};

struct StandardWebhooks {
    keys: Keys,
}

/// The keys of a connection that signs this way.
pub(super) fn keys(secrets: &Secrets<'_>) -> Result<Keys, SettingsError> {
    keys_of(&secrets.rotating_required("whsec")?)
}

pub(super) fn keys_of(secrets: &[&str]) -> Result<Keys, SettingsError> {
    let decode = |secret: &&str| {
        let base64 = secret.strip_prefix("whsec_").unwrap_or(secret);
        decode_secret(base64, "whsec", "base64 after whsec_")
    };
    let decoded = secrets.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    Ok(Keys::new(hmac::HMAC_SHA256, &decoded))
}

/// Verifies the three headers over the raw body.
pub(super) fn verify(keys: &Keys, request: &Request<'_>, now: Timestamp) -> Result<(), Rejection> {
    let id = request.header(ID)?;
    let timestamp = request.header(TIMESTAMP)?;
    let signatures = request.header(SIGNATURE)?;
    let signed_at = when::unix_s(timestamp, TIMESTAMP)?;
    when::fresh(now, signed_at, when::SIGNATURE_AGE_MAX_S, TIMESTAMP)?;
    let parts = [
        id.as_bytes(),
        b".",
        timestamp.as_bytes(),
        b".",
        request.body,
    ];
    let versioned = signatures
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"));
    passed(
        versioned
            .take(SIGNATURES_MAX)
            .any(|tag| keys.verify_base64(&parts, tag)),
    )
}

impl Adapter for StandardWebhooks {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        verify(&self.keys, request, now)?;
        Ok(Authentication::MacBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let id = verified.request.header(ID)?;
        let payload: Payload = json::read(verified.request.body)?;
        Ok(vec![payload.into_event(id)?])
    }
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    to: Option<String>,
    from: Option<String>,
    text: Option<String>,
    /// In seconds.
    duration: Option<u32>,
    attestation: Option<String>,
    /// What the events of one call share.
    call_id: Option<String>,
    #[serde(default)]
    carrier: Aside,
    #[serde(default)]
    forwarded_from: Aside,
    #[serde(default)]
    caller_name: Aside,
}

impl Payload {
    fn into_event(self, id: &str) -> Result<Received, Malformed> {
        let Payload {
            kind,
            timestamp,
            data,
        } = self;
        let event = match kind.as_str() {
            "sms.received" => Received::sms(id, None),
            "call.received" => Received::new(Medium::Call, "received", id),
            "call.completed" => Received::new(Medium::Call, "completed", id),
            "line.heartbeat" => Received::new(Medium::Control, "line.heartbeat", id),
            _ => return Err(Malformed::UnknownEvent),
        };
        let to = party(data.to.as_deref()).ok_or(Malformed::Missing("data.to"))?;
        let mut event = event
            .between(party(data.from.as_deref()), Some(to))
            .with_detail("carrier", data.carrier.text())
            .with_detail("forwarded_from", data.forwarded_from.text())
            .with_detail("caller_name", data.caller_name.text())
            .told_at(Some(&timestamp));
        if event.claimed_at.is_none() {
            return Err(Malformed::Value("timestamp"));
        }
        if let Some(seconds) = data.duration {
            event = event.with_extra("duration_s", seconds);
        }
        if let Some(attestation) = &data.attestation {
            event = event.with_extra("attestation", attestation.as_str());
        }
        Ok(Received {
            text: data.text,
            session: data.call_id,
            duration_s: data.duration,
            attestation: data.attestation,
            ..event
        })
    }
}
