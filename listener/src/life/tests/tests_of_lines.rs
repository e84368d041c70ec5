//! Tests between own lines, at a provider that drops, repeats and delays them.

use std::collections::BTreeMap;

use honeytoken::{Event, LineTest, LineTestMissed, PhoneNumber, TestMedium};

use super::{Log, at, hours, number};
use crate::life::{Word, testing};

fn digit(number: &PhoneNumber) -> u8 {
    number.as_str().bytes().next_back().unwrap() - b'0'
}

#[test]
fn each_line_is_tested_by_another_once_a_day() {
    let mut log = Log::tested(0..4);
    let (_, begun) = log.tests();
    assert_eq!(begun.len(), 4);
    for (_, test) in &begun {
        assert_ne!(test.number, test.partner);
        assert_eq!(test.due, at(15));
        log.arrives(digit(&test.number), &testing::text(test));
    }
    assert!(log.until(hours(23)).tests().1.is_empty());
    let (_, again) = log.until(hours(24)).tests();
    assert_eq!(again.len(), 4);
    // Each time by another.
    for (_, test) in again {
        let before = begun.iter().find(|(_, t)| t.number == test.number).unwrap();
        assert_ne!(before.1.partner, test.partner);
        assert_ne!(before.1.code, test.code);
    }
}

#[test]
fn a_line_alone_cannot_be_tested_and_is_unproven() {
    let mut log = Log::tested(0..1);
    assert!(log.tests().1.is_empty());
    assert_eq!(log.standing(0).word, Word::Unproven);
}

#[test]
fn nobody_is_tested_without_being_asked_for() {
    let mut log = Log::new(0..4);
    assert!(log.tests().1.is_empty());
}

#[test]
fn the_days_budget_holds_and_the_longest_waiting_go_first() {
    let mut log = Log::tested(0..9);
    log.settings.tests_per_day_max = 5;
    let (_, first) = log.tests();
    assert_eq!(first.len(), 5);
    assert!(log.until(at(5)).tests().1.is_empty());
    // The next day, which begins 16 hours later, the others come first.
    let (_, second) = log.until(hours(17)).tests();
    let tested: Vec<u8> = second.iter().map(|(_, t)| digit(&t.number)).collect();
    assert_eq!(tested, [5, 6, 7, 8, 0]);
}

#[test]
fn what_comes_back_is_known_and_no_contact() {
    let mut log = Log::tested(0..2);
    let (_, begun) = log.tests();
    let before = log.state.contacts();
    for (index, test) in &begun {
        let text = format!("Sent from a trial account - {}", testing::text(test));
        assert_eq!(log.arrives(digit(&test.number), &text), Some(*index));
        // Told again under another id it is a test still, and no second sign.
        log.until(at(3));
        assert_eq!(log.arrives(digit(&test.number), &text), Some(*index));
    }
    assert_eq!(log.state.contacts(), before);
    let view = log.state.registry.line(&number(0), log.now).unwrap();
    assert_eq!((view.contacts, view.soak_contacts), (0, 0));
    // What a stranger says is no test, even if he knows how ours begin.
    assert_eq!(log.arrives(0, "Line check 0000"), None);
    assert_eq!(log.state.contacts(), before + 1);
}

#[test]
fn a_code_for_another_line_is_a_contact() {
    let mut log = Log::tested(0..3);
    let (_, begun) = log.tests();
    let for_zero = begun.iter().find(|(_, t)| t.number == number(0)).unwrap();
    let text = testing::text(&for_zero.1);
    assert_eq!(log.arrives(1, &text), None);
}

#[test]
fn a_dropped_test_is_missed_and_repeated_soon() {
    let mut log = Log::tested(0..2);
    log.tests();
    assert_eq!(log.until(at(14)).tests().0, 0);
    let (missed, begun) = log.until(at(15)).tests();
    assert_eq!((missed, begun.len()), (2, 0));
    let mut begun = 0;
    for minutes in 16..(24 * 60) {
        begun += log.until(at(minutes)).tests().1.len();
    }
    // Three more for each line, an hour apart, then no more that day.
    assert_eq!(begun, 6);
    log.folds_the_same();
}

#[test]
fn a_test_that_could_not_be_sent_says_nothing_about_the_line() {
    let mut log = Log::tested(0..2);
    let first = log.tests().1;
    for (_, test) in &first {
        log.arrives(digit(&test.number), &testing::text(test));
    }
    let (_, begun) = log.until(hours(24)).tests();
    for (index, test) in begun {
        log.add(Event::LineTestMissed(LineTestMissed {
            number: test.number,
            test: index,
            void: true,
            reason: "provider cannot be asked now".into(),
        }));
    }
    let (_, retried) = log.until(hours(25)).tests();
    for (_, test) in retried {
        log.arrives(digit(&test.number), &testing::text(&test));
    }
    assert_eq!(log.write(), 50.0, "two lines, 25 hours each");
}

#[test]
fn a_test_under_way_while_nobody_listened_is_void() {
    let mut log = Log::tested(0..2);
    log.tests();
    log.until(at(60)).restart();
    log.tests();
    let life = log.state.lives.of(&number(0)).unwrap();
    let outcome = life.tests().next().unwrap().outcome;
    assert_eq!(outcome, crate::ledger::Outcome::Void);
}

#[test]
fn calls_are_known_by_who_calls_while_the_test_is_under_way() {
    let mut log = Log::tested(0..2);
    let tests = &mut log.settings.test_connections;
    tests.insert("tw".parse().unwrap(), TestMedium::Call);
    let (_, begun) = log.tests();
    let (index, test) = begun.iter().find(|(_, t)| t.number == number(0)).unwrap();
    let call = |log: &mut Log, from: &PhoneNumber| {
        let mut call = log.contact(0, honeytoken::Medium::Call, "ringing", "");
        call.from = Some(honeytoken::Sender::new(from.as_str()));
        let life = log.state.lives.of(&number(0)).unwrap();
        call.line_test = life.test_of(&call);
        let marked = call.line_test;
        log.add(Event::Contact(call));
        marked
    };
    assert_eq!(call(&mut log, &"+442079460099".parse().unwrap()), None);
    assert_eq!(call(&mut log, &test.partner), Some(*index));
    assert_eq!(log.standing(0).word, Word::Alive);
    log.until(hours(2));
    assert_eq!(call(&mut log, &test.partner), None);
}

/// A provider that drops some, repeats some and delays some, over a month: nothing counts as a contact,
/// hours are proven only between returned tests without a failure, and the log folds to the same.
#[test]
fn a_provider_that_drops_repeats_and_delays() {
    let mut seed = 5_u64;
    let mut draw = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut log = Log::tested(0..6);
    let mut on_the_way: BTreeMap<i64, Vec<LineTest>> = BTreeMap::new();
    let (mut dropped, mut delayed, mut repeated, mut news) = (0, 0, 0, Vec::new());
    for tick in 0..(30 * 24 * 12) {
        log.until(at(tick * 5));
        for test in on_the_way.remove(&tick).unwrap_or_default() {
            let marked = log.arrives(digit(&test.number), &testing::text(&test));
            assert!(marked.is_some(), "a test is never a contact");
        }
        for (_, test) in log.tests().1 {
            let mut arrive = |after: i64| {
                on_the_way
                    .entry(tick + 1 + after)
                    .or_default()
                    .push(test.clone());
            };
            // Line 5 is dead for the second ten days.
            let dead = digit(&test.number) == 5 && (10 * 288..20 * 288).contains(&tick);
            match draw(10) {
                _ if dead => dropped += 1,
                0 => dropped += 1,
                1 => {
                    delayed += 1;
                    arrive(10 + draw(200) as i64);
                }
                2 => {
                    repeated += 1;
                    arrive(0);
                    arrive(1 + draw(2000) as i64);
                }
                _ => arrive(0),
            }
        }
        news.extend(log.news());
        if tick % 12 == 0 {
            log.write();
        }
    }
    assert!(
        dropped > 20 && delayed > 5 && repeated > 5,
        "{dropped} {delayed} {repeated}"
    );
    assert_eq!(log.state.contacts(), 0);
    let silent = news.iter().filter(|word| *word == "line_silent").count();
    let alive = news.iter().filter(|word| *word == "line_alive").count();
    assert!(silent >= 1 && silent == alive, "{news:?}");
    let live = log.exposed(0, at(0), hours(720));
    assert!(live > 240.0 && live < 720.0, "{live}");
    let dead = log.exposed(5, hours(11 * 24), hours(20 * 24));
    assert!(dead == 0.0, "a dead line is never exposed");
    log.folds_the_same();
}
