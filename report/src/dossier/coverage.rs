//! When numbers were watched, and when not.

use honeytoken::{Language, Span};

use super::Number;
use super::redact;
use crate::bundle::Preset;
use crate::paper::{Block, Table};
use crate::words::{basis_word, say};

const DAY_US: f64 = 86_400e6;
/// Rows of the table, at most.
const ROWS_MAX: usize = 200;
/// Shorter gaps are not counted, in microseconds (an hour).
const GAP_US_MIN: i64 = 3_600_000_000;

/// The part of a report.
pub(super) fn blocks(
    numbers: &[Number],
    until_us: i64,
    preset: Preset,
    lang: Language,
) -> Vec<Block> {
    let heads = [
        ("号码", "number"),
        ("登记", "registered"),
        ("已证明在线（天）", "proven alive, days"),
        ("占比", "share"),
        ("超过 1 小时的空白", "gaps over an hour"),
        ("最长空白（天）", "longest gap, days"),
        ("依据", "by"),
    ];
    let rows = numbers
        .iter()
        .enumerate()
        .take(ROWS_MAX)
        .map(|(nth, number)| row(nth, number, until_us, preset, lang));
    let table = Table {
        heads: heads.map(|(zh, en)| say(lang, zh, en).to_owned()).into(),
        rows: rows.collect(),
    };
    let mut blocks = vec![
        Block::Heading(say(lang, "观察时间与空白", "Coverage and gaps").to_owned()),
        Block::Text(say(lang, "从登记到最后一次观察。空白期内即使没有联系也不说明任何问题，因此不计入。", "From registration to the last look. In a gap silence means nothing, and is not counted.").to_owned()),
        Block::Table(table),
    ];
    let more = numbers.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        blocks.push(Block::Text(tell!(
            lang,
            "另有 {more} 个号码未列出。",
            "{more} more numbers are not listed."
        )));
    }
    blocks
}

fn row(nth: usize, number: &Number, until_us: i64, preset: Preset, lang: Language) -> Vec<String> {
    let held = &number.held;
    let whole: Span = (
        held.registered_at.as_micros(),
        until_us.max(held.registered_at.as_micros() + 1),
    );
    let alive = held.proven.held_us(whole) as f64;
    let gaps: Vec<i64> = held
        .proven
        .gaps(whole)
        .iter()
        .map(|gap| gap.1 - gap.0)
        .filter(|gap| *gap >= GAP_US_MIN)
        .collect();
    let longest = gaps.iter().max().map_or(0.0, |gap| *gap as f64 / DAY_US);
    let bases: Vec<&str> = held
        .bases
        .iter()
        .map(|basis| basis_word(*basis, lang))
        .collect();
    vec![
        redact::number(preset, nth, held.number.as_str()),
        super::tell::day(held.registered_at),
        format!("{:.1}", alive / DAY_US),
        format!("{:.0} %", 100.0 * alive / (whole.1 - whole.0) as f64),
        gaps.len().to_string(),
        format!("{longest:.1}"),
        if bases.is_empty() {
            "—".to_owned()
        } else {
            bases.join(say(lang, "、", ", "))
        },
    ]
}
