//! A fold from zero comes to the same verdicts without the words and callers that were erased.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use std::collections::{BTreeMap, BTreeSet};

use attribution::world::{entries, generate, scenario};
use attribution::{Reading, State, Verdict};
use honeytoken::{Contact, Entry, Erasure, Event, Policy};

fn world(name: &str, seed: u64) -> Vec<Entry> {
    let world = generate(&scenario(name).unwrap(), seed);
    entries(&world.lines, &world.contacts)
}

fn contact(entry: &Entry) -> Option<&Contact> {
    match &entry.event {
        Event::Contact(contact) => Some(contact),
        _ => None,
    }
}

/// All contacts of every third caller, and every seventh contact; what is told again goes with its
/// first.
fn chosen(entries: &[Entry]) -> BTreeSet<u64> {
    let mut callers: BTreeMap<String, usize> = BTreeMap::new();
    let mut chosen = BTreeSet::new();
    let mut told: BTreeMap<&str, u64> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let Some(contact) = contact(entry) else {
            continue;
        };
        let first = *told.entry(&contact.dedupe_key).or_insert(entry.index);
        if first != entry.index {
            chosen.extend(chosen.contains(&first).then_some(entry.index));
            continue;
        }
        let from = contact.from.as_ref().map_or("", |from| from.as_str());
        let next = callers.len();
        let caller = *callers.entry(from.to_owned()).or_insert(next);
        if caller.is_multiple_of(3) || place.is_multiple_of(7) {
            chosen.insert(entry.index);
        }
    }
    chosen
}

/// The readings of these, as of the end of `entries`; `before` was erased earlier.
fn readings(
    entries: &[Entry],
    wanted: &BTreeSet<u64>,
    before: &BTreeMap<u64, Reading>,
) -> BTreeMap<u64, Reading> {
    let mut state = State::new(Policy::standard());
    state.watch(wanted.clone());
    fold_on(&mut state, entries, before);
    state.into_readings()
}

fn folded(entries: &[Entry], erased: &BTreeMap<u64, Reading>) -> State {
    let mut state = State::new(Policy::standard());
    fold_on(&mut state, entries, erased);
    state
}

fn fold_on(state: &mut State, entries: &[Entry], erased: &BTreeMap<u64, Reading>) {
    for (entry, reading) in erased {
        state.foresee(*entry, reading);
    }
    for entry in entries {
        match erased.get(&entry.index) {
            None => state.apply(entry),
            Some(reading) => state.apply_erased(&without_words(entry), Some(reading)),
        }
    }
}

fn without_words(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    if let Event::Contact(contact) = &mut entry.event {
        (contact.from, contact.text) = (None, None);
        contact.provider_event_id = None;
    }
    entry
}

/// Verdicts, causes and campaigns; where texts led to is theirs.
fn all(state: &State) -> String {
    let mut campaigns = state.campaigns();
    campaigns.iter_mut().for_each(|c| c.domains.clear());
    let said = (state.verdicts(), state.causes(), campaigns, state.links());
    serde_json::to_string_pretty(&said).unwrap()
}

fn same(a: &State, b: &State) {
    let (a, b) = (all(a), all(b));
    let differs = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    assert_eq!(differs, None);
    assert_eq!(a.len(), b.len());
}

#[test]
fn verdicts_causes_and_campaigns_outlive_the_words() {
    let entries = world("demo", 3);
    let readings = readings(&entries, &chosen(&entries), &BTreeMap::new());
    assert!(readings.len() > entries.len() / 5);
    let none = BTreeMap::new();
    same(&folded(&entries, &none), &folded(&entries, &readings));
}

/// Where texts that are gone would have been compared with others, campaigns may be drawn otherwise;
/// then the erasure says where the evidence stood.
#[test]
fn accusations_and_evidence_stand_where_campaigns_are_drawn_otherwise() {
    for (name, seed) in [("typical", 2), ("partners", 5), ("demo", 4)] {
        let entries = world(name, seed);
        let readings = readings(&entries, &chosen(&entries), &BTreeMap::new());
        let live = folded(&entries, &BTreeMap::new());
        let mut without = folded(&entries, &readings);
        let carried = live.standing(&without).into_iter().collect();
        let last = entries.last().unwrap();
        without.apply(&Entry {
            index: last.index + 1,
            at: last.at,
            by: None,
            event: Event::Erasure(Erasure {
                erased: last.index,
                reason: "asked to".into(),
                legal_basis: None,
                scope: None,
                carried,
            }),
        });
        for (a, b) in live.verdicts().iter().zip(without.verdicts()) {
            let said = |v: &Verdict| (v.class, v.flagged_at, v.e_value.to_bits(), v.fdr.to_bits());
            assert_eq!(said(a), said(&b), "{name} {}", a.platform);
        }
    }
}

#[test]
fn what_is_erased_in_two_steps_is_judged_as_if_in_one() {
    let entries = world("demo", 3);
    let half = entries.len() / 2;
    let wanted = chosen(&entries);
    let (early, late): (BTreeSet<u64>, BTreeSet<u64>) =
        wanted.iter().partition(|index| **index % 2 == 0);
    let early = early.into_iter().filter(|i| (*i as usize) < half).collect();
    let mut erased = readings(&entries[..half], &early, &BTreeMap::new());
    let after_one = folded(&entries, &erased);
    let more = readings(&entries, &late, &erased);
    erased.extend(more);
    same(&after_one, &folded(&entries, &erased));
}

#[test]
fn a_reading_holds_no_word_and_no_caller() {
    let entries = world("demo", 3);
    let readings = readings(&entries, &chosen(&entries), &BTreeMap::new());
    let text = serde_json::to_string(&readings).unwrap();
    for contact in entries.iter().filter_map(contact) {
        let from = contact.from.as_ref().map_or("", |from| from.as_str());
        assert!(from.len() < 8 || !text.contains(from));
        let said = contact.text.as_deref().unwrap_or_default();
        assert!(said.chars().count() < 6 || !text.contains(said));
    }
    let again: BTreeMap<u64, Reading> = serde_json::from_str(&text).unwrap();
    assert_eq!(again, readings);
}
