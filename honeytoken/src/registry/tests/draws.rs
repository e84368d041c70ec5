//! Draws follow from their seed, and whoever draws again sees it.

use std::collections::BTreeMap;

use super::*;
use crate::{ControlsDrawn, DrawSource, Lot};

/// A number of the range kept for fiction, by place.
fn number(place: usize) -> String {
    format!("+4479460{:05}", 9000 + place)
}

impl House {
    fn pool(&mut self, lines: usize, block: impl Fn(usize) -> &'static str) {
        for place in 0..lines {
            self.add(&number(place), |line| {
                line.block = Some(block(place).into());
            });
        }
    }

    /// The next entry, not yet applied.
    fn entry(&self, event: Event) -> Entry {
        Entry {
            index: self.next,
            at: NOW,
            by: None,
            event,
        }
    }

    fn check(&self, event: Event) -> Option<Result<(), DrawFault>> {
        self.registry.check_draw(&self.entry(event))
    }

    fn decide(&mut self, platform: &str) -> Event {
        self.registry
            .issue(wish(platform), NOW, &mut self.random)
            .unwrap()
    }

    fn controls(&self, share: f64, given: Option<&str>) -> Result<ControlsDrawn, Refusal> {
        match self
            .registry
            .draw_controls(share, given.map(str::to_owned), NOW)?
        {
            Event::ControlsDrawn(drawn) => Ok(drawn),
            other => panic!("decided {}", other.kind()),
        }
    }
}

fn issued(event: Event) -> Honeytoken {
    match event {
        Event::HoneytokenIssued(token) => token,
        other => panic!("decided {}", other.kind()),
    }
}

fn lot(token: &Honeytoken) -> Lot {
    match &token.placing {
        Some(Placing::Lot(lot)) => lot.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_drawn_line_can_be_drawn_again_and_no_other() {
    let mut house = House::new();
    house.pool(20, |_| "b1");
    let event = house.decide("acme");
    assert_eq!(house.check(event.clone()), Some(Ok(())));
    let token = issued(event);
    let with = |change: &dyn Fn(&mut Honeytoken, &mut Lot)| {
        let (mut token, mut lot) = (token.clone(), lot(&token));
        change(&mut token, &mut lot);
        token.placing = Some(Placing::Lot(lot));
        house
            .check(Event::HoneytokenIssued(token))
            .unwrap()
            .unwrap_err()
    };
    let other = (0..20)
        .map(number)
        .find(|n| *n != token.number.as_str())
        .unwrap();
    let faults = [
        with(&|token, _| token.number = other.parse().unwrap()),
        with(&|_, lot| lot.candidates_sha256 = "00".repeat(32)),
        with(&|_, lot| lot.candidates -= 1),
        with(&|_, lot| lot.drawing.number += 1),
        with(&|_, lot| lot.drawing.seed += 1),
        with(&|_, lot| lot.decided_at = NOW.plus_s(1)),
        with(&|_, lot| lot.decided_at = NOW.plus_s(-1)),
        with(&|_, lot| lot.algorithm = "dice".into()),
        with(&|_, lot| lot.country = Some("CN".into())),
    ];
    use DrawFault::*;
    let seed = lot(&token).drawing.seed;
    let want = [
        Drawn,
        Candidates,
        Candidates,
        Number { said: 1, made: 0 },
        NoSeed(seed + 1),
        Time(NOW.plus_s(1)),
        Time(NOW.plus_s(-1)),
        Algorithm("dice".into()),
        Candidates,
    ];
    assert_eq!(faults, want);
}

#[test]
fn a_chosen_line_says_so() {
    let mut house = House::new();
    house.pool(2, |_| "b1");
    let token = house.issue(on(&number(1), "acme")).unwrap();
    assert_eq!(token.placing, Some(Placing::Chosen));
    let event = Event::HoneytokenIssued(token);
    assert_eq!(house.check(event), None);
}

#[test]
fn draws_are_counted_under_their_seed_and_a_new_seed_begins_anew() {
    let mut house = House::new();
    house.pool(4, |_| "b1");
    let numbers: Vec<u64> = (0..2)
        .map(|_| lot(&house.issue(wish("acme")).unwrap()).drawing.number)
        .collect();
    assert_eq!(numbers, [0, 1]);
    house.append(Event::DrawSeedCommitted(DrawSeed::from_random([4; 32])));
    let drawing = lot(&house.issue(wish("acme")).unwrap()).drawing;
    assert_eq!((drawing.number, drawing.seed), (0, house.next - 2));
    let draws: Vec<u64> = house
        .registry
        .draw_seeds()
        .iter()
        .map(|s| s.draws)
        .collect();
    assert_eq!(draws, [2, 1]);
}

#[test]
fn nothing_is_drawn_without_a_seed() {
    let mut house = House::new();
    house.pool(2, |_| "b1");
    house.registry.seeds.clear();
    assert_eq!(house.issue(wish("acme")).unwrap_err(), Refusal::NoDrawSeed);
    house.issue(on(&number(0), "acme")).unwrap();
}

#[test]
fn a_seed_whose_digest_is_wrong_is_found() {
    let house = House::new();
    let seed = DrawSeed {
        sha256: "00".repeat(32),
        ..DrawSeed::from_random([5; 32])
    };
    let found = house.check(Event::DrawSeedCommitted(seed));
    assert_eq!(found, Some(Err(DrawFault::Digest)));
}

/// Pearson's test over 20 lines and 4000 platforms with fixed seeds: 19 degrees of freedom.
#[test]
fn every_line_falls_to_every_platform_equally_often() {
    let mut house = House::new();
    house.pool(20, |_| "b1");
    let mut counts: BTreeMap<PhoneNumber, f64> = BTreeMap::new();
    for place in 0..4000 {
        let name = format!("p{place}");
        house
            .registry
            .platforms
            .insert(name.parse().unwrap(), platform(&name));
        let token = issued(house.decide(&name));
        *counts.entry(token.number).or_default() += 1.0;
    }
    let statistic: f64 = counts.values().map(|n| (n - 200.0).powi(2) / 200.0).sum();
    assert_eq!(counts.len(), 20);
    assert!(statistic < 43.8, "{statistic}");
}

#[test]
fn controls_are_drawn_in_every_stratum_by_its_size() {
    let mut house = House::new();
    house.pool(100, |place| if place < 80 { "big" } else { "small" });
    let drawn = house.controls(0.25, None).unwrap();
    let counts: Vec<(u64, u64)> = drawn
        .strata
        .iter()
        .map(|s| (s.candidates, s.drawn))
        .collect();
    assert_eq!(counts, [(80, 20), (20, 5)]);
    assert_eq!(
        house.check(Event::ControlsDrawn(drawn.clone())),
        Some(Ok(()))
    );
    house.append(Event::ControlsDrawn(drawn.clone()));
    let controls: Vec<PhoneNumber> = house
        .registry
        .lines(NOW)
        .filter(|view| view.state == LineState::Control)
        .map(|view| view.line.number)
        .collect();
    assert_eq!(controls.len(), 25);
    assert!(drawn.numbers.iter().all(|number| controls.contains(number)));
    // The share is reached: there is no more to draw.
    assert_eq!(
        house.controls(0.25, None).unwrap_err(),
        Refusal::NothingToDraw
    );
    assert_eq!(house.controls(0.30, None).unwrap().drawn.len(), 5);
}

#[test]
fn a_small_pool_gives_fifteen_or_half() {
    for (lines, want) in [
        (1, 0),
        (2, 1),
        (3, 1),
        (10, 5),
        (20, 10),
        (30, 15),
        (40, 15),
        (100, 25),
    ] {
        let mut house = House::new();
        house.pool(lines, |_| "b1");
        let drawn = house
            .controls(0.25, None)
            .map_or(0, |drawn| drawn.drawn.len());
        assert_eq!(drawn, want, "{lines} lines");
    }
}

#[test]
fn strata_differ_in_provider_country_block_and_month() {
    let mut house = House::new();
    let twilio = house.registry.connections().next().unwrap().clone();
    house.append(Event::ConnectionSet(Connection {
        connection: "tx".parse().unwrap(),
        provider: "telnyx".into(),
        ..twilio
    }));
    house.add(&number(0), |_| {});
    house.add(&number(1), |line| line.connection = "tx".parse().unwrap());
    house.add(&number(2), |line| line.country = Some("GB".into()));
    house.add(&number(3), |line| line.block = Some("b9".into()));
    house.add(&number(4), |line| {
        line.acquired_at = NOW.plus_s(-86_400 * 40);
    });
    let strata = house.registry.strata(NOW);
    assert_eq!(strata.len(), 5);
    assert!(strata.keys().all(|s| s.started.len() == 7), "{strata:?}");
}

#[test]
fn placed_dirty_and_retired_lines_are_never_drawn_as_controls() {
    let mut house = House::new();
    house.pool(8, |_| "b1");
    house.issue(on(&number(0), "acme")).unwrap();
    house.append(Event::LineRetired(LineRetired {
        number: number(1).parse().unwrap(),
    }));
    let drawn = house.controls(0.5, None).unwrap();
    assert_eq!(drawn.candidates, 6);
    let never = [number(0), number(1)];
    assert!(
        drawn
            .numbers
            .iter()
            .all(|n| !never.contains(&n.as_str().to_owned()))
    );
}

#[test]
fn a_given_seed_is_recorded_and_two_seeds_draw_differently() {
    let mut house = House::new();
    house.pool(60, |_| "b1");
    let one = house
        .controls(0.25, Some("lottery of 2026-11-24: 4 8 15"))
        .unwrap();
    let two = house.controls(0.25, Some("another")).unwrap();
    assert_eq!(
        one.source,
        DrawSource::Given("lottery of 2026-11-24: 4 8 15".into())
    );
    assert_ne!(one.drawn, two.drawn);
    let mut swapped = one.clone();
    swapped.drawn.clone_from(&two.drawn);
    swapped.numbers.clone_from(&two.numbers);
    assert_eq!(house.check(Event::ControlsDrawn(one)), Some(Ok(())));
    assert_eq!(
        house.check(Event::ControlsDrawn(swapped)),
        Some(Err(DrawFault::Drawn))
    );
}

#[test]
fn a_share_that_is_none_is_refused() {
    let mut house = House::new();
    house.pool(4, |_| "b1");
    for share in [0.0, -1.0, 0.51, f64::NAN, f64::INFINITY] {
        assert_eq!(
            house.controls(share, None).unwrap_err(),
            Refusal::Share,
            "{share}"
        );
    }
}

#[test]
fn a_platform_without_matching_controls_is_named() {
    let mut house = House::new();
    house.pool(4, |place| if place < 2 { "b1" } else { "b2" });
    house.add("+4479460009999", |line| {
        line.block = Some("b1".into());
        line.role = LineRole::Control;
        line.acquired_at = NOW.plus_s(-86_400 * 90);
    });
    house.issue(on(&number(0), "acme")).unwrap();
    house.issue(on(&number(2), "other")).unwrap();
    let unmatched: Vec<_> = house.registry.unmatched(NOW).into_iter().collect();
    let [(platform, stratum)] = unmatched.as_slice() else {
        panic!("{unmatched:?}")
    };
    assert_eq!(
        (platform.as_str(), stratum.block.as_deref()),
        ("other", Some("b2"))
    );
}

#[test]
fn the_fold_with_draws_survives_a_snapshot() {
    let mut house = House::new();
    house.pool(8, |_| "b1");
    house.issue(wish("acme")).unwrap();
    let drawn = house.controls(0.25, None).unwrap();
    house.append(Event::ControlsDrawn(drawn));
    let json = serde_json::to_string(&house.registry).unwrap();
    assert_eq!(
        serde_json::from_str::<Registry>(&json).unwrap(),
        house.registry
    );
}
