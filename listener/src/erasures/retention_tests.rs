//! Clocks, and what they erase.

use honeytoken::{Event, Timestamp};
use store::{Creation, Options};

use super::{Due, RetentionConfig};
use crate::import::{self, ContactRow};
use crate::ledger::{Ledger, Order, Scope};

const AT: Timestamp = Timestamp::from_unix_s(1_791_000_000);
const DAY_S: i64 = 86_400;

fn row(json: &str) -> Event {
    let row: ContactRow = serde_json::from_str(json).unwrap();
    import::contact(row)
}

/// A log with a text, a call of a withheld caller, and an operator's step.
fn ledger(dir: &std::path::Path) -> Ledger {
    let creation = Creation {
        origin: "test.invalid/log".to_owned(),
        program: "test".to_owned(),
        at: AT,
    };
    let mut ledger = Ledger::open(dir, creation, Options::default(), &|_| {}).unwrap();
    let events = vec![
        Event::ConnectionSet(import::connection()),
        row(
            r#"{"provider_event_id":"a","received_at":1791000000,"to":"+14155550132","from":"+14155550199","kind":"sms","text":"a loan"}"#,
        ),
        row(
            r#"{"provider_event_id":"b","received_at":1791000000,"to":"+14155550132","kind":"call"}"#,
        ),
    ];
    ledger.record(AT, None, events).unwrap();
    ledger
}

fn clocks(text: &str) -> RetentionConfig {
    toml::from_str(text).unwrap()
}

fn due(ledger: &Ledger, clocks: &RetentionConfig, days: i64) -> Vec<u64> {
    let now = AT.plus_s(days * DAY_S);
    Due::at(now, clocks, &ledger.view(), 100).unwrap().0
}

#[test]
fn what_is_not_named_is_kept_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger(dir.path());
    assert_eq!(
        due(&ledger, &RetentionConfig::default(), 100_000),
        Vec::<u64>::new()
    );
    for bad in [
        "contact_text_days = 0",
        "texts_days = 1",
        "recordings_days = -1",
    ] {
        assert!(toml::from_str::<RetentionConfig>(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_shortest_clock_that_concerns_a_contact_erases_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger(dir.path());
    let both = clocks("contact_text_days = 30\ncaller_numbers_days = 7");
    assert_eq!(due(&ledger, &both, 6), Vec::<u64>::new());
    let late = due(&ledger, &both, 7);
    assert_eq!(late.len(), 1, "the call shows no caller and says nothing");
    // By hand and by file nothing raw is kept.
    assert_eq!(
        due(&ledger, &clocks("raw_bodies_days = 1"), 9),
        Vec::<u64>::new()
    );
    let order = Order {
        scope: Scope::Due(late.clone()),
        reason: "over".to_owned(),
        legal_basis: Some("retention".to_owned()),
        by: None,
    };
    let prepared = ledger.view().prepare_erasure(order).unwrap();
    let erased = ledger.erase(prepared, AT.plus_s(7 * DAY_S)).unwrap();
    assert_eq!(erased.entries.len(), 1);
    assert!(ledger.view().reader.is_erased(late[0]));
    assert_eq!(due(&ledger, &both, 100), Vec::<u64>::new());
    assert_eq!(ledger.view().state().contacts(), 2, "counted as before");
    let entry = ledger.view().reader.entry(erased.entries[0].1).unwrap();
    let Some(Event::Erasure(erasure)) = entry.map(|entry| entry.event) else {
        panic!("no erasure is recorded");
    };
    assert_eq!(erasure.scope.as_deref(), Some("due"));
    let carried = serde_json::to_string(&erasure.carried).unwrap();
    assert!(!carried.contains("14155550199") && !carried.contains("a loan"));
}

#[test]
fn what_was_prepared_before_the_log_grew_by_more_of_the_same_is_prepared_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger(dir.path());
    let order = Order {
        scope: Scope::Caller("+14155550199".to_owned()),
        reason: "asked".to_owned(),
        legal_basis: None,
        by: None,
    };
    let early = ledger.view().prepare_erasure(order.clone()).unwrap();
    let more = row(
        r#"{"provider_event_id":"c","received_at":1791000009,"to":"+14155550132","from":"+14155550199","kind":"sms","text":"again"}"#,
    );
    ledger.record(AT, None, vec![more]).unwrap();
    let refused = ledger.erase(early, AT).unwrap_err();
    assert!(
        matches!(refused, crate::ledger::EraseError::Grown),
        "{refused}"
    );
    let prepared = ledger.view().prepare_erasure(order).unwrap();
    assert_eq!(ledger.erase(prepared, AT).unwrap().entries.len(), 2);
}
