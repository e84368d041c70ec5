//! Evidence from where a campaign goes next: to the same platform's other numbers, or anywhere.
//!
//! Neither order nor rate of campaigns matters, and a sweep of a whole block is no surprise, since
//! its next number is expected in the block.

use serde::{Deserialize, Serialize};

/// Shares of a list's next numbers that stay on the list.
const SHARES: [f64; 3] = [0.05, 0.3, 0.8];
/// Share of campaigns that work the platform's list.
const BUYERS: [f64; 4] = [0.02, 0.15, 0.5, 0.9];
/// How much is not bet.
const KEPT: f64 = 0.3;

/// A bet that one campaign works one platform's list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bet {
    pub(crate) platform: u32,
    odds: [f64; SHARES.len()],
}

/// A campaign's next number, as seen by one platform.
pub(crate) struct Next {
    /// It is one of the platform's numbers not reached before.
    pub(crate) ours: bool,
    /// How many of those there were.
    pub(crate) left: usize,
    /// Probability of this very number if the campaign does not care.
    pub(crate) chance: f64,
}

impl Bet {
    pub(crate) fn new(platform: u32) -> Bet {
        Bet {
            platform,
            odds: [1.0; SHARES.len()],
        }
    }

    /// Takes in the campaign's next number.
    fn update(&mut self, next: &Next) {
        if next.left == 0 {
            return;
        }
        for (odds, share) in self.odds.iter_mut().zip(SHARES) {
            let gain = if next.ours {
                1.0 / (next.left as f64 * next.chance)
            } else {
                0.0
            };
            *odds = (*odds * (1.0 + share * (gain - 1.0))).min(1e12);
        }
    }

    fn mean(&self) -> f64 {
        self.odds.iter().sum::<f64>() / SHARES.len() as f64
    }
}

/// Evidence from all campaigns that reached the platform.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Breadth {
    logs: [f64; BUYERS.len()],
}

impl Breadth {
    /// Takes in one campaign's next number.
    pub(crate) fn update(&mut self, bet: &mut Bet, next: &Next) {
        let before = bet.mean();
        bet.update(next);
        let after = bet.mean();
        for (log, buyers) in self.logs.iter_mut().zip(BUYERS) {
            let odds = |mean: f64| libm::log(1.0 - buyers + buyers * mean);
            *log += odds(after) - odds(before);
        }
    }

    /// Takes a campaign's bet back: another platform explains it.
    pub(crate) fn withdraw(&mut self, bet: &mut Bet) {
        let before = bet.mean();
        bet.odds = [1.0; SHARES.len()];
        for (log, buyers) in self.logs.iter_mut().zip(BUYERS) {
            *log -= libm::log(1.0 - buyers + buyers * before);
        }
    }

    /// Natural logarithm of the e-value.
    pub(crate) fn log_e(&self) -> f64 {
        let each = (1.0 - KEPT) / BUYERS.len() as f64;
        super::log_mix(
            self.logs
                .iter()
                .map(|log| (each, *log))
                .chain([(KEPT, 0.0)]),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staying_on_the_list_convinces() {
        let mut breadth = Breadth::default();
        for _ in 0..4 {
            let mut bet = Bet::new(0);
            breadth.update(
                &mut bet,
                &Next {
                    ours: true,
                    left: 2,
                    chance: 0.01,
                },
            );
        }
        assert!(breadth.log_e() > 6.0);
    }

    #[test]
    fn wandering_off_does_not() {
        let mut breadth = Breadth::default();
        for _ in 0..20 {
            let mut bet = Bet::new(0);
            for _ in 0..5 {
                breadth.update(
                    &mut bet,
                    &Next {
                        ours: false,
                        left: 2,
                        chance: 0.01,
                    },
                );
            }
        }
        assert!(breadth.log_e() < 0.0);
    }
}
