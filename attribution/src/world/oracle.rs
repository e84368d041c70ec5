//! What could be known at best: a likelihood ratio by somebody who knows the world's parameters.
//!
//! The oracle knows every rate of the scenario, how attractive each number is to mass diallers, which
//! contacts belong to one caller however it hides, which of them look for a previous owner, and which are
//! explained by other platforms' leaks. What it does not know is what it is asked: whether this platform leaks,
//! since when, and how good its list is. Over those it averages. Accusations follow from its ratios as
//! from e-values, by the same rule and at the same daily looks. No method that sees less can be expected to
//! find more at the same error rate; small gains over it are possible, since a ratio of expected growth is not the
//! highest recall.

use std::collections::BTreeMap;

use super::cast::{Cast, Host};
use super::draft::{Draft, Origin};
use super::scenario::Scenario;
use crate::decision::accused;

/// Ways the list can be good or bad: shares of it that a buyer contacts, as quantiles of the scenario's beta.
const HITS: [f64; 5] = [-0.32, -0.15, 0.0, 0.15, 0.30];
/// Days of a breach between dates that are averaged over.
const STEP_DAYS: f64 = 7.0;
/// Mean days between a buyer's contacts with one number.
const AGAIN_DAYS: f64 = 11.0;
/// Mean days until a buyer of a breached list begins.
const BEGIN_DAYS: f64 = 14.0;
/// Days within which a lead market rings at once.
const INSTANT_DAYS: f64 = 0.04;
/// Names that strangers draw from, common and not: the chance that a stray name is the right one.
const RIGHT_NAME: [f64; 2] = [1e-5, 1e-2];

/// How many leaking platforms the oracle accused.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Oracle {
    /// Leaking platforms.
    pub leaking: u32,
    /// Those accused.
    pub found: u32,
    /// Others accused.
    pub falsely: u32,
    /// Days from the first leak contact to the accusation.
    pub days: Vec<f64>,
    /// Per platform, the highest logarithm of its ratio at the end of a day.
    pub logs: Vec<f64>,
}

impl Oracle {
    /// Adds another world's counts.
    pub fn add(&mut self, other: Oracle) {
        self.leaking += other.leaking;
        self.found += other.found;
        self.falsely += other.falsely;
        self.days.extend(other.days);
        self.logs.extend(other.logs);
    }

    /// Share of leaking platforms that were accused.
    pub fn recall(&self) -> f64 {
        f64::from(self.found) / f64::from(self.leaking.max(1))
    }

    /// Median days from the first leak contact to the accusation.
    pub fn median_days(&self) -> f64 {
        let mut days = self.days.clone();
        days.sort_by(f64::total_cmp);
        days.get(days.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// What the oracle finds in the world of this scenario and seed, at this level.
pub fn oracle(scenario: &Scenario, seed: u64, level: f64) -> Oracle {
    let (cast, mut draft) = super::draw(scenario, seed);
    draft.events.sort_by(|a, b| a.day.total_cmp(&b.day));
    let cases: Vec<Case> = (0..cast.hosts.len())
        .map(|p| Case::of(p, scenario, &cast, &draft))
        .collect();
    let n = cases.len();
    let mut known: Vec<Option<f64>> = vec![None; n];
    let mut logs = vec![0.0_f64; n];
    let mut highest = logs.clone();
    for day in 1..=scenario.days {
        let day = f64::from(day);
        for (case, log) in cases.iter().zip(&mut logs) {
            if case.is_touched(day) {
                *log = case.log_ratio(day, scenario);
            }
        }
        for (highest, log) in highest.iter_mut().zip(&logs) {
            *highest = highest.max(*log);
        }
        let mut open: Vec<usize> = (0..n).filter(|p| known[*p].is_none()).collect();
        open.sort_by(|a, b| logs[*b].total_cmp(&logs[*a]));
        let sorted: Vec<f64> = open.iter().map(|p| logs[*p]).collect();
        let more = accused(&sorted, n - open.len(), n.max(20), level);
        open.iter().take(more).for_each(|p| known[*p] = Some(day));
    }
    let mut found = Oracle {
        logs: highest,
        ..Oracle::default()
    };
    for ((host, case), day) in cast.hosts.iter().zip(&cases).zip(&known) {
        let leaks = host.conduct.leaks() && case.first_leak.is_finite();
        found.leaking += u32::from(host.conduct.leaks());
        found.found += u32::from(host.conduct.leaks() && day.is_some());
        found.falsely += u32::from(!host.conduct.leaks() && day.is_some());
        let waited = day
            .filter(|_| leaks)
            .map(|d| (d - case.first_leak).max(0.0));
        found.days.extend(waited);
    }
    found
}

/// A caller who reached one of the platform's numbers.
#[derive(Default)]
struct Caller {
    /// Day and slot of each contact, and whether it spoke the name, if it said anything; ascending.
    contacts: Vec<(f64, usize, Option<bool>)>,
    /// When it first reached a number of nobody else's leak.
    elsewhere: f64,
}

struct Case {
    /// Per slot: registration, and the number's share of its mass diallers' contacts.
    slots: Vec<(f64, f64)>,
    /// Mass contacts a day on all numbers of the tongue.
    mass: f64,
    /// Expected contacts of each mass campaign.
    campaigns: Vec<f64>,
    callers: Vec<Caller>,
    first_leak: f64,
}

impl Case {
    fn of(p: usize, s: &Scenario, cast: &Cast, draft: &Draft) -> Case {
        let host = &cast.hosts[p];
        let mates: Vec<usize> = (0..cast.numbers.len())
            .filter(|n| cast.numbers[*n].tongue == host.tongue)
            .collect();
        let appeal: f64 = mates.iter().map(|n| cast.numbers[*n].appeal).sum();
        let mass = (s.calls + s.sms) * mates.len() as f64;
        let count =
            (f64::from(s.campaigns) * mates.len() as f64 / cast.numbers.len() as f64).ceil();
        let weight = |rank: u32| libm::pow(f64::from(rank), -1.1);
        let weights: f64 = (1..=count as u32).map(weight).sum();
        Case {
            slots: host
                .placements
                .iter()
                .map(|at| (at.registered, cast.numbers[at.number].appeal / appeal))
                .collect(),
            mass,
            campaigns: (1..=count as u32)
                .map(|rank| mass * f64::from(s.days) * weight(rank) / weights)
                .collect(),
            callers: callers(p, host, draft),
            first_leak: draft
                .events
                .iter()
                .filter(|e| e.origin == Origin::Leak && e.platform == p as i32)
                .map(|e| e.day)
                .fold(f64::INFINITY, f64::min),
        }
    }

    /// Whether anything came on the day before, or a caller went elsewhere.
    fn is_touched(&self, day: f64) -> bool {
        let just = |d: f64| d < day && d >= day - 1.0;
        let mut all = self.callers.iter();
        all.any(|c| just(c.elsewhere) || c.contacts.iter().any(|c| just(c.0)))
    }

    fn log_ratio(&self, day: f64, s: &Scenario) -> f64 {
        let begin = f64::from(s.soak_days);
        let span = f64::from(s.days) - begin;
        let breaches = ((0.5 * span) / STEP_DAYS).ceil() as usize;
        let mut terms = Vec::new();
        let each = 1.0 / HITS.len() as f64;
        for hit in HITS.map(|h| (s.hit + h).clamp(0.05, 0.98)) {
            for step in 0..breaches {
                let date = begin + 0.25 * span + STEP_DAYS * step as f64;
                let log = self.given(day, hit, Some(date), s);
                terms.push((0.5 * each / breaches as f64, log));
            }
            terms.push((0.5 * each, self.given(day, hit, None, s)));
        }
        crate::evidence::log_mix(terms.into_iter())
    }

    /// The ratio if the list is this good and left on this date, or with each registration.
    fn given(&self, day: f64, hit: f64, date: Option<f64>, s: &Scenario) -> f64 {
        let buyers =
            f64::from(s.buyers.0 + s.buyers.1) / 2.0 * if date.is_none() { 2.0 } else { 1.0 };
        let rest = f64::from(s.days - s.soak_days);
        let on_list = |registered: f64| registered < date.unwrap_or(day);
        let listed = self.slots.iter().filter(|slot| on_list(slot.0)).count();
        let first = self
            .slots
            .iter()
            .map(|slot| slot.0)
            .fold(f64::INFINITY, f64::min);
        let begun = match date {
            Some(date) => both(day - date, s.delay_days),
            None => ((day - first) / rest).clamp(0.0, 1.0),
        };
        let mut log = -buyers * begun * (1.0 - libm::pow(1.0 - hit, listed as f64));
        for caller in self.callers.iter().filter(|c| c.elsewhere >= day) {
            let Some(&(begin, ..)) = caller.contacts.first().filter(|c| c.0 < day) else {
                continue;
            };
            let when = match date {
                Some(date) if begin < date => continue,
                Some(date) => density(begin - date, s.delay_days),
                None => 1.0 / rest,
            };
            let leak =
                buyers * when * (1.0 - s.mixed_buyer) * self.listed(caller, day, hit, on_list, s);
            log += libm::log1p(leak / self.strange(caller, day, s));
        }
        log + if date.is_none() {
            self.at_once(day, s)
        } else {
            0.0
        }
    }

    /// Probability that a buyer did what this caller did.
    fn listed(
        &self,
        caller: &Caller,
        day: f64,
        hit: f64,
        on_list: impl Fn(f64) -> bool,
        s: &Scenario,
    ) -> f64 {
        let begin = caller.contacts[0].0;
        let mut likely = 1.0;
        for (slot, (registered, _)) in self.slots.iter().enumerate() {
            let here: Vec<f64> = caller
                .until(day)
                .filter(|c| c.1 == slot)
                .map(|c| c.0)
                .collect();
            let Some(first) = here.first() else {
                let due = 1.0 - libm::exp(-(day - begin.max(*registered)).max(0.0) / s.delay_days);
                likely *= if on_list(*registered) {
                    1.0 - hit * due
                } else {
                    1.0
                };
                continue;
            };
            let more = (s.contacts_per_hit - 1.0) * (1.0 - libm::exp(-(day - first) / AGAIN_DAYS));
            likely *= if on_list(*registered) { hit } else { 0.0 };
            likely *= poisson(here.len() as u32 - 1, more.max(1e-6));
        }
        let spoken = s.name_in_sms.midpoint(s.name_in_call);
        let name = |said: Option<bool>| match said {
            Some(true) => spoken / (s.stray_names * RIGHT_NAME[usize::from(s.common_names)]),
            Some(false) => 1.0 - spoken,
            None => 1.0,
        };
        caller
            .until(day)
            .map(|c| name(c.2))
            .fold(likely, |a, b| a * b)
    }

    /// How often, a day, somebody who does not care does what this caller did.
    fn strange(&self, caller: &Caller, day: f64, s: &Scenario) -> f64 {
        let n = caller.until(day).count() as u32;
        let share = caller
            .until(day)
            .map(|c| self.slots[c.1].1)
            .product::<f64>();
        let ways: f64 = (1..=n).map(f64::from).product::<f64>()
            / (0..self.slots.len())
                .map(|slot| caller.until(day).filter(|c| c.1 == slot).count())
                .map(|k| (1..=k).map(|i| i as f64).product::<f64>())
                .product::<f64>();
        let known = day / f64::from(s.days);
        let such: f64 = self
            .campaigns
            .iter()
            .map(|mean| poisson(n, mean * known))
            .sum();
        let slot = caller.contacts[0].1;
        let alone = caller.until(day).all(|c| c.1 == slot);
        let wrong = if alone {
            s.wrong / 1.3 * 0.77 * libm::pow(0.23, f64::from(n - 1))
        } else {
            0.0
        };
        such * ways * share / day + wrong + 1e-12
    }

    /// Lead markets that ring while the form is open.
    fn at_once(&self, day: f64, s: &Scenario) -> f64 {
        let came = |slot: usize, from: f64| {
            let mut all = self.callers.iter().flat_map(|c| &c.contacts);
            all.any(|c| c.1 == slot && (0.0..INSTANT_DAYS).contains(&(c.0 - from)))
        };
        let over = |slot: &&(usize, &(f64, f64))| slot.1.0 + INSTANT_DAYS < day;
        let slots = self.slots.iter().enumerate();
        slots
            .filter(|slot| over(&slot))
            .map(|(slot, (from, share))| {
                let chance = (self.mass * share + s.wrong) * INSTANT_DAYS;
                if came(slot, *from) {
                    libm::log(s.instant / chance)
                } else {
                    libm::log1p(-s.instant)
                }
            })
            .sum()
    }
}

impl Caller {
    fn until(&self, day: f64) -> impl Iterator<Item = &(f64, usize, Option<bool>)> {
        self.contacts.iter().take_while(move |c| c.0 < day)
    }
}

/// Strangers who reached the platform's numbers, but for those whom it is plain to know.
fn callers(p: usize, host: &Host, draft: &Draft) -> Vec<Caller> {
    let slot = |number: usize, day: f64| {
        let mut slots = host.placements.iter();
        slots.position(|at| at.number == number && at.registered <= day)
    };
    let mut all: BTreeMap<i64, Caller> = BTreeMap::new();
    for event in &draft.events {
        let stranger = match event.origin {
            Origin::Leak => event.platform == p as i32,
            Origin::RandomDial | Origin::WrongNumber => event.platform < 0,
            _ => false,
        };
        let Some(slot) = slot(event.number, event.day).filter(|_| stranger) else {
            continue;
        };
        let spoke =
            (!event.text.is_empty()).then(|| event.text.contains(&host.placements[slot].persona));
        let caller = all.entry(event.campaign).or_insert_with(|| Caller {
            elsewhere: f64::INFINITY,
            ..Caller::default()
        });
        caller.contacts.push((event.day, slot, spoke));
    }
    for event in draft.events.iter().filter(|e| e.origin != Origin::Leak) {
        if let Some(caller) = all.get_mut(&event.campaign)
            && slot(event.number, event.day).is_none()
        {
            caller.elsewhere = caller.elsewhere.min(event.day);
        }
    }
    all.into_values().collect()
}

fn poisson(n: u32, mean: f64) -> f64 {
    let factorial: f64 = (1..=n).map(|i| libm::log(f64::from(i))).sum();
    libm::exp(f64::from(n) * libm::log(mean) - mean - factorial)
}

/// Density of the sum of two waits, for the buyer to begin and to come to a number.
fn density(days: f64, delay: f64) -> f64 {
    let gap = if (BEGIN_DAYS - delay).abs() < 0.1 {
        0.1
    } else {
        BEGIN_DAYS - delay
    };
    ((libm::exp(-days / BEGIN_DAYS) - libm::exp(-days / (BEGIN_DAYS - gap))) / gap).max(1e-9)
}

/// Probability that both waits are over.
fn both(days: f64, delay: f64) -> f64 {
    if days <= 0.0 {
        return 0.0;
    }
    let gap = if (BEGIN_DAYS - delay).abs() < 0.1 {
        0.1
    } else {
        BEGIN_DAYS - delay
    };
    let other = BEGIN_DAYS - gap;
    let left =
        (BEGIN_DAYS * libm::exp(-days / BEGIN_DAYS) - other * libm::exp(-days / other)) / gap;
    (1.0 - left).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::scenario;

    #[test]
    fn finds_plain_leaks_and_accuses_hardly_anybody_else() {
        let mut all = Oracle::default();
        for seed in 1..=2 {
            all.add(oracle(&scenario("typical").unwrap(), seed, 0.05));
        }
        assert!(all.recall() > 0.8, "{all:?}");
        assert!(all.falsely <= 1, "{all:?}");
    }
}
