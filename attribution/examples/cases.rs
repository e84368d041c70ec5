//! Every case that was decided wrongly, and what honest platforms' evidence is on average, piece by piece:
//! `cargo run --release -p attribution --example cases -- SCENARIO FIRST SEEDS [all]`.

use attribution::Verdict;
use attribution::world::{Oracle, fold, generate, oracle, scenario};

/// The level at which the standard policy accuses.
const LEVEL: f64 = 0.05;

/// A leak of fewer contacts than this is hardly anybody's to find.
const CONTACTS_MIN: u32 = 4;
/// Evidence beyond this logarithm changes nothing.
const LOG_MAX: f64 = 8.0;

/// Sums over leaking platforms of enough contacts.
#[derive(Default)]
struct Leaking {
    platforms: f64,
    found: f64,
    log: f64,
    ratio: f64,
}

/// Sums over honest platforms.
#[derive(Default)]
struct Honest {
    platforms: f64,
    e: f64,
    parts: [f64; 4],
}

impl Honest {
    fn add(&mut self, verdict: &Verdict) {
        self.platforms += 1.0;
        self.e += verdict.e_value.min(1e6);
        for (sum, factor) in self.parts.iter_mut().zip(&verdict.factors) {
            *sum += factor.log_e.exp();
        }
    }
}

#[expect(clippy::print_stdout, reason = "a table for people")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(found) = args.first().and_then(|n| scenario(n)) else {
        return;
    };
    let number = |i: usize, or| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(or);
    let brief = args.iter().any(|a| a == "brief");
    let all = args.iter().any(|a| a == "all");
    let (mut honest, mut leaking) = (Honest::default(), Leaking::default());
    for seed in number(1, 1)..number(1, 1) + number(2, 8) {
        let world = generate(&found, seed);
        let (state, _) = fold(&world);
        let best = oracle(&found, seed, LEVEL);
        for verdict in state.verdicts() {
            let truth = &world.truth.platforms[verdict.platform.as_str()];
            if !truth.leaks {
                honest.add(&verdict);
            }
            let accused = verdict.class.is_accusing();
            if truth.leaks && truth.leak_contacts >= CONTACTS_MIN {
                leaking.platforms += 1.0;
                leaking.found += f64::from(u8::from(accused));
                leaking.log += verdict.e_value_max.ln().min(LOG_MAX);
                leaking.ratio += ratio(&best, verdict.platform.as_str()).min(LOG_MAX);
            }
            let wrong = accused != truth.leaks || (!truth.leaks && verdict.e_value_max > 20.0);
            if !brief && (wrong || (all && truth.leaks)) {
                println!(
                    "{seed:3} {:11} {} {} leak contacts {}",
                    truth.label,
                    line(&verdict),
                    format_args!("oracle {:5.1}", ratio(&best, verdict.platform.as_str())),
                    truth.leak_contacts
                );
            }
        }
    }
    println!(
        "leaks of {CONTACTS_MIN} contacts or more: {}, found {:.3}; mean logarithm of the evidence {:.2}, of the oracle's ratio {:.2}",
        leaking.platforms,
        leaking.found / leaking.platforms,
        leaking.log / leaking.platforms,
        leaking.ratio / leaking.platforms
    );
    let mean = |sum: f64| sum / honest.platforms.max(1.0);
    println!(
        "honest platforms' mean e-value {:.3}; rate, instant, breadth, token {:.3?}",
        mean(honest.e),
        honest.parts.map(mean)
    );
}

fn line(v: &Verdict) -> String {
    let factors: Vec<String> = v
        .factors
        .iter()
        .map(|f| format!("{} {:5.1}", f.name, f.log_e))
        .collect();
    let flagged = v.flagged_at.map(|t| t.to_string()).unwrap_or_default();
    format!(
        "{} {:12} now {:5.1} max {:5.1} {} {flagged}",
        v.platform,
        v.class.as_str(),
        v.e_value.ln(),
        v.e_value_max.ln(),
        factors.join(" ")
    )
}

fn ratio(best: &Oracle, platform: &str) -> f64 {
    let index: usize = platform[1..].parse().unwrap_or(0);
    best.logs.get(index).copied().unwrap_or_default()
}
