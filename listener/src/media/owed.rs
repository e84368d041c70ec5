//! Which files are owed: a fold of what the log says of contacts that name files, of files that came
//! and of attempts that failed. So a restart forgets nothing.

use std::collections::BTreeMap;

use honeytoken::{Contact, Entry, Event, Timestamp};

use crate::api::attaching::is_by_hand;

/// How long a file is tried for, in seconds.
const TRY_FOR_S: i64 = 2 * 86_400;
/// The pause after the first failure, in seconds; each later one is twice as long.
const FIRST_PAUSE_S: i64 = 60;
/// The longest pause, in seconds.
const PAUSE_S_MAX: i64 = 6 * 3_600;
/// Contacts that wait for their files; of those beyond, the newest are given up.
const WAITING_MAX: usize = 10_000;

/// A contact whose files are not all here.
struct Waiting {
    missing: usize,
    attempts: u32,
    not_before: Timestamp,
    until: Timestamp,
}

/// Contacts whose files are not all here, by their entries.
#[derive(Default)]
pub(super) struct Owed(BTreeMap<u64, Waiting>);

impl Owed {
    /// Takes an entry in; `files` says how many files of a contact are wanted.
    pub(super) fn apply(&mut self, entry: &Entry, files: impl FnOnce(&Contact) -> usize) {
        match &entry.event {
            Event::Contact(contact) => {
                let missing = files(contact);
                if missing > 0 {
                    self.0.insert(entry.index, Waiting::new(missing, entry.at));
                }
            }
            // What somebody attached was owed by nobody.
            Event::Attachment(file) if !is_by_hand(file) => self.came(file.contact),
            Event::AttachmentFailed(failed) => match failed.again_at {
                Some(at) => self.failed(failed.contact, at),
                None => self.settled(failed.contact),
            },
            // As versions before `attachment_failed` said it.
            Event::Operation(op) if op.operation == "attachment_failed" => {
                let given_up = op.detail.strip_prefix("entry ");
                let index = given_up.and_then(|rest| rest.split(':').next()?.parse().ok());
                index.into_iter().for_each(|index| self.settled(index));
            }
            _ => {}
        }
    }

    fn came(&mut self, contact: u64) {
        let Some(waiting) = self.0.get_mut(&contact) else {
            return;
        };
        waiting.missing = waiting.missing.saturating_sub(1);
        if waiting.missing == 0 {
            self.settled(contact);
        }
    }

    fn failed(&mut self, contact: u64, again_at: Timestamp) {
        if let Some(waiting) = self.0.get_mut(&contact) {
            waiting.attempts = waiting.attempts.saturating_add(1);
            waiting.not_before = again_at;
        }
    }

    /// Nothing of this contact is owed any more.
    pub(super) fn settled(&mut self, contact: u64) {
        self.0.remove(&contact);
    }

    /// Those whose turn it is.
    pub(super) fn due(&self, now: Timestamp) -> Vec<u64> {
        let due = self.0.iter().filter(|(_, w)| w.not_before <= now);
        due.map(|(index, _)| *index).collect()
    }

    /// Those that are too many.
    pub(super) fn surplus(&self) -> Vec<u64> {
        let surplus = self.0.len().saturating_sub(WAITING_MAX);
        self.0.keys().rev().take(surplus).copied().collect()
    }

    /// When an attempt that fails at `now` is to be repeated; none: not at all.
    pub(super) fn again_at(&self, contact: u64, now: Timestamp) -> Option<Timestamp> {
        let waiting = self.0.get(&contact)?;
        let pause_s = (FIRST_PAUSE_S << waiting.attempts.min(16)).min(PAUSE_S_MAX);
        Some(now.plus_s(pause_s)).filter(|at| *at < waiting.until)
    }
}

impl Waiting {
    fn new(missing: usize, contact_at: Timestamp) -> Waiting {
        Waiting {
            missing,
            attempts: 0,
            not_before: Timestamp::EPOCH,
            until: contact_at.plus_s(TRY_FOR_S),
        }
    }
}

#[cfg(test)]
mod tests {
    use honeytoken::{Attachment, AttachmentFailed, Operation};

    use super::*;

    const AT: Timestamp = Timestamp::from_unix_s(1_800_000_000);

    fn entry(index: u64, event: Event) -> Entry {
        Entry {
            index,
            at: AT,
            by: None,
            event,
        }
    }

    /// A fold that has taken in a contact with so many files, as entry 1.
    fn owed(files: usize) -> Owed {
        let mut owed = Owed::default();
        owed.apply(&entry(1, contact()), |_| files);
        owed
    }

    fn contact() -> Event {
        let event = crate::provider::Received::new(honeytoken::Medium::Sms, "received", "1");
        Event::Contact(event.to_contact("tw".parse().unwrap(), AT))
    }

    fn failed(again_at: Option<Timestamp>) -> Event {
        Event::AttachmentFailed(AttachmentFailed {
            contact: 1,
            connection: "tw".parse().unwrap(),
            why: "status 503".into(),
            again_at,
        })
    }

    fn file() -> Event {
        Event::Attachment(Attachment {
            contact: 1,
            connection: "tw".parse().unwrap(),
            to: None,
            sha256: String::new(),
            bytes: 0,
            media_type: None,
            source_url: String::new(),
            raw_content: None,
        })
    }

    fn take(owed: &mut Owed, event: Event) {
        owed.apply(&entry(9, event), |_| 0);
    }

    #[test]
    fn a_file_is_tried_for_two_days_and_then_given_up() {
        let (mut owed, mut now, mut pauses_s) = (owed(1), AT, Vec::new());
        while let Some(at) = owed.again_at(1, now) {
            pauses_s.push(at.seconds_since(now) as i64);
            take(&mut owed, failed(Some(at)));
            assert_eq!(owed.due(at.plus_s(-1)), [0_u64; 0]);
            now = at;
            assert_eq!(owed.due(now), [1]);
        }
        assert!(pauses_s.is_sorted());
        assert_eq!((pauses_s[0], pauses_s.last()), (60, Some(&PAUSE_S_MAX)));
        let tried_s = now.seconds_since(AT) as i64;
        assert!((TRY_FOR_S - PAUSE_S_MAX..TRY_FOR_S).contains(&tried_s));
        take(&mut owed, failed(None));
        assert!(owed.due(now).is_empty());
    }

    #[test]
    fn a_contact_waits_until_all_its_files_came() {
        let mut owed = owed(2);
        take(&mut owed, file());
        assert_eq!(owed.due(AT), [1]);
        take(&mut owed, file());
        assert!(owed.due(AT).is_empty());
        assert!(owed.again_at(1, AT).is_none());
    }

    #[test]
    fn what_an_older_version_gave_up_stays_given_up() {
        let mut owed = owed(1);
        let said = Operation {
            operation: "attachment_failed".into(),
            detail: "entry 1: Twilio answered with more than 24 bytes".into(),
        };
        take(&mut owed, Event::Operation(said));
        assert!(owed.due(AT).is_empty());
    }

    #[test]
    fn beyond_the_limit_the_newest_are_given_up() {
        let mut owed = Owed::default();
        let max = WAITING_MAX as u64;
        for index in 0..max {
            owed.apply(&entry(index, contact()), |_| 1);
        }
        assert!(owed.surplus().is_empty());
        for index in [max, max + 1] {
            owed.apply(&entry(index, contact()), |_| 1);
        }
        assert_eq!(owed.surplus(), [max + 1, max]);
    }
}
