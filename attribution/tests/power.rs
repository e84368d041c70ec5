//! The power that is stated against leaks that were found in worlds of another kind: breaches and
//! sales of all sizes, as the scenarios make them.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{Scenario, fold, generate, scenario};
use attribution::{Plan, Setting, power};

/// Worlds as the scenario `typical` makes them, smaller, with breaches and sales to few buyers.
fn worlds() -> Scenario {
    Scenario {
        platforms: 20,
        controls: 20,
        leak_once: 0.15,
        resell: 0.15,
        broker: 0.0,
        brokers: 0,
        buyers: (1, 3),
        ..scenario("typical").unwrap()
    }
}

/// How many leak contacts each leaking platform's three numbers got, and whether it was accused.
fn observed() -> Vec<(u32, bool)> {
    let mut leaks = Vec::new();
    for seed in 700..716 {
        let world = generate(&worlds(), seed);
        let (state, _) = fold(&world);
        for verdict in state.verdicts() {
            let truth = &world.truth.platforms[verdict.platform.as_str()];
            let accused = verdict.class.is_accusing();
            leaks.extend(truth.leaks.then_some((truth.leak_contacts, accused)));
        }
    }
    leaks
}

#[test]
fn the_stated_power_is_near_what_is_observed() {
    let setting = fold(&generate(&worlds(), 799)).0.setting();
    assert!(
        setting.noise.is_some() && setting.line_days > 300,
        "{setting:?}"
    );
    let leaks = observed();
    for (sizes, contacts) in [(4..=8, 2), (12..=24, 6)] {
        let of_size = leaks
            .iter()
            .filter(|(contacts, _)| sizes.contains(contacts));
        let (all, found) = (
            of_size.clone().count(),
            of_size.filter(|leak| leak.1).count(),
        );
        assert!(all >= 15, "{all} leaks of that size are too few to compare");
        let seen = found as f64 / all as f64;
        let plan = Plan::new(3, 150, contacts).unwrap();
        let stated = power(&setting, plan, 40, 5, &mut |_| ()).share();
        assert!(
            (stated - seen).abs() <= 0.25,
            "{contacts} contacts a number: stated {stated}, observed {seen} of {all}"
        );
    }
}

#[test]
fn more_contacts_more_lines_and_less_noise_find_more() {
    let share = |lines, contacts, noise| {
        let setting = Setting {
            noise,
            line_days: 1000,
            ..Setting::default()
        };
        power(
            &setting,
            Plan::new(lines, 60, contacts).unwrap(),
            24,
            3,
            &mut |_| (),
        )
        .share()
    };
    assert!(share(3, 7, None) >= share(3, 1, None) + 0.2);
    assert!(share(4, 3, None) >= share(1, 3, None) + 0.1);
    assert!(share(3, 2, Some(0.01)) >= share(3, 2, Some(0.3)));
    assert_eq!(
        share(2, 4, None),
        share(2, 4, None),
        "the same seed, the same answer"
    );
}
