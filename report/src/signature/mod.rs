//! Providers' public-key signatures: whoever holds a request can check it, today or in ten years.
//!
//! The door checks them when a request comes; [`crate::bundle::verify`] checks them again for a
//! stranger, under the keys that the log kept. [`telnyx`] is Ed25519, [`sns`] RSA under a certificate.
//!
//! What is not here: whether a key is the provider's own. That the provider has to say.

pub mod sns;
pub mod telnyx;

use honeytoken::{ProviderKey, Timestamp};

/// A request as it was kept.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    /// Names and values in order.
    pub headers: &'a [(String, String)],
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// When it came, by the operator's clock.
    pub received_at: Timestamp,
}

impl<'a> Kept<'a> {
    /// The header of this name, if there is one, and only one.
    fn header(&self, name: &str) -> Option<&'a str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        let (_, value) = values.next()?;
        let value = value.trim_matches([' ', '\t']);
        (values.next().is_none() && !value.is_empty()).then_some(value)
    }
}

/// What a key says about a kept request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Nothing: it is of another scheme, or of another certificate than the request names.
    Silent,
    /// The signature does not fit.
    Wrong,
    /// It fits, and was made at another time than the request is said to have come.
    Stale,
    /// It fits.
    Signed,
}

/// Whether the request was signed by this key, and near the time it is said to have come.
pub fn check(key: &ProviderKey, kept: &Kept<'_>) -> Answer {
    match key.provider.as_str() {
        telnyx::PROVIDER => telnyx::check(&key.key, kept),
        sns::PROVIDER => sns::check(&key.key, key.url.as_deref(), kept),
        _ => Answer::Silent,
    }
}

/// Of a body, what the provider's signature covers, word for word.
pub fn words(provider: &str, body: &[u8]) -> Vec<u8> {
    match provider {
        // The envelope may hold fields that nobody signed.
        sns::PROVIDER => sns::words(body),
        _ => body.to_owned(),
    }
}

fn answer(fits: bool, signed_at: Option<Timestamp>, kept: &Kept<'_>, age_max_s: u64) -> Answer {
    let apart = |at: Timestamp| at.as_micros().abs_diff(kept.received_at.as_micros());
    match (fits, signed_at) {
        (false, _) => Answer::Wrong,
        (true, Some(at)) if apart(at) <= age_max_s * 1_000_000 => Answer::Signed,
        (true, _) => Answer::Stale,
    }
}

#[cfg(test)]
mod tests;
