//! `bench`: how right verdicts are on simulated worlds of known truth, beside naive rules.

use attribution::world::{self, Oracle, Scenario, Score};
use honeytoken::Policy;
use serde_json::{Value, json};

use crate::cli::Bench;
use crate::exit::Exit;
use crate::{progress, table};

/// What a text plot of one tenth of probability is wide.
const PLOT_CELLS: usize = 40;

/// Folds the worlds of many seeds and prints the score over all of them.
pub(crate) fn run(args: &Bench) -> anyhow::Result<Exit> {
    let scenario = super::simulate::find(&args.scenario)?;
    let score = many(&scenario, args.first, args.seeds);
    let best = args.oracle.then(|| best(&scenario, args.first, args.seeds));
    if args.json {
        let mut document = document(&scenario.name, args.seeds, &score);
        if let (Some(best), Some(fields)) = (&best, document.as_object_mut()) {
            fields.insert("oracle".into(), bound(best, &score));
        }
        table::print_json(&document)?;
    } else {
        let mut summary = summary(&scenario.name, args.seeds, &score);
        if let Some(best) = &best {
            summary.push_str(&bound_line(best, &score));
        }
        table::print(&summary)?;
    }
    Ok(Exit::Ok)
}

/// What could be known at best about the same worlds.
fn best(scenario: &Scenario, first: u64, seeds: u64) -> Oracle {
    let bar = progress::bar("oracle", seeds);
    let mut total = Oracle::default();
    for seed in first..first.saturating_add(seeds) {
        total.add(world::oracle(scenario, seed, Policy::standard().alpha));
        bar.inc(1);
    }
    bar.finish_and_clear();
    total
}

fn bound(best: &Oracle, score: &Score) -> Value {
    json!({
        "recall": best.recall(),
        "falsely": best.falsely,
        "median_days_to_detection": Some(best.median_days()).filter(|d| d.is_finite()),
        "distance": best.recall() - score.recall(),
    })
}

fn bound_line(best: &Oracle, score: &Score) -> String {
    format!(
        "\n  oracle     recall {:.3}, {:+.3} from ours; {} falsely; {:.1} days",
        best.recall(),
        best.recall() - score.recall(),
        best.falsely,
        best.median_days()
    )
}

fn many(scenario: &Scenario, first: u64, seeds: u64) -> Score {
    let bar = progress::bar("worlds", seeds);
    let mut total = Score::default();
    for seed in first..first.saturating_add(seeds) {
        let world = world::generate(scenario, seed);
        let (state, entries) = world::fold(&world);
        total.add(world::score(&world.truth, &entries, &state));
        bar.inc(1);
    }
    bar.finish_and_clear();
    total
}

fn share(part: f64, all: f64) -> f64 {
    if all > 0.0 { part / all } else { 0.0 }
}

/// Everything by name; shares that nothing went into are 0.
fn document(scenario: &str, seeds: u64, s: &Score) -> Value {
    let naive = |(right, all): (u32, u32)| {
        json!({
            "precision": share(right.into(), all.into()),
            "recall": share(right.into(), s.leaking.into()),
        })
    };
    let [pairs, said, right] = s.links.map(f64::from);
    let (all, speaking) = s.campaign_f1();
    let bins = s
        .reliability
        .iter()
        .filter(|b| b.0 > 0)
        .map(|(n, sum, leaking)| {
            json!({
                "platforms": n,
                "said": share(*sum, (*n).into()),
                "true": share((*leaking).into(), (*n).into()),
            })
        });
    json!({
        "scenario": scenario,
        "seeds": seeds,
        "leaking": s.leaking,
        "precision": share(s.found.into(), (s.found + s.falsely).into()),
        "recall": s.recall(),
        "false_discovery_proportion": s.false_discovery(),
        "worlds_with_a_false_accusation": s.worlds_falsely,
        "median_days_to_detection": Some(s.median_days()).filter(|d| d.is_finite()),
        "cause_accuracy": s.cause_accuracy(),
        "leak_contacts_recognised": s.leak_recall(),
        "campaign_pairwise_f1": {
            "all": all,
            "speaking": speaking,
            "all_if_silence_is_kept_apart": s.campaign_f1_of_silence_apart(),
        },
        "links": { "precision": share(right, said), "recall": share(right, pairs) },
        "honest": {
            "mean_e_value": share(s.innocent_e, s.innocent.into()),
            "e_value_ever_20": share(s.innocent_sup_20.into(), s.innocent.into()),
        },
        "brier": s.brier(),
        "reliability": bins.collect::<Vec<_>>(),
        "any_contact_is_a_leak": naive(s.naive_one),
        "two_contacts_are_a_leak": naive(s.naive_two),
    })
}

fn summary(scenario: &str, seeds: u64, s: &Score) -> String {
    let naive = |(right, all): (u32, u32)| {
        let precision = share(right.into(), all.into());
        format!(
            "precision {precision:.3}  recall {:.3}",
            share(right.into(), s.leaking.into())
        )
    };
    let [pairs, said, right] = s.links.map(f64::from);
    let (all, speaking) = s.campaign_f1();
    let mut lines = vec![
        format!("{scenario}, {seeds} seeds, {} leaking platforms", s.leaking),
        format!(
            "  verdicts   precision {:.3}  recall {:.3}  false discovery {:.4}  {} worlds with a false accusation",
            share(s.found.into(), (s.found + s.falsely).into()),
            s.recall(),
            s.false_discovery(),
            s.worlds_falsely,
        ),
        format!("  any contact is a leak    {}", naive(s.naive_one)),
        format!("  two contacts are a leak  {}", naive(s.naive_two)),
        format!(
            "  days       {:.1} in the median from the first leak contact",
            s.median_days()
        ),
        format!(
            "  causes     {:.3} right; of leak contacts {:.3} recognised",
            s.cause_accuracy(),
            s.leak_recall()
        ),
        format!(
            "  campaigns  pairwise F1 {all:.3} (with silent calls kept apart {:.3}), of contacts that say something {speaking:.3}",
            s.campaign_f1_of_silence_apart()
        ),
        format!(
            "  links      precision {:.3}  recall {:.3}",
            share(right, said),
            share(right, pairs)
        ),
        format!(
            "  honest     mean e-value {:.3}, ever 20 on {:.4}",
            share(s.innocent_e, s.innocent.into()),
            share(s.innocent_sup_20.into(), s.innocent.into())
        ),
        format!(
            "  probabilities, Brier score {:.4}: said, true, how many",
            s.brier()
        ),
    ];
    lines.extend(s.reliability.iter().filter(|b| b.0 > 0).map(bin));
    lines.join("\n")
}

/// One tenth of the probabilities: `=` up to what was true, `|` where it was said to be.
fn bin((n, sum, leaking): &(u32, f64, u32)) -> String {
    let (said, truly) = (
        share(*sum, (*n).into()),
        share((*leaking).into(), (*n).into()),
    );
    let cell = |p: f64| ((p * PLOT_CELLS as f64) as usize).min(PLOT_CELLS);
    let plot: String = (0..=PLOT_CELLS)
        .map(|i| match i {
            i if i == cell(said) => '|',
            i if i < cell(truly) => '=',
            _ => ' ',
        })
        .collect();
    format!("    {said:.3}  {truly:.3}  {n:6}  {plot}")
}
