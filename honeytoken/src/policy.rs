//! The rules that an installation may set for itself.

use serde::{Deserialize, Serialize};

/// How verdicts are made and lines are held from here on: part of every verdict's inputs, hence an
/// entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// False-discovery level at which `leaked` and `resold` are said, such as 0.05.
    pub alpha: f64,
    /// Prior probability that a platform leaks.
    pub prior: f64,
    /// Version of the method.
    pub method: String,
    /// Days of soak of a line that is added without any; none: such a line is ready at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak_days: Option<u32>,
    /// What becomes of lines that hear too much in their soak; none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dirty_lines: Option<DirtyLines>,
}

/// When a line is dirty, and what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirtyLines {
    /// A line that hears more contacts than this in its soak is dirty.
    pub contacts_max: u32,
    /// What follows.
    pub action: DirtyAction,
}

/// What becomes of a dirty line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirtyAction {
    /// It is never drawn, and is placed by nobody.
    Disqualify,
    /// It is drawn when no clean line is ready, and bears a mark.
    Mark,
}

/// The level may be at most this: a list of which half may be wrong accuses nobody.
const ALPHA_MAX: f64 = 0.5;
/// The longest default soak, in days.
const SOAK_DAYS_MAX: u32 = 366;

/// Why rules cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// The level.
    #[error(
        "alpha {0} is not a false-discovery level; use more than 0 and at most 0.5, such as 0.05"
    )]
    Alpha(f64),
    /// The prior.
    #[error("prior {0} is not a probability between 0 and 1, both excluded; use one such as 0.2")]
    Prior(f64),
    /// The soak.
    #[error("soak_days {0} is not 1 to 366; leave it out for no default")]
    SoakDays(u32),
}

impl Policy {
    /// The rules until others are set: accusations at a false-discovery level of 5 %, one platform
    /// in five expected to leak before anything is known, no default soak, no line dirty.
    pub fn standard() -> Policy {
        Policy {
            alpha: 0.05,
            prior: 0.2,
            method: "e-bh-1".into(),
            soak_days: None,
            dirty_lines: None,
        }
    }

    /// These rules, if they can be kept.
    ///
    /// # Errors
    /// The first number that lies outside its range.
    pub fn checked(self) -> Result<Policy, PolicyError> {
        if !(self.alpha > 0.0 && self.alpha <= ALPHA_MAX) {
            return Err(PolicyError::Alpha(self.alpha));
        }
        if !(self.prior > 0.0 && self.prior < 1.0) {
            return Err(PolicyError::Prior(self.prior));
        }
        match self.soak_days {
            Some(days) if !(1..=SOAK_DAYS_MAX).contains(&days) => Err(PolicyError::SoakDays(days)),
            _ => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_their_range_are_refused() {
        let with = |alpha, prior, soak_days| {
            let policy = Policy {
                alpha,
                prior,
                soak_days,
                ..Policy::standard()
            };
            policy.checked().map(drop)
        };
        assert_eq!(with(0.05, 0.2, Some(30)), Ok(()));
        assert_eq!(with(0.5, 0.999, None), Ok(()));
        assert_eq!(with(0.0, 0.2, None), Err(PolicyError::Alpha(0.0)));
        assert_eq!(with(0.51, 0.2, None), Err(PolicyError::Alpha(0.51)));
        assert!(with(f64::NAN, 0.2, None).is_err());
        assert_eq!(with(0.05, 1.0, None), Err(PolicyError::Prior(1.0)));
        assert_eq!(with(0.05, 0.2, Some(0)), Err(PolicyError::SoakDays(0)));
        assert_eq!(with(0.05, 0.2, Some(367)), Err(PolicyError::SoakDays(367)));
    }

    #[test]
    fn rules_of_older_logs_are_read() {
        let old = r#"{"alpha":0.05,"prior":0.2,"method":"e-bh-1"}"#;
        let policy: Policy = serde_json::from_str(old).unwrap();
        assert_eq!(policy, Policy::standard());
        assert_eq!(serde_json::to_string(&policy).unwrap(), old);
    }
}
