//! Power: how likely a study finds a leak of a given size before it is over.
//!
//! Worlds are simulated in which one platform's numbers are sold and all others' are not, with the
//! noise that this installation measured, and folded by the very [`State`] that gives verdicts: the
//! same evidence, the same level. The answer is the share of worlds in which the platform was
//! accused in time. What the noise does not say (how buyers behave, how often they speak a name)
//! is assumed as in [`world::Scenario`], see `docs/METHOD.md`.

use honeytoken::Policy;

use crate::State;
use crate::background::{NEW, SILENT};

mod trial;

use trial::{PLATFORMS, Trial};

/// Days proven alive, over all lines that nobody was given, from which noise is believed.
const LINE_DAYS_MIN: u64 = 300;
/// A study as planned for one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    lines: u32,
    days: u32,
    contacts: u32,
}

/// Why a plan cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Lines.
    #[error("lines {0} is not 1 to 10; so many of one platform's numbers are simulated")]
    Lines(u32),
    /// Days.
    #[error("days {0} is not 7 to 365; so long a study is simulated")]
    Days(u32),
    /// Contacts.
    #[error("size {0} is not 1 to 50; it is how many contacts a leak brings to each number")]
    Contacts(u32),
}

impl Plan {
    /// `lines` (1 to 10) given to a platform and watched for `days` (7 to 365) from the first on,
    /// if its leak brings `contacts` (1 to 50) by undeclared third parties to each of them, on the
    /// average.
    ///
    /// # Errors
    /// The first number outside its range.
    pub fn new(lines: u32, days: u32, contacts: u32) -> Result<Plan, PlanError> {
        match (lines, days, contacts) {
            (0 | 11.., _, _) => Err(PlanError::Lines(lines)),
            (_, 0..7 | 366.., _) => Err(PlanError::Days(days)),
            (_, _, 0 | 51..) => Err(PlanError::Contacts(contacts)),
            _ => Ok(Plan {
                lines,
                days,
                contacts,
            }),
        }
    }

    /// Numbers given to the platform.
    pub fn lines(self) -> u32 {
        self.lines
    }

    /// Days watched, from the first registration on.
    pub fn days(self) -> u32 {
        self.days
    }

    /// Contacts that the leak brings to each number, on the average.
    pub fn contacts(self) -> u32 {
        self.contacts
    }
}

/// What an installation brings to a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Contacts a day on a line that nobody was given; none: not measured well enough.
    pub noise: Option<f64>,
    /// Days over which it was measured, summed over lines.
    pub line_days: u64,
    /// Platforms that numbers were given to.
    pub platforms: u32,
    /// Controls.
    pub controls: u32,
    /// Level at which verdicts are said.
    pub alpha: f64,
}

impl Default for Setting {
    fn default() -> Setting {
        Setting {
            noise: None,
            line_days: 0,
            platforms: PLATFORMS.1,
            controls: 20,
            alpha: Policy::standard().alpha,
        }
    }
}

/// How often simulated leaks were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Power {
    /// Worlds simulated.
    pub trials: u32,
    /// Days from the first registration to the accusation, ascending, of those found in time.
    pub found_after_days: Vec<f64>,
}

impl Power {
    /// Share of leaks found within so many days.
    pub fn within(&self, days: f64) -> f64 {
        let found = self.found_after_days.partition_point(|d| *d <= days);
        found as f64 / f64::from(self.trials.max(1))
    }

    /// Share of leaks found at all.
    pub fn share(&self) -> f64 {
        self.within(f64::INFINITY)
    }

    /// What the share may be in truth, given how many worlds were simulated: Wilson's interval
    /// of 95 %.
    pub fn interval(&self) -> (f64, f64) {
        const Z: f64 = 1.96;
        let (n, p) = (f64::from(self.trials.max(1)), self.share());
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let reach = Z / (1.0 + Z * Z / n) * libm::sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n));
        ((middle - reach).max(0.0), (middle + reach).min(1.0))
    }

    /// Days after which this share was found; none if fewer were.
    pub fn days_to(&self, share: f64) -> Option<f64> {
        let needed = libm::ceil(share * f64::from(self.trials) - 1e-9).max(1.0) as usize;
        self.found_after_days.get(needed - 1).copied()
    }
}

impl State {
    /// What this installation brings to a plan: its noise, learned from lines while nobody had
    /// been given them.
    pub fn setting(&self) -> Setting {
        let (contacts, line_days) = self.noise();
        let placed = self
            .roster
            .platforms
            .iter()
            .filter(|p| !p.placements.is_empty());
        let controls = self.roster.lines.iter().filter(|l| l.control);
        let measured = line_days >= LINE_DAYS_MIN;
        let standard = Setting::default();
        Setting {
            noise: measured.then(|| contacts / line_days as f64),
            line_days,
            platforms: some(placed.count(), standard.platforms),
            controls: some(controls.count(), standard.controls),
            alpha: self.policy.alpha,
        }
    }

    /// Strangers' activity on lines that nobody had been given, and the days it was watched.
    pub(crate) fn noise(&self) -> (f64, u64) {
        let records = self.roster.lines.iter().map(|l| l.soak.unwrap_or(l.record));
        let (contacts, days) = records.fold((0.0, 0.0), |(contacts, days), r| {
            let active = r.active[NEW] + r.active[SILENT] + r.mass;
            (contacts + f64::from(active), days + r.days)
        });
        (contacts, days as u64)
    }
}

/// A count; where there is nothing yet, what is usual.
fn some(count: usize, usual: u32) -> u32 {
    match count {
        0 => usual,
        count => u32::try_from(count).unwrap_or(u32::MAX),
    }
}

/// Simulates `trials` worlds of this plan in this setting; the same seed gives the same answer.
/// `progress` is told how many are done.
pub fn power(
    setting: &Setting,
    plan: Plan,
    trials: u32,
    seed: u64,
    progress: &mut dyn FnMut(u32),
) -> Power {
    let all = Trial::new(setting, plan);
    let mut found_after_days = Vec::new();
    for trial in 0..trials {
        let seed = seed
            .wrapping_mul(1_000_003)
            .wrapping_add(u64::from(trial) * 64);
        found_after_days.extend(all.run(seed));
        progress(trial + 1);
    }
    found_after_days.sort_by(f64::total_cmp);
    Power {
        trials,
        found_after_days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_outside_what_is_simulated_are_refused() {
        assert!(Plan::new(1, 7, 1).is_ok() && Plan::new(10, 365, 50).is_ok());
        assert_eq!(Plan::new(0, 90, 10), Err(PlanError::Lines(0)));
        assert_eq!(Plan::new(11, 90, 10), Err(PlanError::Lines(11)));
        assert_eq!(Plan::new(3, 6, 10), Err(PlanError::Days(6)));
        assert_eq!(Plan::new(3, 366, 10), Err(PlanError::Days(366)));
        assert_eq!(Plan::new(3, 90, 0), Err(PlanError::Contacts(0)));
        assert_eq!(Plan::new(3, 90, 51), Err(PlanError::Contacts(51)));
    }

    #[test]
    fn shares_and_intervals() {
        let power = Power {
            trials: 10,
            found_after_days: (1..=9).map(|i| f64::from(i) * 10.0).collect(),
        };
        assert_eq!(power.share(), 0.9);
        assert_eq!(power.within(45.0), 0.4);
        assert_eq!(power.days_to(0.9), Some(90.0));
        assert_eq!(power.days_to(0.95), None);
        let (low, high) = power.interval();
        assert!(
            (low - 0.596).abs() < 0.01 && (high - 0.982).abs() < 0.01,
            "{low} {high}"
        );
    }
}
