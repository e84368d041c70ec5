//! What is remembered of one contact.

use honeytoken::Authentication;
use serde::{Deserialize, Serialize};

use crate::taxonomy::Whose;

/// One contact, as far as judgement needs to remember it. There are as many as contacts, so that a
/// snapshot holds them without names of fields.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Row", into = "Row")]
pub(crate) struct Note {
    pub(crate) entry: u64,
    pub(crate) at: i64,
    /// When it happened: earlier than `at` only if it was found afterwards in a provider's list.
    pub(crate) happened: i64,
    pub(crate) line: u32,
    pub(crate) platform: u32,
    pub(crate) group: u32,
    pub(crate) whose: Whose,
    /// Nothing was said and the caller was not known.
    pub(crate) silent: bool,
    /// It spoke a persona's name.
    pub(crate) named: bool,
    /// The note of the contact that this is a later part of, or the same told again; nobody's where
    /// it stands for itself.
    pub(crate) first: u32,
    /// How sure it is who handed it in.
    pub(crate) proof: Proof,
}

/// The fields of a note, in order.
type Row = (u64, i64, i64, u32, u32, u32, Whose, bool, bool, u32, Proof);

impl From<Row> for Note {
    fn from(row: Row) -> Note {
        let (entry, at, happened, line, platform, group, whose, silent, named, first, proof) = row;
        Note {
            entry,
            at,
            happened,
            line,
            platform,
            group,
            whose,
            silent,
            named,
            first,
            proof,
        }
    }
}

impl From<Note> for Row {
    fn from(n: Note) -> Row {
        (
            n.entry, n.at, n.happened, n.line, n.platform, n.group, n.whose, n.silent, n.named,
            n.first, n.proof,
        )
    }
}

/// How sure it is that a contact came from the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Proof {
    /// Signed over its words, or read from the provider.
    Signed,
    /// A secret that does not cover its words, or none.
    Secret,
    /// An operator says so.
    Told,
}

impl Proof {
    pub(super) fn of(authentication: Authentication) -> Proof {
        use Authentication as A;
        match authentication {
            A::SignatureBody | A::MacBody | A::ProviderApi => Proof::Signed,
            A::MacWithoutBody | A::SharedSecret | A::None => Proof::Secret,
            A::Imported | A::ByHand => Proof::Told,
        }
    }
}
