//! Controls drawn by lot: how many in each stratum, and which.

use std::collections::BTreeMap;

use super::{LineRecord, PoolStratum, Refusal, Registry};
use crate::draw::digest;
use crate::{
    ControlsDrawn, DRAW_ALGORITHM, DrawSource, Event, LineRole, LineState, PhoneNumber, Stratum,
    StratumDrawn, Timestamp,
};

/// The fewest controls worth having, over all strata.
const CONTROLS_MIN: u64 = 15;
/// The largest share of lines that may be controls.
const SHARE_MAX: f64 = 0.5;

impl Registry {
    pub(super) fn controls_drawn(&mut self, drawn: &ControlsDrawn) {
        for number in &drawn.numbers {
            if let Some(record) = self.lines.get_mut(number) {
                record.line.role = LineRole::Control;
            }
        }
        if let DrawSource::Committed(drawing) = &drawn.source {
            self.drawn_with(*drawing);
        }
    }

    /// May lines of the pool become controls by lot, so that `share` of all lines are controls, and
    /// at least 15? At most half of each stratum's pooled lines are drawn. `given` stands in for
    /// the committed seed.
    ///
    /// # Errors
    /// A share that is none, no seed, or nothing to draw.
    pub fn draw_controls(
        &self,
        share: f64,
        given: Option<String>,
        now: Timestamp,
    ) -> Result<Event, Refusal> {
        if !(share > 0.0 && share <= SHARE_MAX) {
            return Err(Refusal::Share);
        }
        let source = match given {
            Some(text) => DrawSource::Given(text),
            None => DrawSource::Committed(self.next_drawing()?.0),
        };
        let drawn = self.controls(share, source, self.not_before_the_last(now))?;
        match drawn.drawn.is_empty() {
            true => Err(Refusal::NothingToDraw),
            false => Ok(Event::ControlsDrawn(drawn)),
        }
    }

    pub(super) fn controls(
        &self,
        share: f64,
        source: DrawSource,
        now: Timestamp,
    ) -> Result<ControlsDrawn, Refusal> {
        let seed = match &source {
            DrawSource::Committed(drawing) => self.seed(drawing.seed),
            DrawSource::Given(_) => None,
        };
        let key = source
            .key(seed.map(|record| &record.seed))
            .ok_or(Refusal::NoDrawSeed)?;
        let pooled = self.pooled(now);
        let mut numbers: BTreeMap<u64, PhoneNumber> = BTreeMap::new();
        let (mut strata, mut all) = (Vec::new(), Vec::new());
        for (stratum, quota) in self.quotas(share, &pooled, now) {
            let lines = &pooled[&stratum];
            let indices: Vec<u64> = lines.keys().copied().collect();
            let drawn = key.draw(&indices, quota as usize);
            numbers.extend(drawn.iter().map(|index| (*index, lines[index])));
            strata.push(StratumDrawn {
                stratum,
                candidates: indices.len() as u64,
                drawn: drawn.len() as u64,
            });
            all.extend(indices);
        }
        all.sort_unstable();
        Ok(ControlsDrawn {
            algorithm: DRAW_ALGORITHM.to_owned(),
            source,
            decided_at: now,
            share,
            strata,
            candidates: all.len() as u64,
            candidates_sha256: digest(&all),
            drawn: numbers.keys().copied().collect(),
            numbers: numbers.into_values().collect(),
        })
    }

    /// Canaries that nobody was given yet, dirty ones left out, by stratum and entry.
    fn pooled(&self, now: Timestamp) -> BTreeMap<Stratum, BTreeMap<u64, PhoneNumber>> {
        let mut pooled: BTreeMap<Stratum, BTreeMap<u64, PhoneNumber>> = BTreeMap::new();
        let free = |record: &&LineRecord| {
            matches!(
                self.state(record, now),
                LineState::Soaking | LineState::Ready
            )
        };
        for record in self.lines.values().filter(free) {
            let lines = pooled.entry(self.stratum(&record.line)).or_default();
            lines.insert(record.index, record.line.number);
        }
        pooled
    }

    /// How many to draw in each stratum: what it lacks of its share of all controls, at least one
    /// where two lines or more are pooled and no control is, at most half of what is pooled.
    fn quotas(
        &self,
        share: f64,
        pooled: &BTreeMap<Stratum, BTreeMap<u64, PhoneNumber>>,
        now: Timestamp,
    ) -> Vec<(Stratum, u64)> {
        let strata = self.strata(now);
        let lines: u64 = strata.values().map(PoolStratum::lines).sum();
        let least = CONTROLS_MIN as f64 / lines.max(1) as f64;
        let share = share.max(least.min(SHARE_MAX));
        let quota = |(stratum, free): (&Stratum, &BTreeMap<u64, PhoneNumber>)| {
            let here = &strata[stratum];
            let controls = here.count(LineState::Control);
            let wanted = (share * here.lines() as f64 - controls as f64)
                .ceil()
                .max(0.0) as u64;
            let first = u64::from(controls == 0 && free.len() > 1);
            let quota = wanted.max(first).min(free.len() as u64 / 2);
            (stratum.clone(), quota)
        };
        pooled.iter().map(quota).collect()
    }
}
