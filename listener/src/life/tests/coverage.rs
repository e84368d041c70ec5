//! What signs prove, across restarts, gaps, late and repeated signs.

use honeytoken::{Basis, Event, LineTestMissed, ProviderListed};

use super::{Log, at, hours, number};

#[test]
fn heartbeats_prove_the_hours_between_them() {
    let mut log = Log::new(0..2);
    for minutes in (0..=300).step_by(30) {
        log.until(at(minutes)).beat(0);
    }
    assert_eq!(log.write(), 5.0);
    assert_eq!(log.write(), 0.0);
    assert_eq!(log.exposed(0, at(0), at(1000)), 5.0);
    log.folds_the_same();
}

#[test]
fn contacts_prove_that_a_line_lives_and_no_hours() {
    let mut log = Log::new(0..1);
    for minutes in (0..=300).step_by(10) {
        log.until(at(minutes)).stranger(0);
    }
    assert_eq!(log.write(), 0.0);
    assert_eq!(log.state.alive_at(&number(0)), Some(at(300)));
}

#[test]
fn a_phone_and_a_heartbeat_are_told_apart() {
    let mut log = Log::new(0..1);
    for minutes in [0, 40, 80] {
        log.until(at(minutes)).ping(0);
    }
    log.write();
    let life = log.state.lives.of(&number(0)).unwrap();
    let bases: Vec<Basis> = life.proven().keys().copied().collect();
    assert_eq!(bases, [Basis::Device]);
}

#[test]
fn while_nobody_listens_nothing_is_proven() {
    let mut log = Log::new(0..1);
    log.until(at(0)).beat(0);
    log.until(at(30)).beat(0);
    log.until(at(50)).restart();
    log.until(at(60)).beat(0);
    // From the last entry before the start to the start nobody knows: 30 to 50.
    assert!((log.write() - 40.0 / 60.0).abs() < 1e-9);
    log.folds_the_same();
}

#[test]
fn what_is_appended_to_a_stopped_log_is_no_listening() {
    let mut log = Log::tested(0..2);
    let returned = |log: &mut Log| {
        for (_, test) in log.tests().1 {
            let digit = test.number.as_str().bytes().next_back().unwrap() - b'0';
            log.arrives(digit, &crate::life::testing::text(&test));
        }
    };
    returned(&mut log);
    log.until(hours(2)).operation("stop");
    log.until(hours(9)).operation("backup");
    log.until(hours(10)).restart();
    returned(log.until(hours(24)));
    // Two lines, a day each, without the eight hours.
    assert_eq!(log.write(), 32.0);
}

#[test]
fn signs_for_numbers_that_are_not_ours_leave_nothing_behind() {
    let mut log = Log::new(0..1);
    log.beat(7);
    assert!(log.state.lives.of(&number(7)).is_none());
}

#[test]
fn the_providers_list_proves_the_number_only() {
    let mut log = Log::new(0..1);
    let connection: honeytoken::ConnectionId = "tw".parse().unwrap();
    log.settings.list_connections.insert(connection.clone());
    for day in 0..3 {
        log.until(hours(24 * day));
        log.add(Event::ProviderListed(ProviderListed {
            number: number(0),
            connection: connection.clone(),
        }));
    }
    assert_eq!(log.write(), 0.0);
    let life = log.state.lives.of(&number(0)).unwrap();
    assert_eq!(
        life.proven()[&Basis::ProviderList].held_us((0, i64::MAX)),
        48 * 3_600_000_000
    );
    assert_eq!(log.state.alive_at(&number(0)), None);
}

#[test]
fn returned_tests_prove_the_day_between_them() {
    let mut log = Log::tested(0..2);
    for day in 0..3 {
        log.until(hours(24 * day));
        for (_, test) in log.tests().1 {
            let digit = test.number.as_str().bytes().next_back().unwrap() - b'0';
            log.arrives(digit, &crate::life::testing::text(&test));
        }
    }
    // Two lines, two days each.
    assert_eq!(log.write(), 96.0);
}

#[test]
fn a_failed_test_between_two_returned_ones_leaves_the_day_open() {
    let mut log = Log::tested(0..2);
    let step = |log: &mut Log, hour: i64, returns: bool| {
        log.until(hours(hour));
        let (_, begun) = log.tests();
        for (index, test) in begun.iter().filter(|(_, t)| t.number == number(0)) {
            match returns {
                true => {
                    log.arrives(0, &crate::life::testing::text(test));
                }
                false => {
                    log.until(hours(hour).plus_s(900));
                    log.add(Event::LineTestMissed(LineTestMissed {
                        number: number(0),
                        test: *index,
                        void: false,
                        reason: String::new(),
                    }));
                }
            }
        }
    };
    step(&mut log, 0, true);
    step(&mut log, 24, false);
    step(&mut log, 26, true);
    step(&mut log, 50, true);
    assert_eq!(log.write(), 24.0);
}
