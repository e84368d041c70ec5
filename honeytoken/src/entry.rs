//! An event with its place and time in the log.

use crate::{Event, KeyId, Timestamp};

/// One entry of the evidence log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place, from 0, without gaps.
    pub index: u64,
    /// When it was recorded, by our clock; never earlier than the entry before it.
    pub at: Timestamp,
    /// The key that did it; none for what happened by itself (a contact, a heartbeat).
    pub by: Option<KeyId>,
    /// What happened.
    pub event: Event,
}
