//! Who is signed in: sessions and links that are good once, in memory only, under digests.
//!
//! A restart signs everybody out. What the browser holds is random; we keep its digest, so that
//! whoever reads our memory's image cannot act for anybody.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use honeytoken::{KeyId, Timestamp};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::api_key::hex;
use crate::config::PageConfig;

/// Random bytes in a session's id, a form's token, a link.
const TOKEN_BYTES: usize = 32;
/// How long a link that is good once is good, in seconds.
pub(crate) const LINK_S: i64 = 600;
/// Links that may be open at once; a further one takes the place of the oldest.
const LINKS_MAX: usize = 16;
/// Seconds in an hour.
const HOUR_S: i64 = 3600;

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Session {
    /// Under which key.
    pub(crate) key: KeyId,
    /// What every form of theirs carries.
    pub(crate) csrf: String,
    began: Timestamp,
    seen: Timestamp,
}

/// All who are signed in.
pub(crate) struct Sessions {
    inner: Mutex<Inner>,
    sessions_max: usize,
    idle_s: i64,
    absolute_s: i64,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<String, Session>,
    links: HashMap<String, (KeyId, Timestamp)>,
}

/// The system has no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system has no randomness")]
pub(crate) struct NoRandomness;

impl Sessions {
    pub(crate) fn new(config: &PageConfig) -> Sessions {
        Sessions {
            inner: Mutex::default(),
            sessions_max: config.sessions_max.get() as usize,
            idle_s: i64::from(config.session_idle_h.get()) * HOUR_S,
            absolute_s: i64::from(config.session_h.get()) * HOUR_S,
        }
    }

    /// Signs a key's holder in: the id for the cookie. At the limit whoever was seen last the
    /// longest ago is signed out.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn begin(&self, key: KeyId, now: Timestamp) -> Result<String, NoRandomness> {
        let (id, csrf) = (token()?, token()?);
        let mut inner = self.inner();
        inner
            .sessions
            .retain(|_, session| self.is_live(session, now));
        while inner.sessions.len() >= self.sessions_max {
            let oldest = inner.sessions.iter().min_by_key(|(_, s)| s.seen);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
                break;
            };
            inner.sessions.remove(&oldest);
        }
        let (began, seen) = (now, now);
        let session = Session {
            key,
            csrf,
            began,
            seen,
        };
        inner.sessions.insert(hashed(&id), session);
        Ok(id)
    }

    /// The session with this id, if it is live.
    pub(crate) fn find(&self, id: &str, now: Timestamp) -> Option<Session> {
        let id = hashed(id);
        let mut inner = self.inner();
        let session = inner.sessions.get_mut(&id)?;
        if !self.is_live(session, now) {
            inner.sessions.remove(&id);
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    /// Signs out.
    pub(crate) fn end(&self, id: &str) {
        self.inner().sessions.remove(&hashed(id));
    }

    /// The token of a link that signs in as the key's holder, once, for [`LINK_S`].
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn link(&self, key: KeyId, now: Timestamp) -> Result<String, NoRandomness> {
        let token = token()?;
        let mut inner = self.inner();
        while inner.links.len() >= LINKS_MAX {
            let oldest = inner.links.iter().min_by_key(|(_, (_, until))| *until);
            let Some(oldest) = oldest.map(|(token, _)| token.clone()) else {
                break;
            };
            inner.links.remove(&oldest);
        }
        inner
            .links
            .insert(hashed(&token), (key, now.plus_s(LINK_S)));
        Ok(token)
    }

    /// The key that a link signs in as; it is used up.
    pub(crate) fn follow(&self, token: &str, now: Timestamp) -> Option<KeyId> {
        let (key, until) = self.inner().links.remove(&hashed(token))?;
        (now < until).then_some(key)
    }

    fn is_live(&self, session: &Session, now: Timestamp) -> bool {
        now < session.seen.plus_s(self.idle_s) && now < session.began.plus_s(self.absolute_s)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Whether a form carries this session's token. Digests are compared, so that the time it takes
    /// tells nothing of the token.
    pub(crate) fn is_theirs(&self, csrf: &str) -> bool {
        hashed(&self.csrf) == hashed(csrf)
    }
}

fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0; TOKEN_BYTES];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| NoRandomness)?;
    Ok(hex(&bytes))
}

fn hashed(token: &str) -> String {
    hex(digest(&SHA256, token.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn sessions(sessions_max: u32) -> Sessions {
        Sessions::new(&PageConfig {
            sessions_max: NonZeroU32::new(sessions_max).unwrap(),
            session_idle_h: NonZeroU32::new(2).unwrap(),
            session_h: NonZeroU32::new(5).unwrap(),
            ..PageConfig::default()
        })
    }

    fn key() -> KeyId {
        "k".parse().unwrap()
    }

    const BEGAN: Timestamp = Timestamp::from_unix_s(1_800_000_000);

    #[test]
    fn a_session_ends_when_nothing_is_done() {
        let sessions = sessions(9);
        let id = sessions.begin(key(), BEGAN).unwrap();
        assert!(sessions.find(&id, BEGAN.plus_s(2 * HOUR_S - 1)).is_some());
        assert!(sessions.find(&id, BEGAN.plus_s(4 * HOUR_S - 1)).is_none());
    }

    #[test]
    fn a_session_ends_after_its_hours_whatever_is_done() {
        let sessions = sessions(9);
        let id = sessions.begin(key(), BEGAN).unwrap();
        for hour in 1..5 {
            assert!(sessions.find(&id, BEGAN.plus_s(hour * HOUR_S)).is_some());
        }
        assert!(sessions.find(&id, BEGAN.plus_s(5 * HOUR_S)).is_none());
    }

    #[test]
    fn at_the_limit_the_one_unseen_for_longest_goes() {
        let sessions = sessions(2);
        let first = sessions.begin(key(), BEGAN).unwrap();
        let second = sessions.begin(key(), BEGAN.plus_s(1)).unwrap();
        assert!(sessions.find(&first, BEGAN.plus_s(2)).is_some());
        let third = sessions.begin(key(), BEGAN.plus_s(3)).unwrap();
        let live = [&first, &second, &third].map(|id| sessions.find(id, BEGAN.plus_s(4)).is_some());
        assert_eq!(live, [true, false, true]);
    }

    #[test]
    fn a_link_is_good_once_and_for_ten_minutes() {
        let sessions = sessions(9);
        let link = sessions.link(key(), BEGAN).unwrap();
        assert_eq!(
            sessions.follow(&link, BEGAN.plus_s(LINK_S - 1)),
            Some(key())
        );
        assert_eq!(sessions.follow(&link, BEGAN.plus_s(1)), None);
        let late = sessions.link(key(), BEGAN).unwrap();
        assert_eq!(sessions.follow(&late, BEGAN.plus_s(LINK_S)), None);
        let links: Vec<String> = (0..=LINKS_MAX as i64)
            .map(|s| sessions.link(key(), BEGAN.plus_s(s)).unwrap())
            .collect();
        assert_eq!(sessions.follow(&links[0], BEGAN.plus_s(20)), None);
        assert_eq!(sessions.follow(&links[1], BEGAN.plus_s(20)), Some(key()));
    }

    #[test]
    fn signing_out_ends_a_session() {
        let sessions = sessions(9);
        let id = sessions.begin(key(), BEGAN).unwrap();
        sessions.end(&id);
        assert!(sessions.find(&id, BEGAN).is_none());
    }
}
