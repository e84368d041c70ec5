//! API keys: recognisable, of fixed length, kept only as a digest.

use std::fmt;
use std::str::FromStr;

use ring::digest::{SHA256, digest};

/// What every key begins with, so that scanners of leaked secrets know one when they see it.
const PREFIX: &str = "cnry_";
/// Random bytes in a key.
pub(crate) const RANDOM_BYTES: usize = 32;
/// Characters after the prefix: two hex digits a byte, and two of a checksum.
const TAIL_CHARACTERS: usize = 2 * RANDOM_BYTES + 2;

/// A key as its owner holds it: `cnry_`, 64 hex digits, and a two-digit checksum that catches
/// typing errors and is not for security.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// Another beginning.
    #[error("key does not begin with cnry_")]
    Prefix,
    /// Another length.
    #[error("key is cut short or too long; it has 71 characters")]
    Length,
    /// Another character, or a typing error.
    #[error("key has a typing error: its checksum does not fit")]
    Checksum,
}

impl ApiKey {
    /// The key made of these random bytes.
    pub fn from_random(bytes: [u8; RANDOM_BYTES]) -> ApiKey {
        let hex = hex(&bytes);
        let check = checksum(&hex);
        ApiKey(format!("{PREFIX}{hex}{check}"))
    }

    /// The text; the caller must not log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text in lower-case hex: all that is kept of a key.
    pub fn sha256(&self) -> String {
        hex(digest(&SHA256, self.0.as_bytes()).as_ref())
    }
}

impl FromStr for ApiKey {
    type Err = ApiKeyError;

    fn from_str(text: &str) -> Result<ApiKey, ApiKeyError> {
        let tail = text.strip_prefix(PREFIX).ok_or(ApiKeyError::Prefix)?;
        if tail.len() != TAIL_CHARACTERS {
            return Err(ApiKeyError::Length);
        }
        let split = tail
            .split_at_checked(2 * RANDOM_BYTES)
            .ok_or(ApiKeyError::Checksum)?;
        (checksum(split.0) == split.1)
            .then(|| ApiKey(text.to_owned()))
            .ok_or(ApiKeyError::Checksum)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

fn checksum(hex_digits: &str) -> String {
    hex(&digest(&SHA256, hex_digits.as_bytes()).as_ref()[..1])
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |four: u8| char::from(DIGITS[usize::from(four)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "cnry_000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f6c";

    fn example() -> ApiKey {
        ApiKey::from_random(std::array::from_fn(|i| u8::try_from(i).unwrap()))
    }

    #[test]
    fn the_format_does_not_drift() {
        assert_eq!(example().expose(), EXAMPLE);
        assert_eq!(EXAMPLE.parse::<ApiKey>().unwrap(), example());
        assert_eq!(format!("{:?}", example()), "ApiKey(…)");
    }

    #[test]
    fn one_reason_per_refusal() {
        assert_eq!("sk_live".parse::<ApiKey>(), Err(ApiKeyError::Prefix));
        assert_eq!("cnry_00".parse::<ApiKey>(), Err(ApiKeyError::Length));
        let typo = EXAMPLE.replacen("0001", "0002", 1);
        assert_eq!(typo.parse::<ApiKey>(), Err(ApiKeyError::Checksum));
        let wide = format!("cnry_{}", "é".repeat(33));
        assert_eq!(wide.parse::<ApiKey>(), Err(ApiKeyError::Checksum));
    }
}
