//! Requests as the providers make them, and how they fare.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use honeytoken::{Secret, Timestamp};
use ring::{digest, hmac};
use serde_json::{Value, json};

use crate::provider::{Provider, Received, Request, Webhook};

/// 2026-10-03T04:00:00Z.
pub(super) const NOW: Timestamp = Timestamp::from_unix_s(1_791_000_000);
/// The webhook's public address.
pub(super) const URL: &str = "https://hooks.example.net/hooks/line";

/// A request with its own bytes.
#[derive(Clone)]
pub(super) struct Post {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Post {
    pub(super) fn new(url: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Post {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Post {
            method: "POST",
            url: url.to_owned(),
            headers,
            body: body.into(),
        }
    }

    pub(super) fn json(url: &str, body: impl Into<Vec<u8>>) -> Post {
        Post::new(url, "application/json", body)
    }

    pub(super) fn form(url: &str, body: impl Into<Vec<u8>>) -> Post {
        Post::new(url, "application/x-www-form-urlencoded", body)
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Post {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn header_map(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        map
    }

    /// What becomes of it: its events; the code of its refusal; or, of a genuine one, a word and
    /// what could not be read.
    pub(super) fn to(&self, webhook: &Webhook, now: Timestamp) -> Result<Vec<Received>, String> {
        let headers = self.header_map();
        let request = Request {
            method: self.method,
            url: &self.url,
            headers: &headers,
            body: &self.body,
        };
        let verified = webhook
            .verify(request, now)
            .map_err(|refusal| refusal.code().to_owned())?;
        verified
            .parse()
            .map_err(|malformed| format!("malformed: {malformed}"))
    }

    /// Its one event.
    pub(super) fn event(&self, webhook: &Webhook) -> Received {
        let events = self.to(webhook, NOW).unwrap();
        assert_eq!(events.len(), 1);
        events.into_iter().next().unwrap()
    }
}

pub(super) fn connect(provider: &str, secrets: &[(&str, &str)]) -> Webhook {
    let secrets: BTreeMap<String, Secret> = secrets
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Secret::new(*value)))
        .collect();
    Provider::find(provider).unwrap().connect(&secrets).unwrap()
}

pub(super) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes))
}

pub(super) fn hmac_sha256(key: impl AsRef<[u8]>, message: impl AsRef<[u8]>) -> hmac::Tag {
    hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()),
        message.as_ref(),
    )
}

pub(super) fn hmac_sha1(key: impl AsRef<[u8]>, message: impl AsRef<[u8]>) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_ref());
    hmac::sign(&key, message.as_ref())
}

/// A token under HS256.
pub(super) fn jwt(key: &str, claims: &Value) -> String {
    jwt_under("HS256", key, claims)
}

/// A token that says it is under that algorithm, and is under HS256.
pub(super) fn jwt_under(algorithm: &str, key: &str, claims: &Value) -> String {
    let header = json!({ "alg": algorithm, "typ": "JWT" }).to_string();
    let header = URL_SAFE_NO_PAD.encode(header);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let tag = URL_SAFE_NO_PAD.encode(hmac_sha256(key, &signed));
    format!("{signed}.{tag}")
}

/// What a token claims.
pub(super) fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}
