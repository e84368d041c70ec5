//! The queue is a fold: raised minus settled.

use honeytoken::{AlertReplayed, AlertTarget, AlertTargetRemoved, Event, Language};

use super::story::{Story, failed};
use crate::alerts::fold::PENDING_PER_TARGET_MAX;
use crate::alerts::wire::Sent;
use crate::alerts::{Alerts, Standing, courier, words};

#[test]
fn what_is_raised_waits_until_it_is_settled() {
    let mut story = Story::new();
    story.target("a");
    story.target("b");
    let raised = story.raise("verdict", Some("acme"), &["a", "b"]);
    assert_eq!(story.alerts().counts(), (2, 0, 0));
    assert_eq!(story.due().len(), 2);
    story.send(Sent::Delivered);
    assert_eq!(story.standing(raised, "a"), Standing::Delivered);
    assert_eq!(story.standing(raised, "b"), Standing::Pending);
    assert_eq!(story.alerts().oldest_pending(), Some(story.now));
    story.send(Sent::Delivered);
    assert_eq!(story.alerts().counts(), (0, 2, 0));
    assert!(story.alerts().queue().is_empty());
}

#[test]
fn a_failure_is_tried_again_for_days_then_dead_then_replayed() {
    let mut story = Story::new();
    story.target("a");
    let raised = story.raise("verdict", Some("acme"), &["a"]);
    let mut attempts = 0;
    while story.standing(raised, "a") == Standing::Pending {
        let next = story.alerts().queue().remove(0);
        assert_eq!((next.raised, next.attempts), (raised, attempts));
        story.now = story.now.max(next.due);
        story.send(failed());
        attempts += 1;
    }
    assert_eq!(attempts, 10);
    assert!(story.now.days_since(super::story::START) > 3.0);
    assert_eq!(story.standing(raised, "a"), Standing::Dead);
    assert_eq!(story.alerts().counts(), (0, 0, 1));
    let targets = story.alerts().dead_at(raised);
    story.tell(Event::AlertReplayed(AlertReplayed { raised, targets }));
    assert_eq!(story.send(Sent::Delivered).raised, raised);
    assert_eq!(story.alerts().counts(), (0, 1, 0));
}

#[test]
fn a_throttle_holds_back_and_sums_up() {
    let mut story = Story::new();
    story.target("a");
    let first = story.raise("verdict", Some("acme"), &["a"]);
    assert_eq!(story.send(Sent::Delivered).raised, first);
    let held: Vec<u64> = (0..12)
        .map(|_| story.raise("evidence", Some("acme"), &["a"]))
        .collect();
    let other = story.raise("verdict", Some("beta"), &["a"]);
    story.pass_s(2);
    assert_eq!(
        story.send(Sent::Delivered).raised,
        other,
        "another platform is not held back"
    );
    assert!(story.due().is_empty());
    story.pass_s(10 * 60);
    let newest = story.raise("verdict", Some("acme"), &["a"]);
    let due = story.due();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].raised, &due[0].summed), (newest, &held));
    let target = story.alerts().target(&due[0].target).unwrap();
    let text = |language| {
        let target = AlertTarget {
            language,
            ..target.clone()
        };
        let log = words::LogTag::of("log");
        words::message(
            &log,
            story.alerts(),
            &story.state.registry,
            &target,
            &due[0],
        )
        .unwrap()
        .text()
    };
    assert!(
        text(Language::En).contains("and 12 more"),
        "{}",
        text(Language::En)
    );
    assert!(
        text(Language::Zh).contains("另有 12 条"),
        "{}",
        text(Language::Zh)
    );
    story.send(Sent::Delivered);
    assert!(
        held.iter()
            .all(|index| story.standing(*index, "a") == Standing::Summed)
    );
    assert!(story.alerts().queue().is_empty());
}

#[test]
fn what_was_tried_stays_what_it_was() {
    let mut story = Story::new();
    story.target("a");
    let held = story.raise("verdict", Some("acme"), &["a"]);
    let head = story.raise("verdict", Some("acme"), &["a"]);
    story.send(failed());
    let later = story.raise("verdict", Some("acme"), &["a"]);
    story.pass_s(5);
    let again = story.send(Sent::Delivered);
    assert_eq!(
        (again.raised, again.summed, again.attempts),
        (head, vec![held], 1)
    );
    assert_eq!(story.standing(later, "a"), Standing::Pending);
    story.pass_s(600);
    assert_eq!(story.send(Sent::Delivered).raised, later);
}

#[test]
fn summed_up_in_a_dead_one_is_dead_too() {
    let mut story = Story::new();
    story.target("a");
    let held = story.raise("verdict", Some("acme"), &["a"]);
    let head = story.raise("verdict", Some("acme"), &["a"]);
    story.send(Sent::Gone);
    for index in [held, head] {
        assert_eq!(story.standing(index, "a"), Standing::Dead);
    }
}

#[test]
fn a_target_that_is_gone_is_disabled_until_it_is_set_anew() {
    let mut story = Story::new();
    let target = story.target("a");
    let first = story.raise("log", None, &["a"]);
    let second = story.raise("unparsed", None, &["a"]);
    story.send(Sent::Gone);
    assert!(
        story
            .alerts()
            .target(&target.target)
            .unwrap()
            .disabled
            .is_some()
    );
    for index in [first, second] {
        assert_eq!(story.standing(index, "a"), Standing::Dead);
    }
    assert!(story.alerts().queue().is_empty());
    story.tell(Event::AlertTargetSet(target));
    story.raise("log", None, &["a"]);
    assert_eq!(story.due().len(), 1);
}

#[test]
fn what_changed_while_a_message_was_under_way_stays_changed() {
    let mut story = Story::new();
    let before = story.target("a");
    story.raise("log", None, &["a"]);
    let sending = story.due().remove(0);
    let gone = || courier::events(&sending, &before, Sent::Gone, story.now, 0.0);
    let sets = |events: &[Event]| {
        let set = |event: &&Event| matches!(event, Event::AlertTargetSet(_));
        events.iter().filter(set).count()
    };
    let mut as_it_was = gone();
    courier::timely(story.alerts(), &before, &mut as_it_was);
    assert_eq!(sets(&as_it_was), 1, "disabled");

    let (mut anew, mut removed) = (gone(), gone());
    let target = before.target.clone();
    story.tell(Event::AlertTargetSet(AlertTarget {
        throttle_min: before.throttle_min + 1,
        ..before.clone()
    }));
    courier::timely(story.alerts(), &before, &mut anew);
    story.tell(Event::AlertTargetRemoved(AlertTargetRemoved { target }));
    courier::timely(story.alerts(), &before, &mut removed);
    assert_eq!((sets(&anew), sets(&removed)), (0, 0));
    assert_eq!((anew.len(), removed.len()), (1, 1), "settled all the same");
}

#[test]
fn new_settings_are_tried_at_once() {
    let mut story = Story::new();
    let target = story.target("a");
    let raised = story.raise("log", None, &["a"]);
    story.send(failed());
    assert!(story.due().is_empty());
    story.tell(Event::AlertTargetSet(target));
    let sending = story.send(Sent::Delivered);
    assert_eq!((sending.raised, sending.attempts), (raised, 1));
}

#[test]
fn a_removed_target_is_sent_nothing() {
    let mut story = Story::new();
    let target = story.target("a").target;
    let raised = story.raise("log", None, &["a"]);
    story.tell(Event::AlertTargetRemoved(AlertTargetRemoved { target }));
    assert_eq!(story.standing(raised, "a"), Standing::Dropped);
    assert!(story.alerts().queue().is_empty());
    assert_eq!(story.alerts().counts(), (0, 0, 0));
}

#[test]
fn a_full_queue_gives_up_its_oldest() {
    let mut story = Story::new();
    story.target("a");
    let all: Vec<u64> = (0..PENDING_PER_TARGET_MAX + 3)
        .map(|n| story.raise("verdict", Some(&format!("p{n}")), &["a"]))
        .collect();
    assert_eq!(
        story.alerts().counts(),
        (PENDING_PER_TARGET_MAX as u64, 0, 3)
    );
    for index in &all[..3] {
        assert_eq!(story.standing(*index, "a"), Standing::Dead);
    }
    assert_eq!(story.standing(all[3], "a"), Standing::Pending);
}

#[test]
fn a_group_robot_is_given_time() {
    let mut story = Story::new();
    let target = story.target("a");
    story.tell(Event::AlertTargetSet(AlertTarget {
        channel: "wecom".to_owned(),
        ..target
    }));
    story.raise("verdict", Some("acme"), &["a"]);
    story.raise("verdict", Some("beta"), &["a"]);
    story.send(Sent::Delivered);
    assert!(story.due().is_empty());
    story.pass_s(3);
    assert_eq!(story.due().len(), 1);
}

#[test]
fn the_kept_fold_and_a_fold_from_zero_are_the_live_one() {
    let mut story = Story::new();
    story.target("a");
    story.raise("verdict", Some("acme"), &["a"]);
    story.raise("log", None, &["a"]);
    story.send(failed());
    let json = |alerts: &Alerts| serde_json::to_value(alerts).unwrap();
    let live = json(story.alerts());
    assert_eq!(json(&story.again().alerts), live);
    let kept: Alerts = serde_json::from_value(live.clone()).unwrap();
    assert_eq!(json(&kept), live);
    assert_eq!(kept.queue(), story.alerts().queue());
}
