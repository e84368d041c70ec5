//! A line of small bars; charts proper are drawn by `report::chart`, as in reports.

use maud::{Markup, html};

/// A line of small bars: how something went, at a glance.
pub(in crate::page) fn spark(title: &str, counts: &[u64]) -> Markup {
    let tallest = counts.iter().copied().max().unwrap_or_default().max(1) as f64;
    html! {
        svg.spark viewBox={ "0 0 " (counts.len() * 5) " 20" } role="img" aria-label=(title) {
            title { (title) }
            @for (at, count) in counts.iter().enumerate() {
                @let height = (*count as f64 / tallest * 19.0).max(1.0);
                rect class=[(*count > 0).then_some("some")] x=(at * 5) width="4" y={ (format!("{:.1}", 20.0 - height)) } height={ (format!("{height:.1}")) } {}
            }
        }
    }
}
