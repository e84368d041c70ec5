//! A log in memory: what is decided is folded at once, as the writer does it.

mod coverage;
mod silence;
mod tests_of_lines;

use honeytoken::{
    Authentication, Connection, Contact, Entry, Event, Line, LineRole, Medium, Operation,
    PhoneNumber, Sender, Spans, TestMedium, Timestamp,
};

use super::silence::Watch;
use super::{LifeConfig, Standing, standing, testing};
use crate::ledger::State;

/// 2027-01-15T08:00:00Z.
const START_S: i64 = 1_800_000_000;

pub(super) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_unix_s(START_S + minutes * 60)
}

pub(super) fn hours(hours: i64) -> Timestamp {
    at(hours * 60)
}

/// Our lines, by a digit.
pub(super) fn number(digit: u8) -> PhoneNumber {
    format!("+1415555013{digit}").parse().unwrap()
}

pub(super) struct Log {
    pub(super) state: State,
    pub(super) settings: LifeConfig,
    pub(super) now: Timestamp,
    watch: Watch,
    entries: Vec<Entry>,
    codes: u32,
}

impl Log {
    /// A running installation with some lines on connection `tw`.
    pub(super) fn new(lines: std::ops::Range<u8>) -> Log {
        let mut log = Log {
            state: State::new(),
            settings: LifeConfig::default(),
            now: at(0),
            watch: Watch::begin(at(0)),
            entries: Vec::new(),
            codes: 0,
        };
        log.add(Event::ConnectionSet(Connection {
            connection: "tw".parse().unwrap(),
            provider: "twilio".into(),
            secrets: [].into(),
            lines: Default::default(),
            public_url: None,
        }));
        for digit in lines {
            log.add(Event::LineAdded(Line {
                number: number(digit),
                connection: "tw".parse().unwrap(),
                role: LineRole::Canary,
                block: None,
                country: Some("US".into()),
                acquired_at: at(0),
                soak_until: None,
                shared: false,
            }));
        }
        log
    }

    /// The same, its lines tested by message every day.
    pub(super) fn tested(lines: std::ops::Range<u8>) -> Log {
        let mut log = Log::new(lines);
        let tests = &mut log.settings.test_connections;
        tests.insert("tw".parse().unwrap(), TestMedium::Sms);
        log
    }

    pub(super) fn until(&mut self, now: Timestamp) -> &mut Log {
        self.now = now;
        self
    }

    pub(super) fn add(&mut self, event: Event) -> u64 {
        let index = self.entries.len() as u64;
        let entry = Entry {
            index,
            at: self.now,
            by: None,
            event,
        };
        self.state.apply(&entry, &|_| None);
        self.entries.push(entry);
        index
    }

    pub(super) fn contact(
        &mut self,
        digit: u8,
        medium: Medium,
        phase: &str,
        text: &str,
    ) -> Contact {
        let key = format!("e{}", self.entries.len());
        Contact {
            connection: "tw".parse().unwrap(),
            provider_event_id: None,
            dedupe_key: key,
            session: None,
            medium,
            phase: phase.into(),
            to: Some(Sender::new(number(digit).as_str())),
            from: Some(Sender::new("+442079460099")),
            text: Some(text.into()),
            duration_s: None,
            attestation: None,
            claimed_at: None,
            received_at: self.now,
            authentication: Authentication::MacBody,
            line_test: None,
            backfilled: false,
            nonce: None,
            part: None,
            extra: Default::default(),
            raw_method: None,
            raw_url: None,
            raw_headers: None,
            raw_body: None,
            raw_credentials: None,
        }
    }

    /// A heartbeat of a line.
    pub(super) fn beat(&mut self, digit: u8) {
        let beat = self.contact(digit, Medium::Control, "line.heartbeat", "");
        self.add(Event::Contact(beat));
    }

    /// A phone's ping in the name of a line.
    pub(super) fn ping(&mut self, digit: u8) {
        let ping = self.contact(digit, Medium::Control, "system:ping", "");
        self.add(Event::Contact(ping));
    }

    /// Somebody writes to a line.
    pub(super) fn stranger(&mut self, digit: u8) {
        let contact = self.contact(digit, Medium::Sms, "received", "hello");
        self.add(Event::Contact(contact));
    }

    /// A message of ours arrives, marked as the door marks it.
    pub(super) fn arrives(&mut self, digit: u8, text: &str) -> Option<u64> {
        let mut contact = self.contact(digit, Medium::Sms, "received", text);
        let life = self.state.lives.of(&number(digit));
        contact.line_test = life.and_then(|life| life.test_of(&contact));
        let marked = contact.line_test;
        self.add(Event::Contact(contact));
        marked
    }

    pub(super) fn operation(&mut self, operation: &str) {
        self.add(Event::Operation(Operation {
            operation: operation.into(),
            detail: String::new(),
        }));
    }

    pub(super) fn restart(&mut self) {
        self.watch = Watch::begin(self.now);
        self.operation("start");
    }

    /// What signs prove, written down; hours of exposure that are new.
    pub(super) fn write(&mut self) -> f64 {
        let due = super::coverage::due(&self.state, &self.settings);
        let hours = due
            .iter()
            .filter(|c| c.basis.is_exposure())
            .map(|c| c.until.seconds_since(c.from) / 3600.0)
            .sum();
        due.into_iter().for_each(|c| {
            self.add(Event::Coverage(c));
        });
        hours
    }

    /// What is said of lines now, in words.
    pub(super) fn news(&mut self) -> Vec<String> {
        let listening = self.watch.look(self.now);
        let due = super::silence::due(&self.state, &self.settings, self.now, listening);
        let mut words: Vec<String> = Vec::new();
        for event in due {
            words.push(event.kind().to_owned());
            self.add(event);
        }
        words
    }

    /// What is said of lines from now until then, looked at every five minutes.
    pub(super) fn watch(&mut self, minutes: std::ops::RangeInclusive<i64>) -> Vec<String> {
        let steps = minutes.clone().step_by(5).chain([*minutes.end()]);
        steps.flat_map(|m| self.until(at(m)).news()).collect()
    }

    /// Misses, then tests that begin: what they are and what they say.
    pub(super) fn tests(&mut self) -> (usize, Vec<(u64, honeytoken::LineTest)>) {
        let missed = testing::missed(&self.state, self.now);
        let misses = missed.len();
        missed.into_iter().for_each(|event| {
            self.add(event);
        });
        let mut codes = self.codes;
        let due = testing::due(&self.state, &self.settings, self.now, || {
            codes += 1;
            Some(format!("code{codes:04}"))
        });
        self.codes = codes;
        let mut begun = Vec::new();
        for event in due {
            if let Event::LineTest(test) = event.clone() {
                begun.push((self.add(event), test));
            }
        }
        (misses, begun)
    }

    /// Hours of exposure that entries say, between two moments.
    pub(super) fn exposed(&self, digit: u8, from: Timestamp, until: Timestamp) -> f64 {
        let life = self.state.lives.of(&number(digit)).unwrap();
        let counting = life
            .proven()
            .iter()
            .filter(|(basis, _)| basis.is_exposure());
        let mut all = Spans::default();
        for span in counting.flat_map(|(_, spans)| spans.within((0, i64::MAX))) {
            all.add(span);
        }
        all.held_us((from.as_micros(), until.as_micros())) as f64 / 3.6e9
    }

    pub(super) fn standing(&self, digit: u8) -> Standing {
        let view = self.state.registry.line(&number(digit), self.now).unwrap();
        standing(&self.state, &self.settings, &view)
    }

    /// The fold from zero says what the fold step by step says.
    pub(super) fn folds_the_same(&self) {
        let mut again = State::new();
        self.entries.iter().for_each(|entry| {
            again.apply(entry, &|_| None);
        });
        assert_eq!(again.lives, self.state.lives);
        let text = serde_json::to_string(&self.state).unwrap();
        let thawed: State = serde_json::from_str(&text).unwrap();
        assert_eq!(thawed.lives, self.state.lives);
    }
}
