//! JSON Web Tokens under a shared secret (RFC 7519, HS256 and its kin), as far as webhooks use
//! them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use honeytoken::Timestamp;
use ring::hmac;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::mac::{Keys, passed};
use super::{Rejection, Request};

const AUTHORIZATION: &str = "authorization";

/// Which algorithms a provider uses; all others, `none` above all, are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Hs256,
    Hs384,
    Hs512,
}

/// The keys of one secret under each algorithm that is accepted.
pub(super) struct Tokens(Vec<(&'static str, Keys)>);

impl Tokens {
    pub(super) fn new(secrets: &[&str], accepted: &[Algorithm]) -> Tokens {
        let keys = accepted.iter().map(|algorithm| match algorithm {
            Algorithm::Hs256 => ("HS256", Keys::new(hmac::HMAC_SHA256, secrets)),
            Algorithm::Hs384 => ("HS384", Keys::new(hmac::HMAC_SHA384, secrets)),
            Algorithm::Hs512 => ("HS512", Keys::new(hmac::HMAC_SHA512, secrets)),
        });
        Tokens(keys.collect())
    }

    /// The claims of a token that fits.
    pub(super) fn verify<C: DeserializeOwned>(&self, token: &str) -> Result<C, Rejection> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Rejection::BadSignature)?;
        let (header, claims) = signed.split_once('.').ok_or(Rejection::BadSignature)?;
        let header: Header = part(header)?;
        let mut keys = self.0.iter().filter(|(name, _)| *name == header.alg);
        let (_, keys) = keys.next().ok_or(Rejection::UnknownAlgorithm("token"))?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| Rejection::BadSignature)?;
        passed(keys.verify(&[signed.as_bytes()], &signature))?;
        part(claims)
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

fn part<T: DeserializeOwned>(base64: &str) -> Result<T, Rejection> {
    let json = URL_SAFE_NO_PAD
        .decode(base64)
        .map_err(|_| Rejection::Undecodable("token"))?;
    serde_json::from_slice(&json).map_err(|_| Rejection::Undecodable("token"))
}

/// The token in `Authorization: Bearer …`; none if there is no such header.
pub(super) fn bearer<'a>(request: &Request<'a>) -> Result<Option<&'a str>, Rejection> {
    let Some(value) = request.optional_header(AUTHORIZATION)? else {
        return Ok(None);
    };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Rejection::MissingSignature("bearer token")),
    }
}

/// A claim that is a time: Unix seconds (RFC 7519, NumericDate), fractions cut.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
pub(super) struct NumericDate(pub(super) Timestamp);

impl TryFrom<f64> for NumericDate {
    type Error = &'static str;

    fn try_from(seconds: f64) -> Result<NumericDate, &'static str> {
        // The cast saturates, and a Timestamp is clamped: no number of JSON is out of range here.
        match seconds.is_finite() {
            true => Ok(NumericDate(Timestamp::from_unix_s(seconds as i64))),
            false => Err("not a time"),
        }
    }
}
