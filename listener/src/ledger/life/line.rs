//! One line's life, as far as the log tells it.

use std::collections::{BTreeMap, VecDeque};

use honeytoken::{
    Basis, Contact, Coverage, LineSilent, LineTest, LineTestMissed, Medium, Spans, TestMedium,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use super::track::Track;

/// Intervals remembered for each basis; of a line with more gaps the oldest are forgotten here, not
/// in the log.
const INTERVALS_MAX: usize = 4096;
/// Tests remembered of one line; what comes back of older ones is still known by its code.
const TESTS_MAX: usize = 32;

/// How long after a test was due calls from its sender, and news of them, still belong to it, in seconds.
const STRAGGLER_S: i64 = 3600;
/// How much earlier than by our clock a provider's list may say that a test happened, in seconds: some
/// know the hour alone.
const CLOCKS_S_MAX: i64 = 3600;

/// Where a line stands by what entries say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// It fell silent.
    Silent {
        /// Its last sign.
        since: Timestamp,
        /// Which kind of sign is missing.
        missing: Basis,
    },
    /// It was silent and is back.
    Alive,
    /// Nothing can prove its life.
    Unproven,
}

/// What became of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It may still come back.
    Waiting,
    /// It came back.
    Returned,
    /// It did not.
    Missed,
    /// It says nothing about the line.
    Void,
}

/// A test of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tested {
    /// Its entry.
    pub(crate) entry: u64,
    /// When it was begun.
    pub(crate) at: Timestamp,
    /// What was recorded.
    pub(crate) test: LineTest,
    /// What became of it.
    pub(crate) outcome: Outcome,
}

/// One line's life.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Life {
    /// Signs by kind.
    tracks: BTreeMap<Basis, Track>,
    /// The last contact: something came all the way.
    heard: Option<Timestamp>,
    /// What entries say was proven.
    proven: BTreeMap<Basis, Spans>,
    condition: Condition,
    tests: VecDeque<Tested>,
}

impl Life {
    /// A sign of this kind. On a silent line a weaker kind than the missing one proves nothing.
    pub(super) fn sign(&mut self, basis: Basis, at: Timestamp) {
        match self.condition {
            Condition::Silent { missing, .. } if basis < missing => return,
            Condition::Unproven => self.condition = Condition::Unsaid,
            _ => {}
        }
        self.tracks.entry(basis).or_default().sign(at);
    }

    /// A contact, which shows that the line lives and proves no time: hours that are proven by
    /// contacts would be hours chosen for having contacts.
    pub(super) fn heard(&mut self, at: Timestamp) {
        self.heard = self.heard.max(Some(at));
    }

    /// A message or call that belongs to a test: the first that holds its code is its return.
    pub(super) fn test_came(&mut self, entry: u64, contact: &Contact) {
        let Some(test) = self.tests.iter_mut().find(|t| t.entry == entry) else {
            return;
        };
        let says = |text: &String| text.contains(&test.test.code);
        let is_it = match test.test.medium {
            TestMedium::Sms => contact.text.as_ref().is_some_and(says),
            TestMedium::Call => contact.medium == Medium::Call,
        };
        if is_it && test.outcome != Outcome::Returned {
            test.outcome = Outcome::Returned;
            self.sign(Basis::TestMessage, contact.received_at);
        }
    }

    pub(super) fn tested(&mut self, entry: u64, at: Timestamp, test: &LineTest) {
        self.tests.push_back(Tested {
            entry,
            at,
            test: test.clone(),
            outcome: Outcome::Waiting,
        });
        if self.tests.len() > TESTS_MAX {
            self.tests.pop_front();
        }
    }

    pub(super) fn missed(&mut self, missed: &LineTestMissed) {
        let test = self.tests.iter_mut().find(|t| t.entry == missed.test);
        if let Some(test) = test.filter(|t| t.outcome == Outcome::Waiting) {
            test.outcome = match missed.void {
                true => Outcome::Void,
                false => Outcome::Missed,
            };
        }
        if !missed.void {
            self.tracks.entry(Basis::TestMessage).or_default().part();
        }
    }

    /// An entry says that it was alive.
    pub(super) fn covered(&mut self, coverage: &Coverage) {
        if let Some(track) = self.tracks.get_mut(&coverage.basis) {
            track.said(coverage.until);
        }
        let proven = self.proven.entry(coverage.basis).or_default();
        proven.add((coverage.from.as_micros(), coverage.until.as_micros()));
        proven.keep_newest(INTERVALS_MAX);
    }

    /// It fell silent: what weaker signs would prove from here on is parted from what they proved.
    pub(super) fn silent(&mut self, silent: &LineSilent) {
        self.condition = Condition::Silent {
            since: silent.since,
            missing: silent.missing,
        };
        let weaker = self.tracks.range_mut(..silent.missing);
        weaker.for_each(|(_, track)| track.part());
    }

    pub(super) fn stands(&mut self, condition: Condition) {
        self.condition = condition;
    }

    /// Where it stands by what entries say.
    pub(crate) fn condition(&self) -> Condition {
        self.condition
    }

    /// The last sign of this kind.
    pub(crate) fn last(&self, basis: Basis) -> Option<Timestamp> {
        self.tracks.get(&basis).and_then(Track::last)
    }

    /// The last sign of any kind, contacts included, the provider's list not.
    pub(crate) fn last_of_all(&self) -> Option<Timestamp> {
        self.since(Basis::Asserted)
    }

    /// The last sign of this kind or a stronger one; a contact is as strong as any.
    pub(crate) fn since(&self, basis: Basis) -> Option<Timestamp> {
        let signs = self.tracks.range(basis..).filter_map(|(_, t)| t.last());
        signs.max().max(self.heard)
    }

    /// Kinds of signs that it ever gave, weakest first.
    pub(crate) fn tracks(&self) -> impl Iterator<Item = (Basis, &Track)> {
        self.tracks.iter().map(|(basis, track)| (*basis, track))
    }

    /// What entries say was proven, weakest basis first.
    pub(crate) fn proven(&self) -> &BTreeMap<Basis, Spans> {
        &self.proven
    }

    /// Tests, oldest first.
    pub(crate) fn tests(&self) -> impl DoubleEndedIterator<Item = &Tested> {
        self.tests.iter()
    }

    /// The test that a contact belongs to.
    pub(crate) fn test_of(&self, contact: &Contact) -> Option<u64> {
        let belongs = |tested: &&Tested| is_of(tested.at, &tested.test, contact);
        self.tests.iter().rev().find(belongs).map(|t| t.entry)
    }
}

/// Whether a contact belongs to a test that began at that moment: a message that holds its code, or
/// what comes from its sender without any text while it is under way.
pub(crate) fn is_of(began_at: Timestamp, test: &LineTest, contact: &Contact) -> bool {
    match contact.text.as_deref() {
        Some(text) if text.contains(&test.code) => true,
        Some(text) if !text.is_empty() && contact.medium == Medium::Sms => false,
        _ => {
            let from = contact.from.as_ref().and_then(|from| from.number());
            let late = test.due.plus_s(STRAGGLER_S);
            // What a provider's list brought late happened when the provider says.
            let (begin, at) = match contact.claimed_at.filter(|_| contact.backfilled) {
                Some(told) => (began_at.plus_s(-CLOCKS_S_MAX), told),
                None => (began_at, contact.received_at),
            };
            from == Some(test.partner) && (begin..late).contains(&at)
        }
    }
}
