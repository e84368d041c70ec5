use super::*;

fn plan(platforms: usize, lines: usize, weight: usize) -> Plan {
    let blocks = (0..lines as u32).map(|l| l / 4).collect();
    design(&Budget {
        platforms,
        blocks,
        weight,
        span_days: 60,
        seed: 7,
    })
    .unwrap()
}

fn lines_of(plan: &Plan, p: usize) -> Vec<usize> {
    let mut lines: Vec<usize> = plan.words[p].iter().map(|s| s.line).collect();
    lines.sort_unstable();
    lines
}

/// Tries every set of leakers.
fn covered_by(plan: &Plan, p: usize, leakers: usize, from: usize, lit: &[usize]) -> bool {
    if leakers == 0 {
        return lines_of(plan, p).iter().all(|l| lit.contains(l));
    }
    (from..plan.words.len()).filter(|q| *q != p).any(|q| {
        let lit = [lit, &lines_of(plan, q)].concat();
        covered_by(plan, p, leakers - 1, q + 1, &lit)
    })
}

#[test]
fn the_strength_is_what_trying_all_sets_of_leakers_finds() {
    for (platforms, lines, weight) in [(12, 9, 3), (9, 12, 4), (20, 10, 3), (6, 6, 2), (5, 3, 3)] {
        let plan = plan(platforms, lines, weight);
        let none_covered = |k| (0..platforms).all(|p| !covered_by(&plan, p, k, 0, &[]));
        let tried = (1..=weight).take_while(|k| none_covered(*k)).count();
        assert_eq!(plan.strength.leakers, tried, "{platforms} {lines} {weight}");
    }
}

#[test]
fn twelve_platforms_on_nine_lines_meet_once_at_most() {
    // The affine plane of order 3 has exactly 12 words of 3 among 9 points: there is no better.
    let plan = plan(12, 9, 3);
    assert_eq!(plan.strength.common_max, 1);
    assert_eq!(plan.strength.leakers, 2);
    assert_eq!(plan.strength.margin, [2, 1]);
    assert_eq!(plan.strength.load, (4, 4));
}

#[test]
fn four_platforms_on_six_lines_meet_once_at_most() {
    // Two words that share no line leave no room for a third: the draw must not insist on that.
    let plan = plan(4, 6, 3);
    assert_eq!((plan.strength.common_max, plan.strength.leakers), (1, 2));
}

#[test]
fn too_few_lines_are_said_to_leave_blame_joint() {
    let plan = plan(7, 4, 3);
    // Only four different words of three lines are to be had.
    assert_eq!(plan.strength.leakers, 0);
    assert!(!plan.strength.joint.is_empty());
    let together: usize = plan.strength.joint.iter().map(Vec::len).sum();
    assert!(together >= 6);
}

#[test]
fn registrations_on_one_line_are_set_apart_and_in_order() {
    let plan = plan(40, 30, 3);
    for line in 0..30 {
        let mut days: Vec<u32> = plan
            .words
            .iter()
            .flatten()
            .filter(|s| s.line == line)
            .map(|s| s.day)
            .collect();
        days.sort_unstable();
        assert!(days.windows(2).all(|d| d[1] > d[0]), "{days:?}");
    }
    assert!(plan.words.iter().all(|w| w.is_sorted() && w.len() == 3));
    assert!(plan.strength.leakers >= 2);
}

#[test]
fn the_same_seed_gives_the_same_plan() {
    assert_eq!(plan(30, 20, 3), plan(30, 20, 3));
}

#[test]
fn a_budget_that_cannot_be_is_refused() {
    let budget = |platforms, lines: u32, weight, span_days| Budget {
        platforms,
        blocks: (0..lines).collect(),
        weight,
        span_days,
        seed: 1,
    };
    for (budget, want) in [
        (budget(0, 5, 3, 60), DesignError::Platforms(0)),
        (budget(2001, 5, 3, 60), DesignError::Platforms(2001)),
        (
            budget(4, 2, 3, 60),
            DesignError::Lines {
                given: 2,
                weight: 3,
            },
        ),
        (budget(4, 12, 9, 60), DesignError::Weight(9)),
        (budget(4, 12, 0, 60), DesignError::Weight(0)),
        (budget(4, 12, 3, 4000), DesignError::Span(4000)),
    ] {
        assert_eq!(design(&budget).unwrap_err(), want);
    }
}

#[test]
fn the_largest_budget_is_planned() {
    let plan = plan(DESIGN_SIDE_MAX, DESIGN_SIDE_MAX, 3);
    assert!(plan.strength.common_max <= 1, "{:?}", plan.strength);
    assert!(plan.strength.leakers >= 2);
}
