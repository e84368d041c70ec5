//! httpSMS: an app that forwards a phone's messages, and calls that were missed.
//!
//! CloudEvents in JSON: <https://docs.httpsms.com/webhooks/events>. `Authorization: Bearer` holds a
//! short-lived HS256 token for this URL (<https://docs.httpsms.com/webhooks/introduction>) that
//! **does not cover the body**: who has seen one request can send another until it ends.
//!
//! A message that the phone encrypted end to end comes as ciphertext, which is not its text.

use honeytoken::{Authentication, Medium, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::jwt::{Algorithm, NumericDate, Tokens, bearer};
use super::mac::passed;
use super::received::{medium, party};
use super::webhook::{Adapter, Proof};
use super::{
    Malformed, Provider, Received, Refusal, Rejection, Request, SecretName, Verified, json, when,
};

const ISSUER: &str = "api.httpsms.com";

pub(super) static PROVIDER: Provider = Provider {
    id: "httpsms",
    title: "httpSMS",
    carries: &[Medium::Sms, Medium::Call],
    authentication: &[Authentication::MacWithoutBody],
    secrets: &[SecretName::required(
        "signing_key",
        "the webhook's signing key",
    )],
    credential_headers: &["authorization"],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        let keys = secrets.rotating_required("signing_key")?;
        Ok(Box::new(HttpSms {
            tokens: Tokens::new(&keys, &[Algorithm::Hs256]),
        }))
    },
};

struct HttpSms {
    tokens: Tokens,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    nbf: NumericDate,
    exp: NumericDate,
}

/// One address or several (RFC 7519, 4.1.3).
#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct Audience(Vec<String>);

impl TryFrom<Value> for Audience {
    type Error = serde_json::Error;

    fn try_from(value: Value) -> Result<Audience, serde_json::Error> {
        match value {
            Value::String(one) => Ok(Audience(vec![one])),
            several => serde_json::from_value(several).map(Audience),
        }
    }
}

impl Adapter for HttpSms {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let token = bearer(request)?.ok_or(Rejection::MissingSignature("authorization"))?;
        let claims: Claims = self.tokens.verify(token)?;
        if claims.iss != ISSUER {
            return Err(Rejection::WrongAccount("token's issuer").into());
        }
        passed(claims.aud.0.iter().any(|url| url == request.url))?;
        match claims.nbf.0 <= now && now < claims.exp.0 {
            true => Ok(Authentication::MacWithoutBody.into()),
            false => Err(Rejection::Stale("token").into()),
        }
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let event: CloudEvent = json::read(verified.request.body)?;
        Ok(vec![event.data.into_event(&event.kind)?])
    }
}

#[derive(Deserialize)]
struct CloudEvent {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    message_id: String,
    owner: String,
    contact: Option<String>,
    content: Option<String>,
    #[serde(default)]
    encrypted: bool,
    timestamp: Option<String>,
    sim: Option<String>,
    attachments: Option<Vec<Value>>,
}

impl Data {
    fn into_event(self, kind: &str) -> Result<Received, Malformed> {
        let event = match kind {
            "message.phone.received" => self.message()?,
            "message.call.missed" => Received {
                session: Some(self.message_id.clone()),
                ..Received::new(Medium::Call, "missed", &self.message_id)
            },
            _ => return Err(Malformed::UnknownEvent),
        };
        let to = party(Some(&self.owner)).ok_or(Malformed::Missing("data.owner"))?;
        let event = event
            .between(party(self.contact.as_deref()), Some(to))
            .with_detail("sim", self.sim.as_deref());
        Ok(Received {
            claimed_at: self.timestamp.as_deref().and_then(when::rfc3339),
            ..event
        })
    }

    fn message(&self) -> Result<Received, Malformed> {
        let content = self
            .content
            .as_deref()
            .ok_or(Malformed::Missing("data.content"))?;
        let files = self.attachments.iter().flatten().filter_map(Value::as_str);
        let media: Vec<Value> = files.map(|url| medium(None, Some(url))).collect();
        Ok(match self.encrypted {
            true => Received::sms(&self.message_id, None)
                .with_extra("encrypted", true)
                .with_detail("ciphertext", Some(content)),
            false => Received::sms(&self.message_id, Some(content)),
        }
        .with_media(media))
    }
}
