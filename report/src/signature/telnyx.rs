//! Telnyx: Ed25519 over `telnyx-timestamp`, `|` and the raw body, under the account's public key.
//! <https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::Timestamp;
use ring::signature::{ED25519, UnparsedPublicKey};

use super::{Answer, Kept};

/// The adapter's name.
pub const PROVIDER: &str = "telnyx";
/// Header with the signature, in base64.
pub const SIGNATURE: &str = "telnyx-signature-ed25519";
/// Header with the Unix time, in seconds.
pub const TIMESTAMP: &str = "telnyx-timestamp";
/// How far the signature's time may lie from ours, in seconds, both ways.
pub const AGE_MAX_S: u64 = 300;
/// Length of a public key.
const PUBLIC_KEY_BYTES: usize = 32;

/// An account's public key.
#[derive(Clone)]
pub struct PublicKey([u8; PUBLIC_KEY_BYTES]);

impl PublicKey {
    /// A key of 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<PublicKey> {
        Some(PublicKey(bytes.try_into().ok()?))
    }

    /// As Telnyx shows it.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Whether the account signed this body at this time; `timestamp` and `signature` as in the headers.
    pub fn verify(&self, timestamp: &str, signature: &str, body: &[u8]) -> bool {
        let signed = [timestamp.as_bytes(), b"|", body].concat();
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        let fits = |signature: Vec<u8>| key.verify(&signed, &signature).is_ok();
        STANDARD.decode(signature).is_ok_and(fits)
    }
}

pub(super) fn check(key: &str, kept: &Kept<'_>) -> Answer {
    let key = STANDARD.decode(key).ok();
    let key = key.and_then(|bytes| PublicKey::from_bytes(&bytes));
    let (Some(key), Some(timestamp), Some(signature)) =
        (key, kept.header(TIMESTAMP), kept.header(SIGNATURE))
    else {
        return Answer::Silent;
    };
    let fits = key.verify(timestamp, signature, kept.body);
    let is_number = timestamp.bytes().all(|b| b.is_ascii_digit());
    let unix_s = timestamp.parse().ok().filter(|_| is_number);
    super::answer(fits, unix_s.map(Timestamp::from_unix_s), kept, AGE_MAX_S)
}
