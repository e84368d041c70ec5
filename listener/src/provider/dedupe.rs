//! What tells one event from another.

use std::fmt;

use honeytoken::{Medium, Sender, Timestamp};

use super::mac::sha256_hex;

/// What tells one event from another of the same connection. Never empty.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Dedupe {
    /// Built from ids that the provider gives and repeats when it sends the event again.
    Given(String),
    /// The provider names no id: a digest of what it repeats.
    Derived(String),
    /// The key that the provider's readers agree on does not tell our lines apart.
    Told {
        /// That key, by which others know the event.
        told: String,
        /// A key that also tells the line.
        key: String,
    },
}

impl Dedupe {
    /// The key.
    pub fn key(&self) -> &str {
        match self {
            Dedupe::Given(key) | Dedupe::Derived(key) | Dedupe::Told { key, .. } => key,
        }
    }

    /// The key by which others know the event, if the provider's ids make it.
    pub fn given(&self) -> Option<&str> {
        match self {
            Dedupe::Given(key) | Dedupe::Told { told: key, .. } => Some(key),
            Dedupe::Derived(_) => None,
        }
    }

    /// A key made of parts that are repeated with the event. The parts are kept apart, so that no
    /// two lists give one key by shifting a boundary.
    pub(super) fn derived(parts: &[&str]) -> Dedupe {
        Dedupe::Derived(format!("sha256:{}", digest(parts)))
    }

    /// A key that others know, of an event on one of the lines that this name tells apart.
    pub(super) fn told(told: String, line: &str) -> Dedupe {
        match line.is_empty() {
            true => Dedupe::Given(told),
            false => Dedupe::Told {
                key: format!("sha256:{}", digest(&[&told, line])),
                told,
            },
        }
    }

    /// The event under each of several lines.
    pub(super) fn at(&self, line: &str) -> Dedupe {
        let with = |key: &str| format!("{key}:{line}");
        match self {
            Dedupe::Given(key) => Dedupe::Given(with(key)),
            Dedupe::Derived(key) => Dedupe::Derived(with(key)),
            Dedupe::Told { told, key } => Dedupe::Told {
                told: with(told),
                key: with(key),
            },
        }
    }
}

/// A digest of what was said by whom to whom and when, by the provider's clock, without any id: two real
/// messages differ in time, a repeat of one under a new id in nothing.
pub(crate) fn fingerprint(
    medium: Medium,
    phase: &str,
    to: Option<&Sender>,
    from: Option<&Sender>,
    text: Option<&str>,
    at: Option<Timestamp>,
) -> String {
    let at = at.map_or(String::new(), |at| at.to_string());
    let party = |party: Option<&Sender>| party.map_or(String::new(), |p| p.as_str().to_owned());
    digest(&[
        medium.as_str(),
        phase,
        &party(to),
        &party(from),
        text.unwrap_or_default(),
        &at,
    ])
}

pub(super) fn digest(parts: &[&str]) -> String {
    let lengths: Vec<_> = parts
        .iter()
        .map(|part| (part.len() as u64).to_be_bytes())
        .collect();
    let mixed = lengths
        .iter()
        .zip(parts)
        .flat_map(|(n, part)| [n.as_slice(), part.as_bytes()]);
    sha256_hex(&mixed.collect::<Vec<_>>())
}

/// A key may hold a provider's id, which leads to a person.
impl fmt::Debug for Dedupe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dedupe::Given(_) => "Given(…)",
            Dedupe::Derived(_) => "Derived(…)",
            Dedupe::Told { .. } => "Told(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_part_of_a_derived_key() {
        assert_ne!(Dedupe::derived(&["ab", "c"]), Dedupe::derived(&["a", "bc"]));
    }
}
