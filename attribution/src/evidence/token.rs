//! Evidence from names: strangers who call the persona by a name that only one platform was told.
//!
//! How easily a name is spoken by chance is measured on the data themselves: by how often texts on
//! other numbers speak it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Shares of a list worker's texts that speak the name.
const SHARES: [f64; 3] = [0.03, 0.1, 0.3];
/// Callers that reached numbers nobody was given speak names this much more rarely.
const MASS: f64 = 0.05;
/// Of the names spoken, this share is heard in part only.
const PARTIAL: f64 = 0.2;
/// The least chance of a coincidence that is ever believed.
const CHANCE_MIN: f64 = 1e-5;
/// The same, for a part of a name.
const PART_CHANCE_MIN: f64 = 1e-3;
/// The largest chance at which a name still says anything.
const CHANCE_MAX: f64 = 0.5;
/// How much is bet.
const BET: f64 = 0.9;

/// How much of the name a text speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Whole,
    Part,
    Not,
}

/// How often names of one script are spoken on numbers whose persona does not bear them.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Coincidence {
    names: u64,
    texts: u64,
    /// Line and placement: a name counts once on a line, since only the first counts as evidence.
    whole: BTreeSet<(u32, u32)>,
    part: u64,
}

impl Coincidence {
    /// One more name is in use.
    pub(crate) fn name(&mut self) {
        self.names += 1;
    }

    /// A stranger's text on `line` that speaks these names of others, and so many in part.
    pub(crate) fn text(&mut self, line: u32, whole: impl Iterator<Item = u32>, part: u64) {
        self.texts += 1;
        self.whole.extend(whole.map(|placement| (line, placement)));
        self.part += part;
    }

    /// The chance that one text speaks one name. One more than was seen: then the expectation of
    /// truth over estimate is below 1 for a Poisson count, so that the evidence stays an e-value.
    pub(crate) fn chances(&self) -> (f64, f64) {
        let pairs = (self.texts.max(1) * self.names.max(1)) as f64;
        let bound = |n: u64, least: f64| ((n as f64 + 1.0) / pairs).clamp(least, CHANCE_MAX);
        (
            bound(self.whole.len() as u64, CHANCE_MIN),
            bound(self.part, PART_CHANCE_MIN),
        )
    }
}

/// Evidence from the names told to one platform.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Token {
    logs: [f64; SHARES.len()],
}

impl Token {
    /// One text on a number whose name was not heard there yet.
    pub(crate) fn text(&mut self, heard: Heard, mass: bool, (whole, part): (f64, f64)) {
        for (log, share) in self.logs.iter_mut().zip(SHARES) {
            let share = if mass { MASS * share } else { share };
            // With this share the text is a list worker's who speaks the name; else it is like any.
            *log += match heard {
                Heard::Whole => libm::log(1.0 - share + share * (1.0 - PARTIAL) / whole),
                Heard::Part => libm::log(1.0 - share + share * PARTIAL / part),
                Heard::Not => libm::log1p(-share),
            };
        }
    }

    /// Natural logarithm of the e-value.
    pub(crate) fn log_e(&self) -> f64 {
        let each = BET / SHARES.len() as f64;
        super::log_mix(
            self.logs
                .iter()
                .map(|log| (each, *log))
                .chain([(1.0 - BET, 0.0)]),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_near_proof_and_common_names_are_not() {
        let mut rare = Coincidence::default();
        let mut common = Coincidence::default();
        for _ in 0..120 {
            rare.name();
            common.name();
        }
        for text in 0..2_000 {
            rare.text(0, std::iter::empty(), 0);
            common.text(text, 0..3, 5);
        }
        let said = |c: &Coincidence| {
            let mut token = Token::default();
            token.text(Heard::Not, false, c.chances());
            token.text(Heard::Whole, false, c.chances());
            token.log_e()
        };
        assert!(said(&rare) > 5.5, "{}", said(&rare));
        assert!(said(&common) < 1.5, "{}", said(&common));
    }
}
