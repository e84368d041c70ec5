//! What outside authorities have vouched for: a fold of `anchor` entries.

use std::collections::BTreeMap;

use honeytoken::{Anchor, AuthorityId, Entry, Event, Timestamp};
use serde::{Deserialize, Serialize};

/// How far each authority has vouched for the log, and how far it should.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Anchoring {
    newest: BTreeMap<AuthorityId, Anchored>,
    /// The log's size just after the last entry that is worth an anchor: any that is not one
    /// itself, or else anchoring would never end.
    pub worth: u64,
    /// The log's size just after the last placement.
    pub placed: u64,
}

/// What an authority vouched for last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anchored {
    /// The checkpoint's number of entries.
    pub size: u64,
    /// When, by the authority's clock.
    pub stamped_at: Timestamp,
    /// When that was recorded, by ours.
    pub recorded_at: Timestamp,
}

impl Anchoring {
    pub(super) fn apply(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Anchor(anchor) => self.anchored(anchor, entry.at),
            event => {
                self.worth = entry.index + 1;
                if matches!(event, Event::HoneytokenIssued(_)) {
                    self.placed = entry.index + 1;
                }
            }
        }
    }

    pub(crate) fn anchored(&mut self, anchor: &Anchor, recorded_at: Timestamp) {
        let anchored = Anchored {
            size: anchor.size,
            stamped_at: anchor.stamped_at,
            recorded_at,
        };
        self.newest.insert(anchor.authority.clone(), anchored);
    }

    /// What each authority vouched for last, by name.
    pub fn all(&self) -> impl Iterator<Item = (&AuthorityId, &Anchored)> {
        self.newest.iter()
    }

    /// What this authority vouched for last.
    pub fn newest(&self, authority: &AuthorityId) -> Option<Anchored> {
        self.newest.get(authority).copied()
    }
}
