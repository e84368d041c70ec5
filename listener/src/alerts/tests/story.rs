//! A log that is told entry by entry.

use honeytoken::{
    AlertRaised, AlertTarget, AlertTargetId, Entry, Event, Platform, PlatformId, Timestamp,
};

use crate::alerts::courier;
use crate::alerts::queue::Sending;
use crate::alerts::wire::Sent;
use crate::alerts::{Alerts, Standing};
use crate::ledger::State;

pub(super) const START: Timestamp = Timestamp::from_unix_s(1_790_000_000);

/// A fold, and where the next entry goes.
pub(super) struct Story {
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) told: Vec<Entry>,
}

impl Story {
    pub(super) fn new() -> Story {
        Story {
            state: State::new(),
            now: START,
            told: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, event: Event) -> u64 {
        let index = self.told.len() as u64;
        let entry = Entry {
            index,
            at: self.now,
            by: None,
            event,
        };
        self.state.apply(&entry, &|_| None);
        self.told.push(entry);
        index
    }

    /// The same entries folded from the first.
    pub(super) fn again(&self) -> State {
        let mut state = State::new();
        for entry in &self.told {
            state.apply(entry, &|_| None);
        }
        state
    }

    pub(super) fn target(&mut self, id: &str) -> AlertTarget {
        let given = [("url", "https://hooks.example.org/x")];
        let target = AlertTarget {
            target: id.parse().unwrap(),
            ..super::super::channel::tests::target("slack", &given)
        };
        self.tell(Event::AlertTargetSet(target.clone()));
        target
    }

    pub(super) fn platform(&mut self, id: &str) -> PlatformId {
        let platform: PlatformId = id.parse().unwrap();
        self.tell(Event::PlatformDeclared(Platform {
            platform: platform.clone(),
            name: format!("Name of {id}"),
            operator: None,
            sector: None,
            domains: Vec::new(),
            known_senders: Vec::new(),
            signatures: Vec::new(),
            declared_partners: Vec::new(),
        }));
        platform
    }

    pub(super) fn raise(&mut self, topic: &str, platform: Option<&str>, targets: &[&str]) -> u64 {
        let targets = targets.iter().map(|id| id.parse().unwrap());
        self.tell(Event::AlertRaised(AlertRaised {
            topic: topic.to_owned(),
            platform: platform.map(|id| id.parse().unwrap()),
            because: Vec::new(),
            details: Default::default(),
            targets: targets.collect(),
        }))
    }

    pub(super) fn alerts(&self) -> &Alerts {
        &self.state.alerts
    }

    pub(super) fn due(&self) -> Vec<Sending> {
        let queue = self.alerts().queue();
        queue
            .into_iter()
            .filter(|sending| sending.due <= self.now)
            .collect()
    }

    /// Sends what is due first, with this outcome.
    pub(super) fn send(&mut self, outcome: Sent) -> Sending {
        let sending = self.due().remove(0);
        let target = self.alerts().target(&sending.target).unwrap().clone();
        for event in courier::events(&sending, &target, outcome, self.now, 0.0) {
            self.tell(event);
        }
        sending
    }

    pub(super) fn standing(&self, raised: u64, target: &str) -> Standing {
        let id: AlertTargetId = target.parse().unwrap();
        self.alerts().record(raised).unwrap().deliveries[&id].standing
    }

    pub(super) fn pass_s(&mut self, seconds: i64) {
        self.now = self.now.plus_s(seconds);
    }
}

pub(super) fn failed() -> Sent {
    Sent::Failed {
        reason: "answered 500".to_owned(),
        retry_after_s: None,
    }
}
