//! A number we hold, and its life: pooled, soaking, then control or placed, at last retired.

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, PhoneNumber, Timestamp};

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineRole {
    /// To be placed with platforms.
    Canary,
    /// Never given to anyone: it measures what reaches a number that nobody knows.
    Control,
}

/// A number enters the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The number.
    pub number: PhoneNumber,
    /// Where its calls and messages come from.
    pub connection: ConnectionId,
    /// What it is for.
    pub role: LineRole,
    /// The block of neighbouring numbers it was bought from, by the operator's name; sweeps run
    /// through blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// ISO 3166 code of the country whose network carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Since when we hold it.
    pub acquired_at: Timestamp,
    /// Until when it only listens: what comes before is its own noise, its previous owner's.
    /// None: ready at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak_until: Option<Timestamp>,
    /// Whether several platforms may be given it (numbers scarcer than platforms).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

/// A number leaves service; what reaches it later is still recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRetired {
    /// Which one.
    pub number: PhoneNumber,
}

/// A number that was never placed listens anew: what it heard in earlier soaks is forgiven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSoaked {
    /// Which one.
    pub number: PhoneNumber,
    /// Until when it only listens.
    pub soak_until: Timestamp,
}

/// Where a line stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Listening to its own noise; may not be placed yet.
    Soaking,
    /// Ready to be placed.
    Ready,
    /// Heard too much in its soak: by policy never drawn, see [`crate::DirtyLines`].
    Dirty,
    /// A control: never placed.
    Control,
    /// Placed with one platform, or several if it is shared.
    Placed,
    /// Out of service.
    Retired,
}
