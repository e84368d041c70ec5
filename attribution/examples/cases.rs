//! Every case that was decided wrongly: `cargo run --release -p attribution --example cases -- SCENARIO FIRST SEEDS`.

use attribution::Class;
use attribution::world::{fold, generate, scenario};

#[expect(clippy::print_stdout, reason = "a table for people")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(found) = args.first().and_then(|n| scenario(n)) else {
        return;
    };
    let number = |i: usize, or| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(or);
    for seed in number(1, 1)..number(1, 1) + number(2, 8) {
        let world = generate(&found, seed);
        let (state, _) = fold(&world);
        for v in state.verdicts() {
            let truth = &world.truth.platforms[v.platform.as_str()];
            let accused = matches!(v.class, Class::Leaked | Class::Resold);
            if accused != truth.leaks || (!truth.leaks && v.e_value_max > 20.0) {
                let factors: Vec<String> = v
                    .factors
                    .iter()
                    .map(|f| format!("{} {:6.1}", f.name, f.log_e))
                    .collect();
                let flagged = v.flagged_at.map(|t| t.to_string()).unwrap_or_default();
                println!(
                    "{seed:3} {} {:11} {:12} max {:6.2} {} leak contacts {} {flagged}",
                    v.platform,
                    truth.label,
                    v.class.as_str(),
                    v.e_value_max.ln(),
                    factors.join(" "),
                    truth.leak_contacts
                );
            }
        }
    }
}
