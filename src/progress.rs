//! Progress bars on long work: on a terminal only, on stderr, so that stdout stays clean.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar up to `total`, with a word for what is done.
pub(crate) fn bar(word: &'static str, total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>12} {wide_bar} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::new(total).with_message(word);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A count without a known end.
pub(crate) fn count(word: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>12} {human_pos} {per_sec}");
    let bar = ProgressBar::no_length().with_message(word);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
