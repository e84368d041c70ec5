//! When a line was proven alive, when not, and what that rests on: for people and machines that ask.

use std::collections::BTreeMap;

use honeytoken::{Basis, PhoneNumber, Span, Spans, Timestamp};

use super::{LifeConfig, coverage};
use crate::ledger::{Interval, State};

/// Microseconds in an hour.
const HOUR_US: f64 = 3.6e9;
/// Microseconds in a day.
const DAY_US: i64 = 86_400_000_000;

/// When a line was proven alive in a window of time.
pub(crate) struct History {
    window: Span,
    /// By basis, what will be written down within the hour included.
    by_basis: BTreeMap<Basis, Spans>,
    exposure: Spans,
}

impl History {
    /// What the log says of a line in a window, and what signs since the last hour prove.
    pub(crate) fn of(
        state: &State,
        settings: &LifeConfig,
        number: &PhoneNumber,
        (from, until): Interval,
    ) -> History {
        let mut by_basis: BTreeMap<Basis, Spans> = BTreeMap::new();
        if let Some(life) = state.lives.of(number) {
            by_basis.clone_from(life.proven());
            for c in coverage::of_line(state, settings, number, life) {
                let spans = by_basis.entry(c.basis).or_default();
                spans.add((c.from.as_micros(), c.until.as_micros()));
            }
        }
        let mut exposure = Spans::default();
        let counting = by_basis.iter().filter(|(basis, _)| basis.is_exposure());
        let window = (from.as_micros(), until.as_micros());
        for span in counting.flat_map(|(_, spans)| spans.within(window)) {
            exposure.add(span);
        }
        History {
            window,
            by_basis,
            exposure,
        }
    }

    /// Hours of exposure.
    pub(crate) fn live_hours(&self) -> f64 {
        self.exposure.held_us(self.window) as f64 / HOUR_US
    }

    /// Share of the window that is exposure, 0 to 1.
    pub(crate) fn live_share(&self) -> f64 {
        let whole = (self.window.1 - self.window.0).max(1);
        self.exposure.held_us(self.window) as f64 / whole as f64
    }

    /// What was proven, by time, then weakest basis first.
    pub(crate) fn intervals(&self) -> Vec<(Interval, Basis)> {
        let of = |(basis, spans): (&Basis, &Spans)| -> Vec<(Interval, Basis)> {
            let within = spans.within(self.window);
            within.map(|span| (interval(span), *basis)).collect()
        };
        let mut all: Vec<_> = self.by_basis.iter().flat_map(of).collect();
        all.sort_unstable();
        all
    }

    /// What was not exposure. On a line that is alive the time since its last proof is no gap yet: its
    /// next sign may prove it.
    pub(crate) fn gaps(&self, is_alive: bool) -> Vec<Interval> {
        let end = match self.exposure.last() {
            Some(last) if is_alive => last,
            _ => self.window.1,
        };
        let gaps = self.exposure.gaps((self.window.0, end.max(self.window.0)));
        gaps.into_iter().map(interval).collect()
    }

    /// Hours of exposure on each day (UTC) that the window touches, by the day's beginning.
    pub(crate) fn days(&self) -> Vec<(Timestamp, f64)> {
        let days = self.window.0.div_euclid(DAY_US)..=(self.window.1 - 1).div_euclid(DAY_US);
        let hours = |day: i64| {
            let span = (day * DAY_US, (day + 1) * DAY_US);
            let held = self.exposure.held_us(span) as f64 / HOUR_US;
            (Timestamp::from_micros(span.0), held)
        };
        days.map(hours).collect()
    }
}

fn interval((from, until): Span) -> Interval {
    (Timestamp::from_micros(from), Timestamp::from_micros(until))
}
