//! `[life]`: how long a sign of life proves, who is tested, and what that may cost.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use honeytoken::{Basis, ConnectionId, TestMedium};
use serde::Deserialize;

use crate::ledger::RUN_S;

/// A test or a look at the provider's list may come this much later than planned, in hours, and still
/// prove the time since the one before.
const LATE_H: u32 = 2;

/// What proves that lines live. Everything has a default; nothing is sent unless a connection is named.
///
/// ```
/// let config: listener::Config = r#"
///     [life]
///     heartbeat_max_min = 60
///     test_every_h = 24
///     tests_per_day_max = 50
///     test_connections = { tw = "sms" }
///     list_connections = ["tw"]
/// "#.parse().unwrap();
/// assert_eq!(config.life.tests_per_day_max, 50);
/// assert!("[life]\nheartbeat_max_min = 5".parse::<listener::Config>().is_err());
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LifeConfig {
    /// Two heartbeats, or two signs of a phone, no further apart than this prove the time between them.
    /// An hour: phones that sleep ping late, and what is lost in an hour is little.
    pub heartbeat_max_min: Minutes,
    /// A line is said to be silent this long after its next sign was due at the latest.
    pub grace_min: NonZeroU32,
    /// How often each line of `test_connections` is tested. A returned test proves the time since the
    /// returned test before it, if none failed between them and it came no more than two hours later than
    /// planned. A day: lines end for good more often than for hours, and a message costs money.
    pub test_every_h: NonZeroU32,
    /// Tests of all lines begun in one day (UTC), those that could not be sent included.
    pub tests_per_day_max: u32,
    /// How long a test may take to come back. Messages may take minutes.
    pub test_returns_min: NonZeroU32,
    /// Connections whose lines are tested, by message or by call, from each other through their accounts.
    pub test_connections: BTreeMap<ConnectionId, TestMedium>,
    /// How often the lists of `list_connections` are asked for.
    pub list_every_h: NonZeroU32,
    /// Connections whose provider is asked which numbers are ours: weak, since it proves the number and
    /// not that anything reaches us, so it counts for no verdict.
    pub list_connections: BTreeSet<ConnectionId>,
}

impl Default for LifeConfig {
    fn default() -> LifeConfig {
        LifeConfig {
            heartbeat_max_min: Minutes(60),
            grace_min: at_least_one(15),
            test_every_h: at_least_one(24),
            tests_per_day_max: 100,
            test_returns_min: at_least_one(15),
            test_connections: BTreeMap::new(),
            list_every_h: at_least_one(24),
            list_connections: BTreeSet::new(),
        }
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// Minutes, at least 15: signs closer to each other than that are not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct Minutes(u32);

impl TryFrom<u32> for Minutes {
    type Error = String;

    fn try_from(minutes: u32) -> Result<Minutes, String> {
        match f64::from(minutes) * 60.0 >= RUN_S {
            true => Ok(Minutes(minutes)),
            false => Err(format!(
                "{minutes} minutes are too few; at least 15 are wanted"
            )),
        }
    }
}

impl LifeConfig {
    /// How far apart two signs of this kind may be and prove the time between them, in seconds.
    pub(crate) fn span_s(&self, basis: Basis) -> f64 {
        let hours = |h: NonZeroU32| f64::from(h.get().saturating_add(LATE_H)) * 3600.0;
        match basis {
            Basis::Heartbeat | Basis::Device => f64::from(self.heartbeat_max_min.0) * 60.0,
            Basis::TestMessage => hours(self.test_every_h),
            Basis::ProviderList => hours(self.list_every_h),
            // An operator's word is an interval, not a sign.
            Basis::Asserted => 0.0,
        }
    }

    /// How long after its last sign of this kind a line is silent, in seconds.
    pub(crate) fn silent_after_s(&self, basis: Basis) -> f64 {
        let returns = match basis {
            Basis::TestMessage => self.test_returns_min.get(),
            _ => 0,
        };
        self.span_s(basis) + 60.0 * (f64::from(self.grace_min.get()) + f64::from(returns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_proves_as_long_as_the_settings_say() {
        let life = LifeConfig::default();
        let hours = |basis| life.span_s(basis) / 3600.0;
        assert_eq!(
            Basis::ALL.map(hours),
            [26.0, 0.0, 1.0, 1.0, 26.0],
            "provider_list, asserted, heartbeat, device, test_message"
        );
        assert_eq!(life.silent_after_s(Basis::Device), 75.0 * 60.0);
        assert_eq!(life.silent_after_s(Basis::TestMessage), 26.5 * 3600.0);
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_by_name() {
        for (text, named) in [
            ("heartbeat_max_min = 14", "15"),
            ("test_every_h = 0", "nonzero"),
            ("tests_per_day = 3", "tests_per_day"),
            ("test_connections = { tw = \"pigeon\" }", "pigeon"),
            ("list_connections = [\"no such id\"]", "list_connections"),
        ] {
            let error = format!("[life]\n{text}")
                .parse::<crate::Config>()
                .unwrap_err()
                .to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
