//! Codes that prove the knowledge of a secret, compared in constant time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac};

use super::{Rejection, SettingsError};

/// The keys of one algorithm: the current one and perhaps its predecessor.
pub(super) struct Keys(Vec<hmac::Key>);

impl Keys {
    pub(super) fn new<K: AsRef<[u8]>>(algorithm: hmac::Algorithm, secrets: &[K]) -> Keys {
        Keys(
            secrets
                .iter()
                .map(|secret| hmac::Key::new(algorithm, secret.as_ref()))
                .collect(),
        )
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The code of the joined `parts` under the newest key; none without a key.
    pub(super) fn sign(&self, parts: &[&[u8]]) -> Option<hmac::Tag> {
        self.0.first().map(|key| hmac::sign(key, &parts.concat()))
    }

    /// Whether `tag` is the code of the joined `parts` under one of the keys.
    pub(super) fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        let signed = parts.concat();
        self.0
            .iter()
            .any(|key| hmac::verify(key, &signed, tag).is_ok())
    }

    /// Like [`Keys::verify`] for a tag in base64 with padding.
    pub(super) fn verify_base64(&self, parts: &[&[u8]], tag: &str) -> bool {
        STANDARD
            .decode(tag)
            .is_ok_and(|tag| self.verify(parts, &tag))
    }

    /// Like [`Keys::verify`] for a tag in hex of either case.
    pub(super) fn verify_hex(&self, parts: &[&[u8]], tag: &str) -> bool {
        unhex(tag).is_some_and(|tag| self.verify(parts, &tag))
    }

    /// Like [`Keys::verify`] for a tag in lower-case hex only.
    pub(super) fn verify_lower_hex(&self, parts: &[&[u8]], tag: &str) -> bool {
        !tag.bytes().any(|b| b.is_ascii_uppercase()) && self.verify_hex(parts, tag)
    }
}

/// Whether two texts are the same, without telling by the time taken where they differ. Their
/// digests are compared under a fixed key, so that lengths stay hidden too.
pub(super) fn same(expected: &[u8], given: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"constant-time comparison");
    hmac::verify(&key, given, hmac::sign(&key, expected).as_ref()).is_ok()
}

/// `Ok` when a check passed.
pub(super) fn passed(check: bool) -> Result<(), Rejection> {
    if check {
        Ok(())
    } else {
        Err(Rejection::BadSignature)
    }
}

/// SHA-256 in lower-case hex.
pub(super) fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    hex(context.finish().as_ref())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

/// A secret that is written in base64.
pub(super) fn decode_secret(
    text: &str,
    name: &'static str,
    wanted: &'static str,
) -> Result<Vec<u8>, SettingsError> {
    let padded = format!("{text}{}", "=".repeat(text.len().wrapping_neg() % 4));
    STANDARD
        .decode(padded)
        .map_err(|_| SettingsError::Form { name, wanted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_of_a_tag() {
        let keys = Keys::new(hmac::HMAC_SHA256, &["old", "key"]);
        let parts: [&[u8]; 2] = [b"The quick brown fox jumps over ", b"the lazy dog"];
        // The example of RFC 2104's Wikipedia page, a fixed point of HMAC-SHA256.
        let tag = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
        assert!(keys.verify_hex(&parts, tag) && keys.verify_lower_hex(&parts, tag));
        assert!(keys.verify_hex(&parts, &tag.to_uppercase()));
        assert!(!keys.verify_lower_hex(&parts, &tag.to_uppercase()));
        assert!(keys.verify_base64(&parts, "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="));
        for bad in [
            "",
            "f",
            "zz",
            &tag[..62],
            &format!("{tag}00"),
            "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg",
        ] {
            assert!(
                !keys.verify_hex(&parts, bad) && !keys.verify_base64(&parts, bad),
                "{bad}"
            );
        }
    }

    #[test]
    fn sameness() {
        assert!(same(b"", b"") && same(b"a:b", b"a:b"));
        assert!(!same(b"a", b"b") && !same(b"a", b"aa") && !same(b"", b"a"));
    }

    #[test]
    fn secrets_with_and_without_padding() {
        for text in ["YWI=", "YWI"] {
            assert_eq!(decode_secret(text, "s", "base64").unwrap(), b"ab");
        }
        assert!(decode_secret("*", "s", "base64").is_err());
    }
}
