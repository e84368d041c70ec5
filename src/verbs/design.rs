//! `design`: who is given which of a few shared lines.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use attribution::design::{Budget, DESIGN_SIDE_MAX, design};
use listener::Clock;
use report::DesignOut;

use crate::cli::Design;
use crate::exit::{Ends, Exit};
use crate::{place, table};

/// Prints a plan.
pub(crate) fn run(args: &Design) -> anyhow::Result<Exit> {
    let (platforms, lines) = (names(&args.platforms, 'p')?, names(&args.lines, 'n')?);
    let start_at = match args.start_at.as_deref() {
        Some(text) => place::time(text)?,
        None => Clock::system().now(),
    };
    let budget = Budget {
        platforms: platforms.len(),
        blocks: (0..lines.len() as u32).collect(),
        weight: args.weight,
        span_days: args.span_days,
        seed: args.seed,
    };
    let plan = design(&budget).map_err(|error| unusable(error.to_string()))?;
    let out = DesignOut::new(&plan, &platforms, &lines, start_at, args.seed);
    match args.json {
        true => table::print_json(&out)?,
        false => table::print(&told(&out))?,
    }
    Ok(Exit::Ok)
}

fn unusable(message: String) -> anyhow::Error {
    Ends::with(Exit::Unreadable, message)
}

/// A number of things, names with commas between them, or a file with a name a line.
fn names(wanted: &str, letter: char) -> anyhow::Result<Vec<String>> {
    if let Ok(count) = wanted.parse::<usize>() {
        // One too many is enough for the design to refuse it.
        let name = |n| format!("{letter}{n:03}");
        return Ok((1..=count.min(DESIGN_SIDE_MAX + 1)).map(name).collect());
    }
    let text = match Path::new(wanted).is_file() {
        true => std::fs::read_to_string(wanted).with_context(|| format!("read {wanted}"))?,
        false => wanted.replace(',', "\n"),
    };
    let names: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(*name)) {
        Some(twice) => Err(unusable(format!(
            "{twice:?} is given twice; name each once"
        ))),
        None => Ok(names),
    }
}

fn told(out: &DesignOut) -> String {
    let row = |p: &report::DesignedOut| {
        let slot = |s: &report::DesignedSlotOut| {
            let day: String = s.registered_at.to_string().chars().take(10).collect();
            format!("{} on {day}", s.line)
        };
        let slots: Vec<String> = p.honeytokens.iter().map(slot).collect();
        vec![p.platform.clone(), slots.join(", ")]
    };
    let rows: Vec<Vec<String>> = out.platforms.iter().map(row).collect();
    let plan = table::render(&["platform", "lines and when to register them"], &rows);
    format!(
        "{plan}\n\n{}\n{}\nAny code at all would need {} lines for that.",
        out.says.en, out.says.zh, out.lines_least
    )
}
