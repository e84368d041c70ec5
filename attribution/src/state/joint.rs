//! What a verdict shares with others: the same blame, or a leak that lies with none of them.

use std::collections::BTreeSet;

use super::{NOBODY, Note, State};
use crate::campaigns::{Group, HITS_MAX};
use crate::roster::Platform;
use crate::verdict::Cause;

/// The fewest controls and given numbers of a country that tell whether both are reached alike.
const BLANKET_LINES_MIN: u32 = 5;
/// Whoever bought a list of all numbers reaches at least this share of each.
const BLANKET_MIN: f64 = 0.35;
/// Mass diallers prefer some numbers by far; a list has each number once. How much contacts may
/// vary over numbers beyond chance, as a share of what a mass dialler's would.
const BLANKET_SPREAD_MAX: f64 = 0.5;

impl State {
    /// Platforms that explain the same leak contacts as well: they had been given every number that
    /// was reached, and no name tells them apart.
    pub(super) fn joint_with(&self, index: u32, leaks: &[&Note]) -> Vec<u32> {
        let platform = &self.roster.platforms[index as usize];
        if platform.case.flagged.is_none() {
            let accused = |p: &u32| self.roster.platforms[*p as usize].case.flagged.is_some();
            let beside = self.beside(platform).into_iter().filter(accused);
            return beside.filter(|p| self.shares_blame(*p, index)).collect();
        }
        if leaks.is_empty() || leaks.iter().any(|n| n.named) {
            return Vec::new();
        }
        let explains = |other: &u32| leaks.iter().all(|n| self.had(*other, n.line, n.at));
        self.beside(platform).into_iter().filter(explains).collect()
    }

    fn shares_blame(&self, accused: u32, other: u32) -> bool {
        let placements = &self.roster.platforms[accused as usize].placements;
        let lines: BTreeSet<u32> = placements
            .iter()
            .map(|p| self.roster.placements[*p as usize].line)
            .collect();
        let judged: Vec<_> = lines.into_iter().flat_map(|l| self.judged(l)).collect();
        let leaks = judged.iter().filter(|(note, found)| {
            found.cause == Cause::Leak && self.had(accused, note.line, note.at)
        });
        let leaks: Vec<&Note> = leaks.map(|j| j.0).collect();
        !leaks.is_empty()
            && !leaks.iter().any(|n| n.named)
            && leaks.iter().all(|n| self.had(other, n.line, n.at))
    }

    /// Platforms that were given any of the same numbers.
    fn beside(&self, platform: &Platform) -> BTreeSet<u32> {
        let owners = |line: u32| self.roster.lines[line as usize].placements.iter();
        let own = platform
            .placements
            .first()
            .map(|p| &self.roster.placements[*p as usize]);
        let index = own.map_or(NOBODY, |p| p.platform);
        platform
            .placements
            .iter()
            .flat_map(|p| owners(self.roster.placements[*p as usize].line))
            .map(|p| self.roster.placements[*p as usize].platform)
            .filter(|p| *p != index)
            .collect()
    }

    /// Whether a platform had been given a line by then.
    fn had(&self, platform: u32, line: u32, at: i64) -> bool {
        let mut placements = self.roster.lines[line as usize].placements.iter();
        placements.any(|p| {
            let placement = &self.roster.placements[*p as usize];
            placement.platform == platform && placement.registered <= at
        })
    }

    /// Whether callers reached the platform's numbers who reach controls alike, number by number.
    pub(super) fn is_supply_side(&self, notes: &[&Note]) -> bool {
        let groups: BTreeSet<u32> = notes
            .iter()
            .filter(|n| n.group != NOBODY)
            .map(|n| self.campaigns.root(n.group))
            .collect();
        let mut known = groups.into_iter().filter_map(|g| self.campaigns.get(g));
        known.any(|g| self.is_blanket(g))
    }

    fn is_blanket(&self, group: &Group) -> bool {
        let Some(first) = group.hits.first().filter(|_| group.hits.len() < HITS_MAX) else {
            return false;
        };
        let country = self.roster.lines[first.line as usize].country;
        let (controls, given) = self
            .appeal
            .census
            .get(&country)
            .copied()
            .unwrap_or_default();
        if controls.min(given) < BLANKET_LINES_MIN {
            return false;
        }
        let reached = group.hits.len() as f64 - f64::from(group.controls);
        let shares = [
            f64::from(group.controls) / f64::from(controls),
            reached / f64::from(given),
        ];
        shares.iter().all(|share| *share >= BLANKET_MIN) && is_even(group, controls + given)
    }
}

/// Whether a caller's contacts are spread over all numbers as a list's are, not as a mass dialler's.
fn is_even(group: &Group, lines: u32) -> bool {
    let n = f64::from(lines);
    let contacts = || group.hits.iter().map(|h| f64::from(h.contacts));
    let mean = contacts().sum::<f64>() / n;
    let spread = contacts().map(|c| c * c).sum::<f64>() / n - mean * mean;
    spread / mean <= 1.0 + BLANKET_SPREAD_MAX * mean
}
