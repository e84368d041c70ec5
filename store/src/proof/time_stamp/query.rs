//! What an authority is asked.

use der::Encode as _;
use der::asn1::OctetString;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::asn1::{Imprint, Request, SHA_256};
use super::{Hash, TimeStampError};

/// A question to an authority: these bytes, this number used once, and please your certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// SHA-256 of the bytes.
    pub digest: Hash,
    /// From a source of randomness; the reply must repeat it.
    pub nonce: u64,
}

impl Query {
    /// The media type of [`Query::to_der`] (RFC 3161 section 3.4).
    pub const MEDIA_TYPE: &'static str = "application/timestamp-query";

    /// The `TimeStampReq` to be posted.
    ///
    /// # Errors
    /// Never for a digest of 32 bytes.
    pub fn to_der(&self) -> Result<Vec<u8>, TimeStampError> {
        let unmade = |_: der::Error| TimeStampError::Malformed("the request cannot be written");
        let request = Request {
            version: 1,
            message_imprint: Imprint {
                hash_algorithm: AlgorithmIdentifierOwned {
                    oid: SHA_256,
                    parameters: Some(der::Any::null()),
                },
                hashed_message: OctetString::new(self.digest.0).map_err(unmade)?,
            },
            nonce: self.nonce,
            cert_req: true,
        };
        request.to_der().map_err(unmade)
    }
}
