//! Where a campaign goes next, and which platforms had bet on it.

use std::collections::BTreeMap;

use super::State;
use super::walks::Stride;
use crate::campaigns::Hit;
use crate::decision::posterior;
use crate::evidence::{Bet, Next};
use crate::roster::{DAY_US, Platform};

/// Lines nobody was given that a campaign may reach and still be followed as a list worker.
const UNPLACED_MAX: u32 = 4;
/// Share of a leaking platform's campaigns that go on to its next number.
const RIVAL_SHARE: f64 = 0.6;
/// How far an unknown platform is believed to leak, when it could explain what another is blamed
/// for.
const RIVAL_PRIOR: f64 = 0.25;
/// Numbers of a campaign after which its next one says nothing any more.
pub(super) const FOLLOWED_MAX: usize = 40;
/// How far a campaign is taken for a list worker's that came again to one of the platform's numbers before
/// it went on, and one that did not, as odds against any campaign.
const LEAN_AGAIN: f64 = 8.0;
const LEAN_ONCE: f64 = 0.6;
/// How much less where somebody else's number was its first.
const LEAN_SECOND: f64 = 0.2;

impl State {
    /// A campaign reaches a line that it had not reached before.
    pub(super) fn reach(&mut self, group: u32, hit: Hit) {
        let Some(campaign) = self.campaigns.get(group) else {
            return;
        };
        let followed = campaign.unplaced < UNPLACED_MAX && campaign.hits.len() < FOLLOWED_MAX;
        self.learn_walk(group, hit);
        let Some(campaign) = self.campaigns.get(group) else {
            return;
        };
        let others = campaign.hits.iter().filter(|h| !self.is_explained(h.line));
        let opening = campaign_opens(others.count());
        let bets = if followed {
            self.bet_on_next(group, hit)
        } else {
            Vec::new()
        };
        let owners: Vec<u32> = if opening {
            self.owners(hit.line, hit.day)
        } else {
            Vec::new()
        };
        let Some(campaign) = self.campaigns.get_mut(group) else {
            return;
        };
        if followed {
            campaign.bets = bets;
        }
        for owner in owners {
            if campaign.bets.iter().all(|b| b.platform != owner) {
                campaign.bets.push(Bet::new(owner));
            }
        }
        // Most callers are heard of once: no room is kept for more.
        if campaign.hits.is_empty() {
            campaign.hits.reserve_exact(1);
        }
        campaign.hits.push(hit);
        campaign.unplaced += u32::from(hit.unplaced);
        campaign.controls += u32::from(hit.control);
    }

    /// Platforms that had been given the line.
    fn owners(&self, line: u32, day: i64) -> Vec<u32> {
        let placements = self.roster.lines[line as usize].placements.iter();
        placements
            .map(|p| &self.roster.placements[*p as usize])
            .filter(|p| p.day() <= day)
            .map(|p| p.platform)
            .collect()
    }

    /// Settles the bets of platforms whose number the campaign reached first.
    fn bet_on_next(&mut self, group: u32, hit: Hit) -> Vec<Bet> {
        let Some(campaign) = self.campaigns.get(group) else {
            return Vec::new();
        };
        let mut bets = campaign.bets.clone();
        if bets.is_empty() {
            return bets;
        }
        let reached: Vec<u32> = campaign.hits.iter().map(|h| h.line).collect();
        let again: Vec<u32> = campaign
            .hits
            .iter()
            .filter(|h| h.contacts > 1 && h.last > h.day)
            .map(|h| h.line)
            .collect();
        let stride = self.stride(campaign, hit.day);
        let chances = [false, true].map(|all| self.chance_of(hit.line, &reached, stride, all));
        let first = campaign.hits.iter().find(|h| !self.is_explained(h.line));
        let first = first.map(|h| h.line);
        for bet in &mut bets {
            let accused = self.roster.platforms[bet.platform as usize]
                .case
                .flagged
                .is_some();
            // Where an accused platform explains the number, the next one tells.
            if !accused && self.is_explained(hit.line) {
                continue;
            }
            let left = self.left_of(bet.platform, &reached, hit.day);
            let next = Next {
                ours: left.contains(&hit.line),
                left: left.len(),
                chance: self.rival(bet.platform, &reached, hit, chances[usize::from(accused)]),
            };
            let came_again = self.any_given(bet.platform, &again);
            let first = match first {
                Some(line) if !self.any_given(bet.platform, &[line]) => LEAN_SECOND,
                _ => 1.0,
            };
            let lean = first * if came_again { LEAN_AGAIN } else { LEAN_ONCE };
            let case = &mut self.roster.platforms[bet.platform as usize].case;
            case.breadth.update(bet, &next, lean);
            self.touched.insert(bet.platform);
        }
        bets
    }

    /// Whether any of these lines was given to the platform.
    fn any_given(&self, platform: u32, lines: &[u32]) -> bool {
        let mut placements = self.roster.platforms[platform as usize].placements.iter();
        placements.any(|p| lines.contains(&self.roster.placements[*p as usize].line))
    }

    /// Probability that a campaign that does not care reaches this line next: of all lines, or of those
    /// that no accused platform explains.
    fn chance_of(&self, line: u32, reached: &[u32], stride: Stride, all: bool) -> f64 {
        let (anywhere, near) = self.chances_of(line, reached, all);
        let share = self.appeal.walks.near(stride);
        near.map_or(anywhere, |near| (1.0 - share) * anywhere + share * near)
    }

    /// The same among all lines, and among those of its block if that was visited.
    fn chances_of(&self, line: u32, reached: &[u32], all: bool) -> (f64, Option<f64>) {
        let lines = &self.roster.lines;
        let (country, block) = (lines[line as usize].country, lines[line as usize].block);
        let appeal = self.appeal.line[line as usize];
        let (mut here, mut near, mut visited) = (0.0, 0.0, false);
        for r in reached {
            let other = &lines[*r as usize];
            let gone = if all || !self.is_explained(*r) {
                self.appeal.line[*r as usize]
            } else {
                0.0
            };
            here += if other.country == country { gone } else { 0.0 };
            if other.block == block {
                near += gone;
                visited = true;
            }
        }
        let explained = |sums: &BTreeMap<u32, f64>, of: u32| match all {
            true => 0.0,
            false => sums.get(&of).copied().unwrap_or(0.0),
        };
        let of = |sum: Option<&f64>, gone: f64| {
            appeal / (sum.copied().unwrap_or(appeal) - gone).max(appeal)
        };
        here += explained(&self.appeal.accused_country, country);
        near += explained(&self.appeal.accused_block, block);
        let anywhere = of(self.appeal.country.get(&country), here);
        let near = visited.then(|| of(self.appeal.block.get(&block), near).max(anywhere));
        (anywhere, near)
    }

    /// The platform's numbers that were not reached yet.
    fn left_of(&self, platform: u32, reached: &[u32], day: i64) -> Vec<u32> {
        let at = (day + 1) * DAY_US - 1;
        self.roster.platforms[platform as usize]
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
            .filter(|p| p.registered <= at && !reached.contains(&p.line))
            .map(|p| p.line)
            .collect()
    }

    /// Where lines are shared, another platform that explains the campaign so far may explain the
    /// next number as well: chance is then what the others together make of it, each as far as it
    /// is believed to leak.
    fn rival(&self, platform: u32, reached: &[u32], hit: Hit, chance: f64) -> f64 {
        let owners = self.owners(hit.line, hit.day);
        owners
            .iter()
            .filter(|o| **o != platform)
            .fold(chance, |sum, other| {
                let rival = &self.roster.platforms[*other as usize];
                let lines = || {
                    rival
                        .placements
                        .iter()
                        .map(|p| self.roster.placements[*p as usize].line)
                };
                if !lines().any(|line| reached.contains(&line)) {
                    return sum;
                }
                let left = lines()
                    .filter(|line| !reached.contains(line))
                    .count()
                    .max(1);
                sum + self.believed(rival) * RIVAL_SHARE / left as f64
            })
    }

    /// How far a platform is believed to leak, as a rival explanation.
    fn believed(&self, platform: &Platform) -> f64 {
        let log_e = if platform.case.flagged.is_some() {
            f64::MAX
        } else {
            platform.case.live()
        };
        posterior(RIVAL_PRIOR, log_e.max(0.0))
    }
}

/// Whose list a campaign works shows in its first two numbers.
fn campaign_opens(reached: usize) -> bool {
    reached < 2
}
