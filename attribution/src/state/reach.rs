//! Whom a campaign reached, and by which contacts: for people who look into it, not for judging.

use std::collections::BTreeSet;

use honeytoken::{PhoneNumber, PlatformId, Timestamp};

use super::{NOBODY, Note, State, Waiting};
use crate::roster::DAY_US;
use crate::taxonomy::Whose;
use crate::verdict::{Campaign, CampaignId};

/// A campaign, and the numbers that it reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The campaign.
    pub campaign: Campaign,
    /// Numbers, in the order in which they were first reached; beyond a bound that the fold
    /// remembers (400) later ones are counted in the campaign alone.
    pub numbers: Vec<ReachedNumber>,
}

/// A number that a campaign reached.
#[derive(Debug, Clone, PartialEq)]
pub struct ReachedNumber {
    /// The number.
    pub number: PhoneNumber,
    /// Contacts there.
    pub contacts: u32,
    /// The first, to the day.
    pub first_at: Timestamp,
    /// The last, to the day.
    pub last_at: Timestamp,
    /// Whether the number is a control, which nobody is ever given.
    pub control: bool,
    /// Who had been given it by the first contact; nobody where it was a control, or still kept.
    pub platforms: Vec<PlatformId>,
}

impl State {
    /// A campaign by any id that it was ever known by; none if there is no such campaign.
    pub fn campaign_reach(&self, id: CampaignId) -> Option<Reach> {
        let root = self.campaign_root(id)?;
        let group = self.campaigns.get(root)?;
        let mut hits: Vec<_> = group.hits.iter().collect();
        hits.sort_by_key(|hit| (hit.day, hit.line));
        let day = |day: i64| Timestamp::from_micros(day.saturating_mul(DAY_US));
        let numbers = hits.into_iter().map(|hit| {
            let line = &self.roster.lines[hit.line as usize];
            ReachedNumber {
                number: line.number,
                contacts: hit.contacts,
                first_at: day(hit.day),
                last_at: day(hit.last),
                control: line.control,
                platforms: self.holders(hit.line, hit.day),
            }
        });
        Some(Reach {
            campaign: self.campaign(root, group),
            numbers: numbers.collect(),
        })
    }

    /// The entries of a campaign's newest contacts before an entry, newest first; at most `limit`.
    /// Repeats and later stages of a call are left out. Looks at contacts from the newest on, until
    /// the campaign's first day.
    pub fn campaign_entries(&self, id: CampaignId, before: Option<u64>, limit: usize) -> Vec<u64> {
        let Some(root) = self.campaign_root(id) else {
            return Vec::new();
        };
        let until = before.map_or(self.notes.len(), |b| {
            self.notes.partition_point(|note| note.entry < b)
        });
        // What came on a day that is not closed has no group yet.
        let open = self.waiting_of(root);
        let began = self
            .campaigns
            .get(root)
            .map_or(i64::MAX, |group| group.first);
        let is_of = |(at, note): &(usize, &Note)| match note.group {
            _ if note.line == NOBODY || self.first_of(note).is_some() => false,
            NOBODY => open.contains(&(*at as u32)),
            group => self.campaigns.root(group) == root,
        };
        let newest = self.notes[..until].iter().enumerate().rev();
        newest
            .take_while(|(_, note)| note.at.div_euclid(DAY_US) >= began)
            .filter(is_of)
            .map(|(_, note)| note.entry)
            .take(limit)
            .collect()
    }

    fn campaign_root(&self, id: CampaignId) -> Option<u32> {
        self.campaigns.name_if_known(id.0)
    }

    fn waiting_of(&self, root: u32) -> BTreeSet<u32> {
        let is_of = |waiting: &&Waiting| {
            let note = &self.notes[waiting.note as usize];
            let handles = crate::text::handles(&waiting.text);
            let thread = self.threads.of(note.entry);
            let stranger = matches!(
                self.whose(note.line, waiting).0,
                Whose::Impostor | Whose::Stranger
            );
            stranger && self.campaigns.find(&waiting.from, &handles, &thread) == Some(root)
        };
        self.waiting
            .iter()
            .filter(is_of)
            .map(|waiting| waiting.note)
            .collect()
    }

    fn holders(&self, line: u32, day: i64) -> Vec<PlatformId> {
        let placements = self.roster.lines[line as usize].placements.iter();
        let placements = placements.map(|p| &self.roster.placements[*p as usize]);
        let mut holders: Vec<_> = placements
            .filter(|p| p.day() <= day)
            .map(|p| self.roster.platforms[p.platform as usize].id.clone())
            .collect();
        holders.sort();
        holders.dedup();
        holders
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use honeytoken::Policy;

    use super::*;
    use crate::world::{entries, generate, scenario};

    #[test]
    fn what_a_campaign_reached_is_what_its_contacts_say() {
        let world = generate(&scenario("demo").unwrap(), 1);
        let mut state = State::new(Policy::standard());
        let all = entries(&world.lines, &world.contacts);
        all.iter().for_each(|entry| state.apply(entry));
        let mut said: BTreeMap<CampaignId, Vec<u64>> = BTreeMap::new();
        for (note, (entry, found)) in state.notes.iter().zip(state.causes()) {
            if let Some(campaign) = found.campaign.filter(|_| state.first_of(note).is_none()) {
                said.entry(campaign).or_default().insert(0, entry);
            }
        }
        let campaigns = state.campaigns();
        assert!(campaigns.len() > 10, "{}", campaigns.len());
        for campaign in campaigns {
            let id = campaign.campaign;
            let entries = state.campaign_entries(id, None, usize::MAX);
            assert_eq!(entries, said[&id], "{id}");
            let reach = state.campaign_reach(id).unwrap();
            assert_eq!(reach.numbers.len(), campaign.numbers as usize, "{id}");
            for old in &campaign.known_as {
                assert_eq!(state.campaign_reach(*old).unwrap().campaign.campaign, id);
            }
            // Pages meet.
            let newest = state.campaign_entries(id, None, 1);
            let rest = state.campaign_entries(id, newest.last().copied(), usize::MAX);
            assert_eq!([newest, rest].concat(), entries);
        }
        assert!(state.campaign_reach(CampaignId(u32::MAX)).is_none());
        assert!(
            state
                .campaign_entries(CampaignId(u32::MAX), None, 9)
                .is_empty()
        );
    }
}
