//! What outside authorities said of the log.

use serde::{Deserialize, Serialize};

use crate::{AuthorityId, Timestamp};

/// What an authority gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorForm {
    /// A time-stamp (RFC 3161): the checkpoint existed by then.
    Rfc3161,
    /// A witness's cosignature (C2SP): it saw the checkpoint, and none at odds with it.
    Witness,
}

impl AnchorForm {
    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            AnchorForm::Rfc3161 => "rfc3161",
            AnchorForm::Witness => "witness",
        }
    }
}

/// An outside authority vouched for a checkpoint of this log. What it sent is kept beside the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Its name in the settings.
    pub authority: AuthorityId,
    /// What it gave.
    pub form: AnchorForm,
    /// The checkpoint's number of entries.
    pub size: u64,
    /// SHA-256 of the checkpoint as the log alone signed it, in lower-case hex.
    pub note_sha256: String,
    /// SHA-256 of what the authority sent, as it is kept, in lower-case hex.
    pub reply_sha256: String,
    /// When, by the authority's clock.
    pub stamped_at: Timestamp,
}
