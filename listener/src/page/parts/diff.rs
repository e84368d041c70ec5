//! How one text differs from another, word by word.

use maud::{Markup, html};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Words of a text that are compared; what comes after is shown as it is.
const WORDS_MAX: usize = 400;
/// Texts that share less than this are two texts, and nothing is marked.
const SHARED_MIN: f32 = 0.3;

/// A text with what is new in it, beside another, marked.
pub(in crate::page) fn marked(base: &str, text: &str) -> Markup {
    html! { @for (piece, new) in pieces(base, text) { @if new { mark { (piece) } } @else { (piece) } } }
}

/// Pieces of `text`, and whether each is new.
fn pieces<'a>(base: &str, text: &'a str) -> Vec<(&'a str, bool)> {
    let (old, new) = (words(base), words(text));
    let (before, now) = (contents(base, &old), contents(text, &new));
    let ops = capture_diff_slices(Algorithm::Myers, &before, &now);
    if shared(&ops, &before, &now) < SHARED_MIN {
        return vec![(text, false)];
    }
    let mut pieces: Vec<(std::ops::Range<usize>, bool)> = Vec::new();
    for op in ops {
        let is_new = !matches!(op, DiffOp::Equal { .. });
        let range = op.new_range();
        let (Some(first), Some(last)) = (
            new.get(range.start),
            range.end.checked_sub(1).and_then(|l| new.get(l)),
        ) else {
            continue;
        };
        if range.is_empty() {
            continue;
        }
        match pieces.last_mut() {
            Some((before, same)) if *same == is_new => before.end = last.end,
            _ => pieces.push((first.start..last.end, is_new)),
        }
    }
    let end = pieces.last().map_or(0, |(range, _)| range.end);
    let rest = (end < text.len()).then_some((end..text.len(), false));
    pieces
        .into_iter()
        .chain(rest)
        .filter_map(|(range, new)| Some((text.get(range)?, new)))
        .collect()
}

/// How much of two texts is the same, from 0 to 1; spaces, which all texts share, do not count.
fn shared(ops: &[DiffOp], before: &[&str], now: &[&str]) -> f32 {
    let told = |words: &[&str]| words.iter().filter(|w| !w.trim().is_empty()).count();
    let equal = ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
    let same: usize = equal.map(|op| told(&now[op.new_range()])).sum();
    2.0 * same as f32 / (told(before) + told(now)).max(1) as f32
}

fn contents<'a>(text: &'a str, words: &[std::ops::Range<usize>]) -> Vec<&'a str> {
    words.iter().filter_map(|w| text.get(w.clone())).collect()
}

/// Runs of letters and digits; every other character, and every Han character, by itself.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let joins = c.is_alphanumeric() && !is_han(c);
        let full = words.len() == WORDS_MAX;
        match words.last_mut() {
            Some(word) if joins && in_word => word.end = end,
            _ if full => break,
            _ => words.push(at..end),
        }
        in_word = joins;
    }
    words
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(base: &str, text: &str) -> String {
        let bracket = |(piece, new): (&str, bool)| match new {
            true => format!("[{piece}]"),
            false => piece.to_owned(),
        };
        pieces(base, text).into_iter().map(bracket).collect()
    }

    #[test]
    fn what_is_new_is_marked() {
        let cases = [
            ("Loan of 5000 now", "Loan of 8000 now", "Loan of [8000] now"),
            ("您有5000元额度", "您有8000元新额度", "您有[8000]元[新]额度"),
            (
                "call +14155550131!",
                "call +14155550132!",
                "call +[14155550132]!",
            ),
            ("one two three", "one three", "one three"),
            ("same", "same", "same"),
            (
                "a b c d",
                "entirely other words here",
                "entirely other words here",
            ),
            ("", "first", "first"),
        ];
        for (base, text, want) in cases {
            assert_eq!(shown(base, text), want, "{base} → {text}");
        }
    }

    #[test]
    fn nothing_of_a_text_is_lost_however_long() {
        let base = "x y ".repeat(WORDS_MAX);
        let text = format!("{base}z 尾");
        let all: String = pieces(&base, &text).into_iter().map(|(p, _)| p).collect();
        assert_eq!(all, text);
    }
}
