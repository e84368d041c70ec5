//! Rows under typed columns, and the two formats that are text.

use serde_json::{Map, Value};

use super::ExportFault;
use crate::csv;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Words; a list of words is joined by `; `.
    Text,
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Moments in RFC 3339, UTC.
    Time,
    /// Yes or no.
    Flag,
}

/// A column.
pub(super) type Column = (&'static str, Type);

/// Rows under columns.
pub(super) struct Table {
    pub(super) columns: &'static [Column],
    rows: Vec<Map<String, Value>>,
}

impl Table {
    pub(super) fn new(columns: &'static [Column]) -> Table {
        let rows = Vec::new();
        Table { columns, rows }
    }

    /// Adds a row; what no column is for is left out.
    pub(super) fn add(&mut self, row: Value) {
        if let Value::Object(row) = row {
            self.rows.push(row);
        }
    }

    /// A column's cells from top to bottom, lists joined.
    pub(super) fn cells<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Value> + 'a {
        self.rows.iter().map(move |row| joined(row.get(name)))
    }

    /// Comma-separated values with a header row.
    pub(super) fn to_csv(&self) -> String {
        let header: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        let mut text = csv::line(&header);
        for row in &self.rows {
            let cell = |(name, _): &Column| csv::cell(&joined(row.get(*name)));
            text += &csv::line(&self.columns.iter().map(cell).collect::<Vec<_>>());
        }
        text
    }

    /// A JSON object a line, with all columns, lists as lists.
    pub(super) fn to_json_lines(&self) -> Result<Vec<u8>, ExportFault> {
        let mut bytes = Vec::new();
        for row in &self.rows {
            let value = |(name, _): &Column| {
                let value = row.get(*name).cloned().unwrap_or_default();
                ((*name).to_owned(), value)
            };
            let row: Map<String, Value> = self.columns.iter().map(value).collect();
            serde_json::to_writer(&mut bytes, &row)?;
            bytes.push(b'\n');
        }
        Ok(bytes)
    }
}

fn joined(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Array(list)) => {
            let words: Vec<String> = list.iter().map(csv::cell).collect();
            Value::String(words.join("; "))
        }
        Some(value) => value.clone(),
        None => Value::Null,
    }
}
