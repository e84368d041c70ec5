//! The fold itself: the same from zero and step by step, in whatever order equals arrive, on bad input.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{entries, fold, generate, scenario};
use attribution::{Cause, State};
use honeytoken::{Entry, Event, Policy, Sender, Timestamp};

fn demo() -> Vec<Entry> {
    let world = generate(&scenario("demo").unwrap(), 5);
    entries(&world.lines, &world.contacts)
}

fn folded(entries: &[Entry]) -> State {
    let mut state = State::new(Policy::standard());
    entries.iter().for_each(|e| state.apply(e));
    state
}

fn all(state: &State) -> String {
    serde_json::to_string(&(state.verdicts(), state.campaigns(), state.links())).unwrap()
}

#[test]
fn a_snapshot_goes_on_where_it_stopped() {
    let entries = demo();
    let half = entries.len() * 2 / 3;
    let text = serde_json::to_string(&folded(&entries[..half])).unwrap();
    let mut thawed: State = serde_json::from_str(&text).unwrap();
    entries[half..].iter().for_each(|e| thawed.apply(e));
    let whole = folded(&entries);
    assert_eq!(all(&thawed), all(&whole));
    assert_eq!(
        serde_json::to_string(&thawed).unwrap(),
        serde_json::to_string(&whole).unwrap()
    );
}

#[test]
fn verdicts_are_decided_by_the_past_only() {
    let entries = demo();
    let whole = folded(&entries);
    let half = entries.len() * 3 / 4;
    let early = folded(&entries[..half]);
    for verdict in early.verdicts().iter().filter(|v| v.flagged_at.is_some()) {
        let later = whole.verdict(&verdict.platform).unwrap();
        assert_eq!(later.flagged_at, verdict.flagged_at);
    }
    assert!(early.verdicts().iter().any(|v| v.flagged_at.is_some()));
}

#[test]
fn equal_times_in_any_order() {
    let world = generate(&scenario("demo").unwrap(), 6);
    let mut rows = world.contacts;
    for row in &mut rows {
        row.received_at -= row.received_at % 3_600;
    }
    let (straight, _) = attribution::world::fold_rows(&world.lines, &rows);
    for hour in rows.chunk_by_mut(|a, b| a.received_at == b.received_at) {
        hour.reverse();
    }
    let (reversed, _) = attribution::world::fold_rows(&world.lines, &rows);
    let said = |s: &State| {
        s.verdicts()
            .into_iter()
            .map(|v| {
                (
                    v.platform,
                    v.class,
                    v.e_value.to_bits(),
                    v.flagged_at,
                    v.contacts,
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(said(&straight), said(&reversed));
}

#[test]
fn repeats_count_once() {
    let entries = demo();
    let once = folded(&entries);
    let mut doubled: Vec<Entry> = Vec::new();
    for entry in &entries {
        doubled.push(entry.clone());
        if matches!(entry.event, Event::Contact(_)) {
            doubled.push(entry.clone());
        }
    }
    for (i, entry) in doubled.iter_mut().enumerate() {
        entry.index = i as u64;
    }
    let twice = folded(&doubled);
    for (a, b) in once.verdicts().iter().zip(twice.verdicts()) {
        assert_eq!(
            (a.class, a.e_value.to_bits(), &a.contacts),
            (b.class, b.e_value.to_bits(), &b.contacts)
        );
    }
}

#[test]
fn a_repeat_is_what_its_first_is() {
    let mut entries = demo();
    let first = contacts(&entries).remove(7);
    let Event::Contact(contact) = &first.event else {
        return;
    };
    let repeat = honeytoken::Repeat {
        connection: contact.connection.clone(),
        repeats: first.index,
        to: contact.to.clone(),
        received_at: contact.received_at,
        authentication: contact.authentication,
        nonce: None,
        raw_method: None,
        raw_url: None,
        raw_headers: None,
        raw_body: None,
        raw_credentials: None,
    };
    let before = folded(&entries);
    let index = entries.len() as u64;
    entries.push(Entry {
        index,
        at: first.at,
        by: None,
        event: Event::Repeat(repeat),
    });
    let after = folded(&entries);
    assert_eq!(after.cause(index), after.cause(first.index));
    assert!(all(&before) == all(&after));
}

#[test]
fn every_contact_has_a_cause_and_nothing_else_has() {
    let entries = demo();
    let state = folded(&entries);
    for entry in &entries {
        assert_eq!(
            state.cause(entry.index).is_some(),
            matches!(entry.event, Event::Contact(_))
        );
    }
    assert!(entries.iter().any(|e| {
        state
            .cause(e.index)
            .is_some_and(|a| a.cause == Cause::Transactional)
    }));
}

fn contacts(entries: &[Entry]) -> Vec<Entry> {
    entries
        .iter()
        .filter(|e| matches!(e.event, Event::Contact(_)))
        .cloned()
        .collect()
}

fn edited(entry: &Entry, index: u64, edit: impl Fn(&mut honeytoken::Contact)) -> Entry {
    let mut entry = entry.clone();
    entry.index = index;
    if let Event::Contact(contact) = &mut entry.event {
        contact.dedupe_key = format!("edited-{index}");
        contact.provider_event_id = None;
        edit(contact);
    }
    entry
}

#[test]
fn bad_input_does_no_harm() {
    let mut entries = demo();
    let sample = contacts(&entries);
    let texts = [
        "字".repeat(100_000 / 3),
        "a ".repeat(50_000),
        "【".repeat(1_000),
        "مرحبا שלום สวัสดี Здравствуй नमस्ते 안녕 🤖 \u{0}\u{202e}".to_owned(),
        "1".repeat(5_000),
        "x.y".repeat(3_000),
    ];
    let ahead = Timestamp::from_micros(i64::MAX);
    for (i, base) in sample.iter().take(60).enumerate() {
        let index = entries.len() as u64;
        entries.push(edited(base, index, |c| {
            c.text = Some(texts[i % texts.len()].clone());
            c.from = Some(Sender::new(&texts[(i + 1) % texts.len()]));
            c.received_at = match i % 4 {
                0 => Timestamp::EPOCH,
                1 => ahead,
                _ => c.received_at,
            };
        }));
        let index = entries.len() as u64;
        entries.push(edited(base, index, |c| {
            (c.to, c.from, c.text) = (None, None, None);
        }));
    }
    let mut state = folded(&entries);
    state.advance(ahead);
    assert_eq!(state.verdicts().len(), 20);
}

/// Contacts of one sender who says one thing, on the numbers of `sample` in turn, a second apart from a day
/// after its last.
fn flood(sample: &[Entry], first: u64, contacts: i64) -> impl Iterator<Item = Entry> {
    let base = sample.last().unwrap();
    (0..contacts).map(move |i| {
        let to = match &sample[i as usize % sample.len()].event {
            Event::Contact(target) => target.to.clone(),
            _ => None,
        };
        edited(base, first + i as u64, |c| {
            c.to = to.clone();
            c.from = Some(Sender::new("+8613999999999"));
            c.text = Some("打开zake739.vip/1即可领取您的礼物，新服开启上线就送礼包".into());
            c.received_at = c.received_at.plus_s(86_400 + i);
        })
    })
}

fn accused(state: &State) -> usize {
    let flagged = |v: &attribution::Verdict| v.flagged_at.is_some();
    state.verdicts().iter().filter(|v| flagged(v)).count()
}

#[test]
fn a_flood_from_one_sender_accuses_nobody_new_and_takes_no_room_in_its_campaign() {
    let entries = demo();
    let sample = contacts(&entries);
    let (mut state, before) = (folded(&entries), folded(&entries));
    for entry in flood(&sample, entries.len() as u64, 100_000) {
        state.apply(&entry);
    }
    assert_eq!(accused(&state), accused(&before));
    let campaigns = state.campaigns();
    let largest = campaigns.iter().max_by_key(|c| c.contacts).unwrap();
    assert!(largest.contacts > 80_000, "{}", largest.contacts);
    assert!(largest.numbers <= 400, "{}", largest.numbers);
    // What is kept of the flood beyond a note a contact is what a single contact would have left;
    // the contacts of the last day before it begin a campaign as well.
    let new = campaigns.len() - before.campaigns().len();
    assert!(new <= 2, "{new}");
}

#[test]
fn a_world_is_judged_the_same_twice() {
    let world = generate(&scenario("demo").unwrap(), 9);
    assert!(all(&fold(&world).0) == all(&fold(&world).0));
}

/// The demonstration with each contact found `late_s` after it happened, as by backfill.
fn found_late(late_s: i64) -> Vec<Entry> {
    let mut entries = demo();
    for entry in &mut entries {
        if let Event::Contact(contact) = &mut entry.event {
            contact.claimed_at = Some(contact.received_at.plus_s(-late_s));
            contact.backfilled = true;
        }
    }
    entries
}

#[test]
fn what_is_found_late_is_dated_by_when_it_happened() {
    let late_s = 6 * 3600;
    let (prompt, late) = (folded(&demo()), folded(&found_late(late_s)));
    let mut earlier = 0;
    for (a, b) in prompt.verdicts().iter().zip(late.verdicts()) {
        let (Some(first), Some(flagged)) = (b.first_evidence_at, b.flagged_at) else {
            continue;
        };
        earlier += u32::from(a.first_evidence_at.is_some_and(|prompt| first < prompt));
        let days = flagged.days_since(first).max(0.0);
        assert!((b.days_to_detection.unwrap() - days).abs() < 1e-9);
    }
    assert!(earlier > 0);
}

#[test]
fn what_happened_before_a_placement_says_nothing_about_it() {
    let placed_since = |entries: &[Entry]| {
        let at = |e: &Entry| match &e.event {
            Event::HoneytokenIssued(token) => Some(token.registered_at),
            _ => None,
        };
        entries.iter().filter_map(at).max()
    };
    let entries = demo();
    let last = placed_since(&entries).unwrap();
    let late_s = (entries.last().unwrap().at.seconds_since(last) as i64) + 400 * 86_400;
    let late = folded(&found_late(late_s));
    for verdict in late.verdicts() {
        assert_eq!(
            verdict.contacts.values().sum::<u64>(),
            0,
            "{}",
            verdict.platform
        );
        assert_eq!(verdict.flagged_at, None);
    }
}
