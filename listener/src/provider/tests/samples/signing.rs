//! The providers' side: how each signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Secret, Timestamp};
use md5::{Digest as _, Md5};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::super::kit::{Post, base64, hex};
use super::{SNS_CERTIFICATE_URL, SNS_KEY, SNS_TOPIC, TOKEN, WHSEC};
use crate::provider::sign;

pub(super) fn signed_by(post: Post, headers: sign::Headers) -> Post {
    headers
        .into_iter()
        .fold(post, |post, (name, value)| post.with(name, value))
}

pub(super) fn standard_webhook(url: &str, body: &[u8], at: Timestamp) -> Post {
    let id = format!("msg_{}", number_in(body));
    let headers = sign::standard_webhook(&Secret::new(WHSEC), &id, at, body).unwrap();
    signed_by(Post::json(url, body), headers)
}

/// The number of a message whose id stands in a header, from a field that is passed over.
fn number_in(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let after = text.split_once(r#""n":""#).map_or("", |(_, after)| after);
    after.chars().take_while(char::is_ascii_digit).collect()
}

/// A number used once: the same for the same body.
pub(super) fn nonce(body: &[u8]) -> String {
    super::sha256_hex(body)[..16].to_owned()
}

pub(super) fn basic(url: &str, body: &[u8], _: Timestamp) -> Post {
    Post::json(url, body).with(
        "authorization",
        format!("Basic {}", base64("canary:pass:word")),
    )
}

/// The fields of a form whose values need no decoding but `%2B`, sorted, as they are signed.
pub(super) fn sorted_form(body: &[u8]) -> Vec<u8> {
    let mut fields: Vec<_> = body
        .split(|byte| *byte == b'&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let at = field.iter().position(|byte| *byte == b'=');
            let (name, value) = field.split_at(at.unwrap_or(field.len()));
            let value = value.strip_prefix(b"=").unwrap_or_default();
            (
                percent_encoding::percent_decode(name),
                percent_encoding::percent_decode(value),
            )
        })
        .map(|(name, value)| (name.collect::<Vec<u8>>(), value.collect::<Vec<u8>>()))
        .collect();
    fields.sort();
    fields
        .into_iter()
        .flat_map(|(name, value)| [name, value].concat())
        .collect()
}

/// Vonage's "MD5 hash" of a form whose values need no decoding.
pub(super) fn vonage_md5(body: &[u8]) -> String {
    let mut fields: Vec<&[u8]> = body
        .split(|byte| *byte == b'&')
        .filter(|f| !f.is_empty())
        .collect();
    fields.sort_by_key(|field| field.split(|byte| *byte == b'=').next().map(<[u8]>::to_vec));
    let signed = |field: &&[u8]| {
        let at = field
            .iter()
            .position(|byte| *byte == b'=')
            .unwrap_or(field.len());
        let value: Vec<u8> = field[at..]
            .iter()
            .skip(1)
            .map(|b| if *b == b'=' { b'_' } else { *b })
            .collect();
        [b"&", &field[..at], b"=", &value].concat()
    };
    let mut signed: Vec<u8> = fields.iter().flat_map(signed).collect();
    signed.extend(TOKEN.as_bytes());
    hex(Md5::digest(signed))
}

/// An envelope around `message`, whose bytes stand in it as they are but for quotes.
pub(super) fn sns(url: &str, message: &[u8], at: Timestamp) -> Post {
    let fields = [
        ("Message", message.to_vec()),
        ("MessageId", b"n1".to_vec()),
        ("Timestamp", at.to_string().into_bytes()),
        ("TopicArn", SNS_TOPIC.as_bytes().to_vec()),
        ("Type", b"Notification".to_vec()),
    ];
    let signed = fields
        .iter()
        .map(|(name, value)| [name.as_bytes(), b"\n", value, b"\n"].concat());
    let signature = rsa_sha256(&signed.collect::<Vec<_>>().concat());
    let unsigned = [
        ("SignatureVersion", b"2".to_vec()),
        ("SigningCertURL", SNS_CERTIFICATE_URL.as_bytes().to_vec()),
        ("Signature", STANDARD.encode(signature).into_bytes()),
    ];
    let fields = fields.iter().chain(&unsigned);
    let fields = fields
        .map(|(name, value)| [b"\"", name.as_bytes(), b"\":\"", &escaped(value), b"\""].concat());
    let body = [
        b"{",
        fields.collect::<Vec<_>>().join(&b',').as_slice(),
        b"}",
    ]
    .concat();
    Post::new(url, "text/plain; charset=UTF-8", body)
}

pub(super) fn escaped(value: &[u8]) -> Vec<u8> {
    let escape = |byte: &u8| match byte {
        b'"' | b'\\' => vec![b'\\', *byte],
        0..0x20 => format!("\\u{byte:04x}").into_bytes(),
        other => vec![*other],
    };
    value.iter().flat_map(escape).collect()
}

pub(super) fn rsa_sha256(message: &[u8]) -> Vec<u8> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(SNS_KEY.as_bytes()).unwrap();
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message,
        &mut signature,
    )
    .unwrap();
    signature
}
