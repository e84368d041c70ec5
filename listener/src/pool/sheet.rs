//! A sheet of lines: CSV as people and spreadsheets write it.
//!
//! UTF-8 with or without a mark, UTF-16 with one, else GB18030, which Chinese spreadsheets write;
//! commas, semicolons or tabs; LF or CRLF; cells quoted or not (RFC 4180). The first row names the
//! columns, in English or Chinese, in any order and any case; columns that mean nothing here are
//! passed over, and said. Every cell that does not fit is named by row and column.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, GB18030, UTF_8};
use honeytoken::{ConnectionId, Line, LineRole, PhoneNumber, Timestamp};

mod cell;
mod columns;

use columns::{Column, Columns};

/// The largest sheet, in bytes.
pub const SHEET_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The most rows of a sheet.
pub const SHEET_ROWS_MAX: usize = 200_000;

/// Why a sheet cannot be read at all. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Too large.
    #[error("sheet is larger than {SHEET_BYTES_MAX} bytes; split it")]
    TooLarge,
    /// Neither UTF-8 nor GB18030.
    #[error("sheet is neither UTF-8 nor GB18030; save it as \"CSV UTF-8\"")]
    Encoding,
    /// No first row.
    #[error("sheet is empty; its first row names the columns: number, connection, role, …")]
    Empty,
    /// No column of numbers.
    #[error(
        "sheet has no column \"number\"; its first row names the columns: number, connection, role, …"
    )]
    NoNumber,
    /// No column of connections, and none for all.
    #[error("sheet has no column \"connection\"; add one, or name one connection for all lines")]
    NoConnection,
    /// Two columns mean the same.
    #[error("sheet has two columns for {0}; keep one")]
    Twice(&'static str),
}

/// A cell that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// Which column, by our name for it.
    pub column: &'static str,
    /// What does not fit and the way out.
    pub reason: String,
}

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file that it begins on, from 1.
    pub row: u64,
    /// The line, or everything that does not fit.
    pub line: Result<Line, Vec<CellError>>,
}

/// A sheet whose first row was read.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    /// In what it was written: `UTF-8`, `UTF-16LE`, `GB18030`, ….
    pub encoding: &'static str,
    /// Columns that mean nothing here, by their names.
    pub passed_over: Vec<String>,
    delimiter: u8,
    columns: Columns,
    connection: Option<ConnectionId>,
}

impl Sheet {
    /// Reads the first row. `connection` is that of all rows that name none.
    ///
    /// # Errors
    /// See [`SheetError`].
    pub fn open(bytes: &[u8], connection: Option<ConnectionId>) -> Result<Sheet, SheetError> {
        if bytes.len() > SHEET_BYTES_MAX {
            return Err(SheetError::TooLarge);
        }
        let (text, encoding) = decoded(bytes)?;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let delimiter = delimiter(&text);
        let mut header = StringRecord::new();
        let read = reader(&text, delimiter).read_record(&mut header);
        if !matches!(read, Ok(true)) {
            return Err(SheetError::Empty);
        }
        let (columns, passed_over) = Columns::of(&header)?;
        if !columns.has(Column::Connection) && connection.is_none() {
            return Err(SheetError::NoConnection);
        }
        Ok(Sheet {
            text,
            encoding: encoding.name(),
            passed_over,
            delimiter,
            columns,
            connection,
        })
    }

    /// About how many rows there are, for a progress bar.
    pub fn rows_about(&self) -> u64 {
        self.text.bytes().filter(|byte| *byte == b'\n').count() as u64
    }

    /// The rows after the first, in order; empty ones are passed over. What is not said of a line
    /// is as if it was acquired `now`.
    pub fn rows(&self, now: Timestamp) -> impl Iterator<Item = Row> + '_ {
        let records = reader(&self.text, self.delimiter).into_records().skip(1);
        let filled = |record: &csv::Result<StringRecord>| match record {
            Ok(record) => record.iter().any(|cell| !cell.trim().is_empty()),
            Err(_) => true,
        };
        let mut places = Places::new(&self.text);
        records.filter(filled).map(move |record| match record {
            Ok(record) => Row {
                row: places.line_at(record.position()),
                line: self.line(&record, now),
            },
            Err(error) => Row {
                row: places.line_at(error.position()),
                line: Err(vec![CellError {
                    column: "row",
                    reason: error.to_string(),
                }]),
            },
        })
    }

    fn line(&self, record: &StringRecord, now: Timestamp) -> Result<Line, Vec<CellError>> {
        let mut errors = Vec::new();
        let cell = |column: Column| self.columns.cell(record, column);
        let country = cell(Column::Country).map(|code| code.to_ascii_uppercase());
        let number = kept(
            cell::number(cell(Column::Number), country.as_deref()),
            &mut errors,
        );
        let connection = match (cell(Column::Connection), &self.connection) {
            (None, Some(all)) => Some(all.clone()),
            (text, _) => kept(cell::connection(text), &mut errors),
        };
        let role = kept(cell::role(cell(Column::Role)), &mut errors);
        let acquired_at = kept(
            cell::time(Column::AcquiredAt, cell(Column::AcquiredAt)),
            &mut errors,
        );
        let (until, days) = (cell(Column::SoakUntil), cell(Column::SoakDays));
        let soak_until = kept(cell::soak(until, days, now), &mut errors);
        let shared = kept(
            cell::yes_or_no(Column::Shared, cell(Column::Shared)),
            &mut errors,
        );
        let block = cell(Column::Block).map(str::to_owned);
        match (number, connection, role, acquired_at, soak_until, shared) {
            (
                Some(number),
                Some(connection),
                Some(role),
                Some(acquired),
                Some(soak_until),
                Some(shared),
            ) if errors.is_empty() => Ok(Line {
                number,
                connection,
                role,
                block,
                country,
                acquired_at: acquired.unwrap_or(now),
                soak_until,
                shared,
            }),
            _ => Err(errors),
        }
    }
}

/// Counts lines up to where records begin, which come in order.
pub(crate) struct Places<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Places<'_> {
    pub(crate) fn new(text: &str) -> Places<'_> {
        Places {
            text,
            byte: 0,
            line: 1,
        }
    }

    /// The line that a record begins on; empty lines before it are no part of it.
    pub(crate) fn line_at(&mut self, position: Option<&csv::Position>) -> u64 {
        let bytes = self.text.as_bytes();
        let begin = position.map_or(self.byte, |position| position.byte() as usize);
        let rest = bytes.get(begin..).unwrap_or_default();
        let begin = begin + rest.iter().take_while(|byte| **byte == b'\n').count();
        let passed = bytes.get(self.byte..begin).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.byte = begin.max(self.byte);
        self.line
    }
}

fn kept<T>(read: Result<T, CellError>, errors: &mut Vec<CellError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

pub(crate) fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes())
}

/// By its mark, else as UTF-8, else as GB18030.
pub(crate) fn decoded(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static Encoding), SheetError> {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encodings = match marked {
        Some(encoding) => [Some(encoding), None],
        None => [Some(UTF_8), Some(GB18030)],
    };
    let decode = |encoding: &'static Encoding| {
        let (text, _, broken) = encoding.decode(bytes);
        (!broken).then_some((text, encoding))
    };
    encodings
        .into_iter()
        .flatten()
        .find_map(decode)
        .ok_or(SheetError::Encoding)
}

/// Whichever the first row has most of.
pub(crate) fn delimiter(text: &str) -> u8 {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let count = |byte: &u8| first.bytes().filter(|b| b == byte).count();
    *[b'\t', b';', b',']
        .iter()
        .max_by_key(|byte| count(byte))
        .unwrap_or(&b',')
}

#[cfg(test)]
mod tests;
