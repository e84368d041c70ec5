//! Evidence from activity that begins when numbers were given away, or on one common date.
//!
//! A leak that reaches a number within a day with probability `m` reaches it within the proven part
//! `f` of that day with probability `1 - (1-m)^f`. So silence weighs `f ln(1-m)`, and a day that was
//! not proven at all weighs nothing, whatever came: else contacts would count for and silence not
//! against. What a whole day expects by chance bounds what a part of it does.

use honeytoken::Span;
use serde::{Deserialize, Serialize};

use super::log_mix;
use crate::background::STREAMS;
use crate::roster::{DAY_US, Seen};

/// Leak contacts a day, at first.
const RATES: [f64; 2] = [0.03, 0.12];
/// How they fade: with this many days, or not.
const FADE_DAYS: f64 = 30.0;
/// Ways a leak can look: each rate, fading and not.
const WAYS: usize = RATES.len() * 2;
/// Shares of the streams in leak contacts: new campaigns, silence, campaigns that come again.
const SHARES: [f64; STREAMS] = [0.5, 0.5, 0.3];
/// How much is not bet.
const KEPT: f64 = 0.2;
/// Share bet on "from each registration on", against "from one common date on".
const OWN: f64 = 0.5;
/// Days between common dates that are bet on.
const DATE_STEP_DAYS: i64 = 7;
/// The later a common date, the less is bet on it: k / ((k + w) (k + w + 1)) for week w.
const DATE_SPREAD: f64 = 20.0;
/// The most common dates that are followed.
const DATES_MAX: usize = 208;
/// Days after which a fading leak has faded.
const FADED_DAYS: usize = 400;

/// Sums of what a silent day costs, by age, for every way a leak can look.
#[derive(Debug)]
pub(crate) struct Decay {
    quiet: [Vec<f64>; RATES.len()],
}

impl Default for Decay {
    fn default() -> Decay {
        Decay {
            quiet: std::array::from_fn(|r| fading(RATES[r])),
        }
    }
}

fn fading(rate: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let day = |age: usize| cost(rate * libm::exp(-(age as f64) / FADE_DAYS));
    std::iter::once(0.0)
        .chain((0..FADED_DAYS).map(|age| {
            sum += day(age);
            sum
        }))
        .collect()
}

/// What one day without activity weighs.
fn cost(rate: f64) -> f64 {
    SHARES.iter().map(|share| libm::log1p(-rate * share)).sum()
}

impl Decay {
    /// Sum over ages `from..until`, in days since the start; parts of a day cost their part.
    fn between(&self, way: usize, from: f64, until: f64) -> f64 {
        let rate = way / 2;
        if way % 2 == 1 {
            return (until - from) * cost(RATES[rate]);
        }
        let table = &self.quiet[rate];
        let at = |age: f64| {
            let whole = (age as usize).min(table.len() - 2);
            let part = (age - whole as f64).min(1.0);
            table[whole] + part * (table[whole + 1] - table[whole])
        };
        at(until) - at(from)
    }
}

/// Evidence from activity.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rate {
    own: [f64; WAYS],
    /// First day of the first registration.
    first: Option<i64>,
    /// Per week since then, evidence for that week's common date.
    dates: Vec<[f64; WAYS]>,
}

impl Rate {
    /// The platform was given a number on this day.
    pub(crate) fn register(&mut self, day: i64) {
        self.first = Some(self.first.map_or(day, |f| f.min(day)));
    }

    fn starts(&mut self, until: i64) {
        let Some(first) = self.first else { return };
        let weeks = ((until - first).div_euclid(DATE_STEP_DAYS) + 1).clamp(0, DATES_MAX as i64);
        while (self.dates.len() as i64) < weeks {
            self.dates.push([0.0; WAYS]);
        }
    }

    /// A number registered on day `registered` was proven alive in `from..until`, microseconds.
    pub(crate) fn quiet(&mut self, decay: &Decay, registered: i64, (from, until): Span) {
        self.starts((until - 1).div_euclid(DAY_US) + 1);
        let days = |us: i64| us as f64 / DAY_US as f64;
        let add = |ways: &mut [f64; WAYS], start: i64| {
            let zero = start.saturating_mul(DAY_US);
            let from = from.max(zero);
            if from < until {
                for (way, log) in ways.iter_mut().enumerate() {
                    *log += decay.between(way, days(from - zero), days(until - zero));
                }
            }
        };
        add(&mut self.own, registered);
        let Some(first) = self.first else { return };
        for (week, ways) in self.dates.iter_mut().enumerate() {
            let start = first + week as i64 * DATE_STEP_DAYS;
            if registered <= start {
                add(ways, start);
            }
        }
    }

    /// A stream was active on a day of which `live`, in 0..=1, is proven; as much as was weighed
    /// already is not weighed again.
    pub(crate) fn active(&mut self, registered: i64, seen: &Seen, live: f64) {
        self.starts(seen.day);
        let add = |ways: &mut [f64; WAYS], start: i64| {
            if seen.day >= start {
                for (way, log) in ways.iter_mut().enumerate() {
                    let weighs = |live| surprise(way, seen.day - start, seen, live);
                    *log += weighs(live) - weighs(seen.weighed);
                }
            }
        };
        add(&mut self.own, registered);
        let Some(first) = self.first else { return };
        for (week, ways) in self.dates.iter_mut().enumerate() {
            let start = first + week as i64 * DATE_STEP_DAYS;
            if registered <= start {
                add(ways, start);
            }
        }
    }

    /// Natural logarithm of the e-value.
    pub(crate) fn log_e(&self) -> f64 {
        let each = 1.0 / WAYS as f64;
        let bet = 1.0 - KEPT;
        let mut left = bet * (1.0 - OWN);
        let mut terms: Vec<(f64, f64)> = self
            .own
            .iter()
            .map(|log| (bet * OWN * each, *log))
            .collect();
        for (week, ways) in self.dates.iter().enumerate() {
            let share = bet * (1.0 - OWN) * date_share(week);
            left -= share;
            terms.extend(ways.iter().map(|log| (share * each, *log)));
        }
        terms.push((KEPT + left, 0.0));
        log_mix(terms.iter().copied())
    }

    /// The common date that explains the activity best, as days since the epoch, if one explains
    /// it better than the registrations do.
    pub(crate) fn common_date(&self) -> Option<i64> {
        let best = |ways: &[f64; WAYS]| ways.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (week, log) = self
            .dates
            .iter()
            .enumerate()
            .map(|(w, ways)| (w, best(ways) + libm::log(date_share(w))))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        (log > best(&self.own)).then_some(self.first? + week as i64 * DATE_STEP_DAYS)
    }
}

fn date_share(week: usize) -> f64 {
    let w = week as f64;
    DATE_SPREAD / ((w + DATE_SPREAD) * (w + DATE_SPREAD + 1.0))
}

/// What an active day weighs against a silent one: (q1/q0) / k, q1 = 1-(1-q0)k, k = (1-m)^live.
fn surprise(way: usize, age: i64, seen: &Seen, live: f64) -> f64 {
    if live <= 0.0 {
        return 0.0;
    }
    let fade = if way % 2 == 1 {
        1.0
    } else {
        libm::exp(-(age as f64) / FADE_DAYS)
    };
    let rate = RATES[way / 2] * SHARES[seen.stream] * fade;
    let kept = libm::exp(live * libm::log1p(-rate));
    libm::log1p((1.0 - kept) / (seen.chance * kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: i64, until: i64) -> Span {
        (from * DAY_US, until * DAY_US)
    }

    fn seen(day: i64, chance: f64) -> Seen {
        Seen {
            day,
            stream: 0,
            chance,
            tells: true,
            weighed: 0.0,
            counted: true,
        }
    }

    #[test]
    fn activity_after_registration_convinces_and_silence_does_not() {
        let decay = Decay::default();
        let (mut leaky, mut silent) = (Rate::default(), Rate::default());
        for rate in [&mut leaky, &mut silent] {
            rate.register(100);
            rate.quiet(&decay, 100, days(100, 160));
        }
        for day in (102..160).step_by(9) {
            leaky.active(100, &seen(day, 0.01), 1.0);
        }
        assert!(leaky.log_e() > 3.0, "{}", leaky.log_e());
        assert!(silent.log_e() < 0.0);
    }

    #[test]
    fn a_common_date_is_found() {
        let decay = Decay::default();
        let mut rate = Rate::default();
        for registered in [100, 120] {
            rate.register(registered);
        }
        for registered in [100, 120] {
            rate.quiet(&decay, registered, days(registered, 300));
            for day in (240..290).step_by(5) {
                rate.active(registered, &seen(day, 0.01), 1.0);
            }
        }
        let date = rate.common_date().unwrap();
        assert!((230..=242).contains(&date), "{date}");
    }

    #[test]
    fn mean_under_chance_is_one_whatever_part_of_the_day_is_proven() {
        // Exact expectation over one day, for every way: q0 * f * k + (1-q0) * k = 1.
        for (way, live) in (0..WAYS).flat_map(|way| [0.0, 0.1, 0.5, 1.0].map(|l| (way, l))) {
            let q0 = 0.03;
            let fade = if way % 2 == 1 {
                1.0
            } else {
                libm::exp(-4.0 / FADE_DAYS)
            };
            let hit = surprise(way, 4, &seen(4, q0), live);
            let miss = live * libm::log1p(-RATES[way / 2] * SHARES[0] * fade);
            let mean = q0 * libm::exp(hit + miss) + (1.0 - q0) * libm::exp(miss);
            assert!((mean - 1.0).abs() < 1e-12, "{mean}");
        }
    }

    #[test]
    fn proof_that_comes_in_pieces_weighs_what_it_weighs_at_once() {
        let decay = Decay::default();
        let (mut whole, mut pieces) = (Rate::default(), Rate::default());
        for rate in [&mut whole, &mut pieces] {
            rate.register(100);
        }
        whole.quiet(&decay, 100, days(100, 130));
        whole.active(100, &seen(110, 0.01), 1.0);
        for hour in (100 * 24..130 * 24).rev() {
            let us = |hour: i64| hour * (DAY_US / 24);
            pieces.quiet(&decay, 100, (us(hour), us(hour + 1)));
        }
        let mut contact = seen(110, 0.01);
        for live in [0.1, 0.4, 1.0] {
            pieces.active(100, &contact, live);
            contact.weighed = live;
        }
        let apart = (whole.log_e() - pieces.log_e()).abs();
        assert!(apart < 1e-9, "{apart}");
    }

    #[test]
    fn a_day_that_was_not_proven_weighs_nothing() {
        let mut rate = Rate::default();
        rate.register(100);
        rate.active(100, &seen(110, 0.01), 0.0);
        assert!(rate.log_e().abs() < 1e-12);
    }
}
