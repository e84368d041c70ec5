//! When an authority is asked.

use std::time::Duration;

use honeytoken::Timestamp;

use super::Authority;
use crate::ledger::Anchoring;

/// A placement is to be vouched for before anybody can call its number: no later than so many
/// seconds after the last time.
const PLACEMENT_S: u32 = 10;

/// When an authority is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// It has vouched for everything that is worth it.
    Nothing,
    /// At once.
    Now,
    /// After a while.
    In(Duration),
}

/// When `authority` is to be asked, if nothing else happens.
pub(super) fn due(anchoring: &Anchoring, authority: &Authority, now: Timestamp) -> Due {
    let Some(newest) = anchoring.newest(&authority.id) else {
        return if anchoring.worth == 0 {
            Due::Nothing
        } else {
            Due::Now
        };
    };
    if newest.size >= anchoring.worth {
        return Due::Nothing;
    }
    let every_s = if newest.size < anchoring.placed {
        PLACEMENT_S.min(authority.every_s)
    } else {
        authority.every_s
    };
    let due_at = newest.recorded_at.plus_s(i64::from(every_s));
    let left_s = due_at.seconds_since(now);
    if left_s > 0.0 {
        Due::In(Duration::from_secs_f64(left_s))
    } else {
        Due::Now
    }
}

#[cfg(test)]
mod tests {
    use honeytoken::{Anchor, AnchorForm};

    use super::*;

    fn anchored(size: u64, at: i64) -> Anchoring {
        let mut anchoring = Anchoring::default();
        let anchor = Anchor {
            authority: "tsa".parse().unwrap(),
            form: AnchorForm::Rfc3161,
            size,
            note_sha256: String::new(),
            reply_sha256: String::new(),
            stamped_at: Timestamp::from_unix_s(at),
        };
        anchoring.anchored(&anchor, Timestamp::from_unix_s(at));
        anchoring
    }

    fn asked(anchoring: &Anchoring, at: i64) -> Due {
        let authority = Authority::for_tests("tsa", 3600);
        due(anchoring, &authority, Timestamp::from_unix_s(at))
    }

    #[test]
    fn a_log_that_was_never_vouched_for_is_due_at_once() {
        let mut anchoring = Anchoring::default();
        assert_eq!(asked(&anchoring, 0), Due::Nothing);
        anchoring.worth = 1;
        assert_eq!(asked(&anchoring, 0), Due::Now);
    }

    #[test]
    fn what_was_vouched_for_is_not_due_and_what_came_since_is_in_time() {
        let mut anchoring = anchored(7, 1000);
        anchoring.worth = 7;
        assert_eq!(asked(&anchoring, 999_999), Due::Nothing);
        anchoring.worth = 8;
        assert_eq!(asked(&anchoring, 1000), Due::In(Duration::from_secs(3600)));
        assert_eq!(asked(&anchoring, 4600), Due::Now);
    }

    #[test]
    fn a_placement_hurries() {
        let mut anchoring = anchored(7, 1000);
        (anchoring.worth, anchoring.placed) = (9, 9);
        assert_eq!(asked(&anchoring, 1004), Due::In(Duration::from_secs(6)));
        assert_eq!(asked(&anchoring, 1010), Due::Now);
    }
}
