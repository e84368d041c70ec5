//! Who is said to be silent, when, and how often.

use honeytoken::{Basis, Event, LineRetired};

use super::{Log, at, hours, number};
use crate::life::Word;

#[test]
fn a_line_that_stops_beating_is_silent_once_and_back_once() {
    let mut log = Log::new(0..2);
    log.until(at(0)).beat(0);
    assert_eq!(log.watch(0..=60), [""; 0]);
    log.ping(1);
    assert_eq!(log.watch(60..=75), [""; 0]);
    assert_eq!(log.watch(76..=79), ["line_silent"]);
    assert_eq!(log.standing(0).word, Word::Silent);
    assert_eq!(log.standing(0).silent_since, Some(at(0)));
    assert_eq!(log.standing(1).word, Word::Alive);
    log.until(at(80)).beat(0);
    assert_eq!(log.news(), ["line_alive"]);
    assert_eq!(log.news(), [""; 0]);
    assert_eq!(log.standing(0).word, Word::Alive);
    log.folds_the_same();
}

#[test]
fn a_contact_is_a_sign_of_life() {
    let mut log = Log::new(0..1);
    log.until(at(0)).beat(0);
    log.watch(0..=70);
    log.stranger(0);
    assert_eq!(log.watch(70..=145), [""; 0]);
    assert_eq!(log.watch(146..=149), ["line_silent"]);
    log.until(at(150)).stranger(0);
    assert_eq!(log.news(), ["line_alive"]);
}

#[test]
fn our_own_silence_is_not_the_lines() {
    let mut log = Log::new(0..1);
    log.until(at(0)).beat(0);
    log.until(hours(10)).restart();
    assert_eq!(log.news(), [""; 0]);
    // Nor is a machine that slept, or whose clock was set forward.
    for minutes in [610, 620, 1200, 1201] {
        assert_eq!(log.until(at(minutes)).news(), [""; 0], "{minutes}");
    }
    for minutes in (1205..1276).step_by(5) {
        assert_eq!(log.until(at(minutes)).news(), [""; 0], "{minutes}");
    }
    assert_eq!(log.until(at(1276)).news(), ["line_silent"]);
    assert_eq!(log.standing(0).silent_since, Some(at(0)));
}

#[test]
fn a_line_without_any_proof_is_said_to_be_unproven_once() {
    let mut log = Log::new(0..1);
    assert_eq!(log.standing(0).word, Word::Unproven);
    let mut said = Vec::new();
    for minutes in (0..4320).step_by(9) {
        said.extend(log.until(at(minutes)).news());
    }
    assert_eq!(said, ["line_unproven"]);
    log.until(at(4320)).beat(0);
    assert_eq!(log.standing(0).word, Word::Alive);
    for minutes in (4320..4500).step_by(9) {
        said.extend(log.until(at(minutes)).news());
    }
    assert_eq!(said, ["line_unproven", "line_silent"]);
    log.folds_the_same();
}

#[test]
fn nothing_is_said_of_a_retired_line() {
    let mut log = Log::new(0..1);
    log.until(at(0)).beat(0);
    log.add(Event::LineRetired(LineRetired { number: number(0) }));
    assert_eq!(log.until(at(5)).news(), [""; 0]);
    for minutes in (10..4000).step_by(9) {
        assert_eq!(log.until(at(minutes)).news(), [""; 0]);
    }
    assert_eq!(log.standing(0).word, Word::Off);
}

#[test]
fn a_phone_that_is_up_does_not_hide_that_messages_are_lost() {
    let mut log = Log::tested(0..2);
    let mut said = Vec::new();
    for minutes in (0..3000).step_by(5) {
        log.until(at(minutes)).ping(0);
        said.extend(log.news());
        if minutes % 60 == 0 {
            log.write();
        }
    }
    // No test ever came back: both are silent after 26 h and the time to return.
    assert_eq!(said, ["line_silent", "line_silent"]);
    assert_eq!(log.standing(0).expects, Some(Basis::TestMessage));
    let life = log.state.lives.of(&number(0)).unwrap();
    let proven = life.proven()[&Basis::Device].last().unwrap();
    assert!(
        proven <= at(27 * 60).as_micros(),
        "pings prove nothing on a silent line"
    );
    log.folds_the_same();
}
