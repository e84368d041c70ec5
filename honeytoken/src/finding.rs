//! A finding made public: decided by somebody, for a platform that was heard, and taken back by
//! decision too.

use serde::{Deserialize, Serialize};

use crate::{PlatformId, Timestamp};

/// A finding is to stand in public. Its entry is the finding's name in links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingPublished {
    /// About which platform.
    pub platform: PlatformId,
    /// What is said of it, by the verdict's word.
    pub class: String,
    /// The entry that holds the verdict with its statistics.
    pub judgement: u64,
    /// SHA-256 of the evidence bundle that goes with it, in lower-case hex, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_sha256: Option<String>,
    /// Why it is published though the platform was not told, or has time to answer still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unheard: Option<String>,
}

/// A finding is no longer to stand in public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingWithdrawn {
    /// About which platform.
    pub platform: PlatformId,
    /// The entry that published it.
    pub finding: u64,
    /// Why, in words that stand in its place.
    pub reason: String,
}

/// A published finding as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The entry that published it: its name in links.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// As published.
    pub published: FindingPublished,
    /// When and why it was taken back, if it was.
    pub withdrawn: Option<(Timestamp, String)>,
}
