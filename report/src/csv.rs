//! Tables as comma-separated values (RFC 4180), UTF-8, one header row, times in RFC 3339.
//!
//! Cells that a spreadsheet would take for a formula are given a leading apostrophe: message texts
//! come from strangers.

use std::io::{self, Write};

use serde_json::Value;

/// The columns of a contacts table.
pub const CONTACT_COLUMNS: [&str; 15] = [
    "index",
    "received_at",
    "claimed_at",
    "connection",
    "kind",
    "to",
    "from",
    "text",
    "duration_s",
    "attestation",
    "authentication",
    "cause",
    "platform",
    "campaign",
    "duplicate_of",
];

/// The columns of a verdicts table.
pub const VERDICT_COLUMNS: [&str; 11] = [
    "platform",
    "class",
    "probability",
    "e_value",
    "fdr",
    "first_evidence_at",
    "flagged_at",
    "days_to_detection",
    "exposure_days",
    "canaries",
    "canaries_hit",
];

/// Writes a table row by row.
pub struct Table<W: Write>(W);

impl<W: Write> Table<W> {
    /// A table with these columns.
    ///
    /// # Errors
    /// The writer's.
    pub fn new(mut writer: W, columns: &[&str]) -> io::Result<Table<W>> {
        writeln!(writer, "{}\r", columns.join(","))?;
        Ok(Table(writer))
    }

    /// Adds a row of JSON values: text as it is, numbers as they are, anything else empty.
    ///
    /// # Errors
    /// The writer's.
    pub fn values<'a>(&mut self, values: impl Iterator<Item = &'a Value>) -> io::Result<()> {
        let cell = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        self.row(&values.map(cell).collect::<Vec<_>>())
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        writeln!(self.0, "{}\r", cells.join(","))
    }
}

/// A cell, quoted where it must be, harmless in a spreadsheet.
fn quoted(cell: &str) -> String {
    let number = cell.parse::<f64>().is_ok();
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number;
    // Phone numbers begin with + and hold nothing but digits: they are left as they are.
    let phone = cell
        .strip_prefix('+')
        .is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()));
    let cell = if formula && !phone {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        for (cell, want) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("+8613800138000", "+8613800138000"),
            ("-0.5", "-0.5"),
            ("=cmd()", "'=cmd()"),
            ("+cmd()", "'+cmd()"),
            ("@sum(1,2)", "\"'@sum(1,2)\""),
        ] {
            assert_eq!(quoted(cell), want);
        }
    }

    #[test]
    fn a_table_begins_with_its_columns() {
        let mut bytes = Vec::new();
        let mut table = Table::new(&mut bytes, &["a", "b"]).unwrap();
        table.row(&["1".into(), "x,y".into()]).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a,b\r\n1,\"x,y\"\r\n");
    }
}
