//! Who passes numbers on to whom: platforms, and the brokers that nobody sees.

use std::fmt;

use honeytoken::{PlatformId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::verdict::CampaignId;

/// A broker that was inferred, by the oldest campaign that its platforms share: the name stays while
/// that campaign does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BrokerId(pub u32);

impl fmt::Display for BrokerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

/// A hidden node: platforms every two of which, or nearly, share buyers beyond chance. It may be one
/// broker, several that deal with each other, or a sale from one of them to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Broker {
    /// Its id.
    pub broker: BrokerId,
    /// Whose numbers went through it, in the order in which buyers first reached them.
    pub sources: Vec<Source>,
    /// Campaigns that reached two of its platforms or more: its buyers, oldest first.
    pub buyers: Vec<CampaignId>,
}

/// An edge from a platform to a broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Whose numbers.
    pub platform: PlatformId,
    /// The broker's buyers that reached them.
    pub campaigns: Vec<CampaignId>,
    /// Their contacts with its numbers.
    pub contacts: u64,
    /// Their first contact, to the day.
    pub first_at: Timestamp,
    /// The p-value of the weakest link to another of the broker's platforms.
    pub p_value: f64,
}
