//! How long personal data is kept, by kind, and what is due.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use honeytoken::{Authentication, Contact, Entry, Event, HoneytokenId, Timestamp};
use serde::Deserialize;
use store::ReadError;

use crate::ledger::View;

/// Seconds in a day.
const DAY_S: i64 = 86_400;
/// Entries that are erased in one step of the chore.
pub(crate) const STEP_ENTRIES: usize = 10_000;

/// `[retention]`: after how many days what is erased; nothing is that is not named. A contact is one
/// sealed payload, so that the shortest of the clocks that concern it erases it whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Contacts that hold a text or a transcript.
    pub contact_text_days: Option<NonZeroU32>,
    /// Contacts that hold a caller id.
    pub caller_numbers_days: Option<NonZeroU32>,
    /// Everything that holds a provider's raw request: contacts, repeats, requests that could not be
    /// read.
    pub raw_bodies_days: Option<NonZeroU32>,
    /// Recordings and pictures.
    pub recordings_days: Option<NonZeroU32>,
    /// Names and addresses of decoys, from the end of their placement on.
    pub personas_days: Option<NonZeroU32>,
}

impl RetentionConfig {
    /// Whether any clock runs.
    pub fn is_on(&self) -> bool {
        *self != RetentionConfig::default()
    }

    /// After how many days this entry is due; none if no clock concerns it.
    fn days(&self, event: &Event) -> Option<NonZeroU32> {
        match event {
            Event::Contact(contact) => self.of_contact(contact),
            Event::Repeat(_) | Event::Unparsed(_) => self.raw_bodies_days,
            Event::Attachment(_) => self.recordings_days,
            _ => None,
        }
    }

    fn of_contact(&self, contact: &Contact) -> Option<NonZeroU32> {
        use Authentication::{ByHand, Imported};
        let raw = !matches!(contact.authentication, ByHand | Imported);
        let clocks = [
            self.contact_text_days.filter(|_| contact.text.is_some()),
            self.caller_numbers_days.filter(|_| contact.from.is_some()),
            self.raw_bodies_days.filter(|_| raw),
        ];
        clocks.into_iter().flatten().min()
    }

    /// The clocks that run, for people: name and days.
    pub fn clocks(&self) -> Vec<(&'static str, u32)> {
        let all = [
            ("contact_text_days", self.contact_text_days),
            ("caller_numbers_days", self.caller_numbers_days),
            ("raw_bodies_days", self.raw_bodies_days),
            ("recordings_days", self.recordings_days),
            ("personas_days", self.personas_days),
        ];
        let runs = all
            .into_iter()
            .filter_map(|(name, days)| Some((name, days?)));
        runs.map(|(name, days)| (name, days.get())).collect()
    }
}

/// What is due at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due(pub Vec<u64>);

impl Due {
    /// Goes through the log as far as any clock reaches back; the first `max` that are due.
    ///
    /// # Errors
    /// The disk's.
    pub fn at(
        now: Timestamp,
        clocks: &RetentionConfig,
        view: &View,
        max: usize,
    ) -> Result<Due, ReadError> {
        let Some(shortest) = clocks.clocks().iter().map(|c| c.1).min() else {
            return Ok(Due::default());
        };
        let (mut due, mut ended) = (Vec::new(), BTreeMap::new());
        for entry in view.reader.entries(1) {
            let entry = entry?;
            if !is_over(&entry, shortest, now) || due.len() >= max {
                break;
            }
            if let Event::HoneytokenEnded(end) = &entry.event {
                ended.insert(end.honeytoken.clone(), entry.at);
            }
            if clocks
                .days(&entry.event)
                .is_some_and(|days| is_over(&entry, days.get(), now))
            {
                due.push(entry.index);
            }
        }
        due.extend(personas(view, clocks, &ended, now));
        due.sort_unstable();
        due.truncate(max);
        Ok(Due(due))
    }
}

fn is_over(entry: &Entry, days: u32, now: Timestamp) -> bool {
    entry.at.plus_s(i64::from(days) * DAY_S) <= now
}

/// Decoys that still have a name, long after their placement ended.
fn personas(
    view: &View,
    clocks: &RetentionConfig,
    ended: &BTreeMap<HoneytokenId, Timestamp>,
    now: Timestamp,
) -> Vec<u64> {
    let Some(days) = clocks.personas_days else {
        return Vec::new();
    };
    let state = view.state();
    let over = |id: &HoneytokenId| {
        let at = ended.get(id).copied();
        at.is_some_and(|at| at.plus_s(i64::from(days.get()) * DAY_S) <= now)
    };
    let named = state.registry.honeytokens().filter(|record| {
        let token = &record.honeytoken;
        record.ended && !token.persona.name.is_empty() && over(&token.honeytoken)
    });
    named.map(|record| record.index).collect()
}
