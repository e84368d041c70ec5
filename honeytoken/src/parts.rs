//! Long messages that arrive in parts: which parts are one message.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, Contact, Timestamp};

/// The longest time between the first part of a message and its last, in seconds: as long as
/// providers try again.
const PARTS_APART_MAX_S: f64 = 86_400.0;
/// The most unfinished messages remembered; beyond it the oldest is given up, and a late part of it
/// counts as a message of its own.
const UNFINISHED_MAX: usize = 4_096;

/// A part of a long message that its network sent in several, as the parts' headers say (3GPP TS
/// 23.040, 9.2.3.24.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What the parts of one message share; the network counts it from 0 again and again.
    pub reference: String,
    /// Which part, from 1.
    pub number: u32,
    /// Of how many.
    pub total: u32,
}

/// The messages of which parts are still missing: a fold of contacts, so that everybody who folds
/// the log joins the same parts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Unfinished(BTreeMap<ConnectionId, Vec<Message>>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Message {
    /// Sender, destination, reference and total: what its parts have in common.
    common: Box<str>,
    /// The entry of the part that came first.
    first: u64,
    at: Timestamp,
    seen: Vec<u32>,
}

impl Unfinished {
    /// Takes in a contact that was not told before. Answers which entry holds the part of the same
    /// message that came first; none if this is it, or if it is no part.
    pub fn take(&mut self, index: u64, contact: &Contact) -> Option<u64> {
        let part = contact.part.as_ref()?;
        let common = common(contact, part);
        let messages = self.0.entry(contact.connection.clone()).or_default();
        let fits = |m: &Message| {
            *m.common == *common
                && !m.seen.contains(&part.number)
                && contact.received_at.seconds_since(m.at) <= PARTS_APART_MAX_S
        };
        let Some(place) = messages.iter().position(fits) else {
            messages.retain(|m| *m.common != *common);
            if messages.len() >= UNFINISHED_MAX {
                messages.remove(0);
            }
            messages.push(Message {
                common: common.into(),
                first: index,
                at: contact.received_at,
                seen: vec![part.number],
            });
            return None;
        };
        let message = &mut messages[place];
        message.seen.push(part.number);
        let first = message.first;
        if message.seen.len() >= part.total as usize {
            messages.remove(place);
        }
        Some(first)
    }

    /// Gives up the messages that began in these entries: a later part begins a message of its own.
    pub fn forget(&mut self, gone: &BTreeSet<u64>) {
        for messages in self.0.values_mut() {
            messages.retain(|message| !gone.contains(&message.first));
        }
    }
}

fn common(contact: &Contact, part: &Part) -> String {
    let party =
        |party: &Option<crate::Sender>| party.as_ref().map_or("", |p| p.as_str()).to_owned();
    let Part {
        reference, total, ..
    } = part;
    format!(
        "{}\u{0}{}\u{0}{total}\u{0}{reference}",
        party(&contact.from),
        party(&contact.to)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Authentication, Medium};

    fn part(number: u32, total: u32, at_s: i64) -> Contact {
        Contact {
            connection: "one".parse().unwrap(),
            provider_event_id: None,
            dedupe_key: format!("{number}:{at_s}"),
            session: None,
            part: Some(Box::new(Part {
                reference: "7".to_owned(),
                number,
                total,
            })),
            medium: Medium::Sms,
            phase: "received".to_owned(),
            to: None,
            from: None,
            text: None,
            duration_s: None,
            attestation: None,
            claimed_at: None,
            received_at: Timestamp::from_unix_s(at_s),
            authentication: Authentication::None,
            line_test: None,
            backfilled: false,
            nonce: None,
            extra: Default::default(),
            raw_method: None,
            raw_url: None,
            raw_headers: None,
            raw_body: None,
            raw_credentials: None,
        }
    }

    #[test]
    fn parts_join_in_whatever_order_they_come() {
        let mut unfinished = Unfinished::default();
        assert_eq!(unfinished.take(10, &part(2, 3, 0)), None);
        assert_eq!(unfinished.take(11, &part(3, 3, 5)), Some(10));
        assert_eq!(unfinished.take(12, &part(1, 3, 9)), Some(10));
        assert_eq!(
            unfinished.take(13, &part(1, 3, 10)),
            None,
            "the next message"
        );
    }

    #[test]
    fn a_part_of_what_is_forgotten_begins_anew() {
        let mut unfinished = Unfinished::default();
        assert_eq!(unfinished.take(10, &part(1, 3, 0)), None);
        unfinished.forget(&BTreeSet::from([9]));
        assert_eq!(unfinished.take(11, &part(2, 3, 0)), Some(10));
        unfinished.forget(&BTreeSet::from([10]));
        assert_eq!(unfinished.take(12, &part(3, 3, 0)), None);
    }

    #[test]
    fn a_reference_that_comes_round_again_is_another_message() {
        let mut unfinished = Unfinished::default();
        assert_eq!(unfinished.take(1, &part(1, 2, 0)), None);
        assert_eq!(
            unfinished.take(2, &part(1, 2, 60)),
            None,
            "a part that was there"
        );
        assert_eq!(unfinished.take(3, &part(2, 2, 61)), Some(2));
        assert_eq!(unfinished.take(4, &part(1, 2, 100)), None);
        assert_eq!(
            unfinished.take(5, &part(2, 2, 100 + 86_401)),
            None,
            "a day later"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut unfinished = Unfinished::default();
        for n in 0..=UNFINISHED_MAX as u32 {
            assert_eq!(unfinished.take(n.into(), &part(1, 2 + n, 0)), None);
        }
        assert_eq!(
            unfinished.take(9_000, &part(2, 2, 1)),
            None,
            "the oldest was given up"
        );
        assert_eq!(unfinished.take(9_001, &part(2, 4, 1)), Some(2));
    }
}
