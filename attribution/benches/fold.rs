//! How fast the fold is: cost per contact from 10^4 to 10^6 contacts.

use std::time::Instant;

use attribution::world::{Scenario, fold, generate, scenario};

#[expect(clippy::print_stdout, reason = "a table for people")]
fn main() {
    let Some(large) = scenario("large") else {
        return;
    };
    for platforms in [9, 90, 900] {
        let share = |n: u32| (n * platforms / 900).max(8);
        let world = generate(
            &Scenario {
                platforms,
                controls: share(large.controls),
                blocks: share(large.blocks),
                ..large.clone()
            },
            1,
        );
        let begin = Instant::now();
        let (state, _) = fold(&world);
        let s = begin.elapsed().as_secs_f64();
        let n = world.contacts.len();
        println!(
            "{n:8} contacts, {platforms:4} platforms: {s:7.2} s, {:6.2} µs per contact, {} campaigns",
            s * 1e6 / n as f64,
            state.campaigns().len()
        );
    }
}
