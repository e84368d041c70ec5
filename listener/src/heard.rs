//! What came through each connection since the start: for whoever sets one up and waits.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use honeytoken::{ConnectionId, Timestamp};

use crate::problem::Problem;

/// The last requests of a connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    /// When one was last taken.
    pub(crate) taken_at: Option<Timestamp>,
    /// When one was last refused, and why.
    pub(crate) refused: Option<(Timestamp, Problem)>,
}

/// By connection. Only connections that exist are noted, so that strangers cannot fill it.
#[derive(Debug, Default)]
pub(crate) struct AllHeard(Mutex<BTreeMap<ConnectionId, Heard>>);

impl AllHeard {
    /// What came through a connection.
    pub(crate) fn of(&self, id: &ConnectionId) -> Heard {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(id).cloned().unwrap_or_default()
    }

    /// Notes what became of a request; true if whoever waits should look again: the first that was
    /// taken, and a refusal for another reason than the one before.
    pub(crate) fn note(
        &self,
        id: &ConnectionId,
        now: Timestamp,
        refusal: Option<&Problem>,
    ) -> bool {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = heard.entry(id.clone()).or_default();
        let Some(problem) = refusal else {
            let is_news = heard.taken_at.is_none() || heard.refused.is_some();
            (heard.taken_at, heard.refused) = (Some(now), None);
            return is_news;
        };
        let before = heard.refused.replace((now, problem.clone()));
        before.is_none_or(|(_, before)| before.detail != problem.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_is_news() {
        let all = AllHeard::default();
        let (id, now) = ("tw".parse().unwrap(), Timestamp::EPOCH);
        let problem = Problem::bad_request("bad_signature", "signature does not fit");
        let other = Problem::bad_request("stale", "too old");
        let refusals = [
            None,
            None,
            Some(&problem),
            Some(&problem),
            Some(&other),
            None,
            None,
        ];
        let news = refusals.map(|refusal| all.note(&id, now, refusal));
        assert_eq!(news, [true, false, true, false, true, true, false]);
        assert!(all.of(&id).taken_at.is_some() && all.of(&id).refused.is_none());
    }
}
