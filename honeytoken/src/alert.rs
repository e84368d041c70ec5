//! What people are told of, unasked: where alerts go, which were raised, what became of them.
//!
//! The queue of what has still to be sent is a fold: raised minus settled. Nothing here holds
//! personal data but a target's own address, which lies among its secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AlertTargetId, KeyId, Language, PlatformId, Secret, StudyId};

/// Where alerts go. Set again under the same id, the newer settings hold from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertTarget {
    /// Our name for it.
    pub target: AlertTargetId,
    /// In which form, such as `slack`.
    pub channel: String,
    /// What the channel needs and may be shown, by the channel's names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// What the channel needs and must not be shown: the address, a signing secret, a password.
    pub secrets: BTreeMap<String, Secret>,
    /// What it wants to hear of; empty: of everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Of which platforms; empty: of all that its owner may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<PlatformId>,
    /// Of the platforms of which study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
    /// In which language.
    pub language: Language,
    /// At most one alert per topic and platform in so many minutes; 0: all at once.
    pub throttle_min: u32,
    /// What links in its messages begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_base: Option<String>,
    /// Whether it may be on this machine or in a private network.
    #[serde(default)]
    pub allow_private: bool,
    /// The key whose sight it has; none: the installation's own, which sees everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<KeyId>,
    /// Why nothing is sent to it, if so; setting it anew ends that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
}

/// A target is gone; what was waiting for it is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertTargetRemoved {
    /// Which one.
    pub target: AlertTargetId,
}

/// Where every platform stood when alerts began, so that they tell of changes only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertBaseline {
    /// Platforms that leak contacts had reached before.
    pub evidence: Vec<PlatformId>,
    /// The class of each platform, by the verdict's word.
    pub classes: BTreeMap<PlatformId, String>,
}

/// Something that people should hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRaised {
    /// What kind of news, such as `verdict`.
    pub topic: String,
    /// Which platform it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformId>,
    /// The entries that it rests on, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<u64>,
    /// What its words are made of: never personal data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// To whom it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<AlertTargetId>,
}

/// Sending failed and is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertAttempted {
    /// The entry that raised it.
    pub raised: u64,
    /// To whom.
    pub target: AlertTargetId,
    /// Earlier alerts that were held back and are summed up in this one, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summed: Vec<u64>,
    /// How often it was tried so far.
    pub attempts: u32,
    /// Why it failed, without addresses and secrets.
    pub reason: String,
    /// When it is tried again.
    pub next_at: crate::Timestamp,
}

/// What became of an alert at one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOutcome {
    /// The other side took it.
    Delivered,
    /// It was given up, and can be replayed.
    Dead,
}

/// Sending is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertSettled {
    /// The entry that raised it.
    pub raised: u64,
    /// To whom.
    pub target: AlertTargetId,
    /// In which form it was sent.
    pub channel: String,
    /// What came of it.
    pub outcome: AlertOutcome,
    /// Earlier alerts that were summed up in it, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summed: Vec<u64>,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up, without addresses and secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A dead alert is to be sent once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertReplayed {
    /// The entry that raised it.
    pub raised: u64,
    /// To whom.
    pub targets: Vec<AlertTargetId>,
}
