//! How fast the fold is: cost per contact from 10^4 to 10^6 contacts.

use std::time::Instant;

use attribution::State;
use attribution::world::{Scenario, entries, generate, scenario};
use honeytoken::{Policy, Timestamp};

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
        let n = world.contacts.len();
        let entries = entries(&world.lines, &world.contacts);
        let end = world.contacts.last().map_or(0, |c| c.received_at);
        drop(world);
        let before = resident_mib();
        let begin = Instant::now();
        let mut state = State::new(Policy::standard());
        for entry in &entries {
            state.apply(entry);
        }
        state.advance(Timestamp::from_unix_s(end).plus_s(86_400));
        let s = begin.elapsed().as_secs_f64();
        let grown = resident_mib() - before;
        let begin = Instant::now();
        let (accused, causes) = (
            state
                .verdicts()
                .iter()
                .filter(|v| v.flagged_at.is_some())
                .count(),
            state.causes().len(),
        );
        let asked = begin.elapsed().as_secs_f64();
        println!(
            "{n:8} contacts, {platforms:4} platforms: fold {s:6.2} s, {:6.2} µs per contact, {grown:.0} MiB; verdicts and {causes} causes {asked:.2} s; {accused} accused",
            s * 1e6 / n as f64
        );
    }
}

/// Memory of this process now, where the system tells (Linux).
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}
