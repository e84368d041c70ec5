//! What the day's contacts show: whose they are, which campaign, which names, which number next.

use super::close::{Active, HOUR_US};
use super::{NOBODY, State, Waiting};
use crate::background::{AGAIN, NEW, SILENT};
use crate::campaigns::{HITS_MAX, Hit};
use crate::decision::posterior;
use crate::evidence::{Bet, Next};
use crate::roster::{DAY_US, Platform};
use crate::taxonomy::{Seen, Whose};
use crate::text::handles;

/// Lines nobody was given that a campaign may reach and still be followed as a list worker.
const UNPLACED_MAX: u32 = 4;
/// Share of a leaking platform's campaigns that go on to its next number.
const RIVAL_SHARE: f64 = 0.6;
/// How far an unknown platform is believed to leak, when it could explain what another is blamed
/// for.
const RIVAL_PRIOR: f64 = 0.25;
/// Days within which a campaign that comes back works the same list.
const AGAIN_DAYS_MAX: i64 = 30;
/// The most lines of a campaign that may work a list.
const LIST_LINES_MAX: usize = 24;
/// Numbers of a campaign after which its next one says nothing any more.
const FOLLOWED_MAX: usize = 40;

impl State {
    /// Takes in the day's contacts in order of time, whatever order they arrived in.
    pub(super) fn observe(&mut self) -> Active {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by(|a, b| {
            let line = |w: &Waiting| self.notes[w.note as usize].line;
            (a.at, line(a), &a.from, &a.text, a.note).cmp(&(
                b.at,
                line(b),
                &b.from,
                &b.text,
                b.note,
            ))
        });
        let mut active = Active::new();
        for contact in waiting {
            if let Some((line, stream)) = self.take_in(&contact) {
                active
                    .entry((line, stream))
                    .and_modify(|at| *at = contact.at.max(*at))
                    .or_insert(contact.at);
            }
        }
        active
    }

    fn take_in(&mut self, contact: &Waiting) -> Option<(u32, usize)> {
        let line = self.notes[contact.note as usize].line;
        let (whose, platform) = self.whose(line, contact);
        let note = &mut self.notes[contact.note as usize];
        (note.whose, note.platform) = (whose, platform);
        if note.first == NOBODY {
            self.by_line[line as usize].push(contact.note);
        }
        if matches!(whose, Whose::Transaction | Whose::Own | Whose::Partner) {
            return None;
        }
        let spoken = self.roster.spoken.spoken(&contact.text);
        let personal = self.asks_for_another(line, contact, &spoken);
        let active = self.follow(line, contact, personal);
        if active.is_some_and(|(_, stream)| stream != AGAIN) {
            self.ring_at_once(line, contact.at);
        }
        self.listen(line, contact, &spoken);
        active
    }

    /// Whose a contact is; the platform too, where it is not a stranger's.
    pub(super) fn whose(&self, line: u32, contact: &Waiting) -> (Whose, u32) {
        let placements = &self.roster.lines[line as usize].placements;
        let mut best = (Whose::Stranger, NOBODY);
        if placements.is_empty() {
            return best;
        }
        let seen = Seen::new(&contact.from, &contact.text, contact.call);
        for placement in placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
        {
            if placement.registered <= contact.at {
                let whose = self.roster.platforms[placement.platform as usize]
                    .profile
                    .judge(&seen);
                if whose < best.0 {
                    best = (whose, placement.platform);
                }
            }
        }
        best
    }

    fn ring_at_once(&mut self, line: u32, at: i64) {
        for index in &self.unjudged {
            let placement = &self.roster.placements[*index as usize];
            if placement.line == line && (0..=HOUR_US).contains(&(at - placement.registered)) {
                self.instant.insert(*index);
            }
        }
    }

    /// Joins the contact to its campaign, and says which stream it makes active.
    fn follow(&mut self, line: u32, contact: &Waiting, personal: bool) -> Option<(u32, usize)> {
        let day = contact.at.div_euclid(DAY_US);
        let handles = handles(&contact.text);
        let joined = self.campaigns.join(&contact.from, &handles, day);
        let follows = self.notes[contact.note as usize].first != NOBODY;
        self.notes[contact.note as usize].group = joined.group;
        let unplaced = !self.roster.is_placed(line, contact.at);
        let control = self.roster.lines[line as usize].control;
        let group = self.campaigns.get_mut(joined.group)?;
        let known = group.contacts > 0;
        group.contacts += u64::from(!follows);
        group.hear(&contact.text);
        group.last = day;
        group.linkable |= joined.linkable;
        if let Some(hit) = group.hits.iter_mut().find(|h| h.line == line) {
            hit.last = day;
            hit.contacts += 1;
            hit.personal |= personal;
            if hit.personal {
                return None;
            }
            let again = hit.contacts == 2 && (1..=AGAIN_DAYS_MAX).contains(&(day - hit.day));
            let seen_elsewhere = group.controls > u32::from(control);
            let candidate = again && group.linkable && !seen_elsewhere;
            let counts = candidate
                && !self.sweeps(joined.group, line)
                && !self.reached_beside(joined.group, line, contact.at).1;
            return counts.then_some((line, AGAIN));
        }
        let silent = !joined.linkable && group.texts == 0;
        let seen_by_controls = group.controls > 0;
        if group.hits.len() < HITS_MAX {
            self.reach(
                joined.group,
                Hit {
                    line,
                    day,
                    last: day,
                    contacts: 1,
                    unplaced,
                    control,
                    personal,
                },
            );
        }
        if personal {
            return None;
        }
        if silent || (!joined.linkable && !known) {
            self.notes[contact.note as usize].silent = true;
            self.roster.lines[line as usize].record.silent_today += 1;
            return Some((line, SILENT));
        }
        if seen_by_controls {
            self.roster.lines[line as usize].record.mass += 1;
            return None;
        }
        // The platform's second number is the breadth's business: a sweep is one surprise.
        (!self.reached_beside(joined.group, line, contact.at).0).then_some((line, NEW))
    }

    /// Whether the campaign reached the line's neighbours as well, or many lines: what sweeps a
    /// block comes back to all of it.
    fn sweeps(&self, group: u32, line: u32) -> bool {
        let Some(group) = self.campaigns.get(group) else {
            return false;
        };
        let block = self.roster.lines[line as usize].block;
        let mut others = group
            .hits
            .iter()
            .filter(|h| h.line != line && !self.is_accused(h.line));
        let many = group.hits.len() > LIST_LINES_MAX;
        many || others.any(|h| self.roster.lines[h.line as usize].block == block)
    }

    /// Whether the campaign reached another number of the same platform, and came back there.
    fn reached_beside(&self, group: u32, line: u32, at: i64) -> (bool, bool) {
        let [placement] = self.roster.lines[line as usize].placements[..] else {
            return (false, false);
        };
        let placement = &self.roster.placements[placement as usize];
        let Some(group) = self
            .campaigns
            .get(group)
            .filter(|_| placement.registered <= at)
        else {
            return (false, false);
        };
        let ours = &self.roster.platforms[placement.platform as usize].placements;
        let beside = |l: u32| {
            l != line
                && ours
                    .iter()
                    .any(|p| self.roster.placements[*p as usize].line == l)
        };
        let mut hits = group.hits.iter().filter(|h| beside(h.line)).peekable();
        (
            hits.peek().is_some(),
            hits.any(|h| h.contacts > 1 && h.last > h.day),
        )
    }

    /// A campaign reaches a line that it had not reached before.
    fn reach(&mut self, group: u32, hit: Hit) {
        let Some(campaign) = self.campaigns.get(group) else {
            return;
        };
        let followed = campaign.unplaced < UNPLACED_MAX && campaign.hits.len() < FOLLOWED_MAX;
        let opening = campaign_opens(campaign.hits.len());
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
        let chance = self.chance_of(hit.line, &reached);
        for bet in &mut bets {
            let left = self.left_of(bet.platform, &reached, hit.day);
            let next = Next {
                ours: left.contains(&hit.line),
                left: left.len(),
                chance: self.rival(bet.platform, &reached, hit, chance),
            };
            let case = &mut self.roster.platforms[bet.platform as usize].case;
            case.breadth.update(bet, &next);
            self.touched.insert(bet.platform);
        }
        bets
    }

    /// Probability that a campaign that does not care reaches this line next.
    fn chance_of(&self, line: u32, reached: &[u32]) -> f64 {
        let lines = &self.roster.lines;
        let (country, block) = (lines[line as usize].country, lines[line as usize].block);
        let appeal = self.appeal.line[line as usize];
        let (mut here, mut near, mut visited) = (0.0, 0.0, false);
        for r in reached {
            let other = &lines[*r as usize];
            here += if other.country == country {
                self.appeal.line[*r as usize]
            } else {
                0.0
            };
            if other.block == block {
                near += self.appeal.line[*r as usize];
                visited = true;
            }
        }
        let of = |sum: Option<&f64>, gone: f64| {
            appeal / (sum.copied().unwrap_or(appeal) - gone).max(appeal)
        };
        let anywhere = of(self.appeal.country.get(&country), here);
        if visited {
            anywhere.max(of(self.appeal.block.get(&block), near))
        } else {
            anywhere
        }
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
