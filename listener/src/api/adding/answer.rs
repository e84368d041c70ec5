//! What became of lines that were to be added.

use std::collections::BTreeMap;

use honeytoken::{PhoneNumber, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use crate::pool::add::Outcome;
use crate::pool::sheet::CellError;
use crate::problem::Problem;

/// Refused rows of a sheet that are told one by one; of the others only how many.
const REFUSED_TOLD_MAX: usize = 1_000;

/// What became of the lines, in the order of the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinesOut {
    /// Each line; of a sheet, the refused ones only.
    pub(crate) lines: Vec<LineResult>,
    /// How many are in the pool now.
    pub(crate) added: u64,
    /// How many are not.
    pub(crate) refused: u64,
    /// How many refused rows of a sheet are not told one by one.
    pub(crate) left_off: u64,
    /// Whether nothing was recorded.
    pub(crate) dry_run: bool,
    /// In what a sheet was written.
    pub(crate) encoding: Option<&'static str>,
    /// A sheet's columns that mean nothing here.
    pub(crate) passed_over: Vec<String>,
    /// What to think about, and on how many lines.
    pub(crate) warnings: BTreeMap<&'static str, u64>,
}

/// What became of one line.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineResult {
    pub(crate) number: String,
    /// Whether it is in the pool now, or would be.
    pub(crate) added: bool,
    /// The entry that added it.
    pub(crate) index: Option<u64>,
    /// Why not.
    pub(crate) error: Option<Problem>,
    /// What to think about.
    pub(crate) warnings: Vec<&'static str>,
    /// The row of the sheet, by its line in the file, from 1.
    pub(crate) row: Option<u64>,
    /// The column that does not fit.
    pub(crate) column: Option<&'static str>,
}

impl LinesOut {
    pub(super) fn new(dry_run: bool) -> LinesOut {
        LinesOut {
            lines: vec![],
            added: 0,
            refused: 0,
            left_off: 0,
            dry_run,
            encoding: None,
            passed_over: vec![],
            warnings: BTreeMap::new(),
        }
    }

    pub(super) fn count(&mut self, result: &LineResult) {
        self.added += u64::from(result.added);
        self.refused += u64::from(!result.added);
        for warning in &result.warnings {
            *self.warnings.entry(warning).or_default() += 1;
        }
    }

    /// A row of a sheet: one result, or an error for each cell that does not fit.
    pub(super) fn take_row(&mut self, row: u64, results: Vec<LineResult>) {
        if let Some(first) = results.first() {
            self.count(first);
        }
        let refused = results.into_iter().filter(|result| !result.added);
        for result in refused {
            match self.lines.len() < REFUSED_TOLD_MAX {
                true => self.lines.push(LineResult {
                    row: Some(row),
                    ..result
                }),
                false => self.left_off += 1,
            }
        }
    }
}

impl LineResult {
    pub(super) fn refused(number: String, error: Problem) -> LineResult {
        LineResult {
            number,
            added: false,
            index: None,
            error: Some(error),
            warnings: vec![],
            row: None,
            column: None,
        }
    }

    pub(super) fn cell(error: CellError) -> LineResult {
        LineResult {
            column: Some(error.column),
            ..LineResult::refused(
                String::new(),
                Problem::bad_request("bad_line", error.reason),
            )
        }
    }

    pub(super) fn of(number: PhoneNumber, outcome: Outcome) -> LineResult {
        let number = number.as_str().to_owned();
        match outcome {
            Err(refusal) => LineResult {
                column: Some(refusal_column(&refusal)),
                ..LineResult::refused(number, refusal.into())
            },
            Ok(added) => LineResult {
                number,
                added: true,
                index: added.index,
                error: None,
                warnings: added.warnings,
                row: None,
                column: None,
            },
        }
    }
}

/// What a refusal is about.
fn refusal_column(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownConnection(_) => "connection",
        Refusal::UnknownCountry(_) => "country",
        Refusal::WasPlaced(_) => "role",
        _ => "number",
    }
}
