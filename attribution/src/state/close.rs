//! The end of a day: what was observed becomes evidence.

use std::collections::BTreeMap;

use honeytoken::{Coverage, Span};

use super::{GAP_DAYS_MAX, State};
use crate::background::{Activity, NEW, Record, SILENT, STREAMS};
use crate::evidence::{Case, Decay};
use crate::roster::{DAY_US, Line, Placement, Seen};

/// Unknown silent callers on one line in one day that make a storm.
const STORM_CALLERS: u32 = 6;
/// Days after a storm that stay neutral.
const STORM_DAYS: i64 = 3;
/// Days between looks at the population.
const LEARN_DAYS: i64 = 7;
/// The hour after a registration, in microseconds.
pub(crate) const HOUR_US: i64 = 3_600_000_000;
const MINUTE_US: i64 = HOUR_US / 60;
/// How much more a shared line expects in that hour than its past says.
const SHARED: f64 = 2.0;
/// How long that hour may wait for proof that the line was alive in it, in days.
const PROOF_DAYS_MAX: i64 = 7;

/// The first time in the day that a stream was active on a line.
pub(crate) type Active = BTreeMap<(u32, usize), i64>;

/// A day line by line.
struct Today {
    /// Which streams were active, a bit for each.
    on: Vec<u8>,
    /// How much of it was proven, in 0..=1.
    live: Vec<f64>,
}

impl Today {
    fn new(day: i64, active: &Active, lines: &[Line]) -> Today {
        let mut on = vec![0; lines.len()];
        for (line, stream) in active.keys() {
            on[*line as usize] |= 1 << stream;
        }
        let live = lines.iter().map(|l| l.live(day, i64::MIN)).collect();
        Today { on, live }
    }

    fn is_on(&self, line: usize, stream: usize) -> bool {
        self.on[line] & (1 << stream) != 0
    }
}

impl State {
    /// The first day: as early as lines are proven alive, within reason.
    pub(super) fn begin(&mut self, day: i64) {
        let alive = self
            .roster
            .lines
            .iter()
            .filter_map(|l| l.proven.first())
            .map(|us| us.div_euclid(DAY_US))
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
        let today = Today::new(day, &active, &self.roster.lines);
        self.sense_season(&today);
        self.bet_on_activity(day, &active);
        self.judge_first_hours(day);
        self.record_day(day, &today);
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
    fn sense_season(&mut self, today: &Today) {
        let mut sums: BTreeMap<u32, Activity> = BTreeMap::new();
        for (index, line) in self.roster.lines.iter().enumerate() {
            // Proof may be on its way: a line that was active was alive.
            let live = match today.live[index] {
                live if live > 0.0 => live,
                _ => f64::from(u8::from(today.on[index] != 0)),
            };
            if live <= 0.0 || self.is_accused(index as u32) || self.is_suspect(line) {
                continue;
            }
            let country = sums.entry(line.country).or_default();
            for (stream, sums) in country.iter_mut().enumerate() {
                sums.0 += f64::from(u8::from(today.is_on(index, stream)));
                sums.1 += live * self.background.base(&line.record, stream);
            }
        }
        for (country, day) in sums {
            self.background.take_in(country, day);
        }
    }

    /// Whether evidence as of yesterday speaks against its only holder: what a leak brings is no season.
    fn is_suspect(&self, line: &Line) -> bool {
        let [placement] = line.placements[..] else {
            return false;
        };
        let platform = self.roster.placements[placement as usize].platform as usize;
        self.looks.get(platform).is_some_and(|log_e| *log_e > 0.0)
    }

    fn bet_on_activity(&mut self, day: i64, active: &Active) {
        for (&(index, stream), &at) in active {
            let line = &self.roster.lines[index as usize];
            let mut seen = Seen {
                day,
                stream,
                chance: self.expects(index, stream),
                tells: self.tells(line, day, at),
                weighed: 0.0,
                counted: line.live(day, i64::MIN) > 0.0,
            };
            self.weigh(index, &mut seen);
            let line = &mut self.roster.lines[index as usize];
            if line.live(day, i64::MIN) < 1.0 {
                line.open.push(seen);
            }
        }
    }

    /// How likely a stream is active on a line by chance.
    fn expects(&self, index: u32, stream: usize) -> f64 {
        let line = &self.roster.lines[index as usize];
        self.background.expected(line.country, &line.record, stream)
    }

    /// Whether activity speaks against the holder of a line. On a shared number it does not tell
    /// whose it is, and what came at once was bet on elsewhere.
    fn tells(&self, line: &Line, day: i64, at: i64) -> bool {
        let [index] = line.placements[..] else {
            return false;
        };
        let placement = &self.roster.placements[index as usize];
        let heard_at_once = self.instant.contains_key(&index) && placement.day() == day;
        placement.registered <= at && !heard_at_once
    }

    /// Weighs activity by as much of its day as is proven.
    fn weigh(&mut self, line: u32, seen: &mut Seen) {
        let line = &self.roster.lines[line as usize];
        let (true, [placement]) = (seen.tells, &line.placements[..]) else {
            return;
        };
        let placement = &self.roster.placements[*placement as usize];
        let live = line.live(seen.day, placement.registered);
        if live > seen.weighed {
            let case = &mut self.roster.platforms[placement.platform as usize].case;
            case.rate.active(placement.day(), seen, live);
            seen.weighed = live;
            self.touched.insert(placement.platform);
        }
    }

    /// Registrations whose first hour is over, and proven.
    fn judge_first_hours(&mut self, day: i64) {
        let end = (day + 1).saturating_mul(DAY_US);
        for index in std::mem::take(&mut self.unjudged) {
            let placement = &self.roster.placements[index as usize];
            let line = &self.roster.lines[placement.line as usize];
            let hour = (placement.registered, placement.registered + HOUR_US);
            let is_proven = line.proven.held_us(hour) == HOUR_US;
            if hour.1 > end || (!is_proven && day < placement.day() + PROOF_DAYS_MAX) {
                self.unjudged.push(index);
                continue;
            }
            let came = self.instant.remove(&index);
            if is_proven {
                let daily: f64 = [NEW, SILENT]
                    .into_iter()
                    .map(|s| self.expects(placement.line, s))
                    .sum();
                // Where the line is shared, somebody else's leak may have just begun.
                let others = if line.placements.len() > 1 {
                    SHARED
                } else {
                    1.0
                };
                self.roster.platforms[placement.platform as usize]
                    .case
                    .instant
                    .bet(came.map(|us| us / MINUTE_US), daily * others);
                self.touched.insert(placement.platform);
            }
        }
    }

    fn record_day(&mut self, day: i64, today: &Today) {
        let start = day.saturating_mul(DAY_US);
        for index in 0..self.roster.lines.len() {
            let placed = self.roster.is_placed(index as u32, start);
            let line = &mut self.roster.lines[index];
            if placed && line.soak.is_none() {
                line.soak = Some(line.record);
            }
            if today.live[index] <= 0.0 {
                continue;
            }
            line.record.days += today.live[index];
            for stream in (0..STREAMS).filter(|s| today.is_on(index, *s)) {
                line.record.active[stream] += 1;
            }
            if today.on[index] != 0 {
                self.background.look(&mut line.record);
            }
        }
    }

    /// Rates and attractiveness from what was seen on lines that nobody had been given.
    fn learn(&mut self) {
        self.appeal.refresh(&self.roster.lines);
        self.background.take_appeal(&self.appeal.line);
        for (line, appeal) in self.roster.lines.iter_mut().zip(&self.appeal.line) {
            line.record.appeal = *appeal;
            if let Some(soak) = &mut line.soak {
                soak.appeal = *appeal;
            }
        }
        let unplaced: Vec<Record> = self
            .roster
            .lines
            .iter()
            .map(|l| l.soak.unwrap_or(l.record))
            .collect();
        self.background.learn(unplaced.iter());
        let records = self.roster.lines.iter_mut().map(|l| &mut l.record);
        self.background.look_at_all(records);
        self.weigh_accused();
    }

    /// What share of attractiveness lies with lines of accused platforms.
    pub(super) fn weigh_accused(&mut self) {
        self.appeal.accused_country.clear();
        self.appeal.accused_block.clear();
        for (index, line) in self.roster.lines.iter().enumerate() {
            if self.is_explained(index as u32) {
                let appeal = self.appeal.line[index];
                *self.appeal.accused_country.entry(line.country).or_default() += appeal;
                *self.appeal.accused_block.entry(line.block).or_default() += appeal;
            }
        }
    }

    /// Whether a line was given to one platform only, which is accused: who reaches it needs no other
    /// explanation.
    pub(super) fn is_explained(&self, line: u32) -> bool {
        let [placement] = self.roster.lines[line as usize].placements[..] else {
            return false;
        };
        let platform = self.roster.placements[placement as usize].platform;
        self.roster.platforms[platform as usize]
            .case
            .flagged
            .is_some()
    }

    /// Brings the exposure of a platform's numbers up to the end of `day`.
    pub(super) fn settle(&mut self, platform: u32, day: i64) {
        let platform = &mut self.roster.platforms[platform as usize];
        let until = (day + 1).saturating_mul(DAY_US);
        for &index in &platform.placements {
            let placement = &mut self.roster.placements[index as usize];
            if placement.settled < until {
                let line = &self.roster.lines[placement.line as usize];
                let span = (placement.settled, until);
                expose(&mut platform.case, &self.decay, placement, line, span);
                placement.settled = until;
            }
        }
    }

    /// Proven life; what was closed without it is made up for.
    pub(super) fn cover(&mut self, coverage: &Coverage) {
        if !coverage.basis.is_exposure() {
            return;
        }
        let Some((line, fresh)) = self.roster.cover(coverage) else {
            return;
        };
        let closed = self.today.unwrap_or(0).saturating_mul(DAY_US);
        for (from, until) in fresh {
            let late = until.min(closed).saturating_sub(from).max(0);
            self.roster.lines[line as usize].record.days += late as f64 / DAY_US as f64;
            self.make_up(line, (from, until));
        }
        self.weigh_again(line, coverage);
    }

    /// Exposure that was settled without this part.
    fn make_up(&mut self, line: u32, (from, until): Span) {
        let line = &self.roster.lines[line as usize];
        for &index in &line.placements {
            let placement = &self.roster.placements[index as usize];
            let span = (from.max(placement.registered), until.min(placement.settled));
            let case = &mut self.roster.platforms[placement.platform as usize].case;
            expose(case, &self.decay, placement, line, span);
        }
    }

    /// Activity on closed days of which more is proven now.
    fn weigh_again(&mut self, index: u32, coverage: &Coverage) {
        let day = |us: i64| us.div_euclid(DAY_US);
        let open = &self.roster.lines[index as usize].open;
        let first = open.partition_point(|s| s.day < day(coverage.from.as_micros()));
        let last = open.partition_point(|s| s.day <= day(coverage.until.as_micros()));
        for at in (first..last).rev() {
            let mut seen = self.roster.lines[index as usize].open[at].clone();
            self.weigh(index, &mut seen);
            let line = &mut self.roster.lines[index as usize];
            let live = line.live(seen.day, i64::MIN);
            if live > 0.0 && !std::mem::replace(&mut seen.counted, true) {
                line.record.active[seen.stream] += 1;
                self.background.look(&mut line.record);
            }
            line.open[at] = seen;
            if live >= 1.0 {
                line.open.remove(at);
            }
        }
    }
}

/// Exposure of a number that was proven alive in parts of a span. On a shared number silence does
/// not tell who kept the secret.
fn expose(case: &mut Case, decay: &Decay, placement: &Placement, line: &Line, span: Span) {
    for part in line.proven.within(span) {
        case.exposure_us += part.1 - part.0;
        if line.placements.len() == 1 {
            case.rate.quiet(decay, placement.day(), part);
        }
    }
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
