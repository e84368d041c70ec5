//! Exposure is what was proven, hour by hour, however and whenever the proof comes.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::State;
use attribution::world::{entries, generate, scenario};
use honeytoken::{Basis, Coverage, Entry, Event, Policy, Timestamp};

const DAY_S: i64 = 86_400;

fn demo() -> Vec<Entry> {
    let world = generate(&scenario("demo").unwrap(), 5);
    entries(&world.lines, &world.contacts)
}

fn folded(events: Vec<Event>) -> State {
    let mut state = State::new(Policy::standard());
    for (index, event) in events.into_iter().enumerate() {
        state.apply(&Entry {
            index: index as u64,
            at: Timestamp::EPOCH,
            by: None,
            event,
        });
    }
    state
}

/// The demo's events with each interval of coverage replaced by others, and where they come.
fn with_coverage(replace: impl Fn(&Coverage) -> Vec<Coverage>, late: bool) -> State {
    let (mut events, mut proofs) = (Vec::new(), Vec::new());
    for entry in demo() {
        match entry.event {
            Event::Coverage(coverage) if late => {
                proofs.extend(replace(&coverage).into_iter().map(Event::Coverage));
            }
            Event::Coverage(coverage) => {
                events.extend(replace(&coverage).into_iter().map(Event::Coverage));
            }
            event => events.push(event),
        }
    }
    events.extend(proofs);
    folded(events)
}

/// The parts of each day from one hour to another.
fn daily(coverage: &Coverage, hours: std::ops::Range<i64>) -> Vec<Coverage> {
    let from = coverage.from.as_unix_s().div_euclid(DAY_S);
    let until = coverage.until.as_unix_s().div_euclid(DAY_S);
    let clipped = |s: i64| Timestamp::from_unix_s(s).clamp(coverage.from, coverage.until);
    (from..=until)
        .map(|day| Coverage {
            from: clipped(day * DAY_S + hours.start * 3600),
            until: clipped(day * DAY_S + hours.end * 3600),
            ..coverage.clone()
        })
        .collect()
}

fn rate(state: &State) -> Vec<f64> {
    let verdicts = state.verdicts();
    let weight = |v: &attribution::Verdict| {
        v.factors
            .iter()
            .find(|f| f.name == "rate")
            .map(|f| f.log_e)
            .unwrap()
    };
    verdicts.iter().map(weight).collect()
}

fn hours(state: &State) -> f64 {
    state.verdicts().iter().map(|v| v.live_hours).sum()
}

#[test]
fn without_proof_there_is_no_exposure_and_activity_does_not_accuse() {
    let state = with_coverage(|_| Vec::new(), false);
    assert!(hours(&state) == 0.0);
    assert!(rate(&state).iter().all(|log_e| log_e.abs() < 1e-9));
    let instant = |v: &attribution::Verdict| v.factors[1].log_e;
    assert!(state.verdicts().iter().all(|v| instant(v) == 0.0));
}

#[test]
fn the_providers_list_proves_the_number_and_no_exposure() {
    let listed = |c: &Coverage| {
        vec![Coverage {
            basis: Basis::ProviderList,
            ..c.clone()
        }]
    };
    assert!(hours(&with_coverage(listed, false)) == 0.0);
}

#[test]
fn half_days_are_half_the_exposure() {
    let whole = hours(&with_coverage(|c| vec![c.clone()], false));
    let half = hours(&with_coverage(|c| daily(c, 6..18), false));
    assert!(whole > 10_000.0, "{whole}");
    assert!((half / whole - 0.5).abs() < 0.01, "{half} of {whole}");
}

#[test]
fn proof_in_pieces_is_proof() {
    let whole = with_coverage(|c| vec![c.clone()], false);
    let pieces = with_coverage(
        |c| (0..24).flat_map(|h| daily(c, h..h + 1)).collect(),
        false,
    );
    assert!((hours(&whole) - hours(&pieces)).abs() < 1e-6);
    for (a, b) in rate(&whole).into_iter().zip(rate(&pieces)) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
}

/// What is proven at the end counts as much as what was proven in time, though days had to be
/// closed without it: evidence moves, nobody innocent is accused of what was not proven.
#[test]
fn proof_that_comes_late_counts() {
    let whole = with_coverage(|c| vec![c.clone()], false);
    let late = with_coverage(|c| vec![c.clone()], true);
    assert!((hours(&whole) - hours(&late)).abs() < 1e-6);
    let moved = rate(&late).iter().filter(|log_e| log_e.abs() > 0.1).count();
    assert!(moved > 10, "{moved}");
    let false_ones = |state: &State| {
        let innocent = |v: &&attribution::Verdict| v.flagged_at.is_some();
        state.verdicts().iter().filter(innocent).count()
    };
    assert!(false_ones(&late) <= false_ones(&whole));
}

#[test]
fn our_own_tests_of_lines_change_nothing() {
    let mut events: Vec<Event> = demo().into_iter().map(|e| e.event).collect();
    let before = folded(events.clone());
    let tests: Vec<Event> = events
        .iter()
        .filter_map(|event| match event {
            Event::Contact(contact) => {
                let mut test = contact.clone();
                test.line_test = Some(0);
                test.dedupe_key = format!("test of {}", contact.dedupe_key);
                Some(Event::Contact(test))
            }
            _ => None,
        })
        .collect();
    events.extend(tests);
    let after = folded(events);
    let said = |state: &State| serde_json::to_string(&state.verdicts()).unwrap();
    assert_eq!(said(&before), said(&after));
}
