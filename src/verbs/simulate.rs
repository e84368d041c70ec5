//! `simulate`: a world with its truth, as files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use attribution::world::{self, Scenario};
use serde::Serialize;

use crate::cli::Simulate;
use crate::exit::{Ends, Exit};
use crate::table;

/// Writes `lines.jsonl`, `contacts.jsonl` and `truth.json`.
pub(crate) fn run(args: &Simulate) -> anyhow::Result<Exit> {
    let scenario = find(&args.scenario)?;
    let world = world::generate(&scenario, args.seed);
    std::fs::create_dir_all(&args.out).with_context(|| format!("make {}", args.out.display()))?;
    write_rows(&args.out.join("lines.jsonl"), &world.lines)?;
    write_rows(&args.out.join("contacts.jsonl"), &world.contacts)?;
    let truth = args.out.join("truth.json");
    std::fs::write(&truth, serde_json::to_vec(&world.truth)?)
        .with_context(|| format!("write {}", truth.display()))?;
    table::print(&format!(
        "{} lines, {} contacts in {}",
        world.lines.len(),
        world.contacts.len(),
        args.out.display()
    ))?;
    Ok(Exit::Ok)
}

/// A scenario by name, or from a JSON file with its numbers.
pub(crate) fn find(name: &str) -> anyhow::Result<Scenario> {
    if let Some(scenario) = world::scenario(name) {
        return Ok(scenario);
    }
    if !Path::new(name).exists() {
        let known = world::names().join(", ");
        let message = format!("scenario {name:?} is unknown and no file; use one of {known}");
        return Err(Ends::with(Exit::Unreadable, message));
    }
    let text = std::fs::read(name).with_context(|| format!("read {name}"))?;
    serde_json::from_slice(&text)
        .map_err(|error| Ends::with(Exit::Unreadable, format!("{name}: {error}")))
}

fn write_rows<T: Serialize>(path: &Path, rows: &[T]) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("make {}", path.display()))?;
    let mut out = BufWriter::new(file);
    for row in rows {
        serde_json::to_writer(&mut out, row)?;
        out.write_all(b"\n")?;
    }
    out.flush()
        .with_context(|| format!("write {}", path.display()))
}
