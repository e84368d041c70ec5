//! Time-stamps of outside authorities (RFC 3161): proof that some bytes existed by a moment that
//! the operator did not choose.
//!
//! - [`Query`]: what is asked, the digest of the bytes and a number used once.
//! - [`verify`]: whether a reply answers for these bytes, signed by a certificate that may sign
//!   time-stamps alone and leads to one of the [`Roots`].
//!
//! What is not here: where replies come from (`listener::anchors`), and revocation: a reply is
//! checked against the moment it states, long after lists of that day are gone.

mod asn1;
mod query;
mod roots;
mod token;

use honeytoken::Timestamp;

use super::Hash;

pub use query::Query;
pub use roots::{Roots, RootsError};

/// The longest reply that is read, in bytes; real ones have three to eight thousand.
pub const REPLY_BYTES_MAX: usize = 64 * 1024;

/// What an authority says, once its reply is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// When it saw the digest, by its own clock.
    pub at: Timestamp,
    /// Its policy, an object identifier.
    pub policy: String,
    /// Its number for this reply, lower-case hex.
    pub serial: String,
    /// SHA-256 of the certificate that signed.
    pub certificate: Hash,
    /// SHA-256 of the root that the chain leads to, as given in [`Roots`].
    pub root: Hash,
}

/// Why a reply proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampError {
    /// It is too long to be one.
    #[error("time-stamp is longer than 64 KiB")]
    TooLong,
    /// The bytes are not what RFC 3161 asks for.
    #[error("time-stamp is malformed: {0}")]
    Malformed(&'static str),
    /// The authority declined.
    #[error("authority declined with status {0}; RFC 3161 section 2.4.2 says why")]
    Declined(u8),
    /// It is about other bytes.
    #[error("time-stamp is about other bytes than these")]
    OtherBytes,
    /// It answers another question.
    #[error("time-stamp answers another request: its nonce is not ours")]
    OtherNonce,
    /// It was changed, or signed by another key.
    #[error("signature of the time-stamp does not fit")]
    Signature,
    /// The certificate is missing, or not one for time-stamps.
    #[error("certificate of the time-stamp {0}")]
    Certificate(&'static str),
    /// The certificate leads to no root that is trusted.
    #[error(
        "certificate of the time-stamp leads to none of the given roots, or was not valid then"
    )]
    Chain,
}

/// Checks that `reply`, the bytes of a `TimeStampResp`, stamps the bytes whose SHA-256 is `digest`;
/// with `nonce`, also that it is the answer to that very query.
///
/// # Errors
/// Why that is not shown.
pub fn verify(
    reply: &[u8],
    digest: Hash,
    nonce: Option<u64>,
    roots: &Roots,
) -> Result<Stamped, TimeStampError> {
    if reply.len() > REPLY_BYTES_MAX {
        return Err(TimeStampError::TooLong);
    }
    let token = token::Token::from_reply(reply)?;
    token.must_answer(digest, nonce)?;
    let signer = token.signer()?;
    token.must_be_signed_by(&signer)?;
    let at = token.at()?;
    let root = roots.lead_from(&signer, &token.certificates(), at)?;
    Ok(Stamped {
        at,
        policy: token.policy(),
        serial: token.serial(),
        certificate: Hash::of(&[&signer]),
        root,
    })
}

#[cfg(test)]
mod tests;
