//! Who fell silent, who is back, and whose silence nobody would notice.

use honeytoken::{Event, LineAlive, LineSilent, LineUnproven, LineView, PhoneNumber, Timestamp};

use super::LifeConfig;
use super::standing::Looks;
use crate::ledger::{Condition, State};

/// A line has this long to give its first sign of any kind before it is said to be unproven, in days.
const UNPROVEN_DAYS: f64 = 1.0;
/// Between two looks further apart than this, in seconds, nobody was listening: the machine slept, or its
/// clock was set.
const LOOK_S_MAX: f64 = 600.0;
/// News in one look; more wait for the next.
const NEWS_MAX: usize = 1000;

/// Since when we listen without a break: lines are not blamed for our own silence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    since: Timestamp,
    looked: Timestamp,
}

impl Watch {
    /// Listening begins.
    pub(crate) fn begin(now: Timestamp) -> Watch {
        Watch {
            since: now,
            looked: now,
        }
    }

    /// Another look; returns since when we listen.
    pub(crate) fn look(&mut self, now: Timestamp) -> Timestamp {
        if now.seconds_since(self.looked) > LOOK_S_MAX {
            self.since = now;
        }
        self.looked = now;
        self.since
    }
}

/// What there is to say of lines, at most [`NEWS_MAX`] at once.
pub(super) fn due(
    state: &State,
    settings: &LifeConfig,
    now: Timestamp,
    listening: Timestamp,
) -> Vec<Event> {
    let looks = Looks::new(state, settings);
    let lines = state.registry.lines(now).filter(|view| looks.is_on(view));
    let news = lines.filter_map(|view| news(&looks, state, settings, now, listening, &view));
    news.take(NEWS_MAX).collect()
}

fn news(
    looks: &Looks<'_>,
    state: &State,
    settings: &LifeConfig,
    now: Timestamp,
    listening: Timestamp,
    view: &LineView<'_>,
) -> Option<Event> {
    let number = view.line.number;
    let life = state.lives.of(&number);
    let condition = life.map(|life| life.condition()).unwrap_or_default();
    if let Condition::Silent { since, missing } = condition {
        let sign = life.and_then(|life| life.since(missing));
        return back(number, since, sign?);
    }
    let began = view.line.acquired_at.max(listening);
    let Some(missing) = looks.expects(view) else {
        let is_old = now.days_since(began) >= UNPROVEN_DAYS;
        let fresh = condition != Condition::Unproven;
        return (is_old && fresh).then_some(Event::LineUnproven(LineUnproven { number }));
    };
    let sign = life.and_then(|life| life.since(missing));
    let quiet_s = now.seconds_since(sign.unwrap_or(began).max(began));
    let silent = LineSilent {
        number,
        since: sign.unwrap_or(began),
        missing,
    };
    (quiet_s > settings.silent_after_s(missing)).then_some(Event::LineSilent(silent))
}

fn back(number: PhoneNumber, silent_since: Timestamp, sign_at: Timestamp) -> Option<Event> {
    (sign_at > silent_since).then_some(Event::LineAlive(LineAlive {
        number,
        silent_since,
        sign_at,
    }))
}
