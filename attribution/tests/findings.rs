//! What a verdict says beside its class: blame that is shared, leaks on the supply side, requests that
//! were not honoured, what outlives an erasure.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{Scenario, entries, generate, scenario};
use attribution::{Cause, Flag, State, Verdict};
use honeytoken::{Entry, Erasure, Event, Policy, RequestKind, RequestMade, Timestamp};

fn folded(entries: &[Entry]) -> State {
    let mut state = State::new(Policy::standard());
    entries.iter().for_each(|e| state.apply(e));
    if let Some(last) = entries.iter().filter_map(received).max() {
        state.advance(last.plus_s(86_400));
    }
    state
}

fn received(entry: &Entry) -> Option<Timestamp> {
    match &entry.event {
        Event::Contact(contact) => Some(contact.received_at),
        _ => None,
    }
}

fn world(name: &str, seed: u64) -> Vec<Entry> {
    let world = generate(&scenario(name).unwrap(), seed);
    entries(&world.lines, &world.contacts)
}

/// What repeats of a contact have in common with it: they are erased together.
fn key(entry: &Entry) -> Option<&str> {
    match &entry.event {
        Event::Contact(contact) => Some(&contact.dedupe_key),
        _ => None,
    }
}

fn accused(state: &State) -> Vec<Verdict> {
    let leaks = |v: &Verdict| v.class.is_accusing();
    state.verdicts().into_iter().filter(leaks).collect()
}

#[test]
fn a_verdict_says_what_it_rests_on_and_when_it_would_be_wrong() {
    let state = folded(&world("demo", 5));
    let accused = accused(&state);
    assert!(!accused.is_empty());
    for verdict in accused {
        let first = verdict.evidence.first().unwrap().to_string();
        for (words, wrong, alive) in [
            (
                &verdict.reason.en,
                "would be wrong if",
                "imported or typed in",
            ),
            (&verdict.reason.zh, "结论可能有误", "由操作员导入或录入"),
        ] {
            assert!(words.contains(&first), "{words}");
            assert!(words.contains(wrong) && words.contains(alive), "{words}");
            assert!(words.contains("asserted"), "{words}");
        }
    }
}

#[test]
fn whoever_reaches_controls_alike_is_on_the_supply_side() {
    let supplied = |name: &str, seed| {
        let all = folded(&world(name, seed)).verdicts();
        let flagged = all
            .iter()
            .filter(|v| v.flags.contains(&Flag::SupplySide))
            .count();
        (flagged, all.len())
    };
    let (flagged, all) = supplied("supply", 3);
    assert!(flagged * 2 > all, "{flagged} of {all}");
    let (flagged, all) = supplied("typical", 3);
    assert!(flagged * 10 < all, "{flagged} of {all}");
}

#[test]
fn those_who_were_given_the_same_numbers_share_the_blame() {
    // Every platform on the same three lines, names never spoken: nobody can tell them apart.
    let shared = Scenario {
        platforms: 4,
        shared_lines: 3,
        controls: 30,
        leak_once: 0.0,
        resell: 1.0,
        first_party: 0.0,
        declared: 0.0,
        china: 1.0,
        name_in_sms: 0.0,
        name_in_call: 0.0,
        ..scenario("scarce").unwrap()
    };
    for seed in 1..4 {
        let world = generate(&shared, seed);
        let state = folded(&entries(&world.lines, &world.contacts));
        for verdict in accused(&state) {
            assert!(verdict.flags.contains(&Flag::JointBlame), "{seed}");
            assert!(!verdict.joint_with.is_empty());
            assert!(verdict.reason.en.contains("cannot be told apart"));
        }
    }
    // Numbers of their own: nobody to share with.
    for verdict in folded(&world("demo", 5)).verdicts() {
        assert!(verdict.joint_with.is_empty() && !verdict.flags.contains(&Flag::JointBlame));
    }
}

#[test]
fn requests_that_were_not_honoured_are_findings() {
    let mut entries = world("demo", 5);
    let first = entries
        .iter()
        .position(|e| matches!(e.event, Event::Contact(_)))
        .unwrap();
    let issued: Vec<_> = entries
        .iter()
        .filter_map(|e| match &e.event {
            Event::HoneytokenIssued(token) => Some((token.honeytoken.clone(), token.registered_at)),
            _ => None,
        })
        .collect();
    let at = entries[first].at;
    for (honeytoken, registered) in issued {
        for request in [RequestKind::OptOut, RequestKind::Erasure] {
            let made = RequestMade {
                honeytoken: honeytoken.clone(),
                request,
                made_at: registered.plus_s(86_400),
            };
            entries.insert(
                first,
                Entry {
                    index: 0,
                    at,
                    by: None,
                    event: Event::RequestMade(made),
                },
            );
        }
    }
    for (i, entry) in entries.iter_mut().enumerate() {
        entry.index = i as u64;
    }
    let verdicts = folded(&entries).verdicts();
    let with = |flag| verdicts.iter().filter(|v| v.flags.contains(&flag)).count();
    assert!(with(Flag::OptOutViolated) > 0 && with(Flag::ErasureIgnored) > 0);
    let before = folded(&world("demo", 5)).verdicts();
    let asked = [Flag::OptOutViolated, Flag::ErasureIgnored];
    assert!(
        before
            .iter()
            .all(|v| !v.flags.iter().any(|f| asked.contains(f)))
    );
}

/// The log of which a leak contact is gone, and its erasure as `carried` has it.
fn without_a_leak(carried: impl Fn(&Entry, &State, &State) -> serde_json::Value) -> [State; 2] {
    let entries = world("demo", 5);
    let mut live = folded(&entries);
    let leak = |e: &&Entry| live.cause(e.index).is_some_and(|a| a.cause == Cause::Leak);
    let gone = entries.iter().filter(leak).nth(3).unwrap().clone();
    let mut rest = entries.clone();
    rest.retain(|e| key(e).is_none() || key(e) != key(&gone));
    let mut from_zero = folded(&rest);
    let carried = carried(&gone, &live, &from_zero);
    let last = entries.last().unwrap();
    let erasure = Entry {
        index: last.index + 1,
        at: last.at,
        by: None,
        event: Event::Erasure(Erasure {
            erased: gone.index,
            reason: "asked to".into(),
            legal_basis: None,
            scope: None,
            carried: carried.as_object().unwrap().clone(),
        }),
    };
    from_zero.apply(&erasure);
    live.apply(&erasure);
    [live, from_zero]
}

#[test]
fn evidence_stands_where_the_erasure_says_it_stood() {
    let [live, from_zero] = without_a_leak(|_, live, without| {
        let (key, value) = live.standing(without).unwrap();
        serde_json::json!({ key: value })
    });
    for (a, b) in live.verdicts().iter().zip(from_zero.verdicts()) {
        assert_eq!((a.class, a.flagged_at), (b.class, b.flagged_at));
        assert_eq!(a.e_value.to_bits(), b.e_value.to_bits());
    }
}

#[test]
fn a_contact_that_an_older_version_erased_counts_as_it_did() {
    let carried = |gone: &Entry, live: &State, _: &State| {
        let Event::Contact(contact) = &gone.event else {
            return serde_json::Value::Null;
        };
        let number = contact.to.as_ref().and_then(|to| to.number());
        let at = contact.received_at.as_micros();
        let token = world("demo", 5).iter().find_map(|e| match &e.event {
            Event::HoneytokenIssued(t) if Some(t.number) == number => Some(t.honeytoken.clone()),
            _ => None,
        });
        let platform = live.cause(gone.index).unwrap().platform;
        serde_json::json!({ "residue": {
            "at": at, "happened": at, "whose": "Stranger", "named": false, "cause": "leak",
            "platform": platform, "honeytokens": [token], "weights": [],
        } })
    };
    let [live, from_zero] = without_a_leak(carried);
    let leaks = |state: &State| -> Vec<_> {
        let verdicts = state.verdicts();
        let leak = |v: &attribution::Verdict| v.contacts.get(&Cause::Leak).copied();
        verdicts.iter().map(leak).collect()
    };
    assert_eq!(leaks(&live), leaks(&from_zero));
}

#[test]
fn a_platform_that_is_edited_afterwards_changes_no_evidence() {
    let mut entries = world("demo", 5);
    let before = folded(&entries).verdicts();
    let declared = entries.iter().find_map(|e| match &e.event {
        Event::PlatformDeclared(platform) => Some(platform.clone()),
        _ => None,
    });
    let mut platform = declared.unwrap();
    platform.known_senders = vec!["+8613000000000".into()];
    platform.domains.clear();
    let last = entries.last().unwrap().clone();
    entries.push(Entry {
        index: last.index + 1,
        event: Event::PlatformDeclared(platform),
        ..last
    });
    for (a, b) in before.iter().zip(folded(&entries).verdicts()) {
        assert_eq!(
            (a.class, a.e_value.to_bits()),
            (b.class, b.e_value.to_bits())
        );
    }
}
