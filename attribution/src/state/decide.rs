//! The look at the end of a day: whom the evidence accuses.

use super::State;
use crate::decision::accused;
use crate::roster::DAY_US;

/// Few platforms are judged as strictly as this many: more may be added any day.
const WATCHED_MIN: usize = 20;

/// How much of the policy's level is spent. e-BH holds at any one moment, and an accusation stays: what
/// is kept is for looking every day.
const SPENT: f64 = 0.5;

impl State {
    pub(super) fn decide(&mut self, day: i64) {
        let touched = std::mem::take(&mut self.touched);
        if touched.is_empty() {
            return;
        }
        self.looks.resize(self.roster.platforms.len(), 0.0);
        for platform in touched {
            self.look(platform, day);
        }
        let watched = self.watched();
        // Whoever was not touched today was looked at before its latest silence: look again.
        for platform in self.above(watched) {
            self.look(platform, day);
        }
        // One after another, the strongest first: an accusation may explain what spoke against the
        // next.
        while let Some(platform) = self
            .above(watched)
            .into_iter()
            .find(|p| !self.is_flagged(*p))
        {
            self.accuse(platform, day);
            self.explain_away(platform);
        }
        for platform in self.above(watched) {
            self.freeze(platform, watched);
        }
    }

    fn is_flagged(&self, platform: u32) -> bool {
        self.roster.platforms[platform as usize]
            .case
            .flagged
            .is_some()
    }

    fn look(&mut self, platform: u32, day: i64) {
        self.settle(platform, day);
        let case = &mut self.roster.platforms[platform as usize].case;
        let log_e = case.log_e();
        case.highest = case.highest.max(log_e);
        self.looks[platform as usize] = log_e;
    }

    /// Platforms that numbers were given to, those of the coming weeks included.
    pub(super) fn watched(&self) -> usize {
        self.roster
            .platforms
            .iter()
            .filter(|p| !p.placements.is_empty())
            .count()
            .max(WATCHED_MIN)
    }

    fn above(&self, watched: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.looks.len() as u32).collect();
        order.sort_by(|a, b| {
            self.looks[*b as usize]
                .total_cmp(&self.looks[*a as usize])
                .then(a.cmp(b))
        });
        let sorted: Vec<f64> = order.iter().map(|p| self.looks[*p as usize]).collect();
        order.truncate(accused(&sorted, watched, SPENT * self.policy.alpha));
        order
    }

    fn accuse(&mut self, platform: u32, day: i64) {
        let case = &mut self.roster.platforms[platform as usize].case;
        case.flagged = Some((day + 1).saturating_mul(DAY_US));
    }

    /// Evidence that accuses a platform by itself stays as it was at that moment.
    fn freeze(&mut self, platform: u32, watched: usize) {
        let bar = libm::log(watched as f64 / (SPENT * self.policy.alpha));
        let case = &mut self.roster.platforms[platform as usize].case;
        if case.frozen.is_none() && case.live() >= bar {
            case.frozen = Some(case.live());
        }
    }

    /// Campaigns that reached none but the accused platform's numbers no longer speak against the
    /// others who were given the same.
    fn explain_away(&mut self, accused: u32) {
        let placements = &self.roster.platforms[accused as usize].placements;
        let lines: Vec<u32> = placements
            .iter()
            .map(|p| self.roster.placements[*p as usize].line)
            .collect();
        if lines
            .iter()
            .all(|l| self.roster.lines[*l as usize].placements.len() < 2)
        {
            return;
        }
        for group in self.campaigns.iter_mut() {
            let theirs = group.bets.len() > 1
                && group.bets.iter().any(|b| b.platform == accused)
                && group.hits.iter().all(|h| lines.contains(&h.line));
            for bet in group
                .bets
                .iter_mut()
                .filter(|b| theirs && b.platform != accused)
            {
                let case = &mut self.roster.platforms[bet.platform as usize].case;
                case.breadth.withdraw(bet);
                self.looks[bet.platform as usize] = case.log_e();
            }
        }
    }
}
