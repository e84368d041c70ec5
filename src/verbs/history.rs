//! `import --format …`: the past as others wrote it down.

use std::collections::HashSet;
use std::time::Instant;

use anyhow::Context as _;
use honeytoken::{Event, Timestamp};
use listener::Clock;
use listener::import::history::{self, Beside, ColumnMap, Format, History, Told};
use listener::import::{self, ContactRow};
use listener::ledger::Ledger;
use serde::Serialize;

use super::import::{Imported, add_lines, append, outcomes, print_json, print_words, read_lines};
use crate::cli::{Import, ImportFormat};
use crate::exit::{Ends, Exit};
use crate::{place, progress};

/// Rows in one group commit.
const BATCH_ROWS: usize = 4096;
/// Rows that do not fit which are told one by one; of the others only how many.
const REFUSED_TOLD_MAX: usize = 1_000;
/// Of them, those shown without `--json`.
const REFUSED_SHOWN_MAX: usize = 20;

/// What became of a file's rows.
#[derive(Debug, Default, Serialize)]
pub(super) struct RowsOut {
    /// What the file was taken for.
    format: &'static str,
    /// In what it was written.
    encoding: &'static str,
    read: u64,
    /// New in the log.
    recorded: u64,
    /// There already, by an earlier import.
    repeated: u64,
    /// Sent by us, or drafts.
    not_to_us: u64,
    /// How many do not fit.
    refused_rows: u64,
    /// The first of those, and why.
    refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    row: u64,
    reason: String,
}

/// Imports and prints what follows.
pub(super) fn run(args: &Import, format: Format) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let clock = Clock::system();
    let history = history::read(&args.contacts, format, &beside(args)?);
    let history = history.map_err(|e| Ends::with(Exit::Unreadable, e.to_string()))?;
    let (mut rows, contacts) = sorted_out(history);
    let lines = args.lines.as_deref().map(read_lines).transpose()?;
    let until = contacts.iter().map(|row| row.received_at).max();
    let mut ledger = place::open_or_create(&args.data, "canaryline.invalid/import", &clock)?;
    place::announce_first_key(&mut ledger, &args.data, &clock)?;
    begin(&mut ledger, &clock)?;
    add_lines(
        &mut ledger,
        &lines.unwrap_or_default(),
        until.unwrap_or(Timestamp::EPOCH),
        &clock,
    )?;
    let imported = add(&mut ledger, contacts, &mut rows, &clock)?;
    ledger.checkpoint()?;
    ledger.snapshot();
    let view = ledger.view();
    let state = view.state();
    let exit = match rows.refused_rows {
        0 => Exit::Ok,
        _ => Exit::Refused,
    };
    if args.json {
        let contacts = (!args.summary).then(|| outcomes(&imported, &state));
        print_json(&state, contacts, Some(rows), began)?;
    } else {
        print_words(&state, &words(&rows))?;
    }
    Ok(exit)
}

fn beside(args: &Import) -> anyhow::Result<Beside> {
    let wrong = |what: String| Ends::with(Exit::Unreadable, what);
    let columns = match (&args.columns, args.format) {
        (None, ImportFormat::Columns) => {
            return Err(wrong(
                "--format columns needs --columns MAP.toml".to_owned(),
            ));
        }
        (None, _) => None,
        (Some(path), _) => {
            let text = std::fs::read_to_string(path);
            let text = text.with_context(|| format!("read {}", path.display()));
            let text = text.map_err(|error| wrong(format!("{error:#}")))?;
            let map: Result<ColumnMap, _> = text.parse();
            Some(map.map_err(|error| wrong(format!("{}: {error}", path.display())))?)
        }
    };
    Ok(Beside {
        to: args.to,
        columns,
        minutes_ahead: args.utc_offset.minutes,
    })
}

/// Contacts in order of time, and what became of the other rows.
fn sorted_out(history: History) -> (RowsOut, Vec<ContactRow>) {
    let mut rows = RowsOut {
        format: history.format,
        encoding: history.encoding,
        read: history.rows.len() as u64,
        ..RowsOut::default()
    };
    let mut contacts = Vec::new();
    for row in history.rows {
        match row.told {
            Told::Contact(contact) => contacts.push(*contact),
            Told::NotToUs => rows.not_to_us += 1,
            Told::Wrong(reason) => {
                rows.refused_rows += 1;
                if rows.refused.len() < REFUSED_TOLD_MAX {
                    rows.refused.push(Refused {
                        row: row.row,
                        reason,
                    });
                }
            }
        }
    }
    contacts.sort_by_key(|row| row.received_at);
    (rows, contacts)
}

/// The connection that they come through.
fn begin(ledger: &mut Ledger, clock: &Clock) -> anyhow::Result<()> {
    let connection = import::connection();
    let known = {
        let view = ledger.view();
        let state = view.state();
        state.registry.connection(&connection.connection).is_some()
    };
    if !known {
        ledger.record(clock.now(), None, vec![Event::ConnectionSet(connection)])?;
    }
    Ok(())
}

fn add(
    ledger: &mut Ledger,
    contacts: Vec<ContactRow>,
    rows: &mut RowsOut,
    clock: &Clock,
) -> anyhow::Result<Vec<Imported>> {
    let bar = progress::bar("importing", contacts.len() as u64);
    let (mut imported, mut seen) = (Vec::new(), HashSet::new());
    let mut contacts = contacts.into_iter().peekable();
    while contacts.peek().is_some() {
        let batch: Vec<ContactRow> = contacts.by_ref().take(BATCH_ROWS).collect();
        let count = batch.len() as u64;
        let repeated = append(ledger, batch, clock, &mut imported, &mut seen)?;
        rows.repeated += repeated;
        rows.recorded += count - repeated;
        bar.inc(count);
    }
    bar.finish_and_clear();
    Ok(imported)
}

fn words(rows: &RowsOut) -> String {
    let mut lines = vec![format!(
        "{} rows of {} ({}): {} contacts recorded, {} there already, {} not to us, {} do not fit",
        rows.read,
        rows.format,
        rows.encoding,
        rows.recorded,
        rows.repeated,
        rows.not_to_us,
        rows.refused_rows
    )];
    let shown = rows.refused.iter().take(REFUSED_SHOWN_MAX);
    lines.extend(shown.map(|refused| format!("  row {}: {}", refused.row, refused.reason)));
    if rows.refused_rows > REFUSED_SHOWN_MAX as u64 {
        let more = rows.refused_rows - REFUSED_SHOWN_MAX as u64;
        lines.push(format!("  and {more} more"));
    }
    lines.join("\n")
}
