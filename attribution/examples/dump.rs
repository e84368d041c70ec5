//! The contacts on one platform's numbers: `… --example dump -- SCENARIO SEED PLATFORM`.

use attribution::world::{fold, generate, scenario};
use honeytoken::Event;

#[expect(clippy::print_stdout, reason = "a table for people")]
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (Some(found), Some(seed)) = (
        args.first().and_then(|n| scenario(n)),
        args.get(1).and_then(|s| s.parse().ok()),
    ) else {
        return;
    };
    let world = generate(&found, seed);
    let (state, entries) = fold(&world);
    let start = 1_767_225_600;
    let day = |s: i64| (s - start) as f64 / 86_400.0;
    for line in world
        .lines
        .iter()
        .filter(|l| l.platform == args.get(2).cloned())
    {
        println!(
            "{} block {} registered {:.2} as {:?}",
            line.number,
            line.block,
            day(line.registered_at.unwrap_or(start)),
            line.persona
        );
        for entry in &entries {
            let Event::Contact(c) = &entry.event else {
                continue;
            };
            if c.to.as_ref().is_some_and(|t| t.as_str() == line.number) {
                let event: usize = c
                    .provider_event_id
                    .as_deref()
                    .and_then(|id| id[2..].parse().ok())
                    .unwrap_or(0);
                let said = state.cause(entry.index);
                println!(
                    "   {:7.2} {:13} {:?} {} {}",
                    day(c.received_at.as_unix_s()),
                    world.truth.causes[world.truth.contact_cause[event] as usize],
                    said.map(|a| (a.cause, a.campaign)),
                    c.from.as_ref().map_or("", |f| f.as_str()),
                    c.text
                        .as_deref()
                        .unwrap_or("")
                        .chars()
                        .take(60)
                        .collect::<String>(),
                );
            }
        }
    }
}
