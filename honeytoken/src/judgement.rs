//! A verdict with the numbers it follows from, as an entry: committed to before anybody asks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{PlatformId, Policy, Timestamp};

/// What was said of a platform, and the statistics to say it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Of whom.
    pub platform: PlatformId,
    /// The first so many entries of the log were taken into account.
    pub entries: u64,
    /// The program and its version.
    pub program: String,
    /// The rules then.
    pub policy: Policy,
    /// The verdict's class, such as `leaked`.
    pub class: String,
    /// Posterior probability that its numbers were passed on.
    pub probability: f64,
    /// The false-discovery level at which it would just be accused.
    pub fdr: f64,
    /// Natural logarithm of its e-value.
    pub log_e: f64,
    /// Of this, by piece of evidence. Their sum is [`Judgement::log_e`], unless the evidence was
    /// frozen when it sufficed.
    pub factors: BTreeMap<String, f64>,
    /// Whether the evidence was frozen, or carried over an erasure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// Natural logarithms of all platforms' e-values, descending, without their names.
    pub all_log_e: Vec<f64>,
    /// Platforms that count as watched.
    pub watched: u32,
    /// When it was first accused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flagged_at: Option<Timestamp>,
    /// Whether it was called `resold` before, which stays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resold_before: bool,
    /// Days that its numbers were out and proven alive, summed.
    pub exposure_days: f64,
    /// Its numbers.
    pub canaries: u32,
    /// Contacts since its numbers were given away, by cause.
    pub contacts: BTreeMap<String, u64>,
    /// Why each of these contacts happened, by entry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub causes: BTreeMap<u64, String>,
    /// The day of the first contact of each campaign that worked its numbers, by the order of
    /// campaigns, for telling `resold` from `leaked`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buyers_began: Vec<Timestamp>,
    /// Findings beside the class.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The entries it cites.
    pub evidence: Vec<u64>,
}
