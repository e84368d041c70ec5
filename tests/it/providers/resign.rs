//! The providers' side, written from their own pages and not from the program's adapters: a captured
//! request, signed again at another time.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::{Digest as _, Md5};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{digest, hmac};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;

/// Keys of the tests' own, where the provider's private key is the provider's alone.
const ED25519_SEED: [u8; 32] = [7; 32];
const RSA_KEY: &str = include_str!("../../../listener/src/provider/tests/data/sns_test_key.pem");
const RSA_CERTIFICATE: &str =
    include_str!("../../../listener/src/provider/tests/data/sns_test_certificate.pem");

/// A request as its provider would make it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    /// Secrets that the connection needs beside the captured ones.
    pub(super) secrets: Vec<(&'static str, String)>,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        &found.unwrap().1
    }

    fn set(&mut self, name: &str, value: String) {
        let found = self
            .headers
            .iter_mut()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.unwrap().1 = value;
    }
}

/// The request as it was captured.
pub(super) fn captured(vector: &Value) -> Request {
    let headers = vector["headers"].as_object().unwrap();
    let header =
        |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
    Request {
        headers: headers.iter().map(header).collect(),
        body: vector["body"].as_str().unwrap().to_owned(),
        secrets: Vec::new(),
    }
}

/// The request signed at `at_s`; as it was captured where the scheme knows no time.
pub(super) fn at(vector: &Value, at_s: i64) -> Request {
    let mut request = captured(vector);
    let secret = |name: &str| vector["secret"][name].as_str().unwrap();
    let url = vector["url"].as_str().unwrap();
    match vector["scheme"].as_str().unwrap() {
        "standard-webhooks" => standard(&mut request, secret("whsec"), at_s),
        "sms-gateway-hmac" => gateway(&mut request, secret("signing_key"), at_s),
        "sinch-hmac-nonce" => sinch_sms(&mut request, secret("webhook_secret"), at_s),
        "sinch-voice-v1" | "sinch-voice-v2" => {
            sinch_voice(&mut request, url, secret("secret_base64"), at_s);
        }
        "bird-hmac" => bird(&mut request, url, secret("signing_key"), at_s),
        "vonage-jwt" => token(
            &mut request,
            "authorization",
            secret("signature_secret"),
            at_s,
        ),
        "httpsms-jwt" => token(&mut request, "authorization", secret("signing_key"), at_s),
        "messagebird-jwt" => {
            token(
                &mut request,
                "messagebird-signature-jwt",
                secret("signing_key"),
                at_s,
            );
        }
        "vonage-legacy-sig" => vonage_sms(&mut request, secret("signature_secret"), at_s),
        "smsforwarder-sign" => smsforwarder(&mut request, secret("secret"), at_s),
        "huawei-aksk" | "huawei-wsse" => huawei(&mut request, secret("app_secret"), at_s),
        "telnyx-ed25519" => telnyx(&mut request, at_s),
        "aws-sns-rsa" => sns(&mut request, at_s),
        _ => {}
    }
    request
}

/// Whether the tests can sign with the same key as the captured request.
pub(super) fn has_the_captured_key(vector: &Value) -> bool {
    !matches!(
        vector["scheme"].as_str(),
        Some("telnyx-ed25519" | "aws-sns-rsa")
    )
}

/// When the captured request was signed, as far as its scheme says so.
pub(super) fn signed_at(vector: &Value) -> i64 {
    let request = captured(vector);
    let header = |name: &str| request.header(name).parse().unwrap();
    match vector["scheme"].as_str().unwrap() {
        "standard-webhooks" => header("webhook-timestamp"),
        "sms-gateway-hmac" => header("x-timestamp"),
        "sinch-hmac-nonce" => header("x-sinch-webhook-signature-timestamp"),
        "bird-hmac" => header("messagebird-request-timestamp"),
        "smsforwarder-sign" => number_after(&request.body, "timestamp") / 1_000,
        "vonage-legacy-sig" => number_after(&request.body, "timestamp"),
        // 2026-10-03T04:00:00Z, as their times are written.
        _ => 1_791_000_000,
    }
}

fn standard(request: &mut Request, whsec: &str, at_s: i64) {
    let key = padded(whsec.trim_start_matches("whsec_"));
    let signed = format!("{}.{at_s}.{}", request.header("webhook-id"), request.body);
    request.set("webhook-timestamp", at_s.to_string());
    request.set(
        "webhook-signature",
        format!("v1,{}", base64(sha256(&key, &signed))),
    );
}

fn gateway(request: &mut Request, key: &str, at_s: i64) {
    let tag = sha256(key.as_bytes(), &format!("{}{at_s}", request.body));
    request.set("x-timestamp", at_s.to_string());
    request.set("x-signature", hex(tag.as_ref()));
}

fn sinch_sms(request: &mut Request, key: &str, at_s: i64) {
    let nonce = request.header("x-sinch-webhook-signature-nonce");
    let tag = sha256(key.as_bytes(), &format!("{}.{nonce}.{at_s}", request.body));
    request.set("x-sinch-webhook-signature-timestamp", at_s.to_string());
    request.set("x-sinch-webhook-signature", base64(tag));
}

fn sinch_voice(request: &mut Request, url: &str, key: &str, at_s: i64) {
    let digest = base64(Md5::digest(&request.body));
    let path = url.split_once("://").unwrap().1.split_once('/').unwrap().1;
    let (kind, at) = (request.header("content-type"), iso_ms(at_s));
    let signed = format!("POST\n{digest}\n{kind}\nx-timestamp:{at}\n/{path}");
    let tag = base64(sha256(&STANDARD.decode(key).unwrap(), &signed));
    let (scheme, credentials) = request.header("authorization").split_once(' ').unwrap();
    let application = credentials.split_once(':').unwrap().0;
    let authorization = format!("{scheme} {application}:{tag}");
    request.set("x-timestamp", at);
    request.set("authorization", authorization);
}

fn bird(request: &mut Request, url: &str, key: &str, at_s: i64) {
    let body = digest::digest(&digest::SHA256, request.body.as_bytes());
    let signed = [format!("{at_s}\n{url}\n").as_bytes(), body.as_ref()].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    request.set("messagebird-request-timestamp", at_s.to_string());
    request.set("messagebird-signature", base64(hmac::sign(&key, &signed)));
}

/// A JSON Web Token with its times moved; all else stays byte for byte.
fn token(request: &mut Request, header: &str, key: &str, at_s: i64) {
    let value = request.header(header).to_owned();
    let (scheme, token) = value
        .rsplit_once(' ')
        .map_or(("", &*value), |(s, t)| (s, t));
    let mut parts = token.split('.');
    let (head, claims) = (parts.next().unwrap(), parts.next().unwrap());
    let mut claims = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let issued = number_after(&claims, "iat");
    for name in ["iat", "nbf", "exp"] {
        if claims.contains(&format!("\"{name}\"")) {
            let then = number_after(&claims, name);
            claims = claims.replace(
                &format!("\"{name}\":{then}"),
                &format!("\"{name}\":{}", then - issued + at_s),
            );
        }
    }
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
    let tag = URL_SAFE_NO_PAD.encode(sha256(key.as_bytes(), &signed));
    let space = if scheme.is_empty() { "" } else { " " };
    request.set(header, format!("{scheme}{space}{signed}.{tag}"));
}

/// The dashboard's "MD5 hash" over a JSON object of texts.
fn vonage_sms(request: &mut Request, key: &str, at_s: i64) {
    let then = number_after(&request.body, "timestamp").to_string();
    request.body = request.body.replace(
        &format!("\"timestamp\":\"{then}\""),
        &format!("\"timestamp\":\"{at_s}\""),
    );
    let fields: std::collections::BTreeMap<String, String> =
        serde_json::from_str(&request.body).unwrap();
    let signed: String = fields
        .iter()
        .filter(|(name, _)| *name != "sig")
        .map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_")))
        .collect();
    let sig = hex(&Md5::digest(format!("{signed}{key}")));
    request.body = request.body.replace(&fields["sig"], &sig);
}

fn smsforwarder(request: &mut Request, secret: &str, at_s: i64) {
    let then = number_after(&request.body, "timestamp");
    let at = at_s * 1_000 + then % 1_000;
    let sign = |ms: i64| base64(sha256(secret.as_bytes(), &format!("{ms}\n{secret}")));
    // The app encodes it once for itself, and a form once more.
    let encode = |text: String, percent: &str| {
        let escape = |c: char| match c {
            '+' => format!("{percent}2B"),
            '/' => format!("{percent}2F"),
            '=' => format!("{percent}3D"),
            other => other.to_string(),
        };
        text.chars().map(escape).collect::<String>()
    };
    let percent = if request.body.starts_with('{') {
        "%"
    } else {
        "%25"
    };
    let body = request
        .body
        .replace(&encode(sign(then), percent), &encode(sign(at), percent));
    request.body = body.replace(&then.to_string(), &at.to_string());
}

fn huawei(request: &mut Request, secret: &str, at_s: i64) {
    let is_aksk = request
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("x-aksk"));
    let name = if is_aksk { "x-aksk" } else { "x-wsse" };
    let value = request.header(name).to_owned();
    let field = |name: &str| {
        value
            .split_once(&format!("{name}=\""))
            .unwrap()
            .1
            .split('"')
            .next()
            .unwrap()
    };
    let (nonce, created) = (field("Nonce"), iso(at_s));
    let digest = match is_aksk {
        true => base64(sha256(secret.as_bytes(), &format!("{nonce}{created}"))),
        false => base64(digest::digest(
            &digest::SHA256,
            format!("{nonce}{created}{secret}").as_bytes(),
        )),
    };
    let value = value
        .replace(field("PasswordDigest"), &digest)
        .replace(field("Created"), &created);
    request.set(name, value);
}

fn telnyx(request: &mut Request, at_s: i64) {
    let key = Ed25519KeyPair::from_seed_unchecked(&ED25519_SEED).unwrap();
    let signature = key.sign(format!("{at_s}|{}", request.body).as_bytes());
    request.set("telnyx-timestamp", at_s.to_string());
    request.set("telnyx-signature-ed25519", base64(signature));
    request.secrets = vec![("public_key", base64(key.public_key()))];
}

fn sns(request: &mut Request, at_s: i64) {
    let mut body: Value = serde_json::from_str(&request.body).unwrap();
    body["Timestamp"] = iso_ms(at_s).into();
    body["SignatureVersion"] = "2".into();
    let names = [
        "Message",
        "MessageId",
        "Subject",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ];
    let line = |name: &&str| Some(format!("{name}\n{}\n", body[*name].as_str()?));
    let signed: String = names.iter().filter_map(line).collect();
    let der = PrivatePkcs8KeyDer::from_pem_slice(RSA_KEY.as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    body["Signature"] = base64(signature).into();
    request.body = body.to_string();
    request.secrets = vec![("certificate_pem", RSA_CERTIFICATE.to_owned())];
}

/// The number after a name, in JSON, as text or number, or in a form.
fn number_after(text: &str, name: &str) -> i64 {
    let quoted = text.split_once(&format!("\"{name}\":"));
    let (_, after) = quoted
        .or_else(|| text.split_once(&format!("{name}=")))
        .unwrap();
    let digits = after
        .trim_start_matches('"')
        .chars()
        .take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap()
}

fn iso(at_s: i64) -> String {
    honeytoken::Timestamp::from_unix_s(at_s).to_string()
}

fn iso_ms(at_s: i64) -> String {
    iso(at_s).replace('Z', ".000Z")
}

fn padded(text: &str) -> Vec<u8> {
    let padding = "=".repeat(text.len().wrapping_neg() % 4);
    STANDARD.decode(format!("{text}{padding}")).unwrap()
}

fn sha256(key: &[u8], signed: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes())
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
