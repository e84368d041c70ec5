//! An app or platform that may hold our numbers, and what it said about itself.

use serde::{Deserialize, Serialize};

use crate::PlatformId;

/// What is known of a platform: declared again under the same id, the newer snapshot holds from
/// its entry's time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Its id, used everywhere.
    pub platform: PlatformId,
    /// Its name as people know it.
    pub name: String,
    /// The company behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Its trade, in the operator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Domains that are its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Senders that are its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_senders: Vec<String>,
    /// Signatures it signs messages with, without the brackets 【】.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<String>,
    /// Whom it declared to share data with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared_partners: Vec<Partner>,
}

/// A third party that a platform declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// Its name.
    pub name: String,
    /// Its domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Its senders.
    #[serde(default)]
    pub senders: Vec<String>,
}
