//! Vonage SMS API: inbound messages, signed with the account's legacy signature.
//!
//! A GET query, a form, or a JSON object of the same fields, by account setting:
//! <https://developer.vonage.com/en/messaging/sms/guides/inbound-sms>. `sig` covers all decoded
//! fields and `timestamp`:
//! <https://developer.vonage.com/en/getting-started/concepts/signing-messages>. Signing must be
//! switched on by Vonage's support; without it nothing is accepted.
//!
//! Receipts of what the line sent may come to the same address
//! (<https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts>): they have a `status`,
//! which no inbound message has, and no text; their `to` is the sender's id, `msisdn` the called.
//!
//! A long message comes as one webhook per part (`concat-*`), which the fold joins. `message-timestamp` is the time of
//! the push, so the signed `timestamp` is taken.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use honeytoken::{Authentication, Medium, Timestamp};
use md5::{Digest as _, Md5};
use ring::hmac as sha;
use serde_json::json;

use super::mac::{Keys, hex, passed, same};
use super::party::party_without_plus;
use super::settings::{API_BASE, Secrets};
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Dedupe, Malformed, Provider, Received, Refusal, Rejection, Request, SecretName,
    SettingsError, Verified, parts, when,
};

const SIG: &str = "sig";
const TIMESTAMP: &str = "timestamp";
const API_KEY: &str = "api-key";

pub(super) static PROVIDER: Provider = Provider {
    id: "vonage_sms",
    title: "Vonage SMS API",
    carries: &[Carries::Sms],
    authentication: &[Authentication::MacBody],
    secrets: &[
        SecretName::required("signature_secret", "the account's signature secret"),
        SecretName::required(
            "signature_method",
            "as in the dashboard: md5hash (\"MD5 hash\"), or an HMAC: md5, sha1, sha256, sha512",
        ),
        SecretName::optional(
            "api_key",
            "the only account whose messages are taken; also used to ask the account",
        ),
        SecretName::account("api_secret", "to ask the account"),
        API_BASE,
    ],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| Ok(Box::new(VonageSms::new(secrets)?)),
};

struct VonageSms {
    method: Method,
    account: Option<String>,
}

/// "MD5 hash" and "MD5 HMAC" are two methods; the others are HMACs.
enum Method {
    Md5Hash(Vec<String>),
    Md5Hmac(Vec<String>),
    Sha(Keys),
}

impl VonageSms {
    fn new(secrets: &Secrets<'_>) -> Result<VonageSms, SettingsError> {
        let keys = secrets.rotating_required("signature_secret")?;
        let owned = || keys.iter().map(|key| (*key).to_owned()).collect();
        let method = match secrets
            .required("signature_method")?
            .to_ascii_lowercase()
            .as_str()
        {
            "md5hash" => Method::Md5Hash(owned()),
            "md5" => Method::Md5Hmac(owned()),
            "sha1" => Method::Sha(Keys::new(sha::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &keys)),
            "sha256" => Method::Sha(Keys::new(sha::HMAC_SHA256, &keys)),
            "sha512" => Method::Sha(Keys::new(sha::HMAC_SHA512, &keys)),
            _ => {
                let wanted = "one of md5hash, md5, sha1, sha256, sha512";
                return Err(SettingsError::Form {
                    name: "signature_method",
                    wanted,
                });
            }
        };
        Ok(VonageSms {
            method,
            account: secrets.optional("api_key").map(str::to_owned),
        })
    }
}

impl Method {
    fn verify(&self, signed: &str, sig: &str) -> bool {
        match self {
            Method::Sha(keys) => keys.verify_hex(&[signed.as_bytes()], sig),
            Method::Md5Hash(keys) => keys.iter().any(|key| {
                let hash = Md5::digest(format!("{signed}{key}"));
                same(hex(&hash).as_bytes(), sig.to_ascii_lowercase().as_bytes())
            }),
            Method::Md5Hmac(keys) => keys.iter().any(|key| {
                Hmac::<Md5>::new_from_slice(key.as_bytes()).is_ok_and(|mac| {
                    let tag = mac.chain_update(signed).finalize().into_bytes();
                    same(hex(&tag).as_bytes(), sig.to_ascii_lowercase().as_bytes())
                })
            }),
        }
    }
}

impl Adapter for VonageSms {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        let fields = request.fields()?;
        let sig = fields.get(SIG).filter(|sig| !sig.is_empty());
        let sig = sig.ok_or(Rejection::MissingSignature(SIG))?;
        passed(self.method.verify(&signed(&fields), sig))?;
        let timestamp = fields
            .get(TIMESTAMP)
            .ok_or(Rejection::MissingSignature(TIMESTAMP))?;
        let signed_at = when::unix_s(timestamp, TIMESTAMP)?;
        when::fresh(now, signed_at, when::SIGNATURE_AGE_MAX_S, TIMESTAMP)?;
        match (&self.account, fields.get(API_KEY)) {
            (Some(ours), theirs) if theirs != Some(ours) => {
                Err(Rejection::WrongAccount(API_KEY).into())
            }
            _ => Ok(Authentication::MacBody.into()),
        }
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        Ok(vec![message(&verified.request.fields()?)?])
    }
}

/// In the order in which they are signed.
type Fields = BTreeMap<String, String>;

/// `&name=value` for each field but the signature; `&` and `=` inside a value become `_`.
fn signed(fields: &Fields) -> String {
    let covered = fields.iter().filter(|(name, _)| *name != SIG);
    covered
        .map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_")))
        .collect()
}

/// What became of a message that the line itself sent, if that is what it says.
fn receipt(fields: &Fields) -> Option<Received> {
    let get = |name: &str| fields.get(name).map(String::as_str);
    let filled = |name| get(name).filter(|value| !value.is_empty());
    let inbound = ["text", "data", "type", "keyword"];
    let (id, status) = filled("messageId").zip(filled("status"))?;
    if inbound.iter().any(|name| fields.contains_key(*name)) {
        return None;
    }
    let event = Received::part_of(Medium::Control, id, status, id)
        .between(
            party_without_plus(get("to")),
            party_without_plus(get("msisdn")),
        )
        .with_detail("error", get("err-code").filter(|code| *code != "0"))
        .with_detail("network", get("network-code"));
    Some(Received::outgoing(Received {
        claimed_at: signed_at(fields),
        ..event
    }))
}

fn signed_at(fields: &Fields) -> Option<Timestamp> {
    let seconds = fields.get(TIMESTAMP).and_then(|text| when::digits(text));
    seconds.map(Timestamp::from_unix_s)
}

fn message(fields: &Fields) -> Result<Received, Malformed> {
    if let Some(receipt) = receipt(fields) {
        return Ok(receipt);
    }
    let get = |name: &str| fields.get(name).map(String::as_str);
    let filled = |name| {
        get(name)
            .filter(|value| !value.is_empty())
            .ok_or(Malformed::Missing(name))
    };
    let id = filled("messageId")?;
    let to = party_without_plus(Some(filled("to")?));
    let event = Received::sms(id, get("text"))
        .between(party_without_plus(get("msisdn")), to)
        .with_detail("type", get("type"))
        .with_detail("network", get("network-code"))
        .with_detail("data", get("data"))
        .with_detail("udh", get("udh"));
    let event = Received {
        claimed_at: signed_at(fields),
        ..event
    };
    match get("concat") {
        Some("true") => Ok(part(event, id, filled)?),
        _ => Ok(event),
    }
}

/// One part of a long message: its number tells it from the others.
fn part<'f>(
    event: Received,
    id: &str,
    filled: impl Fn(&'static str) -> Result<&'f str, Malformed>,
) -> Result<Received, Malformed> {
    let number = |name| when::digits(filled(name)?).ok_or(Malformed::Value(name));
    let (total, part) = (number("concat-total")?, number("concat-part")?);
    let concat = json!({ "ref": filled("concat-ref")?, "total": total, "part": part });
    let dedupe = Dedupe::Given(format!("{id}:{part}"));
    let part = parts::part(filled("concat-ref")?, part, total);
    Ok(Received {
        dedupe,
        part,
        ..event.with_extra("concat", concat)
    })
}
