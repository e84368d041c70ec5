//! A genuine signature under any body, so that what lies behind verification is reached too.
//!
//! Vonage's SMS API and SNS sign fields, not bytes: what is given becomes the fields, or the message in
//! the envelope.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use honeytoken::Secret;
use listener::provider::{Provider, Webhook, sign};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{digest, hmac};
use serde_json::{Map, Value, json};

use super::{NOW, standard};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://hooks.example.net/hooks/line";
const TOKEN_URL: &str = "https://hooks.example.net/hooks/line/0123456789abcdef0123456789abcdef";
const BASIC: &[(&str, &str)] = &[("basic_user", "u"), ("basic_password", "p")];
const TOKEN: &[(&str, &str)] = &[("url_token", KEY)];
const SIGNING_KEY: &[(&str, &str)] = &[("signing_key", KEY)];

type Headers = Vec<(&'static str, String)>;

/// A provider with a connection's secrets, and how it signs.
pub(super) struct Door {
    pub(super) provider: &'static str,
    secrets: &'static [(&'static str, &'static str)],
    pub(super) url: &'static str,
    /// The body with its signature, where that stands in the body.
    pub(super) wrap: fn(&[u8]) -> Vec<u8>,
    pub(super) sign: fn(&[u8]) -> Headers,
}

const fn door(
    provider: &'static str,
    secrets: &'static [(&'static str, &'static str)],
    url: &'static str,
    sign: fn(&[u8]) -> Headers,
) -> Door {
    Door {
        provider,
        secrets,
        url,
        wrap: <[u8]>::to_vec,
        sign,
    }
}

/// A provider whose signature stands in the body.
const fn wrapping(
    provider: &'static str,
    secrets: &'static [(&'static str, &'static str)],
    wrap: fn(&[u8]) -> Vec<u8>,
) -> Door {
    Door {
        wrap,
        ..door(provider, secrets, URL, |_| Vec::new())
    }
}

/// The place of gammu's door.
pub(super) const GAMMU: u8 = 3;

/// All doors; new ones come last, since a corpus names them by place.
pub(super) const DOORS: &[Door] = &[
    door("twilio", &[("auth_token", KEY)], URL, |body| {
        sign::twilio_form(&Secret::new(KEY), URL, body)
    }),
    door("android_sms_gateway", SIGNING_KEY, URL, |body| {
        sign::android_sms_gateway(&Secret::new(KEY), NOW, body)
    }),
    door("standard_webhooks", WHSEC, URL, standard),
    door("gammu_smsd", WHSEC, URL, standard),
    door("bandwidth", BASIC, URL, basic),
    door("infobip", BASIC, URL, basic),
    door("sinch", BASIC, URL, basic),
    door("aliyun_sms", TOKEN, TOKEN_URL, |_| Vec::new()),
    door("aliyun_pnp", TOKEN, TOKEN_URL, |_| Vec::new()),
    door("tencent_sms", TOKEN, TOKEN_URL, |_| Vec::new()),
    door("huawei_privatenumber", HUAWEI, TOKEN_URL, |_| Vec::new()),
    door("smsforwarder", &[("secret", "")], URL, |_| Vec::new()),
    door("telnyx", TELNYX, URL, telnyx),
    door("plivo", &[("auth_token", KEY)], URL, |_| {
        let tag = sha256(format!("{URL}n").as_bytes());
        vec![
            ("x-plivo-signature-v2-nonce", "n".to_owned()),
            ("x-plivo-signature-v2", base64(tag)),
        ]
    }),
    door("signalwire", SIGNING_KEY, URL, |body| {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, KEY.as_bytes());
        let tag = hmac::sign(&key, &[URL.as_bytes(), body].concat());
        vec![("x-signalwire-signature", hex(tag.as_ref()))]
    }),
    door("vonage_jwt", &[("signature_secret", KEY)], URL, |body| {
        let claims = format!(
            r#"{{"iss":"Vonage","iat":{},"payload_hash":"{}"}}"#,
            at(),
            sha256_of(body)
        );
        vec![("authorization", format!("Bearer {}", token(&claims)))]
    }),
    door("httpsms", SIGNING_KEY, URL, |_| {
        let claims = format!(
            r#"{{"iss":"api.httpsms.com","aud":["{URL}"],"nbf":{},"exp":{}}}"#,
            at() - 600,
            at() + 600
        );
        vec![("authorization", format!("Bearer {}", token(&claims)))]
    }),
    door("messagebird", SIGNING_KEY, URL, |body| {
        let url = sha256_of(URL.as_bytes());
        let claims = format!(
            r#"{{"iss":"MessageBird","nbf":{},"exp":{},"url_hash":"{url}","payload_hash":"{}"}}"#,
            at(),
            at() + 60,
            sha256_of(body)
        );
        vec![("messagebird-signature-jwt", token(&claims))]
    }),
    door("bird", SIGNING_KEY, URL, |body| {
        let body = digest::digest(&digest::SHA256, body);
        let signed = [format!("{}\n{URL}\n", at()).as_bytes(), body.as_ref()].concat();
        vec![
            ("messagebird-request-timestamp", at().to_string()),
            ("messagebird-signature", base64(sha256(&signed))),
        ]
    }),
    wrapping("vonage_sms", VONAGE_SMS, vonage_sms),
    wrapping("aws_sns", AWS_SNS, aws_sns),
];

const WHSEC: &[(&str, &str)] = &[("whsec", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")];
const HUAWEI: &[(&str, &str)] = &[("app_key", "a"), ("app_secret", "s"), ("url_token", KEY)];
const TELNYX: &[(&str, &str)] = &[("public_key", "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=")];
const VONAGE_SMS: &[(&str, &str)] = &[("signature_secret", KEY), ("signature_method", "sha256")];
const AWS_SNS: &[(&str, &str)] = &[
    ("allowed_topic_arn", "arn"),
    (
        "certificate_pem",
        include_str!("../../../listener/src/provider/tests/data/sns_test_certificate.pem"),
    ),
];
/// The key under that certificate.
const SNS_KEY: &str = include_str!("../../../listener/src/provider/tests/data/sns_test_key.pem");

/// A connection of the door.
///
/// # Panics
/// When the provider does not take the secrets above.
pub(super) fn connected(door: &Door) -> Webhook {
    let secret = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new(*value));
    let secrets: BTreeMap<_, _> = door.secrets.iter().map(secret).collect();
    let provider = Provider::find(door.provider).expect("a provider of that name");
    provider
        .connect(&secrets)
        .expect("secrets of that provider")
}

pub(super) fn header_map(json: bool, headers: &Headers) -> HeaderMap {
    let kind = if json {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    let mut map = HeaderMap::new();
    map.insert("content-type", HeaderValue::from_static(kind));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            map.append(HeaderName::from_static(name), value);
        }
    }
    map
}

fn at() -> i64 {
    NOW.as_unix_s()
}

fn basic(_: &[u8]) -> Headers {
    vec![("authorization", format!("Basic {}", base64("u:p")))]
}

fn telnyx(body: &[u8]) -> Headers {
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("any seed is a key");
    let signature = key.sign(&[at().to_string().as_bytes(), b"|", body].concat());
    vec![
        ("telnyx-timestamp", at().to_string()),
        ("telnyx-signature-ed25519", base64(signature)),
    ]
}

/// Fields of a form as those of a JSON object, signed.
fn vonage_sms(form: &[u8]) -> Vec<u8> {
    let form = String::from_utf8_lossy(form);
    let pairs = form
        .split('&')
        .map(|f| f.split_once('=').unwrap_or((f, "")));
    let mut fields: BTreeMap<&str, String> = pairs.map(|(n, v)| (n, v.to_owned())).collect();
    fields.remove("sig");
    fields.insert("timestamp", at().to_string());
    let signed = fields.iter();
    let signed = signed.map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_")));
    let sig = hex(sha256(signed.collect::<String>().as_bytes()).as_ref());
    fields.insert("sig", sig);
    let fields = fields.into_iter().map(|(n, v)| (n.to_owned(), v.into()));
    Value::Object(fields.collect::<Map<_, _>>())
        .to_string()
        .into()
}

/// An envelope around a message.
fn aws_sns(message: &[u8]) -> Vec<u8> {
    let message = String::from_utf8_lossy(message);
    let signed = format!(
        "Message\n{message}\nMessageId\nn1\nTimestamp\n{NOW}\nTopicArn\narn\nType\nNotification\n"
    );
    let mut signature = vec![0; RSA.public().modulus_len()];
    RSA.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .expect("room for a signature");
    let envelope = json!({
        "Type": "Notification",
        "MessageId": "n1",
        "TopicArn": "arn",
        "Message": message,
        "Timestamp": NOW.to_string(),
        "SignatureVersion": "2",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/x.pem",
        "Signature": base64(signature),
    });
    envelope.to_string().into()
}

static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| {
    let lines = SNS_KEY.lines().filter(|line| !line.starts_with('-'));
    let der = STANDARD.decode(lines.collect::<String>());
    RsaKeyPair::from_pkcs8(&der.expect("base64")).expect("a key")
});

fn token(claims: &str) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(sha256(signed.as_bytes()))
    )
}

fn sha256(signed: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes()), signed)
}

fn sha256_of(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
