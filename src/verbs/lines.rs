//! `lines import`: a sheet of numbers into the pool.

use std::collections::BTreeMap;
use std::path::Path;

use honeytoken::{Line, Refusal, Timestamp};
use indicatif::ProgressBar;
use listener::Clock;
use listener::pool::add::{Adding, BATCH_LINES_MAX};
use listener::pool::sheet::{Row, SHEET_BYTES_MAX, Sheet, SheetError};
use reqwest::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::LinesImport;
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, progress, table};

/// Lines in one request to a server.
const REQUEST_LINES: usize = 1_000;
/// Cells that do not fit which are told one by one; of the others only how many.
const ERRORS_TOLD_MAX: usize = 1_000;
/// Of them, those shown in a table.
const ERRORS_SHOWN_MAX: usize = 50;

/// Adds the lines, or says what would become of them.
pub(crate) async fn import(args: LinesImport) -> anyhow::Result<Exit> {
    let unreadable = |error: SheetError| {
        let message = format!("{}: {error}", args.file.display());
        Ends::with(Exit::Unreadable, message)
    };
    let sheet = Sheet::open(&read(&args.file)?, args.connection.clone()).map_err(unreadable)?;
    let bar = progress::bar("importing", sheet.rows_about().saturating_sub(1));
    let mut told = Told::new(&sheet, args.dry_run);
    match Client::of(&args.at_place)? {
        Some(client) => remote(&client, &sheet, &mut told, &bar).await?,
        None => local(
            place::required(args.at_place.data)?.as_path(),
            &sheet,
            &mut told,
            &bar,
        )?,
    }
    bar.finish_and_clear();
    // A row that does not fit in itself is found before one that the installation refuses.
    told.errors.sort_by_key(|error| error.row);
    match args.json {
        true => table::print_json(&told)?,
        false => table::print(&told.words())?,
    }
    Ok(if told.refused == 0 {
        Exit::Ok
    } else {
        Exit::Refused
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let failed = |error: std::io::Error| {
        Ends::with(
            Exit::Unreadable,
            format!("{} cannot be read: {error}", path.display()),
        )
    };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > SHEET_BYTES_MAX as u64 {
        let message = format!("{}: {}", path.display(), SheetError::TooLarge);
        return Err(Ends::with(Exit::Unreadable, message));
    }
    std::fs::read(path).map_err(failed)
}

/// Reads the sheet batch by batch: what fits goes on, what does not is told.
fn batches<'a>(
    sheet: &'a Sheet,
    now: Timestamp,
    size: usize,
) -> impl Iterator<Item = Vec<Row>> + 'a {
    let mut rows = sheet.rows(now);
    std::iter::from_fn(move || {
        let batch: Vec<Row> = rows.by_ref().take(size).collect();
        (!batch.is_empty()).then_some(batch)
    })
}

fn local(dir: &Path, sheet: &Sheet, told: &mut Told, bar: &ProgressBar) -> anyhow::Result<()> {
    let clock = Clock::system();
    let mut ledger = place::open(dir, &clock)?;
    let mut adding = Adding::new(told.dry_run);
    for batch in batches(sheet, clock.now(), BATCH_LINES_MAX) {
        let (rows, lines) = told.fitting(batch);
        let added = adding.batch(&mut ledger, clock.now(), None, lines)?;
        for (row, outcome) in rows.into_iter().zip(added) {
            match outcome {
                Ok(added) => told.added(added.warnings.iter().copied()),
                Err(refusal) => told.refused(row, column(&refusal), refusal.to_string()),
            }
        }
        bar.set_position(told.rows);
    }
    if !told.dry_run {
        ledger.checkpoint()?;
        ledger.snapshot();
    }
    Ok(())
}

fn column(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownConnection(_) => "connection",
        Refusal::UnknownCountry(_) => "country",
        Refusal::WasPlaced(_) => "role",
        _ => "number",
    }
}

async fn remote(
    client: &Client,
    sheet: &Sheet,
    told: &mut Told,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let path = format!("/v1/lines?dry_run={}", told.dry_run);
    for batch in batches(sheet, Clock::system().now(), REQUEST_LINES) {
        let (rows, lines) = told.fitting(batch);
        let lines: Vec<Value> = lines.iter().map(body).collect();
        let body = json!({ "lines": lines });
        let answer = client.post_or(&path, &body, StatusCode::CONFLICT).await?;
        let results = answer["lines"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if results.len() != rows.len() {
            let message = "server answered with another number of lines than it was sent";
            return Err(Ends::with(Exit::Fault, message));
        }
        for (row, result) in rows.into_iter().zip(results) {
            told.answered(row, result);
        }
        bar.set_position(told.rows);
    }
    Ok(())
}

fn body(line: &Line) -> Value {
    json!({
        "number": line.number,
        "connection": line.connection,
        "role": line.role,
        "block": line.block,
        "country": line.country,
        "acquired_at": line.acquired_at,
        "soak_until": line.soak_until,
        "shared": line.shared,
    })
}

/// What became of the sheet.
#[derive(Serialize)]
struct Told {
    encoding: &'static str,
    dry_run: bool,
    rows: u64,
    added: u64,
    refused: u64,
    /// Columns that mean nothing here.
    passed_over: Vec<String>,
    /// What to think about, and on how many lines.
    warnings: BTreeMap<String, u64>,
    errors: Vec<CellTold>,
    /// Cells that do not fit and are not told one by one.
    errors_left_off: u64,
}

/// A cell that does not fit.
#[derive(Serialize)]
struct CellTold {
    row: u64,
    column: String,
    error: String,
}

impl Told {
    fn new(sheet: &Sheet, dry_run: bool) -> Told {
        Told {
            encoding: sheet.encoding,
            dry_run,
            rows: 0,
            added: 0,
            refused: 0,
            passed_over: sheet.passed_over.clone(),
            warnings: BTreeMap::new(),
            errors: vec![],
            errors_left_off: 0,
        }
    }

    /// The rows that fit, by their places; the others are told.
    fn fitting(&mut self, batch: Vec<Row>) -> (Vec<u64>, Vec<Line>) {
        self.rows += batch.len() as u64;
        let mut fitting = Vec::new();
        for Row { row, line } in batch {
            match line {
                Ok(line) => fitting.push((row, line)),
                Err(errors) => {
                    self.refused += 1;
                    let cells = errors.into_iter();
                    cells.for_each(|cell| self.cell(row, cell.column, cell.reason));
                }
            }
        }
        fitting.into_iter().unzip()
    }

    fn added<'a>(&mut self, warnings: impl Iterator<Item = &'a str>) {
        self.added += 1;
        for warning in warnings {
            *self.warnings.entry(warning.to_owned()).or_default() += 1;
        }
    }

    fn refused(&mut self, row: u64, column: &str, error: String) {
        self.refused += 1;
        self.cell(row, column, error);
    }

    fn cell(&mut self, row: u64, column: &str, error: String) {
        match self.errors.len() < ERRORS_TOLD_MAX {
            true => self.errors.push(CellTold {
                row,
                column: column.to_owned(),
                error,
            }),
            false => self.errors_left_off += 1,
        }
    }

    /// Takes in a server's result for a line.
    fn answered(&mut self, row: u64, result: &Value) {
        if result["added"] == true {
            let warnings = result["warnings"].as_array().into_iter().flatten();
            self.added(warnings.filter_map(Value::as_str));
        } else {
            let column = result["column"].as_str().unwrap_or("number");
            let error = result["error"]["detail"].as_str().unwrap_or("refused");
            self.refused(row, column, error.to_owned());
        }
    }

    fn words(&self) -> String {
        let would = if self.dry_run { " would be" } else { "" };
        let mut words = vec![format!(
            "{} rows read as {}: {}{would} added, {}{would} refused",
            self.rows, self.encoding, self.added, self.refused
        )];
        if !self.passed_over.is_empty() {
            words.push(format!(
                "columns passed over: {}",
                self.passed_over.join(", ")
            ));
        }
        let warning = |(text, lines): (&String, &u64)| match lines {
            1 => format!("warning, 1 line: {text}"),
            lines => format!("warning, {lines} lines: {text}"),
        };
        words.extend(self.warnings.iter().map(warning));
        if !self.errors.is_empty() {
            let row = |e: &CellTold| vec![e.row.to_string(), e.column.clone(), e.error.clone()];
            let rows: Vec<_> = self.errors.iter().take(ERRORS_SHOWN_MAX).map(row).collect();
            words.push(String::new());
            words.push(table::render(
                &["row", "column", "what does not fit"],
                &rows,
            ));
        }
        let told = self.errors.len().min(ERRORS_SHOWN_MAX) as u64;
        let more = self.errors.len() as u64 + self.errors_left_off - told;
        if more > 0 {
            words.push(format!(
                "and {more} more; --json tells the first {ERRORS_TOLD_MAX}"
            ));
        }
        words.join("\n")
    }
}
