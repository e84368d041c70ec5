//! The fold against worlds whose truth is known.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{Score, fold, generate, names, scenario, score};

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

/// Scenarios that no test here folds otherwise; those of a million contacts are the benches'.
fn others() -> impl Iterator<Item = &'static str> {
    let known = [
        "null",
        "null_noisy",
        "typical",
        "notoken",
        "quiet",
        "brokers",
        "scarce",
        "large",
        "honeypot",
    ];
    names().iter().copied().filter(move |n| !known.contains(n))
}

/// The gate: honest platforms' evidence is an e-value.
fn assert_calibrated(name: &str, total: &Score) {
    let n = f64::from(total.innocent);
    let mean = total.innocent_e / n;
    assert!(mean <= 1.0, "{name}: mean e-value {mean}");
    let often = f64::from(total.innocent_sup_20) / n;
    assert!(often <= 0.05, "{name}: e-value reached 20 on {often}");
}

/// Leak-free worlds: the evidence is an e-value, and nobody is accused.
#[test]
fn evidence_is_calibrated_where_nobody_leaks() {
    for (name, seeds) in [("null", 100..110), ("null_noisy", 200..204)] {
        let total = many(name, seeds);
        assert_calibrated(name, &total);
        assert_eq!(total.falsely, 0, "{name}");
    }
}

/// Honest platforms among leaking ones, in every scenario.
#[test]
fn evidence_is_calibrated_in_every_scenario() {
    let mut all = Score::default();
    for name in others() {
        let total = many(name, 150..151);
        let mean = total.innocent_e / f64::from(total.innocent);
        assert!(mean <= 1.0, "{name}: mean e-value {mean}");
        all.add(total);
    }
    // One world each: how often an e-value reaches 20 is told by all of them together.
    assert_calibrated("all", &all);
    assert!(all.worlds > 12, "{}", all.worlds);
    assert!(all.false_discovery() <= 0.01, "{}", all.false_discovery());
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
        assert_calibrated(name, &total);
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
    assert_calibrated("brokers", &total);
    let [true_pairs, said, right] = total.links.map(f64::from);
    assert!(right >= 0.7 * true_pairs, "{:?}", total.links);
    assert!(said - right <= 0.05 * said, "{:?}", total.links);
}

#[test]
fn shared_numbers_accuse_the_right_platform() {
    let total = many("scarce", 600..606);
    assert_calibrated("scarce", &total);
    assert!(total.recall() >= 0.6, "{}", total.recall());
    assert_eq!(total.falsely, 0);
}
