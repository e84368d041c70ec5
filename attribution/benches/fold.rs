//! How fast the fold is, and what memory it takes: `cargo bench -p attribution --bench fold`.
//!
//! Cost per contact from 10^4 to 10^6, and a world shaped like a published honeypot study. Seconds
//! are the processor's, so that other work on the machine does not count.

use attribution::State;
use attribution::world::{ContactRow, LineRow, Scenario, World, entries, generate, scenario};
use honeytoken::{Policy, Timestamp};

#[expect(clippy::print_stdout, reason = "a table for people")]
fn main() {
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|n| n == name);
    if wanted("one_sender") {
        println!("{:10} {}", "one_sender", one_sender());
    }
    for (name, scenario) in worlds().into_iter().filter(|w| wanted(&w.0)) {
        println!("{name:10} {}", fold(&scenario));
    }
}

fn worlds() -> Vec<(String, Scenario)> {
    let Some((large, honeypot)) = scenario("large").zip(scenario("honeypot")) else {
        return Vec::new();
    };
    let mut worlds: Vec<(String, Scenario)> = [9, 90, 900]
        .map(|platforms| {
            let share = |n: u32| (n * platforms / 900).max(8);
            let smaller = Scenario {
                platforms,
                controls: share(large.controls),
                blocks: share(large.blocks),
                ..large.clone()
            };
            (format!("large/{}", 900 / platforms), smaller)
        })
        .into();
    worlds.push(("honeypot".into(), honeypot));
    worlds
}

/// The small world, and a million contacts of one sender on its numbers.
fn one_sender() -> String {
    const CONTACTS: usize = 1_000_000;
    let Some(demo) = scenario("demo") else {
        return String::new();
    };
    let World {
        lines,
        mut contacts,
        ..
    } = generate(&demo, 1);
    let Some(last) = contacts.last().cloned() else {
        return String::new();
    };
    contacts.extend((0..CONTACTS).map(|i| {
        let mut row = last.clone();
        row.delivery_id = format!("flood{i}");
        row.provider_event_id = format!("ev{}", 1_000_000 + i);
        row.to.clone_from(&lines[i % lines.len()].number);
        row.from = "+8613999999999".into();
        row.text = "打开zake739.vip/1即可领取您的礼物，新服开启上线就送礼包".into();
        row.received_at += 86_400 + i as i64 / 4;
        row.timestamp = row.received_at;
        row
    }));
    rows(&lines, contacts)
}

fn fold(scenario: &Scenario) -> String {
    let World {
        lines, contacts, ..
    } = generate(scenario, 1);
    rows(&lines, contacts)
}

fn rows(lines: &[LineRow], contacts: Vec<ContactRow>) -> String {
    let (n, end) = (contacts.len(), contacts.last().map_or(0, |c| c.received_at));
    let entries = entries(lines, &contacts);
    drop(contacts);
    let (before, begin) = (resident_mib(), busy_s());
    let mut state = State::new(Policy::standard());
    entries.iter().for_each(|e| state.apply(e));
    state.advance(Timestamp::from_unix_s(end).plus_s(86_400));
    let (s, grown) = (busy_s() - begin, resident_mib() - before);
    let begin = busy_s();
    let verdicts = state.verdicts();
    let accused = verdicts.iter().filter(|v| v.flagged_at.is_some()).count();
    let causes = state.causes().len();
    format!(
        "{n:8} contacts, {} lines: fold {s:6.2} s, {:6.2} µs a contact, {grown:.0} MiB; verdicts and {causes} causes {:.2} s; {accused} accused",
        lines.len(),
        s * 1e6 / n as f64,
        busy_s() - begin,
    )
}

/// Memory of this process now, where the system tells (Linux).
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}

/// Processor time of this process so far in seconds, where the system tells (Linux).
fn busy_s() -> f64 {
    const TICKS_PER_S: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_S
}
