//! Evidence from names: strangers who call the persona by a name that only one platform was told.
//!
//! How easily a name is spoken by chance is measured on the data themselves: by how often texts on
//! other numbers speak it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Shares of a list worker's texts that speak the name.
const SHARES: [f64; 3] = [0.03, 0.1, 0.3];
/// Of the names spoken, how many are heard whole, by their sound, in part.
const HEARD: [f64; 3] = [0.75, 0.1, 0.15];
/// The least chance of a coincidence that is ever believed, for each: a whole name is one of a million, as
/// decoys are named, and no text is trusted to speak fewer than one.
const CHANCES_MIN: [f64; 3] = [1e-6, 5e-5, 1e-4];
/// The largest chance at which a name still says anything.
const CHANCE_MAX: f64 = 0.5;
/// How much is bet.
const BET: f64 = 0.85;
/// Coincidences that are told from their repetitions; beyond, each counts.
const SEEN_MAX: usize = 100_000;

/// How much of the name a text speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Whole,
    Sound,
    Part,
    Not,
}

/// How often names are spoken, in texts of one script, on numbers whose persona does not bear them.
///
/// Whole names are rarely spoken by chance, and so few that one could not tell how rarely. But what
/// makes a name likely are its pieces: of `n` names as many as `n * n` can be put together, and how
/// often one of those is spoken tells it `n` times as well.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Coincidence {
    names: u64,
    texts: u64,
    /// Line and name: one counts once on a line, since only the first counts as evidence.
    seen: BTreeSet<(u32, u64)>,
    mixed: u64,
    whole: u64,
    sound: u64,
    part: u64,
}

/// The names of others that a stranger's text speaks.
pub(crate) struct Overheard<'a> {
    pub(crate) line: u32,
    pub(crate) whole: &'a [u32],
    pub(crate) mixed: &'a [(u64, u64)],
    pub(crate) sound: u64,
    pub(crate) part: u64,
}

impl Coincidence {
    /// One more name is in use.
    pub(crate) fn name(&mut self) {
        self.names += 1;
    }

    /// A stranger's text that speaks these names of others.
    pub(crate) fn text(&mut self, heard: &Overheard<'_>) {
        self.texts += 1;
        for placement in heard.whole {
            let fresh = self.is_fresh(heard.line, u64::from(*placement));
            self.whole += u64::from(fresh);
        }
        for (digest, pairs) in heard.mixed {
            let fresh = self.is_fresh(heard.line, *digest);
            self.mixed += if fresh { *pairs } else { 0 };
        }
        self.sound += heard.sound;
        self.part += heard.part;
    }

    fn is_fresh(&mut self, line: u32, name: u64) -> bool {
        self.seen.len() >= SEEN_MAX || self.seen.insert((line, name))
    }

    /// The chance that one text speaks one name whole, by its sound, in part. One more than was
    /// seen: then the expectation of truth over estimate is below 1 for a Poisson count, so that
    /// the evidence stays an e-value.
    pub(crate) fn chances(&self) -> [f64; 3] {
        let names = self.names.max(1) as f64;
        let pairs = self.texts.max(1) as f64 * names;
        let mixed = (self.mixed + 1) as f64 / (pairs * names);
        let whole = mixed.max(self.whole as f64 / pairs);
        let counts = [
            whole * pairs,
            (self.sound + 1) as f64,
            (self.part + 1) as f64,
        ];
        std::array::from_fn(|i| (counts[i] / pairs).clamp(CHANCES_MIN[i], CHANCE_MAX))
    }
}

/// Evidence from the names told to one platform.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Token {
    logs: [f64; SHARES.len()],
}

impl Token {
    /// One text on a number whose name was not heard there yet. `lean` is how far such a caller may
    /// be taken for one who works the platform's list, of 0 to 1.
    pub(crate) fn text(&mut self, heard: Heard, lean: f64, chances: [f64; 3]) {
        for (log, share) in self.logs.iter_mut().zip(SHARES) {
            let share = share * lean;
            // With this share the text is a list worker's who speaks the name; else it is like any.
            *log += match heard {
                Heard::Not => libm::log1p(-share),
                _ => {
                    let way = heard as usize;
                    libm::log(1.0 - share + share * HEARD[way] / chances[way])
                }
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

    fn quiet(line: u32) -> Overheard<'static> {
        Overheard {
            line,
            whole: &[],
            mixed: &[],
            sound: 0,
            part: 0,
        }
    }

    #[test]
    fn one_name_is_near_proof_and_common_names_are_not() {
        let mut rare = Coincidence::default();
        let mut common = Coincidence::default();
        for _ in 0..120 {
            rare.name();
            common.name();
        }
        for line in 0..2_000 {
            rare.text(&quiet(0));
            common.text(&Overheard {
                whole: &[0, 1, 2],
                ..quiet(line)
            });
        }
        let said = |c: &Coincidence| {
            let mut token = Token::default();
            token.text(Heard::Not, 1.0, c.chances());
            token.text(Heard::Whole, 1.0, c.chances());
            token.log_e()
        };
        assert!(said(&rare) > 5.5, "{}", said(&rare));
        assert!(said(&common) < 1.5, "{}", said(&common));
    }

    #[test]
    fn names_put_together_tell_how_common_names_are() {
        let (mut apart, mut common) = (Coincidence::default(), Coincidence::default());
        for _ in 0..10 {
            apart.name();
            common.name();
        }
        for line in 0..100 {
            apart.text(&quiet(line));
            common.text(&Overheard {
                mixed: &[(7, 1), (8, 2)],
                ..quiet(line)
            });
        }
        assert!(apart.chances()[0] < 2e-4);
        assert!(common.chances()[0] > 1e-2);
    }
}
