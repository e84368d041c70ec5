//! Contacts being written down, with the truth behind each.

use super::chance::Chance;
use super::scenario::Scenario;

/// Why a contact truly happened; the order is that of `truth.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Transaction,
    FirstParty,
    Partner,
    Leak,
    RandomDial,
    Sweep,
    Callback,
    PreviousOwner,
    WrongNumber,
}

pub(crate) const ORIGINS: [&str; 9] = [
    "otp_tx",
    "first_party",
    "declared_partner",
    "leak",
    "random_dial",
    "sweep",
    "spoof_callback",
    "prev_owner",
    "wrong_number",
];

pub(crate) struct Event {
    pub(crate) day: f64,
    pub(crate) number: usize,
    pub(crate) from: String,
    pub(crate) sms: bool,
    pub(crate) text: String,
    pub(crate) duration: u32,
    pub(crate) attestation: &'static str,
    pub(crate) origin: Origin,
    pub(crate) platform: i32,
    pub(crate) campaign: i64,
    /// The platform in whose name a stranger writes.
    pub(crate) poses_as: Option<usize>,
}

pub(crate) struct Draft {
    pub(crate) events: Vec<Event>,
    days: f64,
    campaigns: i64,
}

impl Draft {
    pub(crate) fn new(s: &Scenario) -> Draft {
        Draft {
            events: Vec::new(),
            days: f64::from(s.days),
            campaigns: 0,
        }
    }

    pub(crate) fn campaign(&mut self) -> i64 {
        self.campaigns += 1;
        self.campaigns
    }

    /// Writes an event down unless it lies outside the world.
    pub(crate) fn push(&mut self, event: Event) {
        if event.day >= 0.0 && event.day < self.days {
            self.events.push(event);
        }
    }
}

/// Call lengths: most hang up at once, some talk.
pub(crate) fn duration(chance: &mut Chance) -> u32 {
    if chance.hits(0.6) {
        chance.below(8) as u32
    } else {
        chance.wait(35.0) as u32
    }
}

/// The caller's attestation: mass diallers rarely have the best one.
pub(crate) fn attestation(chance: &mut Chance) -> &'static str {
    chance.word(&["A", "B", "B", "C", "", "", ""])
}

/// A day moved to an hour of day at which people call: peaks in the morning and the evening.
pub(crate) fn hour(chance: &mut Chance, day: f64) -> f64 {
    let peak = if chance.hits(0.5) { 10.0 } else { 18.5 };
    let hour = if chance.hits(0.9) {
        peak + 1.6 * chance.normal()
    } else {
        24.0 * chance.unit()
    };
    day.floor() + hour.clamp(0.0, 23.99) / 24.0
}
