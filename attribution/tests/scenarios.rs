//! What the special scenarios are about is found in them.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{fold, generate, scenario};
use attribution::{Cause, Flag};

/// Findings said and true, said, true.
fn findings(name: &str, flag: Flag, seeds: std::ops::Range<u64>) -> [u32; 3] {
    let mut counts = [0; 3];
    for seed in seeds {
        let world = generate(&scenario(name).unwrap(), seed);
        for verdict in fold(&world).0.verdicts() {
            let truth = &world.truth.platforms[verdict.platform.as_str()];
            let (said, is) = (
                verdict.flags.contains(&flag),
                truth.flags.iter().any(|f| f == flag.as_str()),
            );
            counts[0] += u32::from(said && is);
            counts[1] += u32::from(said);
            counts[2] += u32::from(is);
        }
    }
    counts
}

#[test]
fn requests_that_were_not_heeded_are_found() {
    for flag in [Flag::OptOutViolated, Flag::ErasureIgnored] {
        let [right, said, all] = findings("requests", flag, 800..803);
        assert!(all > 10, "{flag}: {all}");
        assert!(right * 10 >= all * 9, "{flag}: {right} of {all}");
        assert!(right * 20 >= said * 19, "{flag}: {right} of {said} said");
    }
}

#[test]
fn numbers_that_somebody_had_before_are_told() {
    let [right, said, all] = findings("recycled", Flag::Recycled, 840..843);
    assert!(all > 40, "{all}");
    assert!(right * 10 >= all * 8, "{right} of {all}");
    assert!(right * 10 >= said * 9, "{right} of {said} said");
}

#[test]
fn impostors_are_found_and_nobody_is_accused_for_them() {
    let [right, said, all] = findings("impostors", Flag::Impersonated, 810..813);
    assert!(all > 5, "{all}");
    assert!(right * 10 >= all * 9, "{right} of {all}");
    assert!(right * 10 >= said * 8, "{right} of {said} said");
    for seed in 810..813 {
        let world = generate(&scenario("impostors").unwrap(), seed);
        for verdict in fold(&world).0.verdicts() {
            let truth = &world.truth.platforms[verdict.platform.as_str()];
            assert!(
                truth.leaks || verdict.flagged_at.is_none(),
                "{seed} {}",
                verdict.platform
            );
        }
    }
}

#[test]
fn messages_from_senders_that_nobody_listed_are_still_the_platforms() {
    let (mut right, mut all) = (0, 0);
    for seed in 820..822 {
        let world = generate(&scenario("unlisted").unwrap(), seed);
        let (state, entries) = fold(&world);
        for (index, said) in state.causes() {
            let honeytoken::Event::Contact(contact) = &entries[index as usize].event else {
                continue;
            };
            let event = contact.provider_event_id.as_ref().unwrap();
            let event: usize = event[2..].parse().unwrap();
            let cause = world.truth.causes[world.truth.contact_cause[event] as usize].as_str();
            if cause == "first_party" {
                all += 1;
                right += u32::from(matches!(
                    said.cause,
                    Cause::FirstParty | Cause::Transactional
                ));
            }
        }
    }
    assert!(all > 200 && right * 100 >= all * 85, "{right} of {all}");
}

#[test]
fn misheard_names_cost_time_and_accuse_nobody_else() {
    let (mut found, mut leaking) = (0, 0);
    for seed in 830..833 {
        let world = generate(&scenario("misheard").unwrap(), seed);
        for verdict in fold(&world).0.verdicts() {
            let truth = &world.truth.platforms[verdict.platform.as_str()];
            leaking += u32::from(truth.leaks);
            found += u32::from(truth.leaks && verdict.flagged_at.is_some());
            assert!(
                truth.leaks || verdict.flagged_at.is_none(),
                "{seed} {}",
                verdict.platform
            );
        }
    }
    assert!(found * 10 >= leaking * 7, "{found} of {leaking}");
}
