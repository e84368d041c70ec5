//! Who was asked to answer, until when, and who did.

use serde::{Deserialize, Serialize};

use super::{Refusal, Registry};
use crate::{
    Entry, Event, PlatformId, ReplyLapsed, ReplyNotified, ReplyPublished, ReplyReceived, Timestamp,
};

/// Answers, and notices, of one platform; more are refused.
const PER_PLATFORM_MAX: usize = 100;
/// Days that a platform may be given.
const DAYS: std::ops::RangeInclusive<u32> = 1..=180;
const DAY_S: i64 = 86_400;

/// A notice as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its entry.
    pub index: u64,
    /// When the platform was told.
    pub notified_at: Timestamp,
    /// Until when it is asked to answer.
    pub due: Timestamp,
    /// Whether that was said to be over.
    pub lapsed: bool,
}

/// An answer as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Its entry.
    pub index: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// Whether it stands in what is published.
    pub published: bool,
}

/// A platform's right of reply, so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replies {
    /// Notices, oldest first.
    pub notices: Vec<Notice>,
    /// Answers, oldest first.
    pub answers: Vec<Answer>,
}

/// Where a platform's right of reply stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyStanding {
    /// It was not told.
    NotOffered,
    /// It was told, and has time.
    Open {
        /// Since when.
        notified_at: Timestamp,
        /// Until when.
        due: Timestamp,
    },
    /// It was told, had time, and did not answer.
    Unanswered {
        /// Since when.
        notified_at: Timestamp,
        /// Until when.
        due: Timestamp,
    },
    /// It answered; last then.
    Answered {
        /// When.
        received_at: Timestamp,
        /// Whether an answer stands in what is published.
        published: bool,
    },
}

impl ReplyStanding {
    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReplyStanding::NotOffered => "not_offered",
            ReplyStanding::Open { .. } => "open",
            ReplyStanding::Unanswered { .. } => "unanswered",
            ReplyStanding::Answered { .. } => "answered",
        }
    }
}

impl Replies {
    /// Where it stands at `now`.
    pub fn standing(&self, now: Timestamp) -> ReplyStanding {
        if let Some(last) = self.answers.last() {
            let published = self.answers.iter().any(|answer| answer.published);
            return ReplyStanding::Answered {
                received_at: last.received_at,
                published,
            };
        }
        match self.notices.last() {
            None => ReplyStanding::NotOffered,
            Some(Notice {
                notified_at, due, ..
            }) => {
                let (notified_at, due) = (*notified_at, *due);
                if now < due {
                    ReplyStanding::Open { notified_at, due }
                } else {
                    ReplyStanding::Unanswered { notified_at, due }
                }
            }
        }
    }

    /// The notice whose time is over without an answer since, if that was not said yet.
    fn lapsing(&self, now: Timestamp) -> Option<&Notice> {
        let last = self
            .notices
            .last()
            .filter(|notice| notice.due <= now && !notice.lapsed)?;
        let answered = self
            .answers
            .iter()
            .any(|answer| answer.received_at >= last.notified_at);
        (!answered).then_some(last)
    }
}

impl Registry {
    /// A platform's right of reply.
    pub fn replies(&self, platform: &PlatformId) -> Option<&Replies> {
        self.replies.get(platform)
    }

    /// Where a platform's right of reply stands at `now`.
    pub fn reply_standing(&self, platform: &PlatformId, now: Timestamp) -> ReplyStanding {
        self.replies(platform)
            .map_or(ReplyStanding::NotOffered, |replies| replies.standing(now))
    }

    pub(super) fn reply(&mut self, entry: &Entry) {
        match &entry.event {
            Event::ReplyNotified(n) => self
                .replies
                .entry(n.platform.clone())
                .or_default()
                .notices
                .push(Notice {
                    index: entry.index,
                    notified_at: n.notified_at,
                    due: n.due,
                    lapsed: false,
                }),
            Event::ReplyReceived(r) => self
                .replies
                .entry(r.platform.clone())
                .or_default()
                .answers
                .push(Answer {
                    index: entry.index,
                    received_at: r.received_at,
                    published: false,
                }),
            Event::ReplyPublished(p) => {
                let answers = self
                    .replies
                    .get_mut(&p.platform)
                    .map(|replies| &mut replies.answers);
                let mut answers = answers.into_iter().flatten();
                if let Some(answer) = answers.find(|answer| answer.index == p.reply) {
                    answer.published = p.published;
                }
            }
            Event::ReplyLapsed(l) => {
                let notices = self
                    .replies
                    .get_mut(&l.platform)
                    .map(|replies| &mut replies.notices);
                let mut notices = notices.into_iter().flatten();
                if let Some(notice) = notices.find(|notice| notice.index == l.notified) {
                    notice.lapsed = true;
                }
            }
            _ => {}
        }
    }

    /// May it be noted that this platform was told, and asked to answer within so many days?
    ///
    /// # Errors
    /// When the platform is unknown, it does not say how, the number of days is out of range, the
    /// moment lies ahead, or there are too many notices already.
    pub fn notify_reply(
        &self,
        platform: PlatformId,
        (class, how): (String, String),
        (notified_at, days): (Timestamp, u32),
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        self.known(&platform)?;
        if how.trim().is_empty() {
            return Err(Refusal::Unnamed("how the platform was told"));
        }
        if !DAYS.contains(&days) {
            return Err(Refusal::ReplyDays(days));
        }
        if notified_at > now {
            return Err(Refusal::Ahead(notified_at));
        }
        let all = self
            .replies(&platform)
            .map_or(0, |replies| replies.notices.len());
        if all >= PER_PLATFORM_MAX {
            return Err(Refusal::TooManyReplies(platform));
        }
        let due = notified_at.plus_s(i64::from(days) * DAY_S);
        Ok(Event::ReplyNotified(ReplyNotified {
            platform,
            class,
            how,
            notified_at,
            due,
        }))
    }

    /// May this answer be noted?
    ///
    /// # Errors
    /// When the platform is unknown, the answer says nothing and holds nothing, came in the future,
    /// or there are too many already.
    pub fn receive_reply(&self, reply: ReplyReceived, now: Timestamp) -> Result<Event, Refusal> {
        self.known(&reply.platform)?;
        if reply.text.trim().is_empty() && reply.files.is_empty() {
            return Err(Refusal::Unnamed("what the platform answered"));
        }
        if reply.received_at > now {
            return Err(Refusal::Ahead(reply.received_at));
        }
        let all = self
            .replies(&reply.platform)
            .map_or(0, |replies| replies.answers.len());
        match all >= PER_PLATFORM_MAX {
            true => Err(Refusal::TooManyReplies(reply.platform)),
            false => Ok(Event::ReplyReceived(reply)),
        }
    }

    /// May this answer stand in what is published, or no longer?
    ///
    /// # Errors
    /// When there is no such answer of this platform.
    pub fn publish_reply(
        &self,
        platform: PlatformId,
        reply: u64,
        published: bool,
    ) -> Result<Event, Refusal> {
        self.known(&platform)?;
        let mut answers = self
            .replies(&platform)
            .into_iter()
            .flat_map(|replies| &replies.answers);
        match answers.any(|answer| answer.index == reply) {
            true => Ok(Event::ReplyPublished(ReplyPublished {
                platform,
                reply,
                published,
            })),
            false => Err(Refusal::UnknownReply(reply)),
        }
    }

    /// Platforms whose time to answer is over, which nobody has said yet.
    pub fn lapsed_replies(&self, now: Timestamp) -> Vec<Event> {
        let lapsed = |(platform, replies): (&PlatformId, &Replies)| {
            let notified = replies.lapsing(now)?.index;
            let platform = platform.clone();
            Some(Event::ReplyLapsed(ReplyLapsed { platform, notified }))
        };
        self.replies.iter().filter_map(lapsed).collect()
    }

    fn known(&self, platform: &PlatformId) -> Result<(), Refusal> {
        match self.platform(platform) {
            Some(_) => Ok(()),
            None => Err(Refusal::UnknownPlatform(platform.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::tests::platform;

    const DAY: i64 = DAY_S;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_unix_s(1_790_000_000 + days * DAY)
    }

    fn id() -> PlatformId {
        "acme".parse().unwrap()
    }

    /// A registry that knows one platform, and the next entry's index.
    fn registry() -> (Registry, u64) {
        let mut registry = Registry::new();
        registry.apply(&Entry {
            index: 0,
            at: at(0),
            by: None,
            event: Event::PlatformDeclared(platform("acme")),
        });
        (registry, 1)
    }

    fn note((registry, next): &mut (Registry, u64), day: i64, event: Event) -> u64 {
        registry.apply(&Entry {
            index: *next,
            at: at(day),
            by: None,
            event,
        });
        *next += 1;
        *next - 1
    }

    fn notice(registry: &Registry, days: u32) -> Result<Event, Refusal> {
        registry.notify_reply(
            id(),
            ("leaked".into(), "letter".into()),
            (at(1), days),
            at(1),
        )
    }

    fn reply(day: i64, text: &str) -> ReplyReceived {
        ReplyReceived {
            platform: id(),
            from: String::new(),
            received_at: at(day),
            text: text.into(),
            files: vec![],
        }
    }

    #[test]
    fn a_platform_is_told_has_time_and_its_silence_is_said_once() {
        let mut all = registry();
        assert_eq!(
            all.0.reply_standing(&id(), at(0)),
            ReplyStanding::NotOffered
        );
        let told = notice(&all.0, 14).unwrap();
        let told = note(&mut all, 1, told);
        assert_eq!(all.0.reply_standing(&id(), at(14)).as_str(), "open");
        assert!(all.0.lapsed_replies(at(14)).is_empty());
        assert_eq!(all.0.reply_standing(&id(), at(15)).as_str(), "unanswered");
        let lapsed = all.0.lapsed_replies(at(15));
        assert_eq!(
            lapsed,
            [Event::ReplyLapsed(ReplyLapsed {
                platform: id(),
                notified: told
            })]
        );
        note(&mut all, 15, lapsed[0].clone());
        assert!(all.0.lapsed_replies(at(16)).is_empty());
    }

    #[test]
    fn an_answer_ends_the_wait_and_is_published_by_decision_alone() {
        let mut all = registry();
        let told = notice(&all.0, 14).unwrap();
        note(&mut all, 1, told);
        let answer = all.0.receive_reply(reply(3, "no"), at(3)).unwrap();
        let answer = note(&mut all, 3, answer);
        let standing = |all: &(Registry, u64)| all.0.reply_standing(&id(), at(30));
        assert_eq!(
            standing(&all),
            ReplyStanding::Answered {
                received_at: at(3),
                published: false
            }
        );
        assert!(all.0.lapsed_replies(at(30)).is_empty());
        let publish = all.0.publish_reply(id(), answer, true).unwrap();
        note(&mut all, 4, publish);
        assert_eq!(
            standing(&all),
            ReplyStanding::Answered {
                received_at: at(3),
                published: true
            }
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let (registry, _) = registry();
        assert_eq!(notice(&registry, 0), Err(Refusal::ReplyDays(0)));
        assert_eq!(notice(&registry, 181), Err(Refusal::ReplyDays(181)));
        let ahead = registry.notify_reply(id(), ("leaked".into(), "x".into()), (at(2), 14), at(1));
        assert_eq!(ahead, Err(Refusal::Ahead(at(2))));
        assert!(registry.receive_reply(reply(1, "  "), at(1)).is_err());
        assert_eq!(
            registry.publish_reply(id(), 7, true),
            Err(Refusal::UnknownReply(7))
        );
        let stranger: PlatformId = "nobody".parse().unwrap();
        let unknown = registry.publish_reply(stranger.clone(), 7, true);
        assert_eq!(unknown, Err(Refusal::UnknownPlatform(stranger)));
    }

    #[test]
    fn a_platform_cannot_fill_memory() {
        let mut all = registry();
        for _ in 0..PER_PLATFORM_MAX {
            let event = all.0.receive_reply(reply(1, "x"), at(1)).unwrap();
            note(&mut all, 1, event);
        }
        let more = all.0.receive_reply(reply(1, "x"), at(1));
        assert_eq!(more, Err(Refusal::TooManyReplies(id())));
    }
}
