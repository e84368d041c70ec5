//! The look at the end of a day: whom the evidence accuses.

use super::State;
use crate::decision::accused;
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
        let watched = self.watched();
        // Whoever was not touched today was looked at before its latest silence: look again.
        for platform in self.above(watched) {
            self.look(platform, day);
        }
        for platform in self.above(watched) {
            self.accuse(platform, day, watched);
        }
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
        order.truncate(accused(&sorted, watched, self.policy.alpha));
        order
    }

    fn accuse(&mut self, platform: u32, day: i64, watched: usize) {
        let bar = libm::log(watched as f64 / self.policy.alpha);
        let case = &mut self.roster.platforms[platform as usize].case;
        if case.flagged.is_none() {
            case.flagged = Some((day + 1).saturating_mul(DAY_US));
        }
        if case.frozen.is_none() && case.live() >= bar {
            case.frozen = Some(case.live());
        }
    }
}
