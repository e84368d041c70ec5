//! Evidence from strangers within the hour of a registration: lead markets ring while the form is open.

use serde::{Deserialize, Serialize};

use super::log_mix;

/// How often a leaking platform's numbers are called within the hour.
const SHARES: [f64; 3] = [0.05, 0.3, 0.7];
/// How much is not bet.
const KEPT: f64 = 0.4;
/// Calls come by day, and so do registrations.
const DAYTIME: f64 = 2.5;
/// The first minutes of the hour…
const FIRST_MINUTES: i64 = 20;
/// …in which most of a lead market's calls come.
const FIRST_SHARE: f64 = 0.7;

/// What came in the hours after a platform's registrations.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Instant {
    logs: [f64; SHARES.len()],
}

impl Instant {
    /// One registration, and after how many minutes the first stranger came, if one did; `daily` is what
    /// the line expects in a day.
    pub(crate) fn bet(&mut self, came: Option<i64>, daily: f64) {
        let chance = (DAYTIME * daily / 24.0).clamp(1e-4, 0.5);
        let early = FIRST_MINUTES as f64 / 60.0;
        for (log, share) in self.logs.iter_mut().zip(SHARES) {
            *log += libm::log(match came {
                None => (1.0 - share) / (1.0 - chance),
                Some(minutes) if minutes < FIRST_MINUTES => share * FIRST_SHARE / (chance * early),
                Some(_) => share * (1.0 - FIRST_SHARE) / (chance * (1.0 - early)),
            });
        }
    }

    /// Natural logarithm of the e-value.
    pub(crate) fn log_e(&self) -> f64 {
        let each = (1.0 - KEPT) / SHARES.len() as f64;
        let bets = self.logs.iter().map(|log| (each, *log));
        log_mix(bets.chain([(KEPT, 0.0)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_under_chance_is_one() {
        let daily = 0.05;
        let chance = DAYTIME * daily / 24.0;
        let early = FIRST_MINUTES as f64 / 60.0;
        let after = |came| {
            let mut instant = Instant::default();
            instant.bet(came, daily);
            libm::exp(instant.log_e())
        };
        let mean = (1.0 - chance) * after(None)
            + chance * early * after(Some(3))
            + chance * (1.0 - early) * after(Some(40));
        assert!((mean - 1.0).abs() < 1e-12, "{mean}");
    }

    #[test]
    fn two_calls_at_once_convince_and_one_does_not() {
        let case = |all: &[Option<i64>]| {
            let mut instant = Instant::default();
            all.iter().for_each(|came| instant.bet(*came, 0.05));
            instant.log_e()
        };
        assert!(case(&[Some(2), Some(5), None]) > 6.0);
        assert!(case(&[Some(2), None, None]) < 4.0);
        assert!(case(&[None, None, None]) < 0.0);
    }
}
