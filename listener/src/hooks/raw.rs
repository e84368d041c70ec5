//! The request as it came, and how it is kept: whole, its credentials apart.

use axum::http::{HeaderMap, Method};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use honeytoken::{ConnectionId, Contact, Event, Medium, RawBody, Secret, Timestamp, Unparsed};
use ring::digest::{SHA256, digest};
use store::Draft;

use super::URL_CREDENTIAL;
use crate::api_key::hex;
use crate::provider::{Malformed, Provider, Received, Verified};

/// Each contact keeps the whole request, so that a batch is written as often as it has events: the most
/// that one request may come to, in bytes.
pub(crate) const COPIES_BYTES_MAX: usize = 64 * 1024 * 1024;

type Apart = (String, Vec<(String, String)>, Vec<(String, Secret)>);

/// The request as it came.
pub(super) struct Raw<'a> {
    pub(super) id: &'a ConnectionId,
    pub(super) provider: &'static Provider,
    pub(super) method: &'a Method,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
}

impl Raw<'_> {
    /// The events, if the request can be kept with each of them.
    pub(super) fn copied_for(&self, events: Vec<Received>) -> Result<Vec<Received>, Malformed> {
        match events.len().saturating_mul(self.body.len()) > COPIES_BYTES_MAX {
            true => Err(Malformed::TooManyEvents),
            false => Ok(events),
        }
    }

    /// One contact an event; a request without events is kept as the gateway's own business.
    pub(super) fn contacts(
        &self,
        url: &str,
        events: &[Received],
        verified: &Verified<'_>,
        now: Timestamp,
    ) -> Vec<Draft> {
        let control = [self.control()];
        let events = if events.is_empty() {
            control.as_slice()
        } else {
            events
        };
        let (url, headers, credentials) = self.apart(url);
        let credentials = Some(credentials).filter(|c| !c.is_empty());
        let nonce = verified.nonce().map(Box::new);
        let contact = |event: &Received| Contact {
            authentication: verified.authentication(),
            nonce: nonce.clone(),
            raw_method: Some(self.method.to_string()),
            raw_url: Some(url.clone()),
            raw_headers: Some(headers.clone()),
            raw_body: Some(raw_body(self.body)),
            raw_credentials: credentials.clone(),
            ..event.to_contact(self.id.clone(), now)
        };
        let draft = |event| Draft {
            at: now,
            by: None,
            event: Event::Contact(contact(event)),
        };
        events.iter().map(draft).collect()
    }

    fn control(&self) -> Received {
        let digest = hex(digest(&SHA256, self.body).as_ref());
        Received::new(Medium::Control, "empty", &format!("body:{digest}"))
    }

    pub(super) fn unparsed(
        &self,
        url: &str,
        verified: &Verified<'_>,
        malformed: &Malformed,
        now: Timestamp,
    ) -> Event {
        let (raw_url, raw_headers, raw_credentials) = self.apart(url);
        Event::Unparsed(Unparsed {
            connection: self.id.clone(),
            reason: malformed.to_string(),
            received_at: now,
            authentication: verified.authentication(),
            nonce: verified.nonce().map(Box::new),
            raw_method: self.method.to_string(),
            raw_url,
            raw_headers,
            raw_body: raw_body(self.body),
            raw_credentials,
        })
    }

    /// URL, headers and credentials, apart.
    fn apart(&self, url: &str) -> Apart {
        let mut headers = Vec::with_capacity(self.headers.len());
        let mut credentials = Vec::new();
        for (name, value) in self.headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            match self.is_credential(name.as_str()) {
                true => credentials.push((name.to_string(), Secret::new(value))),
                false => headers.push((name.to_string(), value)),
            }
        }
        if !self.provider.credential_in_url {
            return (url.to_owned(), headers, credentials);
        }
        credentials.push((URL_CREDENTIAL.to_owned(), Secret::new(url)));
        (format!("/hooks/{}", self.id), headers, credentials)
    }

    fn is_credential(&self, header: &str) -> bool {
        let always = matches!(header, "authorization" | "cookie" | "proxy-authorization");
        always
            || self
                .provider
                .credential_headers
                .iter()
                .any(|h| h.eq_ignore_ascii_case(header))
    }
}

fn raw_body(body: &Bytes) -> RawBody {
    match std::str::from_utf8(body) {
        Ok(text) => RawBody::Text(text.to_owned()),
        Err(_) => RawBody::Base64(STANDARD.encode(body)),
    }
}
