//! The Kaplan–Meier estimate, for numbers that are watched with gaps.
//!
//! Kaplan and Meier 1958; a number counts at a moment after its registration only if it was proven
//! alive then and no leak contact had reached it (Andersen and Gill 1982). Bands are Greenwood's
//! variance on the scale of log(−log S), as Kalbfleisch and Prentice propose, which stays within 0
//! and 1 and is honest about few numbers.

/// The normal deviate of a 95 % interval.
const DEVIATE: f64 = 1.959_964;

/// A number after its registration, in days.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// When it was proven alive, ascending.
    pub watched: Vec<(f64, f64)>,
    /// When the first leak contact reached it.
    pub event: Option<f64>,
}

impl Subject {
    fn is_watched(&self, days: f64) -> bool {
        self.watched
            .iter()
            .any(|(from, until)| *from <= days && days <= *until)
    }

    fn is_at_risk(&self, days: f64) -> bool {
        self.is_watched(days) && self.event.is_none_or(|event| days <= event)
    }

    /// Until when it is known to be without a leak contact.
    fn last(&self) -> f64 {
        let last = self.watched.last().map_or(0.0, |span| span.1);
        self.event.map_or(last, |event| last.min(event))
    }
}

/// A step down.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Days after registration.
    pub days: f64,
    /// The share that is left from here on.
    pub survival: f64,
    /// Lower end of its 95 % interval.
    pub lower: f64,
    /// Upper end of it.
    pub upper: f64,
}

/// The estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Where it steps down, ascending.
    pub steps: Vec<Step>,
    /// When numbers were last seen without a leak contact.
    pub censored: Vec<f64>,
    /// Its end.
    pub until_days: f64,
    /// Numbers.
    pub subjects: usize,
    /// First leak contacts that it counts.
    pub events: usize,
    /// First leak contacts outside proven hours: their numbers end there without a step.
    pub uncounted: usize,
    all: Vec<Subject>,
}

impl Curve {
    /// The estimate from these numbers.
    pub fn of(mut all: Vec<Subject>) -> Curve {
        all.retain(|subject| !subject.watched.is_empty());
        let counted = |subject: &Subject| subject.event.filter(|event| subject.is_watched(*event));
        let mut events: Vec<f64> = all.iter().filter_map(counted).collect();
        events.sort_by(f64::total_cmp);
        let happened = all.iter().filter(|subject| subject.event.is_some()).count();
        let ends = all.iter().filter(|subject| counted(subject).is_none());
        let mut censored: Vec<f64> = ends.map(Subject::last).collect();
        censored.sort_by(f64::total_cmp);
        Curve {
            steps: steps(&all, &events),
            until_days: all.iter().map(Subject::last).fold(0.0, f64::max),
            subjects: all.len(),
            uncounted: happened - events.len(),
            events: events.len(),
            censored,
            all,
        }
    }

    /// The share left after so many days.
    pub fn at(&self, days: f64) -> f64 {
        let past = self.steps.iter().take_while(|step| step.days <= days);
        past.last().map_or(1.0, |step| step.survival)
    }

    /// Numbers at risk then.
    pub fn at_risk(&self, days: f64) -> usize {
        self.all
            .iter()
            .filter(|subject| subject.is_at_risk(days))
            .count()
    }

    /// When half of the numbers had been reached, if they were.
    pub fn median_days(&self) -> Option<f64> {
        let half = self.steps.iter().find(|step| step.survival <= 0.5);
        half.map(|step| step.days)
    }
}

fn steps(all: &[Subject], events: &[f64]) -> Vec<Step> {
    let (mut left, mut variance) = (1.0, 0.0);
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while let Some(days) = events.get(at).copied() {
        let count = events[at..]
            .iter()
            .take_while(|event| **event <= days)
            .count();
        at += count;
        let risk = all
            .iter()
            .filter(|subject| subject.is_at_risk(days))
            .count() as f64;
        let died = count as f64;
        left *= 1.0 - died / risk;
        variance += died / (risk * (risk - died).max(0.5));
        let (lower, upper) = interval(left, variance);
        steps.push(Step {
            days,
            survival: left,
            lower,
            upper,
        });
    }
    steps
}

/// Of nothing left and of all left no interval is known on this scale: then the whole is said.
fn interval(left: f64, variance: f64) -> (f64, f64) {
    let log = libm::log(left);
    if left <= 0.0 || log >= 0.0 {
        return (
            0.0,
            if left <= 0.0 {
                1.0 - libm::pow(0.025, 1.0)
            } else {
                1.0
            },
        );
    }
    let spread = libm::exp(DEVIATE * libm::sqrt(variance) / log.abs());
    (libm::pow(left, spread), libm::pow(left, 1.0 / spread))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(until: f64, event: Option<f64>) -> Subject {
        Subject {
            watched: vec![(0.0, until)],
            event,
        }
    }

    /// Freireich's 6-MP arm, as in every textbook (Kalbfleisch and Prentice, table 1.1).
    #[test]
    fn it_is_the_textbooks_curve() {
        let relapsed = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let censored = [
            6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0,
        ];
        let all = relapsed
            .iter()
            .map(|d| whole(*d, Some(*d)))
            .chain(censored.iter().map(|d| whole(*d, None)));
        let curve = Curve::of(all.collect());
        let left: Vec<f64> = curve
            .steps
            .iter()
            .map(|s| (s.survival * 1000.0).round() / 1000.0)
            .collect();
        assert_eq!(left, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]);
        assert_eq!(curve.median_days(), Some(23.0));
        assert_eq!((curve.at_risk(6.0), curve.at_risk(22.0)), (21, 7));
        // R's survival package, conf.type = "log-log": .6197 to .9516 at 6.
        assert!(
            (curve.steps[0].lower - 0.6197).abs() < 2e-3,
            "{:?}",
            curve.steps[0]
        );
        assert!(
            (curve.steps[0].upper - 0.9516).abs() < 2e-3,
            "{:?}",
            curve.steps[0]
        );
    }

    #[test]
    fn a_number_in_a_gap_is_not_at_risk_and_its_contact_is_no_step() {
        let gap = Subject {
            watched: vec![(0.0, 5.0), (20.0, 30.0)],
            event: Some(10.0),
        };
        let curve = Curve::of(vec![gap, whole(30.0, Some(12.0))]);
        assert_eq!(
            (curve.events, curve.uncounted, curve.at_risk(12.0)),
            (1, 1, 1)
        );
        assert_eq!(curve.at(11.0), 1.0);
        assert_eq!(curve.censored, [10.0]);
        assert!(Curve::of(Vec::new()).steps.is_empty());
    }
}
