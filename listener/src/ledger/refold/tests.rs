use std::path::Path;

use honeytoken::{Entry, Event, Timestamp};
use store::{Creation, Draft, Options};

use super::super::opening::fold_from_zero;
use super::super::{Order, SNAPSHOT, Scope};
use super::*;
use crate::import::{self, ContactRow};

const AT: Timestamp = Timestamp::from_unix_s(1_791_000_000);

fn ledger(dir: &Path) -> Ledger {
    let creation = Creation {
        origin: "test.invalid/log".to_owned(),
        program: "test".to_owned(),
        at: AT,
    };
    let mut ledger = Ledger::open(dir, creation, Options::default(), &|_| {}).unwrap();
    let events = vec![Event::ConnectionSet(import::connection())];
    ledger.record(AT, None, events).unwrap();
    ledger
}

fn text(number: u64, from: u64) -> Event {
    let row = serde_json::json!({
        "provider_event_id": format!("id{number}"), "received_at": 1_791_000_000 + number,
        "to": "+14155550132", "from": format!("+1415555{from:04}"), "kind": "sms",
        "text": format!("offer {number}"),
    });
    import::contact(serde_json::from_value::<ContactRow>(row).unwrap())
}

fn json(state: &State) -> String {
    serde_json::to_string(state).unwrap()
}

fn from_zero(ledger: &Ledger) -> String {
    let view = ledger.view();
    let gone = Gone::of_log(&view.reader, &view.index).unwrap();
    let mut state = State::new();
    fold_from_zero(&mut state, &view.reader, &view.index, &gone, u64::MAX).unwrap();
    json(&state)
}

/// Erases a contact on one node: the entries that say so.
fn erased_on(ledger: &mut Ledger, contact: u64) -> Vec<Event> {
    let order = Order {
        scope: Scope::Contact(contact),
        reason: "asked".to_owned(),
        legal_basis: None,
        by: None,
    };
    let prepared = ledger.view().prepare_erasure(order).unwrap();
    let erased = ledger.erase(prepared, AT).unwrap();
    let entry = |at: u64| ledger.view().reader.entry(at).unwrap().unwrap();
    let entries = erased.entries.iter().map(|(_, at)| entry(*at));
    entries.map(|entry| entry.event).collect()
}

/// They arrive on another, whose log is the same.
fn arrive(ledger: &mut Ledger, events: Vec<Event>) {
    let sealer = ledger.view().sealer.clone();
    let draft = |event| Draft {
        at: AT,
        by: None,
        event,
    };
    let seal = |event| sealer.seal(draft(event));
    let sealed = events.into_iter().map(seal).collect::<Result<_, _>>();
    let entries: Vec<Entry> = ledger.store().append(sealed.unwrap()).unwrap();
    ledger.take_in(&entries).unwrap();
}

#[test]
fn while_another_s_erasure_is_folded_the_log_goes_on_and_ends_in_the_fold_from_zero() {
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [mut one, mut other] = dirs.each_ref().map(|dir| ledger(dir.path()));
    let texts: Vec<Event> = (0..40).map(|n| text(n, n % 7)).collect();
    let indices = one.record(AT, None, texts.clone()).unwrap();
    assert_eq!(other.record(AT, None, texts).unwrap(), indices);
    let first = erased_on(&mut one, indices[3]);
    let second = erased_on(&mut one, indices[8]);

    arrive(&mut other, first);
    assert!(other.view().folds_anew());
    assert!(other.view().reader.is_erased(indices[3]), "at once");
    other.tend_refold().unwrap();
    // More comes, also what tells again what was erased, and another erasure.
    let more = (40..60).map(|n| text(n, n % 7)).chain([text(3, 3)]);
    other.record(AT, None, more.collect()).unwrap();
    arrive(&mut other, second);
    assert_ne!(json(&other.view().state()), from_zero(&other));
    other.snapshot();
    let kept = other.view().index.snapshot(SNAPSHOT).unwrap().is_some();
    assert!(!kept, "what is erased is not kept in a snapshot");

    other.finish_refold().unwrap();
    assert!(!other.view().folds_anew());
    let live = json(&other.view().state());
    assert_eq!(live, from_zero(&other));
    assert_eq!(json(&other.view().state()).matches("offer 3\"").count(), 0);
    other.record(AT, None, vec![text(60, 1)]).unwrap();
    let live = json(&other.view().state());
    assert_eq!(live, from_zero(&other));
    drop(other);
    let again = ledger_again(dirs[1].path());
    assert_eq!(json(&again.view().state()), live, "also after a restart");
}

fn ledger_again(dir: &Path) -> Ledger {
    let creation = Creation {
        origin: String::new(),
        program: String::new(),
        at: AT,
    };
    Ledger::open(dir, creation, Options::default(), &|_| {}).unwrap()
}

#[test]
fn a_ledger_that_ends_does_not_wait_for_the_fold_and_the_next_start_makes_it() {
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [mut one, mut other] = dirs.each_ref().map(|dir| ledger(dir.path()));
    let texts: Vec<Event> = (0..9).map(|n| text(n, n)).collect();
    let indices = one.record(AT, None, texts.clone()).unwrap();
    other.record(AT, None, texts).unwrap();
    let erased = erased_on(&mut one, indices[4]);
    arrive(&mut other, erased);
    other.tend_refold().unwrap();
    let live = from_zero(&other);
    drop(other);
    let again = ledger_again(dirs[1].path());
    assert_eq!(json(&again.view().state()), live);
}
