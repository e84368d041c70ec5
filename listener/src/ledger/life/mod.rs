//! What the log says of the life of lines: a fold of signs, tests and what was said of them.
//!
//! Signs are folded here as they come; what they prove depends on settings, is decided in
//! [`crate::life`], and comes back as `coverage` entries. So this fold knows no setting, and the same
//! log gives the same state under any.

mod line;
mod track;

use std::collections::BTreeMap;

use honeytoken::{Basis, Contact, Entry, Event, LineTest, Medium, PhoneNumber, Timestamp};
use serde::{Deserialize, Serialize};

pub use line::Condition;
pub(crate) use line::{Life, Outcome, Tested, is_of};
pub(crate) use track::{Interval, RUN_S};

/// Outages remembered; older ones matter to nothing that is still due.
const OUTAGES_MAX: usize = 64;
/// A shorter time without any entry before a start was none, in seconds.
const OUTAGE_S_MIN: f64 = 1.0;

/// The life of all lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lives {
    lines: BTreeMap<PhoneNumber, Life>,
    /// When nobody was listening: from a stop, or the last entry before a start, to the start.
    outages: Vec<Interval>,
    /// When the last entry was made.
    newest: Option<Timestamp>,
    /// When the server stopped, until it starts again; what is appended meanwhile is no listening.
    stopped: Option<Timestamp>,
    /// The day of the last test, since the epoch, and how many were begun on it.
    tests: (i64, u32),
}

/// What a message of the gateway's own business shows of the line that it names.
fn basis(contact: &Contact) -> Option<Basis> {
    match contact.phase.as_str() {
        "line.heartbeat" => Some(Basis::Heartbeat),
        "system:ping" | "app:started" | "phone.heartbeat.online" => Some(Basis::Device),
        _ => None,
    }
}

impl Lives {
    /// Takes the next entry in. `repeated` says that a contact had been told before.
    pub(super) fn apply(&mut self, entry: &Entry, repeated: bool) {
        match &entry.event {
            // What the provider's list brought says that the way to us failed.
            Event::Contact(contact) if !repeated && !contact.backfilled => self.contact(contact),
            Event::Coverage(c) => self.line(c.number).covered(c),
            Event::LineTest(test) => self.tested(entry, test),
            Event::LineTestMissed(missed) => self.line(missed.number).missed(missed),
            Event::ProviderListed(l) => self.line(l.number).sign(Basis::ProviderList, entry.at),
            Event::LineSilent(silent) => self.line(silent.number).silent(silent),
            Event::LineAlive(alive) => self.line(alive.number).stands(Condition::Alive),
            Event::LineUnproven(line) => self.line(line.number).stands(Condition::Unproven),
            Event::LineAdded(line) => self.line(line.number).stands(Condition::Unsaid),
            Event::LineRetired(line) => self.line(line.number).stands(Condition::Unsaid),
            Event::Operation(operation) => match operation.operation.as_str() {
                "stop" => self.stopped = Some(entry.at),
                "start" => self.start(entry.at),
                _ => {}
            },
            _ => {}
        }
        self.newest = self.newest.max(Some(entry.at));
    }

    fn line(&mut self, number: PhoneNumber) -> &mut Life {
        self.lines.entry(number).or_default()
    }

    fn contact(&mut self, contact: &Contact) {
        let Some(number) = contact.to.as_ref().and_then(|to| to.number()) else {
            return;
        };
        // A number that is none of ours has no life here.
        let Some(life) = self.lines.get_mut(&number) else {
            return;
        };
        let at = contact.received_at;
        match (contact.line_test, contact.medium) {
            (Some(test), _) => life.test_came(test, contact),
            (None, Medium::Control) => {
                if let Some(basis) = basis(contact) {
                    life.sign(basis, at);
                }
            }
            (None, _) => life.heard(at),
        }
    }

    fn tested(&mut self, entry: &Entry, test: &LineTest) {
        let day = entry.at.as_unix_days();
        self.tests = match self.tests {
            (known, count) if known == day => (day, count.saturating_add(1)),
            _ => (day, 1),
        };
        let number = test.number;
        self.line(number).tested(entry.index, entry.at, test);
    }

    fn start(&mut self, at: Timestamp) {
        if let Some(last) = self.stopped.take().or(self.newest)
            && at.seconds_since(last) >= OUTAGE_S_MIN
        {
            self.outages.push((last, at));
            let surplus = self.outages.len().saturating_sub(OUTAGES_MAX);
            self.outages.drain(..surplus);
        }
    }

    /// One line's life; none if nothing was ever heard or said of it.
    pub(crate) fn of(&self, number: &PhoneNumber) -> Option<&Life> {
        self.lines.get(number)
    }

    /// All lines of which anything was heard or said.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&PhoneNumber, &Life)> {
        self.lines.iter()
    }

    /// When nobody was listening, in order.
    pub(crate) fn outages(&self) -> &[Interval] {
        &self.outages
    }

    /// Tests begun on the day of `now`.
    pub(crate) fn tests_today(&self, now: Timestamp) -> u32 {
        match self.tests {
            (day, count) if day == now.as_unix_days() => count,
            _ => 0,
        }
    }
}
