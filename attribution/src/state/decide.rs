//! The look at the end of a day: whom the evidence accuses.

use super::State;
use crate::decision::accused;
use crate::evidence::Case;
use crate::roster::DAY_US;

/// Few platforms are judged as strictly as this many: more may be added any day.
const WATCHED_MIN: usize = 20;

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
        // Whoever was not touched today was looked at before its latest silence: look again.
        for platform in self.due() {
            self.look(platform, day);
        }
        // Those accused together carry each other; what they explain no longer speaks against the rest.
        let mut due = self.due();
        while !due.is_empty() {
            due.iter().for_each(|p| self.accuse(*p, day));
            due.iter().for_each(|p| self.explain_away(*p));
            self.weigh_accused();
            due = self.due();
        }
        self.freeze();
    }

    /// Platforms not accused yet whose evidence accuses them, given those that were, the strongest first.
    /// One that is accused by itself is named alone, since it may explain what speaks against others.
    fn due(&self) -> Vec<u32> {
        let (known, mut open): (Vec<u32>, Vec<u32>) =
            (0..self.looks.len() as u32).partition(|p| self.is_flagged(*p));
        open.sort_by(|a, b| {
            self.looks[*b as usize]
                .total_cmp(&self.looks[*a as usize])
                .then(a.cmp(b))
        });
        let sorted: Vec<f64> = open.iter().map(|p| self.looks[*p as usize]).collect();
        let (watched, level) = (self.watched(), self.policy.alpha);
        let alone = accused(&sorted[..sorted.len().min(1)], known.len(), watched, level);
        open.truncate(match alone {
            0 => accused(&sorted, known.len(), watched, level),
            one => one,
        });
        open
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

    fn accuse(&mut self, platform: u32, day: i64) {
        let case = &mut self.roster.platforms[platform as usize].case;
        case.flagged = Some((day + 1).saturating_mul(DAY_US));
    }

    /// Evidence that accuses a platform by itself stays as it was at that moment.
    fn freeze(&mut self) {
        let bar = libm::log(self.watched() as f64 / self.policy.alpha);
        let open = |case: &Case| case.flagged.is_some() && case.frozen.is_none();
        for platform in &mut self.roster.platforms {
            let case = &mut platform.case;
            if open(case) && case.live() >= bar {
                case.frozen = Some(case.live());
            }
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
