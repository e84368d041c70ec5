//! One message, "hello", to one line, as each provider signs and sends it.

mod clouds;
mod phones;
mod signing;
mod unsigned;

use std::sync::LazyLock;

use honeytoken::{Secret, Timestamp};
use md5::{Digest as _, Md5};
use ring::signature::Ed25519KeyPair;
use serde_json::json;

use self::Place::{Host, Order, Path, Port, Query, Scheme};
use self::signing::{basic, nonce, signed_by, sns, sorted_form, standard_webhook, vonage_md5};
use super::kit::{NOW, Post, URL, base64, connect, hex, hmac_sha1, hmac_sha256, jwt, sha256_hex};
use crate::provider::{Calls, Received, Webhook, sign};

/// A part of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Scheme,
    Host,
    Port,
    Path,
    Query,
    /// In which order the fields of the query stand.
    Order,
}

/// How a provider sends, and what its signature covers.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    pub(super) secrets: &'static [(&'static str, &'static str)],
    pub(super) url: &'static str,
    /// Signs a body at a time.
    pub(super) sign: fn(&str, &[u8], Timestamp) -> Post,
    pub(super) body: &'static str,
    /// How the destination stands in the body, with the separator that follows it.
    pub(super) destination: Option<&'static str>,
    /// What tells this message from the next, and how another one has it, `#` being its number;
    /// empty where only the time of signing does.
    pub(super) id: (&'static str, &'static str),
    pub(super) covers_body: bool,
    /// What of its URL the signature covers.
    pub(super) covers_url: &'static [Place],
    /// The oldest signature that is accepted, in seconds.
    pub(super) age_max_s: Option<i64>,
}

impl Sample {
    pub(super) fn webhook(&self) -> Webhook {
        let webhook = connect(self.provider, self.secrets);
        webhook
            .learn_certificate(SNS_CERTIFICATE_URL, SNS_CERTIFICATE)
            .unwrap_or(webhook)
    }

    pub(super) fn post(&self, body: impl AsRef<[u8]>, at: Timestamp) -> Post {
        (self.sign)(self.url, body.as_ref(), at)
    }
}

pub(super) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const URL_WITH_TOKEN: &str =
    "https://hooks.example.net/hooks/line/0123456789abcdef0123456789abcdef";
const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
const BASIC: &[(&str, &str)] = &[("basic_user", "canary"), ("basic_password", "pass:word")];
const SNS_TOPIC: &str = "arn:aws:sns:us-east-1:837785849826:line";
const SNS_CERTIFICATE_URL: &str = "https://sns.us-east-1.amazonaws.com/made-for-tests.pem";
const SNS_CERTIFICATE: &str = include_str!("../data/sns_test_certificate.pem");
const SNS_KEY: &str = include_str!("../data/sns_test_key.pem");
const ED25519_SEED: [u8; 32] = [7; 32];

const CXML: &str = "MessageSid=SM1&To=%2B14155550132&From=%2B14155550199&Body=hello";
const TO: Option<&str> = Some(r#""to":"+14155550132","#);
const CXML_TO: Option<&str> = Some("To=%2B14155550132&");

const WHOLE_URL: &[Place] = &[Scheme, Host, Port, Path, Query, Order];
/// Twilio and those after it sign the port or not, so a request fits either way.
const URL_BUT_PORT: &[Place] = &[Scheme, Host, Path, Query, Order];

const SIGNED_BODY: Sample = Sample {
    name: "",
    provider: "",
    secrets: &[("signing_key", TOKEN)],
    url: URL,
    sign: |url, body, _| Post::json(url, body),
    body: "",
    destination: None,
    id: ("m1", "m#"),
    covers_body: true,
    covers_url: &[],
    age_max_s: None,
};

const UNSIGNED_BODY: Sample = Sample {
    covers_body: false,
    ..SIGNED_BODY
};

const URL_TOKEN: Sample = Sample {
    secrets: &[("url_token", TOKEN)],
    url: URL_WITH_TOKEN,
    ..UNSIGNED_BODY
};

/// One for each way in which a provider signs.
pub(super) static SAMPLES: LazyLock<Vec<Sample>> =
    LazyLock::new(|| [clouds::SAMPLES, phones::SAMPLES, unsigned::SAMPLES].concat());

/// Where the tests' own SNS certificate would be fetched, and the certificate.
pub(super) fn certificate() -> (&'static str, &'static str) {
    (SNS_CERTIFICATE_URL, SNS_CERTIFICATE)
}

/// The sample of that name.
pub(super) fn sample(name: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.name == name).unwrap()
}

/// The one event in a body of this sample's.
pub(super) fn event(name: &str, body: &str) -> Received {
    let sample = sample(name);
    sample.post(body, NOW).event(&sample.webhook())
}

/// Why a body of this sample's is refused.
pub(super) fn refused(name: &str, body: &str) -> String {
    let sample = sample(name);
    sample
        .post(body, NOW)
        .to(&sample.webhook(), NOW)
        .unwrap_err()
}

/// What a body of this sample's is answered.
pub(super) fn answer(name: &str, body: &str, calls: Calls) -> String {
    let sample = sample(name);
    let events = sample.post(body, NOW).to(&sample.webhook(), NOW).unwrap();
    sample.webhook().answer(&events, calls).body
}
