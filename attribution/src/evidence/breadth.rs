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
/// How much belief goes back to where it began, at every number.
const CHANGE: f64 = 0.03;

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

/// Evidence from all campaigns that reached the platform. Which share of them works its list may change:
/// before a leak none does. So belief goes back a little to where it began, at every number.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Breadth {
    log: f64,
    /// Belief in each share; the first is none.
    belief: [f64; BUYERS.len() + 1],
}

/// Belief at first.
const PRIOR: [f64; BUYERS.len() + 1] = {
    let each = (1.0 - KEPT) / BUYERS.len() as f64;
    [KEPT, each, each, each, each]
};

impl Default for Breadth {
    fn default() -> Breadth {
        Breadth {
            log: 0.0,
            belief: PRIOR,
        }
    }
}

impl Breadth {
    /// Takes in one campaign's next number. `lean` is the odds that the campaign works a list, beside
    /// what its numbers say; only what was known before may go into it.
    pub(crate) fn update(&mut self, bet: &mut Bet, next: &Next, lean: f64) {
        let before = bet.mean();
        bet.update(next);
        self.take(lean * before, lean * bet.mean());
    }

    /// Takes a campaign's bet back: another platform explains it.
    pub(crate) fn withdraw(&mut self, bet: &mut Bet) {
        let before = bet.mean();
        bet.odds = [1.0; SHARES.len()];
        self.take(before, 1.0);
    }

    fn take(&mut self, before: f64, after: f64) {
        let buyers = |i: usize| if i == 0 { 0.0 } else { BUYERS[i - 1] };
        for (i, belief) in self.belief.iter_mut().enumerate() {
            let odds = |mean: f64| 1.0 - buyers(i) + buyers(i) * mean;
            *belief *= odds(after) / odds(before);
        }
        let sum: f64 = self.belief.iter().sum();
        self.log += libm::log(sum);
        for (belief, prior) in self.belief.iter_mut().zip(PRIOR) {
            *belief = (1.0 - CHANGE) * *belief / sum + CHANGE * prior;
        }
    }

    /// Natural logarithm of the e-value.
    pub(crate) fn log_e(&self) -> f64 {
        self.log
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
                1.0,
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
                    1.0,
                );
            }
        }
        assert!(breadth.log_e() < 0.0);
    }

    #[test]
    fn mean_under_chance_is_one() {
        let after = |ours| {
            let mut breadth = Breadth::default();
            let next = Next {
                ours,
                left: 2,
                chance: 0.01,
            };
            breadth.update(&mut Bet::new(0), &next, 1.0);
            libm::exp(breadth.log_e())
        };
        let mean = 0.02 * after(true) + 0.98 * after(false);
        assert!((mean - 1.0).abs() < 1e-12, "{mean}");
    }
}
