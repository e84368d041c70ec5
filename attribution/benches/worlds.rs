//! How right the fold is, over many seeds: `cargo bench -p attribution --bench worlds -- [SEEDS] [FIRST] [SCENARIO…] [oracle] [reliability]`.

use std::sync::Mutex;

use attribution::world::{Oracle, Score, fold, generate, names, oracle, scenario, score};

/// The level at which the standard policy accuses.
const LEVEL: f64 = 0.05;

#[expect(clippy::print_stdout, reason = "a table for people")]
fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let numbers: Vec<u64> = args.iter().filter_map(|a| a.parse().ok()).collect();
    let (seeds, first) = (
        numbers.first().copied().unwrap_or(8),
        numbers.get(1).copied().unwrap_or(1),
    );
    let named: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .filter(|a| names().contains(a))
        .collect();
    let scenarios: Vec<&str> = if named.is_empty() {
        names()
            .iter()
            .copied()
            .filter(|n| !["large", "honeypot"].contains(n))
            .collect()
    } else {
        named
    };
    println!(
        "{seeds} seeds from {first}; naive rules: precision of any stranger's contact, of two"
    );
    println!(
        "scenario    recall   FDP  bad/all  days  E<=1 sup20  cause leakrec leakprec  F1all most F1text  links(true,said,right)  brier  naive1 naive2"
    );
    for name in scenarios {
        let total = many(name, first, seeds);
        println!("{}", line(name, &total));
        if args.iter().any(|a| a == "oracle") {
            let best = best(name, first, seeds);
            println!(
                "    oracle {:.3}  false {:2}  days {:5.1}",
                best.recall(),
                best.falsely,
                best.median_days()
            );
        }
        if args.iter().any(|a| a == "reliability") {
            for (n, sum, leaking) in total.reliability.iter().filter(|b| b.0 > 0) {
                println!(
                    "    said {:.3}  true {:.3}  of {n}",
                    sum / f64::from(*n),
                    f64::from(*leaking) / f64::from(*n)
                );
            }
        }
    }
}

/// What somebody would find who knows the worlds' parameters.
fn best(name: &str, first: u64, seeds: u64) -> Oracle {
    let mut total = Oracle::default();
    if let Some(scenario) = scenario(name) {
        (first..first + seeds).for_each(|seed| total.add(oracle(&scenario, seed, LEVEL)));
    }
    total
}

fn many(name: &str, first: u64, seeds: u64) -> Score {
    let Some(scenario) = scenario(name) else {
        return Score::default();
    };
    let next = Mutex::new(first);
    let total = Mutex::new(Score::default());
    std::thread::scope(|scope| {
        for _ in 0..1 {
            scope.spawn(|| {
                while let Some(seed) = take(&next, first + seeds) {
                    let world = generate(&scenario, seed);
                    let (state, entries) = fold(&world);
                    let one = score(&world.truth, &entries, &state);
                    if let Ok(mut total) = total.lock() {
                        total.add(one);
                    }
                }
            });
        }
    });
    total.into_inner().unwrap_or_default()
}

fn take(next: &Mutex<u64>, end: u64) -> Option<u64> {
    let mut next = next.lock().ok()?;
    let seed = *next;
    *next += 1;
    (seed < end).then_some(seed)
}

fn line(name: &str, s: &Score) -> String {
    let precision = |(right, all): (u32, u32)| f64::from(right) / f64::from(all.max(1));
    format!(
        "{name:10}   {:.3}  {:.3}  {:2}/{:<3}  {:5.1}  {:.3} {:.3}   {:.3}  {:.3}  {:.3}   {:.3} {:.3} {:.3}   {:?}   {:.4}   {:.2}   {:.2}",
        s.recall(),
        s.false_discovery(),
        s.worlds_falsely,
        s.worlds,
        s.median_days(),
        s.innocent_e / f64::from(s.innocent.max(1)),
        f64::from(s.innocent_sup_20) / f64::from(s.innocent.max(1)),
        s.cause_accuracy(),
        s.leak_recall(),
        s.leak_contacts_found as f64 / s.leak_contacts_called.max(1) as f64,
        s.campaign_f1().0,
        s.campaign_f1_of_silence_apart(),
        s.campaign_f1().1,
        s.links,
        s.brier(),
        precision(s.naive_one),
        precision(s.naive_two),
    )
}
