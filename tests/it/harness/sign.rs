//! Requests signed as their providers sign them, written from the providers' own pages and not
//! from the program's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};

use super::http::header;

/// A request to the webhook door, signed.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) method: &'static str,
    /// The connection it is for, with what follows it in the path.
    pub(crate) connection: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Signed {
    /// With a header put in place of the one of that name.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Signed {
        self = self.without(name);
        self.headers.push(header(name, value));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Signed {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }
}

/// <https://www.standardwebhooks.com>: base64 of HMAC-SHA256 over id, time and body.
pub(crate) fn standard(connection: &str, whsec: &str, id: &str, at_s: i64, body: &[u8]) -> Signed {
    let key = STANDARD.decode(whsec.trim_start_matches("whsec_")).unwrap();
    let signed = [format!("{id}.{at_s}.").as_bytes(), body].concat();
    let signature = STANDARD.encode(mac(hmac::HMAC_SHA256, &key, &signed));
    Signed {
        method: "POST",
        connection: connection.to_owned(),
        headers: vec![
            header("content-type", "application/json"),
            header("webhook-id", id),
            header("webhook-timestamp", at_s.to_string()),
            header("webhook-signature", format!("v1,{signature}")),
        ],
        body: body.to_vec(),
    }
}

/// <https://www.twilio.com/docs/usage/webhooks/webhooks-security>: base64 of HMAC-SHA1 over the
/// URL and the sorted parameters.
pub(crate) fn twilio(connection: &str, token: &str, url: &str, fields: &[(&str, &str)]) -> Signed {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let parameters: String = sorted
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    let signed = format!("{url}{parameters}");
    let algorithm = hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
    let signature = STANDARD.encode(mac(algorithm, token.as_bytes(), signed.as_bytes()));
    let pair = |(name, value): &(&str, &str)| format!("{}={}", form(name), form(value));
    Signed {
        method: "POST",
        connection: connection.to_owned(),
        headers: vec![
            header(
                "content-type",
                "application/x-www-form-urlencoded; charset=UTF-8",
            ),
            header("x-twilio-signature", signature),
        ],
        body: fields
            .iter()
            .map(pair)
            .collect::<Vec<_>>()
            .join("&")
            .into_bytes(),
    }
}

/// <https://docs.sms-gate.app/features/webhooks/>: hex of HMAC-SHA256 over body and time.
pub(crate) fn gateway(connection: &str, key: &str, at_s: i64, body: &[u8]) -> Signed {
    let signed = [body, at_s.to_string().as_bytes()].concat();
    let tag = mac(hmac::HMAC_SHA256, key.as_bytes(), &signed);
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    Signed {
        method: "POST",
        connection: connection.to_owned(),
        headers: vec![
            header("content-type", "application/json"),
            header("x-timestamp", at_s.to_string()),
            header("x-signature", hex),
        ],
        body: body.to_vec(),
    }
}

/// <https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks>: base64 of Ed25519 over
/// time, a bar and the body.
pub(crate) fn telnyx(connection: &str, seed: &[u8; 32], at_s: i64, body: &[u8]) -> Signed {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
    let signature = pair.sign(&[format!("{at_s}|").as_bytes(), body].concat());
    Signed {
        method: "POST",
        connection: connection.to_owned(),
        headers: vec![
            header("content-type", "application/json"),
            header("telnyx-timestamp", at_s.to_string()),
            header(
                "telnyx-signature-ed25519",
                STANDARD.encode(signature.as_ref()),
            ),
        ],
        body: body.to_vec(),
    }
}

/// The public key of a seed, as Telnyx shows it.
pub(crate) fn telnyx_public_key(seed: &[u8; 32]) -> String {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
    STANDARD.encode(pair.public_key().as_ref())
}

/// The topic, certificate and address under which [`sns`] signs; made for tests, and used nowhere else.
pub(crate) const SNS_TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:inbound";
pub(crate) const SNS_CERTIFICATE: &str =
    include_str!("../../../listener/src/provider/tests/data/sns_test_certificate.pem");
const SNS_KEY: &str = include_str!("../../../listener/src/provider/tests/data/sns_test_key.pem");

/// <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>: base64 of RSA over names and
/// values of some fields.
pub(crate) fn sns(connection: &str, at: &str, message: &serde_json::Value) -> Signed {
    let fields = [
        ("Message", message.to_string()),
        ("MessageId", format!("id-{at}")),
        ("Timestamp", at.to_owned()),
        ("TopicArn", SNS_TOPIC.to_owned()),
        ("Type", "Notification".to_owned()),
    ];
    let line = |(name, value): &(&str, String)| format!("{name}\n{value}\n");
    let signed: String = fields.iter().map(line).collect();
    let mut body: serde_json::Map<String, serde_json::Value> = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    body.insert("SignatureVersion".to_owned(), "2".into());
    body.insert("Signature".to_owned(), rsa_sha256(signed.as_bytes()).into());
    let url = "https://sns.us-east-1.amazonaws.com/made-for-tests.pem";
    body.insert("SigningCertURL".to_owned(), url.into());
    Signed {
        method: "POST",
        connection: connection.to_owned(),
        headers: vec![header("content-type", "text/plain; charset=UTF-8")],
        body: serde_json::to_vec(&body).unwrap(),
    }
}

fn rsa_sha256(message: &[u8]) -> String {
    let pem: String = SNS_KEY.lines().filter(|l| !l.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(pem).unwrap()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message,
        &mut signature,
    )
    .unwrap();
    STANDARD.encode(signature)
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), text)
        .as_ref()
        .to_vec()
}

/// A value as forms and queries carry it: everything but letters and digits as %XX.
pub(crate) fn form(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
