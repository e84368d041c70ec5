//! Who may do what: API keys and the four roles.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::KeyId;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, keys and erasure included.
    Admin,
    /// Works with lines, platforms, honeytokens and contacts.
    Analyst,
    /// Reads everything, personal data included, and the custody log; changes nothing.
    Auditor,
    /// Reads verdicts and counts, with numbers, senders and texts closed.
    Viewer,
}

impl Role {
    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::Analyst => "analyst",
            Role::Auditor => "auditor",
            Role::Viewer => "viewer",
        }
    }

    /// Whether it may change lines, platforms and honeytokens.
    pub const fn may_work(self) -> bool {
        matches!(self, Role::Admin | Role::Analyst)
    }

    /// Whether it may see numbers, senders, texts and personas.
    pub const fn may_see_personal_data(self) -> bool {
        !matches!(self, Role::Viewer)
    }

    /// Whether it may manage keys, connections and erasure.
    pub const fn may_administer(self) -> bool {
        matches!(self, Role::Admin)
    }
}

/// A word that is none of the four roles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("role {0:?} is unknown; use admin, analyst, auditor or viewer")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Role, UnknownRole> {
        [Role::Admin, Role::Analyst, Role::Auditor, Role::Viewer]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// A key was made; only its digest is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCreated {
    /// Its id.
    pub key: KeyId,
    /// What it may do.
    pub role: Role,
    /// Whose it is, in the operator's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// SHA-256 of the key's text in lower-case hex: a key has 256 random bits, so that a slow
    /// hash adds nothing.
    pub sha256: String,
}

/// A key no longer opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRevoked {
    /// Which one.
    pub key: KeyId,
}
