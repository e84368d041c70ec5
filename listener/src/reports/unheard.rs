//! Whoever is accused in public hears it first; else it is said why not.

use std::fmt;
use std::str::FromStr;

use honeytoken::{PlatformId, ReplyStanding, Timestamp};
use report::bundle::Preset;

use super::{About, Order, ReportError};
use crate::ledger::State;

/// The longest reason, in bytes.
const REASON_BYTES_MAX: usize = 500;
/// Platforms that a refusal names.
const NAMED_MAX: usize = 20;

/// Why somebody is accused in public without having been offered a reply: a line that is printed on the
/// report and kept in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

/// No reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "reason is empty, longer than {REASON_BYTES_MAX} bytes, or not one line; say why in a sentence"
)]
pub struct ReasonError;

impl FromStr for Reason {
    type Err = ReasonError;

    fn from_str(text: &str) -> Result<Reason, ReasonError> {
        let text = text.trim();
        let is_line = !text.is_empty() && !text.contains(char::is_control);
        match is_line && text.len() <= REASON_BYTES_MAX {
            true => Ok(Reason(text.to_owned())),
            false => Err(ReasonError),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the log says of whom a public report accuses unheard; nothing where it accuses nobody so.
pub(super) fn excuse(state: &State, order: &Order, now: Timestamp) -> Result<String, ReportError> {
    let unheard = unheard(state, order, now);
    match (&unheard[..], &order.without_reply) {
        ([], _) => Ok(String::new()),
        (_, None) => Err(ReportError::Unheard(unheard)),
        (_, Some(why)) => Ok(format!(", without a reply of {}: {why}", words(&unheard))),
    }
}

/// The platforms that it accuses in public and that were not offered a reply.
fn unheard(state: &State, order: &Order, now: Timestamp) -> Vec<PlatformId> {
    if order.preset != Preset::Public {
        return Vec::new();
    }
    let verdicts = state.judgement.verdicts().into_iter();
    let accused = verdicts.filter(|v| v.class.is_accusing());
    let named = accused
        .map(|verdict| verdict.platform)
        .filter(|id| is_named(state, order, id) && order.sees(state, id));
    let unheard =
        |id: &PlatformId| state.registry.reply_standing(id, now) == ReplyStanding::NotOffered;
    named.filter(unheard).collect()
}

fn is_named(state: &State, order: &Order, platform: &PlatformId) -> bool {
    match &order.about {
        About::Platform(id) => id == platform,
        About::Study(id) => {
            let study = state.registry.study(id);
            study.is_some_and(|study| study.platforms.contains(platform))
        }
        About::League => true,
    }
}

/// The first of them, in one line.
pub(super) fn words(platforms: &[PlatformId]) -> String {
    let named = platforms.iter().take(NAMED_MAX).map(ToString::to_string);
    let named: Vec<String> = named.collect();
    let noun = if platforms.len() == 1 {
        "platform"
    } else {
        "each of platforms"
    };
    match platforms.len().saturating_sub(NAMED_MAX) {
        0 => format!("{noun} {}", named.join(", ")),
        more => format!("{noun} {} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_sentence() {
        assert_eq!(
            " nobody is left to ask "
                .parse::<Reason>()
                .unwrap()
                .to_string(),
            "nobody is left to ask"
        );
        for bad in ["", "  ", "two\nlines", &"x".repeat(501)] {
            assert_eq!(bad.parse::<Reason>(), Err(ReasonError));
        }
    }

    #[test]
    fn many_are_named_in_one_line() {
        let ids = |n: usize| -> Vec<PlatformId> {
            (0..n).map(|n| format!("p{n}").parse().unwrap()).collect()
        };
        assert_eq!(words(&ids(1)), "platform p0");
        assert_eq!(words(&ids(2)), "each of platforms p0, p1");
        assert!(words(&ids(30)).ends_with("p19 and 10 more"));
    }
}
