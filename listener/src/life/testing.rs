//! Tests between our own lines: which line needs one, which other sends it, what was missed.

use honeytoken::{Event, Line, LineState, LineTest, LineTestMissed, Timestamp};

use ring::rand::{SecureRandom, SystemRandom};

use super::LifeConfig;
use crate::ledger::{Life, Outcome, State, Tested};

/// Tests begun at once; more wait for the next look.
const BEGUN_MAX: usize = 20;
/// A test that failed is repeated after this long, in seconds.
const RETRY_S: i64 = 3600;
/// How often in a row, before the line waits for its usual time again.
const RETRIES_MAX: usize = 3;

/// Tests that did not come back in their time.
pub(super) fn missed(state: &State, now: Timestamp) -> Vec<Event> {
    let lives = state.lives.iter();
    let tests = lives.flat_map(|(_, life)| life.tests());
    tests
        .filter(|t| t.outcome == Outcome::Waiting && t.test.due <= now)
        .map(|t| Event::LineTestMissed(miss(state, t)))
        .collect()
}

fn miss(state: &State, tested: &Tested) -> LineTestMissed {
    let deaf =
        |outage: &&(Timestamp, Timestamp)| outage.1 > tested.at && outage.0 < tested.test.due;
    let deaf = state.lives.outages().iter().find(deaf).is_some();
    LineTestMissed {
        number: tested.test.number,
        test: tested.entry,
        void: deaf,
        reason: match deaf {
            true => "nobody was listening while it was under way".to_owned(),
            false => "it did not come back in time".to_owned(),
        },
    }
}

/// Tests to begin now, those that wait longest first, within the day's budget. `code` makes codes that
/// nobody could guess.
pub(super) fn due(
    state: &State,
    settings: &LifeConfig,
    now: Timestamp,
    mut code: impl FnMut() -> Option<String>,
) -> Vec<Event> {
    let begun = state.lives.tests_today(now);
    let left = settings.tests_per_day_max.saturating_sub(begun) as usize;
    if settings.test_connections.is_empty() || left == 0 {
        return Vec::new();
    }
    let lines: Vec<&Line> = state
        .registry
        .lines(now)
        .filter(|view| view.state != LineState::Retired && view.line.acquired_at <= now)
        .map(|view| view.line)
        .filter(|line| settings.test_connections.contains_key(&line.connection))
        .collect();
    let life = |line: &Line| state.lives.of(&line.number);
    let mut waiting: Vec<(Timestamp, &Line)> = lines
        .iter()
        .filter_map(|line| Some((next_at(life(line), settings)?, *line)))
        .filter(|(at, _)| *at <= now)
        .collect();
    waiting.sort_by_key(|(at, line)| (*at, line.number));
    waiting
        .into_iter()
        .take(left.min(BEGUN_MAX))
        .filter_map(|(_, line)| {
            let partner = partner(&lines, line, settings, life(line))?;
            let returns_s = i64::from(settings.test_returns_min.get()) * 60;
            Some(Event::LineTest(LineTest {
                number: line.number,
                partner: partner.number,
                connection: partner.connection.clone(),
                medium: *settings.test_connections.get(&partner.connection)?,
                code: code()?,
                due: now.plus_s(returns_s),
            }))
        })
        .collect()
}

/// When the line's next test is due; none while one is under way.
fn next_at(life: Option<&Life>, settings: &LifeConfig) -> Option<Timestamp> {
    let Some(last) = life.and_then(|life| life.tests().next_back()) else {
        return Some(Timestamp::EPOCH);
    };
    let failed = |tested: &&Tested| tested.outcome != Outcome::Returned;
    let failures = life
        .into_iter()
        .flat_map(|life| life.tests().rev())
        .take_while(failed)
        .count();
    let every_s = i64::from(settings.test_every_h.get()).saturating_mul(3600);
    match last.outcome {
        Outcome::Waiting => None,
        Outcome::Missed | Outcome::Void if failures <= RETRIES_MAX => {
            Some(last.at.plus_s(RETRY_S.min(every_s)))
        }
        _ => Some(last.at.plus_s(every_s)),
    }
}

/// Who sends: another line each time, so that one that cannot send is not taken for many that cannot
/// receive; of the same country where there is one, since messages abroad are lost more often.
fn partner<'a>(
    lines: &[&'a Line],
    line: &Line,
    settings: &LifeConfig,
    life: Option<&Life>,
) -> Option<&'a Line> {
    let medium = |line: &Line| settings.test_connections.get(&line.connection);
    let fits = |other: &&&Line| other.number != line.number && medium(other) == medium(line);
    let all: Vec<&'a Line> = lines.iter().filter(fits).copied().collect();
    let near = all.iter().filter(|other| other.country == line.country);
    let near: Vec<&'a Line> = near.copied().collect();
    let candidates = if near.is_empty() { all } else { near };
    let last = life.and_then(|life| life.tests().next_back());
    let after = last.map_or(line.number, |tested| tested.test.partner);
    let next = candidates.iter().find(|other| other.number > after);
    next.or(candidates.first()).copied()
}

/// What a test message says before its code: neutral, since carriers read it too.
const GREETING: &str = "Line check ";

/// What a test message says.
pub(super) fn text(test: &LineTest) -> String {
    format!("{GREETING}{}", test.code)
}

/// The code in a test message, whatever a provider put around it.
pub(super) fn code_in(text: &str) -> Option<&str> {
    let (_, code) = text.split_once(GREETING)?;
    code.split(|c: char| !c.is_ascii_alphanumeric()).next()
}

/// A code that nobody could guess: 80 bits.
pub(super) fn fresh_code() -> Option<String> {
    let mut bytes = [0; 10];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(crate::api_key::hex(&bytes))
}
