//! What signs of life prove.

use honeytoken::{Coverage, PhoneNumber, Timestamp};

use super::LifeConfig;
use crate::ledger::{Life, State};

/// Intervals in which lines of ours were proven alive and that no entry says yet.
pub(super) fn due(state: &State, settings: &LifeConfig) -> Vec<Coverage> {
    let ours = |number| state.registry.line(number, Timestamp::EPOCH).is_some();
    let lives = state.lives.iter().filter(|(number, _)| ours(number));
    lives
        .flat_map(|(number, life)| of_line(state, settings, number, life))
        .collect()
}

/// Those of one line.
pub(super) fn of_line(
    state: &State,
    settings: &LifeConfig,
    number: &PhoneNumber,
    life: &Life,
) -> Vec<Coverage> {
    let mut due = Vec::new();
    for (basis, track) in life.tracks() {
        let proven = track.due(settings.span_s(basis), state.lives.outages());
        due.extend(proven.into_iter().map(|(from, until)| Coverage {
            number: *number,
            from,
            until,
            basis,
        }));
    }
    due
}
