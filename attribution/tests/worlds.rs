//! The fold against worlds whose truth is known.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{Score, fold, generate, scenario, score};

fn many(name: &str, seeds: std::ops::Range<u64>) -> Score {
    let scenario = scenario(name).unwrap();
    let mut total = Score::default();
    for seed in seeds {
        let world = generate(&scenario, seed);
        let (state, entries) = fold(&world);
        total.add(score(&world.truth, &entries, &state));
    }
    total
}

/// Leak-free worlds: the evidence is an e-value, and nobody is accused.
#[test]
fn evidence_is_calibrated_where_nobody_leaks() {
    for (name, seeds) in [("null", 100..110), ("null_noisy", 200..204)] {
        let total = many(name, seeds);
        let n = f64::from(total.innocent);
        assert!(
            total.innocent_e / n <= 1.0,
            "{name}: mean e-value {}",
            total.innocent_e / n
        );
        let often = f64::from(total.innocent_sup_20) / n;
        assert!(often <= 0.05, "{name}: e-value reached 20 on {often}");
        assert_eq!(total.falsely, 0, "{name}");
    }
}

#[test]
fn leaks_are_found_and_honest_platforms_are_not_accused() {
    for (name, seeds, least) in [
        ("typical", 300..308, 0.8),
        ("notoken", 300..308, 0.6),
        ("quiet", 300..304, 0.85),
    ] {
        let total = many(name, seeds);
        assert!(total.recall() >= least, "{name}: recall {}", total.recall());
        assert!(
            total.false_discovery() <= 0.03,
            "{name}: false {}",
            total.false_discovery()
        );
        let naive = f64::from(total.naive_one.0) / f64::from(total.naive_one.1);
        assert!(naive < 0.5, "{name}: the naive rule has precision {naive}");
    }
}

#[test]
fn causes_and_campaigns_are_mostly_right() {
    let total = many("typical", 400..403);
    assert!(total.cause_accuracy() >= 0.85, "{}", total.cause_accuracy());
    assert!(total.campaign_f1().1 >= 0.9, "{}", total.campaign_f1().1);
}

#[test]
fn platforms_that_share_a_broker_are_linked_and_others_are_not() {
    let total = many("brokers", 500..503);
    let [true_pairs, said, right] = total.links.map(f64::from);
    assert!(right >= 0.7 * true_pairs, "{:?}", total.links);
    assert!(said - right <= 0.05 * said, "{:?}", total.links);
}

#[test]
fn shared_numbers_accuse_the_right_platform() {
    let total = many("scarce", 600..606);
    assert!(total.recall() >= 0.6, "{}", total.recall());
    assert_eq!(total.falsely, 0);
}
