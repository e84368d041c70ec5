//! Sets of moments, such as when a line was proven alive.

use serde::{Deserialize, Serialize};

/// From when, included, until when, excluded, in microseconds since the epoch.
pub type Span = (i64, i64);

/// A set of moments: disjoint intervals, ascending, none of which touches the next.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// Adds an interval; returns the parts of it that are new.
    pub fn add(&mut self, new: Span) -> Vec<Span> {
        if new.0 >= new.1 {
            return Vec::new();
        }
        let first = self.0.partition_point(|known| known.1 < new.0);
        let last = self.0.partition_point(|known| known.0 <= new.1);
        let touched = self.0.get(first..last).unwrap_or_default();
        let mut fresh = Vec::new();
        let (mut at, mut whole) = (new.0, new);
        for known in touched {
            fresh.extend((at < known.0).then_some((at, known.0)));
            at = at.max(known.1);
            whole = (whole.0.min(known.0), whole.1.max(known.1));
        }
        fresh.extend((at < new.1).then_some((at, new.1)));
        self.0.splice(first..last, [whole]);
        fresh
    }

    /// What it holds of an interval, in order; nothing of one that ends before it begins.
    pub fn within(&self, (from, until): Span) -> impl Iterator<Item = Span> + '_ {
        let first = self.0.partition_point(|known| known.1 <= from);
        self.0
            .iter()
            .skip(first)
            .take_while(move |known| known.0 < until)
            .map(move |known| (known.0.max(from), known.1.min(until)))
            .filter(|part| part.0 < part.1)
    }

    /// How much it holds of an interval, in microseconds.
    pub fn held_us(&self, span: Span) -> i64 {
        self.within(span).map(|(from, until)| until - from).sum()
    }

    /// What it lacks of an interval, in order.
    pub fn gaps(&self, whole: Span) -> Vec<Span> {
        let (mut gaps, mut at) = (Vec::new(), whole.0);
        for (from, until) in self.within(whole) {
            gaps.extend((at < from).then_some((at, from)));
            at = until;
        }
        gaps.extend((at < whole.1).then_some((at, whole.1)));
        gaps
    }

    /// The beginning of the first interval.
    pub fn first(&self) -> Option<i64> {
        self.0.first().map(|known| known.0)
    }

    /// The end of the last interval.
    pub fn last(&self) -> Option<i64> {
        self.0.last().map(|known| known.1)
    }

    /// Forgets the oldest intervals until no more than `most` are left.
    pub fn keep_newest(&mut self, most: usize) {
        let surplus = self.0.len().saturating_sub(most);
        self.0.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_merges_and_tells_what_is_new() {
        let mut spans = Spans::default();
        assert_eq!(spans.add((5, 8)), [(5, 8)]);
        assert_eq!(spans.add((12, 14)), [(12, 14)]);
        assert_eq!(spans.add((7, 13)), [(8, 12)]);
        assert_eq!(spans, Spans(vec![(5, 14)]));
        assert_eq!(spans.add((6, 10)), []);
        assert_eq!(spans.add((14, 15)), [(14, 15)]);
        assert_eq!(spans.add((9, 9)), []);
        assert_eq!(spans, Spans(vec![(5, 15)]));
        assert_eq!(spans.held_us((0, 7)), 2);
        assert_eq!(spans.held_us((9, 7)), 0, "less than nothing is nothing");
    }

    /// Against a set of single moments, over many small lists in every order that chance gives.
    #[test]
    fn it_is_a_set_of_moments() {
        let mut seed = 7_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((seed >> 33) % below) as i64
        };
        for _ in 0..2_000 {
            let (mut spans, mut moments) = (Spans::default(), [false; 40]);
            for _ in 0..8 {
                let from = draw(36);
                let span = (from, from + draw(5));
                let fresh = spans.add(span);
                for moment in span.0..span.1 {
                    let is_fresh = fresh.iter().any(|f| f.0 <= moment && moment < f.1);
                    assert_eq!(is_fresh, !moments[moment as usize], "{span:?}");
                    moments[moment as usize] = true;
                }
            }
            let (from, until) = (draw(20), 20 + draw(20));
            let expected = moments[from as usize..until as usize].iter();
            assert_eq!(
                spans.held_us((from, until)),
                expected.filter(|m| **m).count() as i64
            );
            let held = spans.held_us((from, until));
            let lacks = spans.gaps((from, until));
            let lacking: i64 = lacks.iter().map(|gap| gap.1 - gap.0).sum();
            assert_eq!(held + lacking, until - from);
            assert!(spans.0.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
