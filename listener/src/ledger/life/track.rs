//! Signs of life of one kind on one line, and what they prove.

use honeytoken::Timestamp;
use serde::{Deserialize, Serialize};

/// Signs no further apart than this, in seconds, are kept as one run: no setting asks for less.
pub(crate) const RUN_S: f64 = 900.0;
/// Runs kept until what they prove is written down, which happens hourly; the oldest are forgotten.
const RUNS_MAX: usize = 64;

/// From when, included, until when, excluded.
pub(crate) type Interval = (Timestamp, Timestamp);

/// Signs close to each other; a single one begins and ends at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    from: Timestamp,
    until: Timestamp,
    /// Something lies between the run before and this one that forbids to join them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    apart: bool,
}

/// Signs of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Track {
    /// In order, the last of them still growing.
    runs: Vec<Run>,
    /// Until when entries say what they prove.
    said: Option<Timestamp>,
    /// The next sign begins a run that is not joined to the last.
    broken: bool,
}

impl Track {
    /// A sign; one that arrives out of order changes nothing.
    pub(super) fn sign(&mut self, at: Timestamp) {
        match self.runs.last_mut() {
            Some(run) if at <= run.until => return,
            Some(run) if !self.broken && at.seconds_since(run.until) <= RUN_S => run.until = at,
            _ => self.runs.push(Run {
                from: at,
                until: at,
                apart: self.broken,
            }),
        }
        self.broken = false;
        if self.runs.len() > RUNS_MAX {
            self.runs.remove(0);
        }
    }

    /// Signs before and after this moment do not prove the time between them.
    pub(super) fn part(&mut self) {
        self.broken = true;
    }

    /// The last sign.
    pub(crate) fn last(&self) -> Option<Timestamp> {
        self.runs.last().map(|run| run.until)
    }

    /// Entries say what was proven until then.
    pub(super) fn said(&mut self, until: Timestamp) {
        self.said = self.said.max(Some(until));
        let growing = self.runs.pop();
        self.runs.retain(|run| run.until > until);
        self.runs.extend(growing);
    }

    /// Intervals that are proven, if signs no more than `span_s` seconds apart prove the time
    /// between them, and that no entry says yet; without the time in which nobody listened.
    pub(crate) fn due(&self, span_s: f64, outages: &[Interval]) -> Vec<Interval> {
        let mut joined: Vec<Interval> = Vec::new();
        for run in &self.runs {
            match joined.last_mut() {
                Some(last) if !run.apart && run.from.seconds_since(last.1) <= span_s => {
                    last.1 = run.until;
                }
                _ => joined.push((run.from, run.until)),
            }
        }
        let unsaid = |(from, until): Interval| (from.max(self.said.unwrap_or(from)), until);
        let heard = |interval| without(interval, outages);
        let due = joined.into_iter().map(unsaid).flat_map(heard);
        due.filter(|(from, until)| from < until).collect()
    }
}

/// What is left of an interval outside the outages, which are in order.
fn without((from, until): Interval, outages: &[Interval]) -> Vec<Interval> {
    let (mut left, mut at) = (Vec::new(), from);
    for &(lost, found) in outages.iter().filter(|o| o.1 > from && o.0 < until) {
        left.push((at, lost));
        at = found;
    }
    left.push((at, until));
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_S: f64 = 3600.0;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_unix_s(1_800_000_000 + minutes * 60)
    }

    fn track(signs: &[i64]) -> Track {
        let mut track = Track::default();
        signs.iter().for_each(|minutes| track.sign(at(*minutes)));
        track
    }

    fn due(track: &Track) -> Vec<Interval> {
        track.due(HOUR_S, &[])
    }

    #[test]
    fn two_signs_prove_the_time_between_them() {
        let mut track = track(&[0]);
        assert_eq!(due(&track), []);
        track.sign(at(50));
        assert_eq!(due(&track), [(at(0), at(50))]);
        track.said(at(50));
        assert_eq!(due(&track), []);
        track.sign(at(70));
        assert_eq!(due(&track), [(at(50), at(70))]);
        assert_eq!(track.last(), Some(at(70)));
    }

    #[test]
    fn a_long_silence_is_a_gap_and_costs_nothing_before_it() {
        let mut track = track(&[0, 10, 100, 101]);
        assert_eq!(due(&track), [(at(0), at(10)), (at(100), at(101))]);
        track.said(at(10));
        assert_eq!(due(&track), [(at(100), at(101))]);
    }

    #[test]
    fn how_much_a_sign_proves_is_for_the_settings_to_say() {
        let track = track(&[0, 50, 150]);
        assert_eq!(track.due(RUN_S, &[]), []);
        assert_eq!(track.due(HOUR_S, &[]), [(at(0), at(50))]);
        assert_eq!(track.due(2.0 * HOUR_S, &[]), [(at(0), at(150))]);
    }

    #[test]
    fn a_failure_between_two_signs_leaves_a_gap() {
        let mut track = track(&[0, 10]);
        track.part();
        track.sign(at(12));
        track.sign(at(20));
        assert_eq!(due(&track), [(at(0), at(10)), (at(12), at(20))]);
    }

    #[test]
    fn a_late_sign_changes_nothing() {
        let mut track = track(&[10]);
        track.part();
        track.sign(at(3));
        track.sign(at(10));
        assert_eq!(due(&track), []);
        assert_eq!(track.last(), Some(at(10)));
        track.sign(at(20));
        assert_eq!(due(&track), []);
    }

    #[test]
    fn nobody_listening_proves_nothing() {
        let outages = [(at(5), at(20)), (at(40), at(45)), (at(90), at(95))];
        assert_eq!(
            track(&[0, 30, 60]).due(HOUR_S, &outages),
            [(at(0), at(5)), (at(20), at(40)), (at(45), at(60))]
        );
        assert_eq!(track(&[6, 19]).due(HOUR_S, &outages), []);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let signs: Vec<i64> = (0..1000).map(|i| i * 100).collect();
        assert_eq!(track(&signs).runs.len(), RUNS_MAX);
    }

    /// Said in pieces, whenever that happens, is said in whole: no minute twice, none left out.
    #[test]
    fn pieces_make_the_whole() {
        let mut seed = 11_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((seed >> 33) % below) as i64
        };
        for _ in 0..300 {
            let (mut now, mut whole, mut pieces) = (0, Track::default(), Track::default());
            let mut said: Vec<Interval> = Vec::new();
            for _ in 0..30 {
                now += draw(100);
                for track in [&mut whole, &mut pieces] {
                    track.sign(at(now));
                }
                if draw(10) == 0 {
                    whole.part();
                    pieces.part();
                }
                if draw(3) == 0 {
                    let due = due(&pieces);
                    due.iter().for_each(|interval| pieces.said(interval.1));
                    said.extend(due);
                }
            }
            said.extend(due(&pieces));
            let mut joined: Vec<Interval> = Vec::new();
            for (from, until) in said {
                match joined.last_mut() {
                    Some(last) if last.1 == from => last.1 = until,
                    _ => joined.push((from, until)),
                }
            }
            assert_eq!(joined, due(&whole));
        }
    }
}
