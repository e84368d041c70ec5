//! Telnyx: messages, calls with the caller's attestation, recordings, transcriptions; and the
//! forms of TeXML applications.
//!
//! `{"data":{"event_type","id","occurred_at","payload"},"meta"}`:
//! <https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks>,
//! <https://developers.telnyx.com/docs/voice/programmable-voice/receiving-webhooks>. Signed with
//! Ed25519 over `telnyx-timestamp`, `|` and the raw body, under the account's public key: anyone
//! who holds the request can check it later. 300 seconds of age, both ways.
//!
//! A call is acted upon through the REST API alone; an answer here only ends the retries, so that
//! a call rings until the application's own time-out.

use honeytoken::{Authentication, Timestamp};
use report::signature::telnyx::{self, PublicKey, SIGNATURE, TIMESTAMP};

use self::payload::{Envelope, texml};
use super::mac::{decode_secret, passed};
use super::settings::{API_BASE, Secrets};
use super::webhook::{Adapter, Proof, PublicKeyText};
use super::{
    Answer, Calls, Carries, Malformed, Provider, Received, Refusal, Request, SecretName,
    SettingsError, Verified, cxml, json, when,
};

mod payload;

pub(super) use self::payload::{listed, told};

pub(super) static PROVIDER: Provider = Provider {
    id: telnyx::PROVIDER,
    title: "Telnyx",
    carries: &[
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::CallStatus,
        Carries::Recording,
        Carries::Transcript,
    ],
    authentication: &[Authentication::SignatureBody],
    secrets: &[
        SecretName::required(
            "public_key",
            "the account's public key in base64, from Mission Control",
        ),
        SecretName::account("api_key", "KEY…, to ask the account"),
        SecretName::account(
            "messaging_profile_id",
            "the messaging profile that numbers are put under",
        ),
        SecretName::account(
            "call_control_application_id",
            "the call-control application that numbers are put under",
        ),
        API_BASE,
    ],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(Telnyx::new(secrets)?)),
};

struct Telnyx {
    keys: Vec<PublicKey>,
}

impl Telnyx {
    fn new(secrets: &Secrets<'_>) -> Result<Telnyx, SettingsError> {
        let texts = secrets.rotating_required("public_key")?;
        let keys = texts
            .into_iter()
            .map(public_key)
            .collect::<Result<_, _>>()?;
        Ok(Telnyx { keys })
    }
}

fn public_key(base64: &str) -> Result<PublicKey, SettingsError> {
    let (name, wanted) = ("public_key", "32 bytes in base64");
    let bytes = decode_secret(base64, name, wanted)?;
    PublicKey::from_bytes(&bytes).ok_or(SettingsError::Form { name, wanted })
}

impl Adapter for Telnyx {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let signature = request.header(SIGNATURE)?;
        let timestamp = request.header(TIMESTAMP)?;
        let signed_at = when::unix_s(timestamp, TIMESTAMP)?;
        when::fresh(now, signed_at, when::SIGNATURE_AGE_MAX_S, TIMESTAMP)?;
        let mut keys = self.keys.iter();
        passed(keys.any(|key| key.verify(timestamp, signature, request.body)))?;
        Ok(Authentication::SignatureBody.into())
    }

    fn public_keys(&self) -> Vec<PublicKeyText> {
        let keys = self.keys.iter().map(PublicKey::to_base64);
        keys.map(|key| PublicKeyText { key, url: None }).collect()
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        match verified.request.is_json() {
            true => Ok(vec![
                json::read::<Envelope>(verified.request.body)?.into_event()?,
            ]),
            false => Ok(vec![texml(&verified.request.form()?)?]),
        }
    }

    fn answer(&self, events: &[Received], calls: Calls) -> Answer {
        // Only a TeXML call is "ringing"; a call-control call is "initiated" and ignores the body.
        match events.iter().any(|event| event.phase == "ringing") {
            true => cxml::answer("text/xml", events, calls),
            false => Answer::EMPTY,
        }
    }
}
