//! Decoys: people who do not exist, each known to one platform only.

use std::fmt;

use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

mod names;

/// The language a persona's name is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Chinese characters.
    Zh,
    /// Latin letters, English names.
    En,
}

/// A decoy's particulars, as typed into a platform's form. Its name is unique among all live
/// personas, so that a text that speaks it says where it was learned.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// The full name as typed.
    pub name: String,
    /// The given name, if known apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// The family name, if known apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The name in Latin letters without tones (pinyin), for Chinese names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub romanised: Option<String>,
    /// E-mail address on a domain of the operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The language of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

impl fmt::Debug for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persona")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// What a persona should be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonaSpec<'a> {
    /// The language of its name.
    pub language: Language,
    /// Pattern of its e-mail address with `{given}`, `{family}` and `{n}` (four digits), such as
    /// `{given}.{family}{n}@post.example`; none: no address.
    pub email_pattern: Option<&'a str>,
}

impl Persona {
    /// Draws a persona; about 1.4 million Chinese and 1.1 million English names can come out.
    pub fn draw(spec: PersonaSpec<'_>, random: &mut ChaCha12Rng) -> Persona {
        let (family, given) = match spec.language {
            Language::Zh => names::chinese(random),
            Language::En => names::english(random),
        };
        let n = random.random_range(1000..10_000_u32);
        let email = spec
            .email_pattern
            .map(|p| fill(p, &given.latin, &family.latin, n));
        let (name, romanised) = match spec.language {
            Language::Zh => (
                format!("{}{}", family.native, given.native),
                Some(format!("{} {}", family.latin, given.latin)),
            ),
            Language::En => (format!("{} {}", given.native, family.native), None),
        };
        Persona {
            name,
            given: Some(given.native),
            family: Some(family.native),
            romanised,
            email,
            language: Some(spec.language),
        }
    }

    /// The form under which two names are one: letters only, lower case.
    pub fn key(&self) -> String {
        self.name
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    }
}

fn fill(pattern: &str, given: &str, family: &str, n: u32) -> String {
    pattern
        .replace("{given}", &given.to_lowercase())
        .replace("{family}", &family.to_lowercase())
        .replace("{n}", &n.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn draw(language: Language, seed: u64) -> Persona {
        let spec = PersonaSpec {
            language,
            email_pattern: Some("{given}.{family}{n}@post.example"),
        };
        Persona::draw(spec, &mut ChaCha12Rng::seed_from_u64(seed))
    }

    #[test]
    fn the_same_seed_draws_the_same_person() {
        assert_eq!(draw(Language::Zh, 7), draw(Language::Zh, 7));
        assert_ne!(draw(Language::Zh, 7), draw(Language::Zh, 8));
    }

    #[test]
    fn names_rarely_repeat() {
        for language in [Language::Zh, Language::En] {
            let distinct: BTreeSet<String> = (0..2000).map(|s| draw(language, s).key()).collect();
            assert!(distinct.len() >= 1990, "{language:?}: {}", distinct.len());
        }
    }

    #[test]
    fn a_chinese_persona_has_a_latin_address() {
        let persona = draw(Language::Zh, 1);
        assert!((2..=4).contains(&persona.name.chars().count()));
        assert!(persona.romanised.is_some());
        let email = persona.email.unwrap();
        assert!(email.is_ascii() && email.ends_with("@post.example") && !email.contains('{'));
    }

    #[test]
    fn one_name_in_two_spellings_is_one_key() {
        let a = Persona {
            name: "Ada  O'Wex".into(),
            ..draw(Language::En, 1)
        };
        let b = Persona {
            name: "ada owex".into(),
            ..draw(Language::En, 1)
        };
        assert_eq!(a.key(), b.key());
    }
}
