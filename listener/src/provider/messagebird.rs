//! MessageBird, before it became Bird: inbound messages.
//!
//! A form or the query of a GET. `MessageBird-Signature-JWT`
//! (<https://developers.messagebird.com/api/#verifying-http-requests>) holds a token under the
//! account's signing key with digests of the full URL and of the raw body, valid for a short time.
//!
//! The names of the form's fields come from old pages of the documentation. Left out: the
//! deprecated pair `MessageBird-Signature` and `MessageBird-Request-Timestamp`.

use honeytoken::{Authentication, Timestamp};
use serde::Deserialize;

use super::jwt::{Algorithm, NumericDate, Tokens};
use super::mac::{passed, same, sha256_hex};
use super::party::party_without_plus;
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName, Verified,
};

const TOKEN: &str = "messagebird-signature-jwt";
const ISSUER: &str = "MessageBird";
/// How far the clocks may differ, in seconds.
const LEEWAY_S: i64 = 1;

pub(super) static PROVIDER: Provider = Provider {
    id: "messagebird",
    title: "MessageBird",
    carries: &[Carries::Sms],
    authentication: &[Authentication::MacBody],
    secrets: &[SecretName::required(
        "signing_key",
        "the account's signing key, not its API key",
    )],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        let keys = secrets.rotating_required("signing_key")?;
        let accepted = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];
        Ok(Box::new(MessageBird {
            tokens: Tokens::new(&keys, &accepted),
        }))
    },
};

struct MessageBird {
    tokens: Tokens,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    nbf: NumericDate,
    exp: NumericDate,
    url_hash: String,
    payload_hash: Option<String>,
}

impl Claims {
    fn check(&self, request: &Request<'_>, now: Timestamp) -> Result<(), Rejection> {
        if self.iss != ISSUER {
            return Err(Rejection::WrongAccount("token's issuer"));
        }
        if now >= self.exp.0.plus_s(LEEWAY_S) || now < self.nbf.0.plus_s(-LEEWAY_S) {
            return Err(Rejection::Stale("token"));
        }
        let is_digest = |hash: &str, of: &[u8]| same(sha256_hex(&[of]).as_bytes(), hash.as_bytes());
        passed(is_digest(&self.url_hash, request.url.as_bytes()))?;
        let payload_hash = self.payload_hash.as_deref().filter(|hash| !hash.is_empty());
        passed(match payload_hash {
            Some(hash) => !request.body.is_empty() && is_digest(hash, request.body),
            None => request.body.is_empty(),
        })
    }
}

impl Adapter for MessageBird {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let claims: Claims = self.tokens.verify(request.header(TOKEN)?)?;
        claims.check(request, now)?;
        Ok(Authentication::MacBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let form = verified.request.form()?;
        let to = party_without_plus(Some(form.filled("recipient")?));
        let event = Received::sms(form.filled("id")?, form.get("body")?)
            .between(party_without_plus(form.get("originator")?), to);
        Ok(vec![event.told_at(form.get("createdDatetime")?)])
    }
}
