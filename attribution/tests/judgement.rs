//! Verdicts follow from the numbers that are committed to with them, and from no others.

#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use attribution::world::{fold, generate, scenario};
use attribution::{Class, recompute};
use honeytoken::Judgement;

fn judgements(name: &str, seed: u64) -> Vec<Judgement> {
    let world = generate(&scenario(name).unwrap(), seed);
    let (state, entries) = fold(&world);
    let verdicts = state.verdicts();
    let judged = |v: &attribution::Verdict| {
        let judgement = state
            .judgement(&v.platform, entries.len() as u64, "test")
            .unwrap();
        assert_eq!(judgement.class, v.class.as_str());
        judgement
    };
    verdicts.iter().map(judged).collect()
}

#[test]
fn every_verdict_of_a_world_can_be_said_again() {
    let mut classes = std::collections::BTreeSet::new();
    for (name, seed) in [("typical", 11), ("scarce", 12)] {
        for judgement in judgements(name, seed) {
            let class: Class = recompute(&judgement).unwrap();
            assert_eq!(class.as_str(), judgement.class);
            classes.insert(class);
            let text = serde_json::to_string(&judgement).unwrap();
            let back: Judgement = serde_json::from_str(&text).unwrap();
            assert_eq!(back, judgement);
        }
    }
    assert!(classes.len() >= 3, "{classes:?}");
}

#[test]
fn numbers_that_were_changed_contradict() {
    let all = judgements("typical", 11);
    let accused = all.iter().find(|j| j.flagged_at.is_some()).unwrap();
    let changes: [fn(&mut Judgement); 8] = [
        |j| j.probability = 1.0 - j.probability,
        |j| j.fdr *= 0.5,
        |j| j.class = "quiet".into(),
        |j| j.flagged_at = None,
        |j| j.log_e += 1.0,
        |j| j.watched += 1,
        |j| drop(j.causes.pop_first()),
        |j| *j.contacts.values_mut().next().unwrap() += 1,
    ];
    for (n, change) in changes.iter().enumerate() {
        let mut changed = accused.clone();
        change(&mut changed);
        assert!(recompute(&changed).is_err(), "change {n}");
    }
}
