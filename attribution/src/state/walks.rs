//! How callers who do not care go from number to number: anywhere, or through a block.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::State;
use super::next::FOLLOWED_MAX;
use crate::campaigns::{Group, Hit};

/// How often callers who do not care stay in a block that they were in, by how they came there; learned
/// from where they go among numbers that nobody had been given, whom nobody's list leads to.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Walks([Walk; Stride::COUNT]);

/// Sums over next numbers.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
struct Walk {
    /// Of how likely each was elsewhere than in a visited block, by chance.
    away: f64,
    /// Of how many more were in a visited block than by chance.
    more: f64,
    /// Variance of that, by chance.
    variance: f64,
}

/// How a campaign comes to its next number: soon after the last contact or not, and from one number,
/// from several of one block, or from several blocks.
#[derive(Clone, Copy)]
pub(super) struct Stride(usize);

impl Stride {
    const COUNT: usize = 6;
    /// Who dials a block through does so within this many days.
    const SOON_DAYS: i64 = 2;
}

impl Walks {
    /// The share of such numbers that are chosen for their block: what was seen beyond chance, and a standard
    /// deviation more; two of three while nothing is known.
    pub(super) fn near(&self, stride: Stride) -> f64 {
        let walk = &self.0[stride.0];
        let more = walk.more.max(0.0) + libm::sqrt(walk.variance);
        ((more + 2.0) / (walk.away + 3.0)).min(1.0)
    }

    /// Another one, in a visited block or not, and how likely it was there by chance.
    fn learn(&mut self, stride: Stride, inside: bool, chance: f64) {
        let walk = &mut self.0[stride.0];
        walk.away += 1.0 - chance;
        walk.more += f64::from(u8::from(inside)) - chance;
        walk.variance += chance * (1.0 - chance);
    }
}

impl State {
    /// How the campaign comes to a number on this day.
    pub(super) fn stride(&self, campaign: &Group, day: i64) -> Stride {
        let block = |h: &Hit| self.roster.lines[h.line as usize].block;
        let first = campaign.hits.first().map(block);
        let spread = match &campaign.hits[..] {
            [_] => 0,
            all if all.iter().all(|h| Some(block(h)) == first) => 1,
            _ => 2,
        };
        let last = campaign.hits.iter().map(|h| h.last).max();
        let soon = last.is_some_and(|last| day - last <= Stride::SOON_DAYS);
        Stride(spread * 2 + usize::from(soon))
    }

    /// Learns from a number that nobody had been given how callers who do not care go on.
    pub(super) fn learn_walk(&mut self, group: u32, hit: Hit) {
        let Some(campaign) = self.campaigns.get(group) else {
            return;
        };
        if !hit.unplaced || campaign.hits.is_empty() || campaign.hits.len() >= FOLLOWED_MAX {
            return;
        }
        let stride = self.stride(campaign, hit.day);
        let reached: Vec<u32> = campaign.hits.iter().map(|h| h.line).collect();
        let (country, inside) = self.visited(hit.line, &reached);
        self.appeal.walks.learn(stride, inside, country);
    }

    /// How likely the next number is in a block that was visited, if the campaign does not care, and whether
    /// this one is.
    fn visited(&self, line: u32, reached: &[u32]) -> (f64, bool) {
        let at = &self.roster.lines[line as usize];
        let mut left: BTreeMap<u32, f64> = BTreeMap::new();
        let mut gone = 0.0;
        for r in reached {
            let other = &self.roster.lines[*r as usize];
            if other.country == at.country {
                let appeal = self.appeal.line[*r as usize];
                let whole = self.appeal.block.get(&other.block).copied();
                *left.entry(other.block).or_insert(whole.unwrap_or(appeal)) -= appeal;
                gone += appeal;
            }
        }
        let all = self.appeal.country.get(&at.country).copied();
        let all = (all.unwrap_or_default() - gone).max(self.appeal.line[line as usize]);
        let near: f64 = left.values().map(|appeal| appeal.max(0.0)).sum();
        ((near / all).min(1.0), left.contains_key(&at.block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stays_in_a_block_is_told_from_who_does_not() {
        let (mut sweeps, mut wanders) = (Walks::default(), Walks::default());
        assert!((sweeps.near(Stride(0)) - 2.0 / 3.0).abs() < 1e-12);
        for n in 0..200 {
            sweeps.learn(Stride(0), true, 0.1);
            // Chance alone leads back into the block as often as it is large.
            wanders.learn(Stride(0), n % 10 == 0, 0.1);
        }
        assert!(sweeps.near(Stride(0)) > 0.9);
        assert!(wanders.near(Stride(0)) < 0.05);
        assert!((sweeps.near(Stride(1)) - 2.0 / 3.0).abs() < 1e-12);
    }
}
