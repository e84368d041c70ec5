//! A line's days at a glance: how much of each it was proven alive.

use maud::{Markup, html};

use crate::page::lang::{Lang, said};

/// Hours in a day.
const DAY_H: f64 = 24.0;

/// Days, oldest first, in hours alive. Days alike are drawn as one.
pub(in crate::page) fn strip(lang: Lang, hours: &[f64]) -> Markup {
    let days = hours.len();
    let whole = hours.iter().filter(|h| level(**h) == 3).count();
    let none = hours.iter().filter(|h| level(**h) == 0).count();
    let words = said!(
        lang,
        "{whole} of {days} days wholly alive, {none} not at all",
        "{days} 天中 {whole} 天全天在线，{none} 天无在线证明"
    );
    html! {
        svg.strip viewBox={ "0 0 " (days * 4) " 14" } preserveAspectRatio="none" role="img" aria-label=(words) {
            title { (words) }
            @for (at, length, level) in runs(hours) {
                rect class={ "level-" (level) } x=(at * 4) y=(14 - (2 + level * 4)) width=(length * 4) height=(2 + level * 4) {}
            }
        }
    }
}

/// How much of a day: nothing, some, most, all.
fn level(hours: f64) -> usize {
    match hours {
        h if h >= DAY_H * 0.97 => 3,
        h if h >= DAY_H * 0.5 => 2,
        h if h > 0.0 => 1,
        _ => 0,
    }
}

fn runs(hours: &[f64]) -> Vec<(usize, usize, usize)> {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    for (at, level) in hours.iter().map(|h| level(*h)).enumerate() {
        match runs.last_mut() {
            Some(run) if run.2 == level => run.1 += 1,
            _ => runs.push((at, 1, level)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn days_alike_are_one() {
        assert_eq!(
            runs(&[24.0, 24.0, 0.0, 1.0, 13.0]),
            [(0, 2, 3), (2, 1, 0), (3, 1, 1), (4, 1, 2)]
        );
    }
}
