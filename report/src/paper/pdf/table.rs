//! Tables on pages.

use super::super::Table;
use super::flow::{Flow, PLAIN, SIDE, SIZE, SMALL, Style};
use super::parts::Role;
use crate::chart::Ink;

/// Between columns, in points.
const GAP: f32 = 10.0;
/// From line to line in a cell, in points.
const LINE: f32 = 13.0;
/// Cells of at most so many characters stay on one line.
const WHOLE_CHARS_MAX: usize = 12;
/// Of the width, what names of facts may take.
const NAMES: f32 = 0.3;

/// Names on the left, what they are on the right.
pub(super) fn facts(flow: &mut Flow<'_>, facts: &[(String, String)]) {
    let left = flow.width() * NAMES;
    let widths = [left, flow.width() - left - GAP];
    for (name, value) in facts {
        row(
            flow,
            &[name, value],
            &widths,
            [Style { size: 9.5, ..SMALL }, PLAIN],
            [Role::RowHead, Role::Cell],
        );
    }
}

/// Rows under heads, the heads again on each page.
pub(super) fn rows(flow: &mut Flow<'_>, table: &Table) {
    let widths = widths(flow, table);
    heads(flow, table, &widths);
    let small = Style { size: 9.0, ..PLAIN };
    for cells in &table.rows {
        if flow.need(height(flow, cells, &widths, small.size)) {
            // Heard once, at the beginning.
            flow.within(None, |flow| heads(flow, table, &widths));
        }
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let roles = [Role::Cell, Role::Cell];
        row(flow, &cells, &widths, [small, small], roles);
    }
}

fn heads(flow: &mut Flow<'_>, table: &Table, widths: &[f32]) {
    let cells: Vec<&str> = table.heads.iter().map(String::as_str).collect();
    flow.need(60.0);
    let style = Style {
        size: 8.6,
        ink: Ink::Muted,
        bold: true,
    };
    let roles = [Role::ColumnHead, Role::ColumnHead];
    row(flow, &cells, widths, [style, style], roles);
}

fn height(flow: &Flow<'_>, cells: &[String], widths: &[f32], size: f32) -> f32 {
    let lines = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| flow.letters.lines(cell, size, *width).len());
    lines.max().unwrap_or(0) as f32 * LINE + 6.0
}

/// A row with a line below; the first cell in the first style and role, all others in the second. One that
/// is higher than a page goes on on the next.
fn row(
    flow: &mut Flow<'_>,
    cells: &[impl AsRef<str>],
    widths: &[f32],
    styles: [Style; 2],
    roles: [Role; 2],
) {
    let style = |nth: usize| styles[usize::from(nth > 0)];
    let set = |(nth, (cell, width)): (usize, (&_, &f32))| {
        let cell: &str = AsRef::<str>::as_ref(cell);
        flow.letters.lines(cell, style(nth).size, *width)
    };
    let set: Vec<Vec<String>> = cells.iter().zip(widths).enumerate().map(set).collect();
    let lines = set.iter().map(Vec::len).max().unwrap_or(0);
    flow.need((lines as f32 * LINE + 6.0).min(400.0));
    flow.y += 2.0;
    let parts = flow.cells(set.len(), &roles);
    for line in 0..lines {
        flow.need(LINE);
        let mut x = SIDE;
        for (nth, (cell, width)) in set.iter().zip(widths).enumerate() {
            if let Some(text) = cell.get(line) {
                flow.within(parts.get(nth).copied(), |flow| {
                    flow.letters_at(x, style(nth), text.clone());
                });
            }
            x += width + GAP;
        }
        flow.y += LINE;
    }
    flow.y += 2.0;
    let width = flow.width();
    flow.bar((SIDE, flow.y, width, 0.5), Ink::Grid);
    flow.y += 1.5;
}

/// Every column gets what its longest word needs, and of the rest by what it would like.
fn widths(flow: &Flow<'_>, table: &Table) -> Vec<f32> {
    let columns = table.heads.len().max(1);
    let room = flow.width() - GAP * (columns - 1) as f32;
    let wants: Vec<(f32, f32)> = (0..columns)
        .map(|column| wants(flow, table, column, room))
        .collect();
    let (least, most) = wants.iter().fold((0.0, 0.0), |(least, most), want| {
        (least + want.0, most + want.1)
    });
    let width = |(word, whole): &(f32, f32)| match (most <= room, least <= room) {
        (true, _) => whole * room / most,
        (false, true) => word + (whole - word) * (room - least) / (most - least),
        (false, false) => word * room / least,
    };
    wants.iter().map(width).collect()
}

/// How wide a column's longest word is, and its longest cell.
fn wants(flow: &Flow<'_>, table: &Table, column: usize, room: f32) -> (f32, f32) {
    let cells = table.rows.iter().filter_map(|row| row.get(column));
    let (mut word, mut whole) = (24.0_f32, 24.0_f32);
    for cell in cells.chain(table.heads.get(column)) {
        let cell = flow.letters.readable(cell);
        let wide = flow.letters.width(&cell, SIZE);
        // What is short, a date or a number, is not broken.
        let longest = match cell.chars().count() <= WHOLE_CHARS_MAX {
            true => wide,
            false => flow.letters.longest_word(&cell, SIZE),
        };
        word = word.max(longest.min(room / 3.0));
        whole = whole.max(wide);
    }
    (word, whole.max(word))
}
