//! What is printed: tables with columns as wide as what they show (Chinese characters take two
//! cells), and JSON documents.

use std::io::Write as _;

use report::VerdictOut;
use serde::Serialize;

/// Prints text and ends the line.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

/// Prints one JSON document and ends the line.
pub(crate) fn print_json(document: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, document)?;
    Ok(writeln!(out)?)
}

/// Verdicts as a table, most probable leak first.
pub(crate) fn verdicts(verdicts: &[VerdictOut]) -> String {
    let mut sorted: Vec<&VerdictOut> = verdicts.iter().collect();
    sorted.sort_by(|a, b| {
        b.e_value
            .total_cmp(&a.e_value)
            .then(a.platform.cmp(&b.platform))
    });
    let row = |v: &&VerdictOut| {
        vec![
            v.platform.clone(),
            v.class.to_string(),
            format!("{:.3}", v.probability),
            number(v.e_value),
            number(v.fdr),
            v.evidence.len().to_string(),
            v.flagged_at.map_or(String::new(), |at| at.to_string()),
        ]
    };
    let header = [
        "platform",
        "verdict",
        "probability",
        "e-value",
        "error rate",
        "evidence",
        "since",
    ];
    render(&header, &sorted.iter().map(row).collect::<Vec<_>>())
}

/// A number in three digits, whatever its size.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if (0.001..1e6).contains(&size) => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

/// Rows under a header, in columns.
pub(crate) fn render(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cells(cell)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cells(cell).max(*width);
        }
    }
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let line = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(cells(cell))))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let lines = [&header, &rule].into_iter().chain(rows).map(line);
    lines.collect::<Vec<_>>().join("\n")
}

/// How many cells of a terminal a text takes: East Asian wide characters take two.
fn cells(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// The blocks that terminals show wide, as far as names use them (Unicode TR11).
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_wide_characters() {
        let rows = vec![
            vec!["红杉".into(), "a".into()],
            vec!["x".into(), "b".into()],
        ];
        let table = render(&["name", "v"], &rows);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[2], "红杉  a");
        assert_eq!(lines[3], "x     b");
    }
}
