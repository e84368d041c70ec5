//! Numbers that were passed on, and who then used them.

use super::cast::{Cast, Conduct, Host};
use super::chance::Chance;
use super::draft::{Draft, Origin, hour};
use super::names::Tongue;
use super::noise::Voice;
use super::scenario::Scenario;

/// How alike leaks are in the share of numbers that their buyers contact (concentration of a beta): it is
/// the list that is good or bad, for all who buy it.
const HIT_SPREAD: f64 = 5.0;

/// All breaches, sales and brokers of a world.
pub(crate) fn leaks(
    cast: &Cast,
    s: &Scenario,
    crowd: &[Voice],
    chance: &mut Chance,
    draft: &mut Draft,
) {
    for (p, host) in cast.hosts.iter().enumerate() {
        match host.conduct {
            Conduct::LeakOnce => breach(p, host, cast, s, crowd, chance, draft),
            Conduct::Resell => resell(p, host, s, crowd, chance, draft),
            _ => {}
        }
    }
    for group in 0..s.brokers as usize {
        broker(group, cast, s, crowd, chance, draft);
    }
}

/// A buyer: mostly somebody who only works lists, sometimes a mass dialler as well.
fn buyer(
    tongue: Tongue,
    s: &Scenario,
    crowd: &[Voice],
    chance: &mut Chance,
    draft: &mut Draft,
) -> Voice {
    let fresh = Voice::draw(chance, tongue, draft.campaign(), 0.36, s);
    if !chance.hits(s.mixed_buyer) {
        return fresh;
    }
    let known: Vec<&Voice> = crowd.iter().filter(|v| v.tongue == tongue).collect();
    let busy = known.len() / 4 + 1;
    known
        .get(chance.below(busy))
        .map_or(fresh, |v| Voice::like(v, chance, 0.36, s))
}

/// One buyer works one number of his list.
#[expect(
    clippy::too_many_arguments,
    reason = "who, whom, when and by what rules"
)]
fn work(
    voice: &Voice,
    hit: f64,
    p: usize,
    host: &Host,
    slot: usize,
    from: f64,
    s: &Scenario,
    chance: &mut Chance,
    draft: &mut Draft,
) {
    if !chance.hits(hit) {
        return;
    }
    let at = &host.placements[slot];
    let mut day = from + chance.wait(s.delay_days);
    for _ in 0..1 + chance.poisson(s.contacts_per_hit - 1.0) {
        let name = (s.name_in_sms, s.name_in_call, at.persona.as_str());
        let hour = hour(chance, day);
        let when = if hour < from { day } else { hour };
        draft.push(voice.contact(chance, when, at.number, name, Origin::Leak, p as i32));
        day += chance.wait(11.0);
    }
}

fn buyers(s: &Scenario, chance: &mut Chance) -> usize {
    let (low, high) = s.buyers;
    low as usize + chance.below((high - low) as usize + 1)
}

fn breach(
    p: usize,
    host: &Host,
    _cast: &Cast,
    s: &Scenario,
    crowd: &[Voice],
    chance: &mut Chance,
    draft: &mut Draft,
) {
    let Some(leak) = host.leak_day else { return };
    let hit = chance.beta(s.hit, HIT_SPREAD);
    for _ in 0..buyers(s, chance) {
        let voice = buyer(host.tongue, s, crowd, chance, draft);
        let begin = leak + chance.wait(14.0);
        for slot in 0..host.placements.len() {
            if host.placements[slot].registered < leak {
                work(&voice, hit, p, host, slot, begin, s, chance, draft);
            }
        }
    }
}

fn resell(
    p: usize,
    host: &Host,
    s: &Scenario,
    crowd: &[Voice],
    chance: &mut Chance,
    draft: &mut Draft,
) {
    let rest = f64::from(s.days) - f64::from(s.soak_days);
    // A trade that goes on finds new buyers where a breach is used up.
    let hit = chance.beta(s.hit, HIT_SPREAD);
    let mut voices = Vec::new();
    for _ in 0..buyers(s, chance) + buyers(s, chance) {
        let voice = buyer(host.tongue, s, crowd, chance, draft);
        let sale = f64::from(s.soak_days) + chance.between(0.0, 0.8) * rest;
        for slot in 0..host.placements.len() {
            let begin = host.placements[slot].registered.max(sale);
            work(&voice, hit, p, host, slot, begin, s, chance, draft);
        }
        voices.push(voice);
    }
    instant(&voices, p, host, s, chance, draft);
}

/// Lead markets: the phone rings while the form is still open.
fn instant(
    voices: &[Voice],
    p: usize,
    host: &Host,
    s: &Scenario,
    chance: &mut Chance,
    draft: &mut Draft,
) {
    for at in &host.placements {
        if chance.hits(s.instant) {
            let voice = chance.pick(voices);
            let day = at.registered + chance.wait(0.01).min(0.04);
            let name = (s.name_in_sms, s.name_in_call, at.persona.as_str());
            draft.push(voice.contact(chance, day, at.number, name, Origin::Leak, p as i32));
        }
    }
}

fn broker(
    group: usize,
    cast: &Cast,
    s: &Scenario,
    crowd: &[Voice],
    chance: &mut Chance,
    draft: &mut Draft,
) {
    let members: Vec<(usize, &Host)> = cast
        .hosts
        .iter()
        .enumerate()
        .filter(|(_, h)| h.conduct == Conduct::Broker(group))
        .collect();
    let (low, high) = s.broker_buyers;
    let rest = f64::from(s.days) - f64::from(s.soak_days);
    for tongue in [Tongue::Chinese, Tongue::English] {
        let of: Vec<_> = members.iter().filter(|(_, h)| h.tongue == tongue).collect();
        if of.is_empty() {
            continue;
        }
        let hit = chance.beta(s.hit, HIT_SPREAD);
        for _ in 0..low as usize + chance.below((high - low) as usize + 1) {
            let voice = buyer(tongue, s, crowd, chance, draft);
            let sale = f64::from(s.soak_days) + chance.between(0.05, 0.9) * rest;
            for (p, host) in &of {
                for slot in 0..host.placements.len() {
                    if host.placements[slot].registered < sale {
                        work(&voice, hit, *p, host, slot, sale, s, chance, draft);
                    }
                }
            }
        }
    }
}

/// Somebody bought a carrier's list: every number is on it, given away or not.
pub(crate) fn supply(cast: &Cast, s: &Scenario, chance: &mut Chance, draft: &mut Draft) {
    for _ in 0..s.supply_side {
        let tongue = if chance.hits(s.china) {
            Tongue::Chinese
        } else {
            Tongue::English
        };
        let voice = Voice::draw(chance, tongue, draft.campaign(), 0.36, s);
        let begin = chance.between(40.0, f64::from(s.days) - 10.0);
        for (n, _) in cast
            .numbers
            .iter()
            .enumerate()
            .filter(|(_, n)| n.tongue == tongue)
        {
            if !chance.hits(s.hit) {
                continue;
            }
            let mut day = begin + chance.wait(s.delay_days);
            for _ in 0..1 + chance.poisson(s.contacts_per_hit - 1.0) {
                let when = hour(chance, day);
                draft.push(voice.contact(chance, when, n, (0.0, 0.0, ""), Origin::RandomDial, -1));
                day += chance.wait(7.0);
            }
        }
    }
}
