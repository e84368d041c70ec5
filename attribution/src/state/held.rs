//! What a platform's numbers went through: for pictures of a verdict, not for judging.

use honeytoken::{Basis, HoneytokenId, PhoneNumber, PlatformId, Span, Spans, Timestamp};

use super::{Note, State};
use crate::roster::Placement;
use crate::verdict::{CampaignId, Cause};

/// A number that a platform holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The number.
    pub number: PhoneNumber,
    /// Its placement.
    pub honeytoken: HoneytokenId,
    /// When it was given to the platform.
    pub registered_at: Timestamp,
    /// Whether somebody chose it, so that it was not drawn by lot.
    pub chosen: bool,
    /// Whether others were given it too.
    pub shared: bool,
    /// When it was proven alive, in microseconds since the epoch, also before it was given away.
    pub proven: Spans,
    /// What that rests on, weakest first.
    pub bases: Vec<Basis>,
    /// What reached it and is not another platform's, by entry, also before it was given away.
    pub contacts: Vec<Reached>,
}

/// A contact that reached a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Its entry.
    pub entry: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Why.
    pub cause: Cause,
    /// Whose campaign, if a stranger's.
    pub campaign: Option<CampaignId>,
}

impl Held {
    /// When the first contact with cause `leak` came after the number was given away.
    pub fn first_leak_at(&self) -> Option<Timestamp> {
        let after = self.contacts.iter().filter(|c| c.at >= self.registered_at);
        after.filter(|c| c.cause == Cause::Leak).map(|c| c.at).min()
    }

    /// What of its proven life lies after it was given away.
    pub fn watched(&self) -> Vec<Span> {
        self.proven
            .within((self.registered_at.as_micros(), i64::MAX))
            .collect()
    }
}

impl State {
    /// The numbers that a platform holds or held, in the order in which it was given them.
    pub fn held(&self, platform: &PlatformId) -> Vec<Held> {
        let Some(index) = self.roster.platform(platform) else {
            return Vec::new();
        };
        let placements = self.roster.platforms[index as usize].placements.iter();
        placements
            .map(|p| self.held_by(index, &self.roster.placements[*p as usize]))
            .collect()
    }

    fn held_by(&self, platform: u32, placement: &Placement) -> Held {
        let line = &self.roster.lines[placement.line as usize];
        let reached = |(note, found): (&Note, crate::verdict::Attribution<u32>)| {
            let ours = found.platform.is_none_or(|p| p == platform);
            ours.then(|| Reached {
                entry: note.entry,
                at: Timestamp::from_micros(note.happened),
                cause: found.cause,
                campaign: found.campaign,
            })
        };
        let mut contacts: Vec<Reached> = self
            .judged(placement.line)
            .into_iter()
            .filter_map(reached)
            .collect();
        contacts.sort_by_key(|c| c.entry);
        contacts.dedup_by_key(|c| c.entry);
        Held {
            number: line.number,
            honeytoken: placement.honeytoken.clone(),
            registered_at: Timestamp::from_micros(placement.registered),
            chosen: placement.chosen,
            shared: line.placements.len() > 1,
            proven: line.proven.clone(),
            bases: line
                .bases
                .iter()
                .copied()
                .filter(|basis| basis.is_exposure())
                .collect(),
            contacts,
        }
    }
}
