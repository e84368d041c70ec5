//! A line placed with a platform under a persona, and what the persona asked for afterwards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{HoneytokenId, Persona, PhoneNumber, Placing, PlatformId, StudyId, Timestamp};

/// What was ticked at registration, by the form's own words: `marketing: false`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Consent(pub BTreeMap<String, bool>);

impl Consent {
    /// Whether the persona agreed to be marketed to.
    pub fn allows_marketing(&self) -> bool {
        self.0.get("marketing").copied().unwrap_or(false)
    }
}

/// A number was given to a platform, once, as this persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Honeytoken {
    /// Its id.
    pub honeytoken: HoneytokenId,
    /// Who was given the number.
    pub platform: PlatformId,
    /// The number.
    pub number: PhoneNumber,
    /// As whom.
    pub persona: Persona,
    /// What was agreed to.
    pub consent: Consent,
    /// When the number was typed into the platform's form.
    pub registered_at: Timestamp,
    /// The study it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
    /// ISO 3166 code of the platform's market that was registered in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// How its line was found; none where nobody knows: imports, and versions that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placing: Option<Placing>,
}

/// The placement ends: the account was closed. Contacts are still recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoneytokenEnded {
    /// Which one.
    pub honeytoken: HoneytokenId,
}

/// What a persona can ask of a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// No more marketing.
    OptOut,
    /// Delete my data (GDPR art. 17, PIPL art. 47).
    Erasure,
    /// Tell me what you hold (GDPR art. 15, PIPL art. 45).
    Access,
}

/// The persona asked the platform for something; contact afterwards is a finding of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMade {
    /// Under which honeytoken.
    pub honeytoken: HoneytokenId,
    /// What was asked.
    pub request: RequestKind,
    /// When it was asked.
    pub made_at: Timestamp,
}
