//! Words with numbers in them, in one of two languages.

use honeytoken::{Language, Timestamp};

use attribution::amount::times;

/// A sentence in the language, its numbers in place: `tell!(lang, "…{n}…", "…{n}…")`.
macro_rules! tell {
    ($lang:expr, $zh:literal, $en:literal) => {
        match $lang {
            honeytoken::Language::Zh => format!($zh),
            honeytoken::Language::En => format!($en),
        }
    };
}

/// A day (UTC).
pub(super) fn day(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// A day, or a word that there is none.
pub(super) fn day_or(at: Option<Timestamp>, lang: Language) -> String {
    at.map_or_else(|| crate::words::say(lang, "无", "none").to_owned(), day)
}

/// A probability as people read it; never surer than three figures.
pub(super) fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p > 99.9 => "> 99.9 %".to_owned(),
        p if p < 0.1 => "< 0.1 %".to_owned(),
        p if !(10.0..90.0).contains(&p) => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// An e-value: how many to one.
pub(super) fn to_one(log_e: f64) -> String {
    times(log_e / core::f64::consts::LN_10)
}

/// So many of so many: never a percentage of a few.
pub(super) fn of(some: usize, all: usize, lang: Language) -> String {
    tell!(lang, "{all} 中 {some}", "{some} of {all}")
}

/// From so few numbers on a share says something.
pub(super) const FEW: usize = 10;
