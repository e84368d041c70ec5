//! A recording or picture that belongs to a contact, fetched from the provider.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, RawBody, Sender, Timestamp};

/// A file of a contact's, fetched from its provider and kept by digest. It is erased with its
/// contact.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// The entry of the contact that it belongs to.
    pub contact: u64,
    /// Whose contact it is.
    pub connection: ConnectionId,
    /// The called party, so that it is filed under the same subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Sender>,
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// The media type that the provider named, such as `audio/x-wav`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Where it was fetched, without query and credentials.
    pub source_url: String,
    /// The bytes. Left out where only the rest is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_content: Option<RawBody>,
}

/// A contact's files could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentFailed {
    /// The entry of the contact that they belong to.
    pub contact: u64,
    /// Whose contact it is.
    pub connection: ConnectionId,
    /// Why, without addresses.
    pub why: String,
    /// When it is tried again; none: it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
}

/// What was said stays out.
impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("contact", &self.contact)
            .field("bytes", &self.bytes)
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}
