//! Comma-separated values (RFC 4180).
//!
//! Cells that a spreadsheet would take for a formula are given a leading apostrophe: message texts
//! come from strangers ([OWASP](https://owasp.org/www-community/attacks/CSV_Injection)).

use serde_json::Value;

/// A table as it grows.
pub struct Table(String);

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Table {
        let header: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        Table(line(&header))
    }

    /// Adds a row: text as it is, numbers and flags as JSON writes them, anything else empty.
    pub fn add<'a>(&mut self, cells: impl Iterator<Item = &'a Value>) {
        self.0 += &line(&cells.map(cell).collect::<Vec<_>>());
    }

    /// The whole table.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// A cell: text as it is, numbers and flags as JSON writes them, anything else empty.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// A row with its end.
pub(crate) fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

/// A cell, quoted where it must be, harmless in a spreadsheet.
fn quoted(cell: &str) -> String {
    let cell = match is_formula(cell) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

/// Whether a spreadsheet may calculate it. Full-width signs count: some convert them.
fn is_formula(cell: &str) -> bool {
    // Phone numbers and negative numbers begin with a sign, and hold nothing that acts.
    let is_plain =
        |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.parse::<f64>().is_ok();
    let first = cell.trim_start_matches([' ', '\u{a0}', '\u{feff}', '\u{3000}']);
    match first.strip_prefix(['+', '-']) {
        Some(rest) => !is_plain(rest),
        None => first.starts_with(['=', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']),
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
            ("1e-7", "1e-7"),
        ] {
            assert_eq!(quoted(cell), want);
        }
    }

    #[test]
    fn nothing_that_a_stranger_wrote_is_calculated() {
        for (cell, want) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+cmd()", "'+cmd()"),
            ("-2+3+cmd()", "'-2+3+cmd()"),
            ("@sum(1,2)", "\"'@sum(1,2)\""),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
        ] {
            assert_eq!(quoted(cell), want);
        }
    }
}
