//! How much a number gets anyway: learned from lines that nobody was given, and from each line's
//! own past, season by season.
//!
//! Per line and stream, a day is active or not. Days are exchangeable given the line's own rate,
//! which is Beta distributed over lines: the next day is active with probability
//! `s (a + x) / (a + b + t)` after `x` active days of `t` (Pólya's urn).

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
/// The season's bounds.
const SEASON_BOUNDS: (f64, f64) = (0.2, 8.0);
/// The largest weight of the population beside a line's own past, in days.
const CONCENTRATION_MAX: f64 = 100.0;
/// The smallest.
const CONCENTRATION_MIN: f64 = 8.0;
/// What is believed of lines before any is seen: active days, days.
const PRIOR: (f64, f64) = (1.0, 25.0);

/// One line's own past.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Active days by stream.
    pub(crate) active: [u32; STREAMS],
    /// Days proven alive, parts of days as such.
    pub(crate) days: f64,
    /// Reached by this many mass diallers.
    pub(crate) mass: u32,
    /// Call-back storm until this day: silence and noise are not told apart.
    pub(crate) storm_until: i64,
    /// Silent contacts of the day being closed.
    pub(crate) silent_today: u32,
}

/// What is known of all lines together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Background {
    shape: [(f64, f64); STREAMS],
    seasons: BTreeMap<u32, Season>,
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
            shape: [(PRIOR.0, PRIOR.1 - PRIOR.0); STREAMS],
            seasons: BTreeMap::new(),
        }
    }
}

impl Background {
    /// Probability that the day is active by chance.
    pub(crate) fn expected(&self, country: u32, record: &Record, stream: usize) -> f64 {
        let season = self.seasons.get(&country).map_or(1.0, |s| s.factor[stream]);
        (season * self.base(record, stream)).clamp(1e-5, 0.9)
    }

    /// Learns the spread of rates over lines from those that nobody was given.
    pub(crate) fn learn<'a>(&mut self, records: impl Iterator<Item = &'a Record> + Clone) {
        for stream in 0..STREAMS {
            self.shape[stream] = shape(
                records
                    .clone()
                    .map(|r| (f64::from(r.active[stream]), r.days)),
            );
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
            season.factor[stream] = ratio.clamp(SEASON_BOUNDS.0, SEASON_BOUNDS.1);
        }
    }

    /// The day's probability without the season, which the season itself is measured against.
    pub(crate) fn base(&self, record: &Record, stream: usize) -> f64 {
        let (a, b) = self.shape[stream];
        (a + f64::from(record.active[stream])) / (a + b + record.days)
    }
}

/// Beta by moments: the mean over all days, and the spread beyond what chance alone would give.
fn shape(lines: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, f64) {
    let (x, t) = lines
        .clone()
        .fold(PRIOR, |sum, l| (sum.0 + l.0, sum.1 + l.1));
    let mean = (x / t).clamp(1e-4, 0.5);
    let (mut spread, mut chance, mut pairs) = (0.0, 0.0, 0.0);
    for (x, t) in lines.filter(|l| l.1 > 0.0) {
        let apart = x - mean * t;
        spread += apart * apart;
        chance += mean * (1.0 - mean) * t;
        pairs += mean * (1.0 - mean) * t * (t - 1.0);
    }
    // Var = m(1-m) t (1 + (t-1) / (k+1)), summed over lines and solved for k.
    let excess = spread - chance;
    let k = if excess > 0.0 {
        pairs / excess - 1.0
    } else {
        CONCENTRATION_MAX
    };
    let k = k.clamp(CONCENTRATION_MIN, CONCENTRATION_MAX);
    (mean * k, (1.0 - mean) * k)
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
        assert!(low < 0.04 && high > 0.2, "{low} {high}");
        background.take_in(0, [(60.0, 20.0); STREAMS]);
        assert!(background.expected(0, &quiet, NEW) > 2.0 * low);
        assert!(background.expected(1, &quiet, NEW) == low);
    }
}
