//! Soak, dirty lines, default soak.

use super::*;
use crate::{DirtyAction, DirtyLines};

const DAY_S: i64 = 86_400;

fn later(days: i64) -> Timestamp {
    NOW.plus_s(days * DAY_S)
}

impl House {
    fn policy(&mut self, contacts_max: u32, action: DirtyAction) {
        self.append(Event::Policy(Policy {
            dirty_lines: Some(DirtyLines {
                contacts_max,
                action,
            }),
            ..Policy::standard()
        }));
    }

    fn state_of(&self, number: &str, at: Timestamp) -> LineState {
        self.registry
            .line(&number.parse().unwrap(), at)
            .unwrap()
            .state
    }

    pub(super) fn hear(&mut self, number: &str, at: Timestamp, session: Option<&str>) {
        let contact = serde_json::json!({
            "connection": "tw",
            "dedupe_key": self.next.to_string(),
            "session": session,
            "medium": "call",
            "phase": "ringing",
            "to": number,
            "received_at": at,
            "authentication": "imported",
        });
        let contact: Contact = serde_json::from_value(contact).unwrap();
        self.append(Event::Contact(contact));
    }
}

#[test]
fn soak_ends_by_itself() {
    let mut house = House::new();
    house.add(A, |line| line.soak_until = Some(later(30)));
    assert_eq!(house.state_of(A, later(29)), LineState::Soaking);
    assert_eq!(house.state_of(A, later(30)), LineState::Ready);
}

#[test]
fn a_line_that_hears_too_much_in_its_soak_is_dirty() {
    let mut house = House::new();
    house.add(A, |line| line.soak_until = Some(later(30)));
    house.policy(2, DirtyAction::Disqualify);
    for day in 1..=2 {
        house.hear(A, later(day), None);
    }
    assert_eq!(house.state_of(A, later(3)), LineState::Soaking);
    // The stages of a call are heard once.
    for session in ["call-1", "call-1", "call-1"] {
        house.hear(A, later(4), Some(session));
    }
    assert_eq!(house.state_of(A, later(31)), LineState::Dirty);
    let view = house.registry.line(&A.parse().unwrap(), later(31)).unwrap();
    assert_eq!(view.dirty.unwrap().contacts, 3);
    assert_eq!(house.issue(on(A, "acme")).unwrap_err().code(), "dirty");
    assert_eq!(
        house.issue(wish("acme")).unwrap_err().code(),
        "no_ready_line"
    );
}

#[test]
fn what_is_heard_after_the_soak_makes_no_line_dirty() {
    let mut house = House::new();
    house.add(A, |line| line.soak_until = Some(later(1)));
    house.policy(0, DirtyAction::Disqualify);
    house.hear(A, later(2), None);
    assert_eq!(house.state_of(A, later(3)), LineState::Ready);
    // Nor a line that never soaked.
    house.add(B, |_| {});
    house.hear(B, later(2), None);
    assert_eq!(house.state_of(B, later(3)), LineState::Ready);
}

#[test]
fn a_dirty_line_soaks_anew_or_leaves() {
    let mut house = House::new();
    house.add(A, |line| line.soak_until = Some(later(30)));
    house.policy(0, DirtyAction::Disqualify);
    house.hear(A, later(1), None);
    let number: PhoneNumber = A.parse().unwrap();
    let event = house.registry.soak_line(number, later(60)).unwrap();
    house.append(event);
    assert_eq!(house.state_of(A, later(59)), LineState::Soaking);
    assert_eq!(house.state_of(A, later(61)), LineState::Ready);
    house.hear(A, later(50), None);
    assert_eq!(house.state_of(A, later(61)), LineState::Dirty);
    let event = house.registry.retire_line(number).unwrap();
    house.append(event);
    assert_eq!(
        house
            .registry
            .soak_line(number, later(90))
            .unwrap_err()
            .code(),
        "retired"
    );
}

#[test]
fn placed_lines_and_controls_do_not_soak_anew() {
    let mut house = House::new();
    house.add(A, |_| {});
    house.add(B, |line| line.role = LineRole::Control);
    house.issue(on(A, "acme")).unwrap();
    let soak = |number: &str| house.registry.soak_line(number.parse().unwrap(), later(9));
    assert_eq!(soak(A).unwrap_err().code(), "placed_soak");
    assert_eq!(soak(B).unwrap_err().code(), "is_control");
    assert_eq!(soak("+14155550139").unwrap_err().code(), "unknown_line");
}

#[test]
fn a_marked_line_is_drawn_last() {
    let mut house = House::new();
    house.policy(0, DirtyAction::Mark);
    for number in [A, B] {
        house.add(number, |line| line.soak_until = Some(NOW));
    }
    house.hear(A, NOW.plus_s(-1), None);
    assert_eq!(house.state_of(A, NOW), LineState::Ready);
    let view = house.registry.line(&A.parse().unwrap(), NOW).unwrap();
    assert!(view.dirty.is_some());
    assert_eq!(house.issue(wish("acme")).unwrap().number.as_str(), B);
    assert_eq!(house.issue(wish("acme")).unwrap().number.as_str(), A);
}

#[test]
fn the_default_soak_is_the_policys_and_a_lines_own_comes_first() {
    let mut house = House::new();
    let soak = |house: &House, line: Line| house.registry.with_default_soak(line, NOW).soak_until;
    assert_eq!(soak(&house, line(A)), None);
    house.append(Event::Policy(Policy {
        soak_days: Some(30),
        ..Policy::standard()
    }));
    assert_eq!(soak(&house, line(A)), Some(later(30)));
    let own = Line {
        soak_until: Some(later(3)),
        ..line(A)
    };
    assert_eq!(soak(&house, own), Some(later(3)));
    let control = Line {
        role: LineRole::Control,
        ..line(A)
    };
    assert_eq!(soak(&house, control), None);
}
