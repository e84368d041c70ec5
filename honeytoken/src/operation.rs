//! What operators do to the log and with it: each an entry of its own.

use serde::{Deserialize, Serialize};

use crate::{KeyId, Label, PlatformId};

/// A step of operation: `start`, `stop`, `backup`, `restore`, `rebuild`, `export`, ….
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What was done, one word.
    pub operation: String,
    /// More, in plain words; never personal data.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Somebody looked at personal data; reads close in time become one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalDataRead {
    /// Whose eyes: the key.
    pub reader: KeyId,
    /// What was asked for, such as `contacts of platform acme`.
    pub what: String,
    /// The entries shown, ascending.
    pub entries: Vec<u64>,
}

/// An entry's payload is destroyed; its leaf and all proofs stay.
///
/// Recorded first, executed after; carries what the fold needs of the erased entry so that
/// verdicts stay reproducible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Erasure {
    /// Which entry.
    pub erased: u64,
    /// Why, in plain words.
    pub reason: String,
    /// On which legal ground, by the operator's word: `gdpr_17`, `pipl_47`, `retention`, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// What was asked for, of which this is a part: `contact`, `caller`, `honeytoken`, `due`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What of it lives on: numbers without personal data, by the fold's names.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub carried: serde_json::Map<String, serde_json::Value>,
}

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteTopic {
    /// An entry, by index.
    Entry(u64),
    /// A platform.
    Platform(PlatformId),
}

/// An analyst's words or label.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it is about.
    pub topic: NoteTopic,
    /// What it says.
    pub text: String,
    /// What its writer calls the contact that it is about; it never moves a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Note")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}
