//! A request as the provider made it.

use std::collections::BTreeMap;

use axum::http::HeaderMap;

use super::Rejection;
use super::form::Form;
use super::json::Flat;
use super::url::Url;

/// A request, raw. Nothing in it is decoded, sorted or normalised: signatures cover these bytes.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// `POST`, `GET`, ….
    pub method: &'a str,
    /// The public URL as the provider called it: the configured scheme and host with the raw path
    /// and query of the request, never rebuilt from `Host` or `X-Forwarded-*`, which anyone can
    /// write.
    pub url: &'a str,
    /// Names are compared without case; repeated ones are kept.
    pub headers: &'a HeaderMap,
    /// The bytes of the body.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A header that the signature needs; empty is missing.
    pub(super) fn header(&self, name: &'static str) -> Result<&'a str, Rejection> {
        self.optional_header(name)?
            .ok_or(Rejection::MissingSignature(name))
    }

    /// The header, if it is there and not empty. Two of a name are refused: whoever checks one and
    /// whoever reads the other would disagree.
    pub(super) fn optional_header(&self, name: &'static str) -> Result<Option<&'a str>, Rejection> {
        let mut values = self.headers.get_all(name).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Rejection::Repeated(name));
        }
        let text = value.to_str().map_err(|_| Rejection::Undecodable(name))?;
        Ok(Some(text.trim()).filter(|text| !text.is_empty()))
    }

    pub(super) fn is_get(&self) -> bool {
        self.method.eq_ignore_ascii_case("GET")
    }

    /// Whether the media type says JSON.
    pub(super) fn is_json(&self) -> bool {
        let value = self
            .headers
            .get("content-type")
            .and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.to_ascii_lowercase().contains("json"))
    }

    pub(super) fn parsed_url(&self) -> Result<Url<'a>, Rejection> {
        Url::split(self.url).ok_or(Rejection::Undecodable("url"))
    }

    /// The fields of query, form or JSON object as text, each name once.
    pub(super) fn fields(&self) -> Result<BTreeMap<String, String>, Rejection> {
        if !self.is_json() || self.is_get() {
            return self.form()?.flat();
        }
        let flat = serde_json::from_slice::<Flat>(self.body);
        flat.map(|flat| flat.0)
            .map_err(|_| Rejection::Undecodable("body"))
    }

    /// The fields of the query (GET) or of the form in the body (all others).
    pub(super) fn form(&self) -> Result<Form<'a>, Rejection> {
        match self.is_get() {
            true => Form::parse(self.parsed_url()?.query.unwrap_or_default().as_bytes()),
            false => Form::parse(self.body),
        }
    }
}
