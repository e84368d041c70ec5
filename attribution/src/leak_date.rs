//! When the numbers of a platform left it: a date with an interval.
//!
//! What is seen are the first contacts of each leak campaign with each number, and numbers that nobody
//! contacted yet. Contacts of a list begin some time after it is sold, rise, and fade; a few contacts
//! called leaks are not. Hence on each number, `a` days after the later of its registration and the
//! leak, contacts come at a rate in proportion to `(1 - e^(-a/rise)) e^(-a/fade)` and a small floor
//! before it. A breach takes the numbers registered by then, a trade takes later ones as well. The
//! overall rate is integrated out (Gamma prior), rise, fade and kind are averaged over, and the date
//! has a flat prior from the first registration to the last contact. Contacts of one campaign come
//! together, so that each counts for less than one: the likelihood is tempered, so far that on
//! simulated breaches the interval holds the true date as often as it says.

use honeytoken::Timestamp;
use serde::{Deserialize, Serialize};

use crate::roster::DAY_US;

/// Dates tried between the first registration and the last contact.
const DATES_MAX: usize = 64;
/// First contacts of one platform that are looked at, the earliest.
pub(crate) const SEEN_CONTACTS_MAX: usize = 96;
/// Days in which contacts of a list begin, and in which they fade.
const RISE_DAYS: [f64; 3] = [2.0, 8.0, 20.0];
const FADE_DAYS: [f64; 3] = [12.0, 40.0, 150.0];
/// Rate without the leak, as a share of the rate of one that does not fade: contacts called leaks
/// that are none.
const FLOOR: f64 = 0.1;
/// What one contact counts for.
const TEMPER: f64 = 0.7;
/// Prior of the overall rate: so many contacts in so many days at full height.
const PRIOR_CONTACTS: f64 = 0.5;
const PRIOR_DAYS: f64 = 5.0;
/// Probability left out on either side of the interval.
const TAIL: f64 = 0.05;

/// When the numbers left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakDate {
    /// With probability .95 not before.
    pub earliest: Timestamp,
    /// As likely before as after.
    pub likely: Timestamp,
    /// With probability .95 not after.
    pub latest: Timestamp,
}

/// One number: when it was given away, and the first contact of each leak campaign, in days.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Exposed {
    pub(crate) registered: f64,
    pub(crate) contacts: Vec<f64>,
}

/// One way in which lists are worked.
#[derive(Clone, Copy)]
struct Way {
    rise: f64,
    fade: f64,
    /// Numbers registered later are passed on as well.
    goes_on: bool,
}

impl Way {
    fn all() -> impl Iterator<Item = Way> {
        let pairs = RISE_DAYS
            .into_iter()
            .flat_map(|rise| FADE_DAYS.into_iter().map(move |fade| (rise, fade)));
        pairs.flat_map(|(rise, fade)| {
            [false, true].map(|goes_on| Way {
                rise,
                fade,
                goes_on,
            })
        })
    }

    /// How much fades slower than it rises: `1/fast = 1/fade + 1/rise`.
    fn fast(self) -> f64 {
        self.fade * self.rise / (self.fade + self.rise)
    }

    /// Rate at an age, one at its height or less.
    fn rate(self, age: f64) -> f64 {
        libm::exp(-age / self.fade) - libm::exp(-age / self.fast())
    }

    /// The rate summed up to an age.
    fn until(self, age: f64) -> f64 {
        let part = |days: f64| days * (1.0 - libm::exp(-age / days));
        part(self.fade) - part(self.fast())
    }

    /// Logarithm of the likelihood of a leak on this day, the overall rate integrated out.
    fn log_likelihood(self, leak: f64, numbers: &[Exposed], end: f64) -> f64 {
        let (mut log, mut sum, mut count) = (0.0, 0.0, 0.0);
        for number in numbers {
            let start = number.registered.max(leak);
            let passed_on = self.goes_on || number.registered <= leak;
            for &at in &number.contacts {
                let rate = if passed_on && at > start {
                    self.rate(at - start)
                } else {
                    0.0
                };
                log += libm::log(rate + FLOOR);
                count += 1.0;
            }
            sum += FLOOR * (end - number.registered).max(0.0);
            if passed_on {
                sum += self.until((end - start).max(0.0));
            }
        }
        TEMPER * log - (PRIOR_CONTACTS + TEMPER * count) * libm::log(PRIOR_DAYS + TEMPER * sum)
    }
}

/// The date, from what happened until `end`; none if nothing did.
pub(crate) fn estimate(numbers: &[Exposed], end: f64) -> Option<LeakDate> {
    let least = |days: &mut dyn Iterator<Item = f64>| days.min_by(f64::total_cmp);
    let contacts = || numbers.iter().flat_map(|n| n.contacts.iter().copied());
    let first = least(&mut contacts())?;
    let begin = least(&mut numbers.iter().map(|n| n.registered))?.min(first);
    let step = (contacts().fold(first, f64::max) - begin) / DATES_MAX as f64;
    let dates: Vec<f64> = (0..DATES_MAX)
        .map(|i| begin + step * (i as f64 + 0.5))
        .collect();
    let logs: Vec<f64> = dates
        .iter()
        .map(|leak| {
            let ways: Vec<f64> = Way::all()
                .map(|way| way.log_likelihood(*leak, numbers, end))
                .collect();
            let each = 1.0 / ways.len() as f64;
            crate::evidence::log_mix(ways.iter().map(|log| (each, *log)))
        })
        .collect();
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| libm::exp(log - most)).collect();
    let at = |share: f64| at_day(quantile(&weights, share).mul_add(step, begin));
    Some(LeakDate {
        earliest: at(TAIL),
        likely: at(0.5),
        latest: at(1.0 - TAIL),
    })
}

/// Where a share of the weight lies behind, in steps.
fn quantile(weights: &[f64], share: f64) -> f64 {
    let mut left = share * weights.iter().sum::<f64>();
    for (i, weight) in weights.iter().enumerate() {
        if left <= *weight {
            return i as f64 + left / weight.max(f64::MIN_POSITIVE);
        }
        left -= weight;
    }
    weights.len() as f64
}

fn at_day(day: f64) -> Timestamp {
    Timestamp::from_micros((day * DAY_US as f64) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(date: LeakDate) -> [f64; 3] {
        [date.earliest, date.likely, date.latest].map(|t| t.as_micros() as f64 / DAY_US as f64)
    }

    fn numbers(list: &[(f64, &[f64])]) -> Vec<Exposed> {
        let number = |(registered, contacts): &(f64, &[f64])| Exposed {
            registered: *registered,
            contacts: contacts.to_vec(),
        };
        list.iter().map(number).collect()
    }

    #[test]
    fn a_burst_on_all_numbers_dates_the_leak_shortly_before() {
        let numbers = numbers(&[
            (10.0, &[103.0, 109.0, 120.0]),
            (30.0, &[101.0, 104.0]),
            (50.0, &[108.0, 111.0, 115.0]),
        ]);
        let [earliest, likely, latest] = days(estimate(&numbers, 200.0).unwrap());
        assert!(earliest > 60.0 && latest < 106.0, "{earliest} {latest}");
        assert!((85.0..103.0).contains(&likely), "{likely}");
    }

    #[test]
    fn a_number_that_came_later_and_stayed_silent_says_the_leak_was_before() {
        let with = |late: &[(f64, &[f64])]| {
            let all = [
                &[(10.0, &[100.0, 112.0][..]), (20.0, &[105.0, 118.0])],
                late,
            ]
            .concat();
            days(estimate(&numbers(&all), 260.0).unwrap())
        };
        let without = with(&[]);
        let silent = with(&[(80.0, &[]), (82.0, &[]), (84.0, &[])]);
        assert!(silent[1] < without[1], "{silent:?} {without:?}");
    }

    #[test]
    fn a_trade_that_reaches_each_number_soon_began_early() {
        let numbers = numbers(&[
            (10.0, &[12.0, 20.0]),
            (60.0, &[61.5, 66.0]),
            (110.0, &[112.0, 125.0]),
        ]);
        let [earliest, likely, _] = days(estimate(&numbers, 160.0).unwrap());
        assert!(earliest >= 10.0 && likely < 60.0, "{earliest} {likely}");
    }

    #[test]
    fn nothing_seen_dates_nothing() {
        assert_eq!(estimate(&numbers(&[(10.0, &[])]), 100.0), None);
        assert_eq!(estimate(&[], 100.0), None);
        // A contact in the very moment of the registration leaves one date only.
        let at_once = days(estimate(&numbers(&[(10.0, &[10.0])]), 100.0).unwrap());
        assert_eq!(at_once, [10.0; 3]);
    }
}
