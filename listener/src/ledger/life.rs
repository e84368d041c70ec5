//! A line's signs of life: heartbeats and contacts, and the hours they prove.

use honeytoken::Timestamp;
use serde::{Deserialize, Serialize};

/// Between two signs of life further apart than this, in seconds, the line may have been dead: a
/// gateway that says it lives does so at least daily, with two hours to spare.
const SILENCE_MAX_S: f64 = 26.0 * 3600.0;

/// The signs of life of one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Life {
    /// The first of the signs that follow each other without a gap.
    since: Option<Timestamp>,
    /// The last sign.
    pub(super) last: Option<Timestamp>,
    /// Until when entries say that it lived.
    said: Option<Timestamp>,
}

impl Life {
    /// The line gave a sign at `at`; one that arrives late changes nothing.
    pub(super) fn sign(&mut self, at: Timestamp) {
        let gap = self
            .last
            .is_none_or(|last| at.seconds_since(last) > SILENCE_MAX_S);
        if gap {
            self.since = Some(at);
        }
        self.last = self.last.max(Some(at));
    }

    /// An entry says that it lived until then.
    pub(super) fn said(&mut self, until: Timestamp) {
        self.said = self.said.max(Some(until));
    }

    /// The interval that is proven and not said yet.
    pub(super) fn due(&self) -> Option<(Timestamp, Timestamp)> {
        let from = self.since.max(self.said)?;
        let until = self.last?;
        (from < until).then_some((from, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_unix_s(1_800_000_000 + hours * 3600)
    }

    #[test]
    fn two_signs_prove_the_time_between_them() {
        let mut life = Life::default();
        life.sign(at(0));
        assert_eq!(life.due(), None);
        life.sign(at(24));
        assert_eq!(life.due(), Some((at(0), at(24))));
        life.said(at(24));
        assert_eq!(life.due(), None);
        life.sign(at(30));
        assert_eq!(life.due(), Some((at(24), at(30))));
    }

    #[test]
    fn a_long_silence_is_a_gap() {
        let mut life = Life::default();
        life.sign(at(0));
        life.sign(at(10));
        life.said(at(10));
        life.sign(at(100));
        assert_eq!(life.due(), None, "nothing is proven between 10 and 100");
        life.sign(at(101));
        assert_eq!(life.due(), Some((at(100), at(101))));
    }

    #[test]
    fn a_late_sign_changes_nothing() {
        let mut life = Life::default();
        life.sign(at(10));
        life.sign(at(3));
        assert_eq!(life.due(), None);
    }
}
