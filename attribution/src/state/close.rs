//! The end of a day: what was observed becomes evidence.

use std::collections::BTreeMap;

use honeytoken::Coverage;

use super::{GAP_DAYS_MAX, State};
use crate::background::{Activity, NEW, Record, SILENT, STREAMS};
use crate::roster::{DAY_US, Line};

/// Unknown silent callers on one line in one day that make a storm.
const STORM_CALLERS: u32 = 6;
/// Days after a storm that stay neutral.
const STORM_DAYS: i64 = 3;
/// Days between looks at the population.
const LEARN_DAYS: i64 = 7;
/// The hour after a registration, in microseconds.
pub(crate) const HOUR_US: i64 = 3_600_000_000;

/// The first time in the day that a stream was active on a line.
pub(crate) type Active = BTreeMap<(u32, usize), i64>;

impl State {
    /// The first day: as early as lines are proven alive, within reason.
    pub(super) fn begin(&mut self, day: i64) {
        let alive = self
            .roster
            .lines
            .iter()
            .filter_map(|l| l.coverage.first())
            .map(|c| c.0)
            .min();
        let first = alive.unwrap_or(day).clamp(day - GAP_DAYS_MAX, day);
        self.today = Some(first);
        self.close_until(day);
    }

    pub(super) fn close_until(&mut self, day: i64) {
        let Some(today) = self.today else { return };
        if day - today > GAP_DAYS_MAX {
            self.close_day(today);
            self.today = Some(day);
            return;
        }
        for d in today..day {
            self.close_day(d);
            self.today = Some(d + 1);
        }
    }

    fn close_day(&mut self, day: i64) {
        let active = self.observe();
        let active = self.calm_storms(day, active);
        self.sense_season(day, &active);
        self.bet_on_activity(day, &active);
        self.judge_first_hours(day);
        self.record_day(day, &active);
        if day.rem_euclid(LEARN_DAYS) == 0 {
            self.learn();
        }
        self.decide(day);
    }

    /// A line where many unknown callers say nothing is in a storm: its silence is not evidence.
    fn calm_storms(&mut self, day: i64, mut active: Active) -> Active {
        let lines: Vec<u32> = active.keys().map(|k| k.0).collect();
        for line in lines {
            let record = &mut self.roster.lines[line as usize].record;
            if record.silent_today >= STORM_CALLERS {
                record.storm_until = day + STORM_DAYS;
            }
            record.silent_today = 0;
            if day <= record.storm_until {
                active.remove(&(line, SILENT));
            }
        }
        active
    }

    /// How busy the day is in each country, against what its lines are used to.
    fn sense_season(&mut self, day: i64, active: &Active) {
        let mut sums: BTreeMap<u32, Activity> = BTreeMap::new();
        for (index, line) in self.roster.lines.iter().enumerate() {
            let on = |stream| active.contains_key(&(index as u32, stream));
            if !(covered(line, day) || (0..STREAMS).any(on)) || self.is_accused(index as u32) {
                continue;
            }
            let country = sums.entry(line.country).or_default();
            for (stream, sums) in country.iter_mut().enumerate() {
                sums.0 += f64::from(u8::from(on(stream)));
                sums.1 += self.background.base(&line.record, stream);
            }
        }
        for (country, day) in sums {
            self.background.take_in(country, day);
        }
    }

    fn bet_on_activity(&mut self, day: i64, active: &Active) {
        for (&(line, stream), &at) in active {
            let line = &self.roster.lines[line as usize];
            let chance = self.background.expected(line.country, &line.record, stream);
            // On a shared number activity does not tell whose it is.
            let [placement] = line.placements[..] else {
                continue;
            };
            let placement = &self.roster.placements[placement as usize];
            let heard_at_once =
                self.instant.contains(&line.placements[0]) && placement.day() == day;
            if placement.registered <= at && !heard_at_once {
                let platform = &mut self.roster.platforms[placement.platform as usize];
                platform
                    .case
                    .rate
                    .active(placement.day(), day, stream, chance);
                self.touched.insert(placement.platform);
            }
        }
    }

    /// Registrations whose first hour is over.
    fn judge_first_hours(&mut self, day: i64) {
        let end = (day + 1).saturating_mul(DAY_US);
        let (due, later): (Vec<u32>, Vec<u32>) = self
            .unjudged
            .iter()
            .partition(|p| self.roster.placements[**p as usize].registered + HOUR_US <= end);
        self.unjudged = later;
        for index in due {
            let placement = &self.roster.placements[index as usize];
            let line = &self.roster.lines[placement.line as usize];
            let came = self.instant.remove(&index);
            if line.placements.len() == 1 && (came || covered(line, placement.day())) {
                let daily: f64 = [NEW, SILENT]
                    .into_iter()
                    .map(|s| self.background.expected(line.country, &line.record, s))
                    .sum();
                self.roster.platforms[placement.platform as usize]
                    .case
                    .instant
                    .bet(came, daily);
                self.touched.insert(placement.platform);
            }
        }
    }

    fn record_day(&mut self, day: i64, active: &Active) {
        let start = day.saturating_mul(DAY_US);
        for index in 0..self.roster.lines.len() {
            let placed = self.roster.is_placed(index as u32, start);
            let line = &mut self.roster.lines[index];
            if placed && line.soak.is_none() {
                line.soak = Some(line.record);
            }
            let on = |stream| active.contains_key(&(index as u32, stream));
            let any = (0..STREAMS).any(on);
            if !any && !covered(line, day) {
                continue;
            }
            line.record.days += 1;
            for stream in 0..STREAMS {
                line.record.active[stream] += u32::from(on(stream));
            }
        }
    }

    /// Rates and attractiveness from what was seen on lines that nobody had been given.
    fn learn(&mut self) {
        let unplaced: Vec<Record> = self
            .roster
            .lines
            .iter()
            .map(|l| l.soak.unwrap_or(l.record))
            .collect();
        self.background.learn(unplaced.iter());
        self.appeal.refresh(&self.roster.lines);
    }

    /// Brings the exposure of a platform's numbers up to the end of `day`.
    pub(super) fn settle(&mut self, platform: u32, day: i64) {
        let platform = &mut self.roster.platforms[platform as usize];
        for &index in &platform.placements {
            let placement = &mut self.roster.placements[index as usize];
            let line = &self.roster.lines[placement.line as usize];
            let (from, until) = (placement.settled, day + 1);
            if from >= until {
                continue;
            }
            placement.settled = until;
            for (first, last) in &line.coverage {
                let (a, b) = (from.max(*first), until.min(last + 1));
                if a < b {
                    platform.case.exposure_days += (b - a) as u64;
                    if line.placements.len() == 1 {
                        platform.case.rate.quiet(
                            &self.decay,
                            placement.registered.div_euclid(DAY_US),
                            a,
                            b,
                        );
                    }
                }
            }
        }
    }

    /// Proven life; days that were closed without it are made up for.
    pub(super) fn cover(&mut self, coverage: &Coverage) {
        let Some((line, fresh)) = self.roster.cover(coverage) else {
            return;
        };
        let today = self.today.unwrap_or(i64::MIN);
        for (from, until) in fresh {
            let closed = (until + 1).min(today).saturating_sub(from);
            if closed > 0 {
                let days = u32::try_from(closed).unwrap_or(u32::MAX);
                let record = &mut self.roster.lines[line as usize].record;
                record.days = record.days.saturating_add(days);
            }
            self.make_up(line, from, until + 1);
        }
    }

    fn make_up(&mut self, line: u32, from: i64, until: i64) {
        let line = &self.roster.lines[line as usize];
        for &index in &line.placements {
            let placement = &self.roster.placements[index as usize];
            let (a, b) = (from.max(placement.day()), until.min(placement.settled));
            if a < b {
                let case = &mut self.roster.platforms[placement.platform as usize].case;
                case.exposure_days += (b - a) as u64;
                if line.placements.len() == 1 {
                    case.rate.quiet(&self.decay, placement.day(), a, b);
                }
            }
        }
    }
}

fn covered(line: &Line, day: i64) -> bool {
    let after = line.coverage.partition_point(|c| c.0 <= day);
    after > 0 && line.coverage[after - 1].1 >= day
}

impl super::Appeal {
    /// (1 + mass diallers that reached the line) / (1 + what a line of its country expects).
    fn refresh(&mut self, lines: &[Line]) {
        let mut seen: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        for line in lines {
            let sums = seen.entry(line.country).or_default();
            sums.0 += f64::from(line.record.mass);
            sums.1 += 1.0;
        }
        self.country.clear();
        self.block.clear();
        for (index, line) in lines.iter().enumerate() {
            let (mass, count) = seen.get(&line.country).copied().unwrap_or((0.0, 1.0));
            let appeal = (1.0 + f64::from(line.record.mass)) / (1.0 + mass / count);
            self.line[index] = appeal;
            *self.country.entry(line.country).or_default() += appeal;
            *self.block.entry(line.block).or_default() += appeal;
        }
    }
}
