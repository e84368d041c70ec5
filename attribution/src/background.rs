//! How much a number gets anyway: learned from lines that nobody was given, and from each line's
//! own past, season by season.
//!
//! Per line and stream, a day is active or not. Days are alike given the line's own rate; how rates
//! are spread over lines is not assumed but estimated (Robbins 1956; Laird 1978): weights on a grid
//! of rates, by expectation and maximisation over lines that nobody was given. A few lines that
//! somebody else had before, ten times as busy as the rest, then have their place. The next day is
//! active with the mean rate, weighed by how well each rate explains the line's past.
//!
//! What mass diallers prefer gets more of everything: a rate is one per attractiveness of the line, as
//! known mass diallers' contacts with it show.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What kinds of days are counted apart.
pub(crate) const STREAMS: usize = 3;
/// The first contact here of a campaign that no control had seen.
pub(crate) const NEW: usize = 0;
/// A contact that says nothing and is known by nothing.
pub(crate) const SILENT: usize = 1;
/// A campaign that no control had seen comes back to this line on another day: a list is worked
/// again, mass diallers come back to the same number rarely.
pub(crate) const AGAIN: usize = 2;

/// Days over which the season is taken, by stream: rare streams need longer.
const SEASON_DAYS: [f64; STREAMS] = [6.0, 6.0, 42.0];
/// Activity that the season is shrunk by.
const SEASON_SHRINK: [f64; STREAMS] = [6.0, 6.0, 3.0];
/// The season's bounds; that of a rare stream is never believed to be low.
const SEASON_MIN: [f64; STREAMS] = [0.2, 0.2, 1.0];
const SEASON_MAX: f64 = 8.0;
/// Rates that a line may have, active days a day: each twice the one before.
const RATES: usize = 12;
const RATE_MIN: f64 = 0.000_25;
/// Lines' worth of belief in all rates alike, before any line is seen.
const PRIOR_LINES: f64 = 1.0;
/// Rounds of estimation at each look; they go on from the last one's.
const ROUNDS: usize = 8;

/// One line's own past.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Active days by stream.
    pub(crate) active: [u32; STREAMS],
    /// Days proven alive, parts of days as such.
    pub(crate) days: f64,
    /// Reached by this many mass diallers.
    pub(crate) mass: u32,
    /// How attractive it is to mass diallers, against the others of its country; 0 before the first look.
    pub(crate) appeal: f64,
    /// Call-back storm until this day: silence and noise are not told apart.
    pub(crate) storm_until: i64,
    /// Silent contacts of the day being closed.
    pub(crate) silent_today: u32,
    /// What a day is expected to be active with, by stream, as of the last look.
    pub(crate) due: [f64; STREAMS],
}

/// What is known of all lines together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Background {
    /// Weights of the rates, by stream.
    weights: [[f64; RATES]; STREAMS],
    seasons: BTreeMap<u32, Season>,
    /// Mean square of how attractive lines are.
    square: f64,
}

/// Observed and expected activity of all lines of a country, a pair for each stream.
pub(crate) type Activity = [(f64, f64); STREAMS];

/// How busy a country is now, against what its lines are used to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Season {
    recent: Activity,
    factor: [f64; STREAMS],
}

impl Default for Background {
    fn default() -> Background {
        Background {
            weights: [[1.0 / RATES as f64; RATES]; STREAMS],
            seasons: BTreeMap::new(),
            square: 1.0,
        }
    }
}

impl Background {
    /// Probability that the day is active by chance.
    pub(crate) fn expected(&self, country: u32, record: &Record, stream: usize) -> f64 {
        let season = self.seasons.get(&country).map_or(1.0, |s| s.factor[stream]);
        let base = self.base(record, stream);
        // So rare that a line's own silence does not tell it from the others.
        let least = if stream == AGAIN {
            self.mean(stream) * self.lift(record, stream)
        } else {
            0.0
        };
        (season * base.max(least)).clamp(1e-5, 0.9)
    }

    /// What a line expects that nothing is known of.
    fn mean(&self, stream: usize) -> f64 {
        let weights = self.weights[stream].iter().enumerate();
        weights.map(|(i, weight)| weight * rate(i)).sum()
    }

    /// How much more than others a line so attractive is active in a stream.
    fn lift(&self, record: &Record, stream: usize) -> f64 {
        if record.appeal <= 0.0 {
            return 1.0;
        }
        match stream {
            // Who comes again came before: twice the attraction. Some come again for other reasons.
            AGAIN => (record.appeal * record.appeal / self.square.max(1.0)).max(1.0),
            _ => record.appeal,
        }
    }

    /// Takes in how attractive lines are.
    pub(crate) fn take_appeal(&mut self, appeal: &[f64]) {
        let sum: f64 = appeal.iter().map(|a| a * a).sum();
        self.square = sum / appeal.len().max(1) as f64;
    }

    /// Learns the spread of rates over lines from those that nobody was given.
    pub(crate) fn learn<'a>(&mut self, records: impl Iterator<Item = &'a Record> + Clone) {
        for stream in 0..STREAMS {
            let mut alike: BTreeMap<(u32, u32), f64> = BTreeMap::new();
            for record in records.clone().filter(|r| r.days >= 1.0) {
                let days = record.days * self.lift(record, stream);
                let past = (record.active[stream], days as u32);
                *alike.entry(past).or_default() += 1.0;
            }
            for _ in 0..ROUNDS {
                self.weights[stream] = better(&self.weights[stream], &alike);
            }
        }
    }

    /// Takes in the day being closed, before its evidence is weighed: what all lines of a country
    /// did that day and the days before is no surprise on one of them.
    pub(crate) fn take_in(&mut self, country: u32, day: Activity) {
        let season = self.seasons.entry(country).or_default();
        for stream in 0..STREAMS {
            let kept = 1.0 - 1.0 / SEASON_DAYS[stream];
            let recent = &mut season.recent[stream];
            *recent = (
                kept * recent.0 + day[stream].0,
                kept * recent.1 + day[stream].1,
            );
            let shrink = SEASON_SHRINK[stream];
            let ratio = (shrink + recent.0) / (shrink + recent.1);
            season.factor[stream] = ratio.clamp(SEASON_MIN[stream], SEASON_MAX);
        }
    }

    /// The day's probability without the season, which the season itself is measured against.
    pub(crate) fn base(&self, record: &Record, stream: usize) -> f64 {
        if record.due[stream] > 0.0 {
            record.due[stream]
        } else {
            self.due(record, stream)
        }
    }

    /// Looks again at what a line's days are expected to be.
    pub(crate) fn look(&self, record: &mut Record) {
        record.due = std::array::from_fn(|stream| self.due(record, stream));
    }

    /// The same for many lines, of which many have the same past.
    pub(crate) fn look_at_all<'a>(&self, records: impl Iterator<Item = &'a mut Record>) {
        let mut known: [BTreeMap<(u32, u64, u64), f64>; STREAMS] = Default::default();
        for record in records {
            for (stream, known) in known.iter_mut().enumerate() {
                let bits = (record.days.to_bits(), record.appeal.to_bits());
                let past = (record.active[stream], bits.0, bits.1);
                let due = known.entry(past);
                record.due[stream] = *due.or_insert_with(|| self.due(record, stream));
            }
        }
    }

    fn due(&self, record: &Record, stream: usize) -> f64 {
        let lift = self.lift(record, stream);
        let days = record.days * lift;
        let belief = belief(&self.weights[stream], record.active[stream], days);
        let mean: f64 = belief.iter().enumerate().map(|(i, w)| w * rate(i)).sum();
        (lift * mean).min(0.9)
    }
}

fn rate(i: usize) -> f64 {
    RATE_MIN * f64::from(1_u32 << i)
}

/// How far each rate is believed, after so many active days of so many.
fn belief(weights: &[f64; RATES], active: u32, days: f64) -> [f64; RATES] {
    let x = f64::from(active);
    let silent = (days - x).max(0.0);
    let logs: [f64; RATES] = std::array::from_fn(|i| {
        libm::log(weights[i].max(1e-12)) + x * libm::log(rate(i)) + silent * libm::log1p(-rate(i))
    });
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let likely = logs.map(|log| libm::exp(log - top));
    let sum: f64 = likely.iter().sum();
    likely.map(|l| l / sum)
}

/// One round of estimation: each line counts for the rates that explain it.
fn better(weights: &[f64; RATES], alike: &BTreeMap<(u32, u32), f64>) -> [f64; RATES] {
    let mut counts = [PRIOR_LINES / RATES as f64; RATES];
    for ((active, days), lines) in alike {
        let belief = belief(weights, *active, f64::from(*days));
        counts
            .iter_mut()
            .zip(belief)
            .for_each(|(n, b)| *n += lines * b);
    }
    let sum: f64 = counts.iter().sum();
    counts.map(|n| n / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_past_expects_more() {
        let mut background = Background::default();
        let quiet = Record {
            days: 50.0,
            ..Record::default()
        };
        let busy = Record {
            days: 50.0,
            active: [20, 0, 0],
            ..Record::default()
        };
        let lines: Vec<Record> = (0..40)
            .map(|i| if i % 8 == 0 { busy } else { quiet })
            .collect();
        background.learn(lines.iter());
        let (low, high) = (
            background.expected(0, &quiet, NEW),
            background.expected(0, &busy, NEW),
        );
        assert!(low < 0.01 && high > 0.2, "{low} {high}");
        // A line that nothing is known of may be one of the busy ones.
        let unknown = background.expected(0, &Record::default(), NEW);
        assert!((0.03..0.2).contains(&unknown), "{unknown}");
        background.take_in(0, [(60.0, 20.0); STREAMS]);
        assert!(background.expected(0, &quiet, NEW) > 2.0 * low);
        assert!(background.expected(1, &quiet, NEW) == low);
    }

    #[test]
    fn attractive_lines_expect_more_and_returns_are_never_rarer_than_on_average() {
        let line = |appeal| Record {
            days: 60.0,
            active: [1, 3, 0],
            appeal,
            ..Record::default()
        };
        let lines: Vec<Record> = [0.5, 1.0, 1.5].map(line).to_vec();
        let mut background = Background::default();
        background.take_appeal(&[0.5, 1.0, 1.5]);
        background.learn(lines.iter());
        let expected = |appeal, stream| background.expected(0, &line(appeal), stream);
        assert!(expected(4.0, NEW) > 1.2 * expected(1.0, NEW));
        assert!(expected(4.0, AGAIN) > 4.0 * expected(1.0, AGAIN));
        assert!(expected(0.1, AGAIN) >= background.mean(AGAIN));
    }
}
