//! For whom something leaves the house, and which words only the decoys bear.

use std::str::FromStr;

use honeytoken::Persona;
use serde::{Deserialize, Serialize};

/// Digits in a row that may be a one-time code or a number.
const CODE_DIGITS_MIN: usize = 4;
/// A part of a name that is shorter is in too many words to be hidden, in characters.
const NAME_CHARS_MIN: usize = 2;

/// For whom a bundle or an export is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// An authority or a court: everything but credentials.
    Regulator,
    /// The platform itself, so that it can answer: what concerns its own numbers, without raw
    /// requests, other platforms and the operator's installation.
    Platform,
    /// Anybody: no decoy numbers, callers, names, one-time codes.
    Public,
}

/// A word that is no preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("preset {0:?} is unknown; use regulator, platform or public")]
pub struct UnknownPreset(pub String);

impl Preset {
    /// All of them, the most open first.
    pub const ALL: [Preset; 3] = [Preset::Regulator, Preset::Platform, Preset::Public];

    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Preset::Regulator => "regulator",
            Preset::Platform => "platform",
            Preset::Public => "public",
        }
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(text: &str) -> Result<Preset, UnknownPreset> {
        Preset::ALL
            .into_iter()
            .find(|preset| preset.as_str() == text)
            .ok_or_else(|| UnknownPreset(text.to_owned()))
    }
}

/// What only the decoys are called, in lower case.
pub fn names<'a>(personas: impl Iterator<Item = &'a Persona>) -> Vec<String> {
    let parts = |p: &Persona| {
        let parts = [
            Some(p.name.clone()),
            p.given.clone(),
            p.family.clone(),
            p.romanised.clone(),
            p.email.clone(),
        ];
        let words = |part: String| {
            part.split_whitespace()
                .map(str::to_lowercase)
                .collect::<Vec<_>>()
        };
        parts
            .into_iter()
            .flatten()
            .flat_map(words)
            .collect::<Vec<_>>()
    };
    let mut names: Vec<String> = personas.flat_map(parts).collect();
    // One Han character is a family name, and in half of all texts.
    names.retain(|name| name.chars().count() >= NAME_CHARS_MIN);
    names.sort();
    names.dedup();
    names
}

/// No code, no number, none of the decoys' names.
pub(crate) fn is_harmless(text: &str, names: &[String]) -> bool {
    let mut run = 0;
    let longest = text.chars().fold(0, |longest, c| {
        // Codes are also written with a space or a dash in the middle.
        run = match c {
            _ if c.is_numeric() => run + 1,
            ' ' | '-' | '.' => run,
            _ => 0,
        };
        longest.max(run)
    });
    let lower = text.to_lowercase();
    longest < CODE_DIGITS_MIN && !names.iter().any(|name| lower.contains(name))
}
