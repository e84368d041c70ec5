//! A line's signs of life: heartbeats and contacts, and the hours they prove.

use honeytoken::Timestamp;
use serde::{Deserialize, Serialize};

/// Between two signs of life further apart than this, in seconds, the line may have been dead.
const SILENCE_MAX_S: f64 = 3600.0;
/// Proven intervals kept until they are written down, which happens hourly; more are joined by
/// forgetting the oldest.
const INTERVALS_MAX: usize = 64;

/// From when, included, until when, excluded.
type Interval = (Timestamp, Timestamp);

/// The signs of life of one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Life {
    /// Intervals that are proven, the last of them still growing; empty ones are single signs.
    proven: Vec<Interval>,
    /// Until when entries say that it lived.
    said: Option<Timestamp>,
}

impl Life {
    /// The line gave a sign at `at`; one that arrives late changes nothing.
    pub(super) fn sign(&mut self, at: Timestamp) {
        match self.proven.last_mut() {
            Some((_, until)) if at.seconds_since(*until) <= SILENCE_MAX_S => {
                *until = at.max(*until);
            }
            _ => self.proven.push((at, at)),
        }
        if self.proven.len() > INTERVALS_MAX {
            self.proven.remove(0);
        }
    }

    /// The last sign.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.proven.last().map(|(_, until)| *until)
    }

    /// An entry says that it lived until then.
    pub(super) fn said(&mut self, until: Timestamp) {
        self.said = self.said.max(Some(until));
        let growing = self.proven.pop();
        self.proven.retain(|interval| interval.1 > until);
        self.proven.extend(growing);
    }

    /// The intervals that are proven and not said yet, in order.
    pub(super) fn due(&self) -> impl Iterator<Item = Interval> {
        let from = |(from, until): &Interval| ((*from).max(self.said.unwrap_or(*from)), *until);
        self.proven
            .iter()
            .map(from)
            .filter(|(from, until)| from < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_unix_s(1_800_000_000 + minutes * 60)
    }

    fn due(life: &Life) -> Vec<Interval> {
        life.due().collect()
    }

    #[test]
    fn two_signs_prove_the_time_between_them() {
        let mut life = Life::default();
        life.sign(at(0));
        assert_eq!(due(&life), []);
        life.sign(at(50));
        assert_eq!(due(&life), [(at(0), at(50))]);
        life.said(at(50));
        assert_eq!(due(&life), []);
        life.sign(at(70));
        assert_eq!(due(&life), [(at(50), at(70))]);
        assert_eq!(life.last(), Some(at(70)));
    }

    #[test]
    fn a_long_silence_is_a_gap_and_costs_nothing_before_it() {
        let mut life = Life::default();
        life.sign(at(0));
        life.sign(at(10));
        life.sign(at(100));
        life.sign(at(101));
        assert_eq!(due(&life), [(at(0), at(10)), (at(100), at(101))]);
        life.said(at(10));
        assert_eq!(due(&life), [(at(100), at(101))]);
    }

    #[test]
    fn a_late_sign_changes_nothing() {
        let mut life = Life::default();
        life.sign(at(10));
        life.sign(at(3));
        assert_eq!(due(&life), []);
        assert_eq!(life.last(), Some(at(10)));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut life = Life::default();
        (0..1000).for_each(|i| life.sign(at(i * 100)));
        assert_eq!(life.proven.len(), INTERVALS_MAX);
    }
}
