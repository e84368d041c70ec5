//! An alert and what became of it.

use std::collections::BTreeMap;

use honeytoken::{AlertRaised, AlertTargetId, Timestamp};
use serde::{Deserialize, Serialize};

/// Where an alert stands at one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It waits to be sent, or to be sent again.
    Pending,
    /// The other side took it.
    Delivered,
    /// Told in a later one, as one of several.
    Summed,
    /// Given up; can be replayed.
    Dead,
    /// The target was removed.
    Dropped,
}

/// What became of an alert at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Where it stands.
    pub standing: Standing,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried again, after a failure.
    pub next_at: Option<Timestamp>,
    /// Why it failed last.
    pub reason: Option<String>,
    /// Earlier ones that are summed up in it, once it was tried.
    pub summed: Vec<u64>,
}

impl Delivery {
    pub(super) fn new() -> Delivery {
        Delivery {
            standing: Standing::Pending,
            attempts: 0,
            next_at: None,
            reason: None,
            summed: Vec::new(),
        }
    }
}

/// An alert and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it was raised.
    pub at: Timestamp,
    /// What it says.
    pub raised: AlertRaised,
    /// By target.
    pub deliveries: BTreeMap<AlertTargetId, Delivery>,
}

impl Record {
    /// What shares a throttle: all that is said of a platform, and else all of a topic.
    pub(super) fn throttle_key(&self) -> String {
        match &self.raised.platform {
            Some(platform) => format!("platform {platform}"),
            None => format!("topic {}", self.raised.topic),
        }
    }
}
