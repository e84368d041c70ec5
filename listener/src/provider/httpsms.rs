//! httpSMS: an app that forwards a phone's messages, calls that were missed, and when its phone is
//! heard again.
//!
//! CloudEvents in JSON: <https://docs.httpsms.com/webhooks/events>. `Authorization: Bearer` holds a
//! short-lived HS256 token for this URL (<https://docs.httpsms.com/webhooks/introduction>) that
//! **does not cover the body**. Its only times are whole seconds and it names no number of its own
//! (<https://github.com/NdoleStudio/httpsms>, `webhook_service.go`), so two events of one second come
//! under one token: a token counts for several bodies for [`TOKEN_SHARED_S`] after it was issued, and
//! from then on for those alone that came with it.
//!
//! A message that the phone encrypted end to end comes as ciphertext, which is not its text.

use honeytoken::{Authentication, Medium, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::jwt::{Algorithm, NumericDate, Tokens, bearer};
use super::mac::passed;
use super::party::party;
use super::received::medium;
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName, Verified, json,
};

const ISSUER: &str = "api.httpsms.com";
/// How long after its issue a token may come with another body, in seconds: httpSMS waits 5 s for
/// an answer and tries twice; the rest is for clocks that differ.
const TOKEN_SHARED_S: i64 = 60;
/// How long a token counts before and after its issue, in seconds, which tells when it was issued
/// where it does not say so.
const TOKEN_AGE_S: i64 = 600;

pub(super) static PROVIDER: Provider = Provider {
    id: "httpsms",
    title: "httpSMS",
    carries: &[
        Carries::Sms,
        Carries::Mms,
        Carries::Call,
        Carries::Heartbeat,
    ],
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
    iat: Option<NumericDate>,
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
        if now < claims.nbf.0 || now >= claims.exp.0 {
            return Err(Rejection::Stale("token").into());
        }
        let issued = claims
            .iat
            .map_or(claims.exp.0.plus_s(-TOKEN_AGE_S), |iat| iat.0);
        Ok(Proof {
            shared_until: Some(issued.plus_s(TOKEN_SHARED_S)),
            ..Proof::without_body(token)
        })
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let event: CloudEvent = json::read(verified.request.body)?;
        Ok(vec![event.data.into_event(&event.kind, &event.id)?])
    }
}

#[derive(Deserialize)]
struct CloudEvent {
    #[serde(default)]
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    message_id: Option<String>,
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
    fn into_event(self, kind: &str, cloud_event: &str) -> Result<Received, Malformed> {
        match kind {
            "message.phone.received" => self.contact(self.message()?),
            "message.call.missed" => {
                let id = self.message_id()?;
                self.contact(Received {
                    session: Some(id.to_owned()),
                    ..Received::new(Medium::Call, "missed", id)
                })
            }
            // The phone is heard again: a sign of life of its line.
            "phone.heartbeat.online" => self.contact(Received {
                heartbeat: true,
                ..Received::new(Medium::Control, kind, cloud_event)
            }),
            // That it is not heard is no sign; nor is what became of a message that it sent.
            "phone.heartbeat.offline"
            | "message.phone.sent"
            | "message.phone.delivered"
            | "message.send.failed"
            | "message.send.expired" => Ok(Received::new(Medium::Control, kind, cloud_event)
                .with_detail("phone", Some(&self.owner))
                .told_at(self.timestamp.as_deref())),
            _ => Err(Malformed::UnknownEvent),
        }
    }

    fn message_id(&self) -> Result<&str, Malformed> {
        let id = self.message_id.as_deref();
        id.ok_or(Malformed::Missing("data.message_id"))
    }

    fn contact(&self, event: Received) -> Result<Received, Malformed> {
        let to = party(Some(&self.owner)).ok_or(Malformed::Missing("data.owner"))?;
        Ok(event
            .between(party(self.contact.as_deref()), Some(to))
            .with_detail("sim", self.sim.as_deref())
            .told_at(self.timestamp.as_deref()))
    }

    fn message(&self) -> Result<Received, Malformed> {
        let (id, content) = (self.message_id()?, self.content.as_deref());
        let content = content.ok_or(Malformed::Missing("data.content"))?;
        let files = self.attachments.iter().flatten().filter_map(Value::as_str);
        let media: Vec<Value> = files.map(|url| medium(None, Some(url))).collect();
        Ok(match self.encrypted {
            true => Received::sms(id, None)
                .with_extra("encrypted", true)
                .with_detail("ciphertext", Some(content)),
            false => Received::sms(id, Some(content)),
        }
        .with_media(media))
    }
}
