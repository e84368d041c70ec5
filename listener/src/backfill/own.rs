//! Which records are tests of our own lines.
//!
//! A caller's number is easily forged, also to be one of ours: what counts is that the log says that a
//! test from that line to this one was begun at that time.

use std::collections::BTreeMap;

use honeytoken::{Contact, Event, LineTest, PhoneNumber, Timestamp};
use store::{IndexFault, Lookup};

use crate::account::Period;
use crate::ledger::{View, is_of};

/// Tests read in one step.
const STEP_ENTRIES: usize = 256;
/// Tests that are looked at; records of older ones are taken for contacts.
const TESTS_MAX: usize = 100_000;
/// A test is begun at most this long before the first record of it, in seconds.
const BEGUN_BEFORE_S: i64 = 86_400;

/// Tests of lines, by the tested line, each with the moment at which it began.
pub(super) struct Tests(BTreeMap<PhoneNumber, Vec<(Timestamp, LineTest)>>);

impl Tests {
    /// The tests on record that may be listed for a period.
    ///
    /// # Errors
    /// When the index does not answer.
    pub(super) fn on_record(view: &View, period: &Period) -> Result<Tests, IndexFault> {
        let (mut tests, mut before) = (Tests(BTreeMap::new()), None);
        let earliest = period.from.plus_s(-BEGUN_BEFORE_S);
        for _ in 0..TESTS_MAX.div_ceil(STEP_ENTRIES) {
            let step = view
                .index
                .newest(&Lookup::Kind("line_test"), before, STEP_ENTRIES)?;
            let Some(last) = step.last() else { break };
            before = Some(*last);
            for index in step {
                let Ok(Some(entry)) = view.reader.entry(index) else {
                    continue;
                };
                if entry.at < earliest {
                    return Ok(tests);
                }
                if let Event::LineTest(test) = entry.event {
                    tests
                        .0
                        .entry(test.number)
                        .or_default()
                        .push((entry.at, test));
                }
            }
        }
        Ok(tests)
    }

    /// Whether a record, as the contact that it would be, is of one of these tests.
    pub(super) fn hold(&self, contact: &Contact) -> bool {
        let to = contact.to.as_ref().and_then(|to| to.number());
        let tests = to.and_then(|to| self.0.get(&to));
        tests
            .into_iter()
            .flatten()
            .any(|(at, test)| is_of(*at, test, contact))
    }
}
