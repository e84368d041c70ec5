//! One simulated study: a world with a leak of the planned size, folded to its end.

use std::collections::BTreeMap;

use honeytoken::{Policy, Timestamp};

use super::{Plan, Setting};
use crate::State;
use crate::roster::DAY_US;
use crate::world::{Chance, ContactRow, Scenario, World, entries, generate};

/// How far measured noise may be from the assumed one.
const NOISE_BOUNDS: (f64, f64) = (0.05, 20.0);
/// Platforms of a simulated world: so many are watched at least, whatever the installation has.
pub(super) const PLATFORMS: (u32, u32) = (5, 20);
/// Its controls.
const CONTROLS: (u32, u32) = (4, 40);
/// Soak of a simulated world, in days, and the days after it before the first number is given.
const SOAK_DAYS: u32 = 27;
const PAUSE_DAYS: u32 = 3;
/// A number is contacted so often by the buyers of one sale, on the average.
const CONTACTS_A_BUYER: f64 = 1.3;
/// How often a world is made anew, with more buyers, until its leak is large enough.
const ATTEMPTS_MAX: u32 = 6;

/// What all trials of a plan have in common.
pub(super) struct Trial<'a> {
    setting: &'a Setting,
    plan: Plan,
    scenario: Scenario,
}

impl Trial<'_> {
    pub(super) fn new(setting: &Setting, plan: Plan) -> Trial<'_> {
        Trial {
            setting,
            plan,
            scenario: scenario(setting, plan),
        }
    }

    /// One world: after how many days the leak was found, if it was in time.
    pub(super) fn run(&self, seed: u64) -> Option<f64> {
        let (plan, base) = (self.plan, &self.scenario);
        let buyers = f64::from(plan.contacts) / (base.hit * CONTACTS_A_BUYER);
        let buyers = libm::ceil(buyers / 2.0).max(1.0) as u32;
        let leak = (0..ATTEMPTS_MAX).find_map(|attempt| {
            let buyers = buyers * (attempt + 1);
            let scenario = Scenario {
                buyers: (buyers, buyers),
                ..base.clone()
            };
            let seed = seed.wrapping_add(u64::from(attempt));
            Leak::thinned(generate(&scenario, seed), plan, &mut Chance::new(seed, 99))
        })?;
        leak.found_after_days(self.setting)
            .filter(|days| *days <= f64::from(plan.days))
    }
}

fn scenario(setting: &Setting, plan: Plan) -> Scenario {
    let standard = Scenario::default();
    let noisier = setting.noise.map_or(1.0, |noise| noise / assumed_noise());
    let noisier = noisier.clamp(NOISE_BOUNDS.0, NOISE_BOUNDS.1);
    let platforms = setting.platforms.clamp(PLATFORMS.0, PLATFORMS.1);
    let stagger_days = (plan.days / 3).min(standard.stagger_days);
    Scenario {
        name: "power".into(),
        days: SOAK_DAYS + PAUSE_DAYS + plan.days + 1,
        platforms,
        canaries: plan.lines,
        controls: setting.controls.clamp(CONTROLS.0, CONTROLS.1),
        soak_days: SOAK_DAYS,
        stagger_days,
        resell: 1.0 / f64::from(platforms),
        calls: standard.calls * noisier,
        sms: standard.sms * noisier,
        wrong: standard.wrong * noisier,
        sweeps_per_month: standard.sweeps_per_month * noisier.min(2.0),
        ..no_leaks(standard)
    }
}

fn no_leaks(scenario: Scenario) -> Scenario {
    Scenario {
        leak_once: 0.0,
        resell: 0.0,
        broker: 0.0,
        brokers: 0,
        ..scenario
    }
}

/// What the same measure says of the noise that simulated worlds have by themselves.
fn assumed_noise() -> f64 {
    let quiet = Scenario {
        days: 60,
        platforms: 4,
        controls: 60,
        ..no_leaks(Scenario::default())
    };
    let world = generate(&quiet, 1);
    let mut state = State::new(Policy::standard());
    entries(&world.lines, &world.contacts)
        .iter()
        .for_each(|entry| state.apply(entry));
    let (contacts, days) = state.noise();
    (contacts / days.max(1) as f64).max(1e-3)
}

/// A world whose one leak brings exactly so many contacts as planned.
struct Leak {
    world: World,
    platform: String,
    /// When the platform was given its first number, Unix seconds.
    first: i64,
}

impl Leak {
    /// Keeps as many contacts of the leak as planned, buyer by buyer in random order; none if
    /// there are too few.
    fn thinned(world: World, plan: Plan, chance: &mut Chance) -> Option<Leak> {
        let truth = &world.truth;
        let (platform, _) = truth.platforms.iter().find(|(_, p)| p.leaks)?;
        let platform = platform.clone();
        let of_it = world
            .lines
            .iter()
            .filter(|l| l.platform.as_ref() == Some(&platform));
        let first = of_it.filter_map(|l| l.registered_at).min()?;
        let leak = truth.causes.iter().position(|cause| cause == "leak")? as i32;
        let mut campaigns: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        let until = first + i64::from(plan.days) * 86_400;
        for contact in &world.contacts {
            let event = event(contact)?;
            if truth.contact_cause.get(event) == Some(&leak) && contact.received_at < until {
                let events = campaigns.entry(truth.contact_campaign[event]).or_default();
                events.push(event);
                events.dedup();
            }
        }
        let mut buyers: Vec<Vec<usize>> = campaigns.into_values().collect();
        chance.shuffle(&mut buyers);
        let mut kept: Vec<usize> = buyers.into_iter().flatten().collect();
        let size = (plan.contacts * plan.lines) as usize;
        if kept.len() < size {
            return None;
        }
        kept.truncate(size);
        kept.sort_unstable();
        let stays = |contact: &ContactRow| {
            let event = event(contact).unwrap_or_default();
            truth.contact_cause.get(event) != Some(&leak) || kept.binary_search(&event).is_ok()
        };
        let contacts = world
            .contacts
            .iter()
            .filter(|c| stays(c))
            .cloned()
            .collect();
        Some(Leak {
            world: World { contacts, ..world },
            platform,
            first,
        })
    }

    fn found_after_days(&self, setting: &Setting) -> Option<f64> {
        // As strict as if all of the installation's platforms were in this world.
        let watched = f64::from(setting.platforms.max(PLATFORMS.1));
        let mut state = State::new(Policy {
            alpha: setting.alpha * f64::from(PLATFORMS.1) / watched,
            ..Policy::standard()
        });
        let log = entries(&self.world.lines, &self.world.contacts);
        log.iter().for_each(|entry| state.apply(entry));
        let end = self.world.contacts.last().map_or(0, |c| c.received_at);
        state.advance(Timestamp::from_unix_s(end).plus_s(86_400));
        let verdict = state.verdict(&self.platform.parse().ok()?)?;
        let days =
            (verdict.flagged_at?.as_micros() - self.first * 1_000_000) as f64 / DAY_US as f64;
        Some(days.max(0.0))
    }
}

/// The event that a delivery tells of, by its place in the truth.
fn event(contact: &ContactRow) -> Option<usize> {
    contact.provider_event_id.get(2..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_is_as_large_as_planned() {
        let plan = Plan::new(3, 60, 3).unwrap();
        let base = scenario(&Setting::default(), plan);
        let scenario = Scenario {
            buyers: (4, 4),
            ..base
        };
        // Some lists are so bad that fewer contacts come of them than planned: those are passed over.
        let leak = (3..30)
            .find_map(|seed| {
                let world = generate(&scenario, seed);
                Leak::thinned(world, plan, &mut Chance::new(seed, 99))
            })
            .unwrap();
        let truth = &leak.world.truth;
        let word = truth.causes.iter().position(|c| c == "leak").unwrap() as i32;
        let mut events: Vec<usize> = leak.world.contacts.iter().filter_map(event).collect();
        events.sort_unstable();
        events.dedup();
        let leaks = events
            .iter()
            .filter(|e| truth.contact_cause[**e] == word)
            .count();
        assert_eq!(leaks, 9);
    }
}
