//! The power that is stated against leaks that were found in worlds of another kind: breaches and
//! sales of all sizes, as the scenarios make them.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{fold, generate, scenario};
use attribution::{Class, Plan, Setting, power};

/// Leaking platforms with so many leak contacts, and how many of them were accused.
fn observed(
    name: &str,
    seeds: std::ops::Range<u64>,
    sizes: [std::ops::RangeInclusive<u32>; 2],
) -> [(u32, u32); 2] {
    let scenario = scenario(name).unwrap();
    let mut counts = [(0, 0); 2];
    for seed in seeds {
        let world = generate(&scenario, seed);
        let (state, _) = fold(&world);
        for verdict in state.verdicts() {
            let truth = &world.truth.platforms[verdict.platform.as_str()];
            let accused = matches!(verdict.class, Class::Leaked | Class::Resold);
            for (count, sizes) in counts.iter_mut().zip(&sizes) {
                if truth.leaks && sizes.contains(&truth.leak_contacts) {
                    count.0 += 1;
                    count.1 += u32::from(accused);
                }
            }
        }
    }
    counts
}

#[test]
fn the_stated_power_is_near_what_is_observed() {
    let sizes = [4..=8, 12..=24];
    let observed = observed("typical", 700..720, sizes);
    let noise = {
        let world = generate(&scenario("typical").unwrap(), 799);
        fold(&world).0.setting()
    };
    assert!(noise.noise.is_some() && noise.line_days > 300, "{noise:?}");
    for ((all, found), contacts) in observed.into_iter().zip([2, 6]) {
        let seen = f64::from(found) / f64::from(all);
        let plan = Plan::new(3, 150, contacts).unwrap();
        let stated = power(&noise, plan, 40, 5, &mut |_| ());
        let apart = (stated.share() - seen).abs();
        assert!(all >= 15, "{all} leaks of that size are too few to compare");
        assert!(
            apart <= 0.25,
            "{contacts} contacts a number: stated {}, observed {seen} of {all}",
            stated.share()
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
