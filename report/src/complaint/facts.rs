//! The one record that all forms are filled from.

use attribution::Class;
use attribution::topic::Topic;
use honeytoken::{PlatformId, RequestMade, Timestamp};

/// What is complained of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A call or message, by its entry.
    Contact(u64),
    /// A platform that the number was given to.
    Platform(PlatformId),
}

/// By which way a contact came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A text message.
    Message,
    /// A call.
    Call,
}

/// What is known.
pub struct Facts {
    /// What is complained of.
    pub about: About,
    /// When the form is filled.
    pub made_at: Timestamp,
    /// The contacts, newest first; for a platform those that came through it, as far as listed.
    pub contacts: Vec<ContactFacts>,
    /// How many there are.
    pub contacts_total: u64,
    /// The platform that they came through.
    pub platform: Option<PlatformFacts>,
    /// The log that the evidence is in.
    pub origin: String,
}

/// A call or message.
pub struct ContactFacts {
    /// Its entry in the log.
    pub index: u64,
    /// SHA-256 of the entry's leaf in the tree, lower-case hex.
    pub leaf_sha256: Option<String>,
    /// By which way it came.
    pub medium: Medium,
    /// When it happened.
    pub at: Timestamp,
    /// The number that was reached.
    pub to: Option<String>,
    /// ISO 3166 code of its country.
    pub country: Option<String>,
    /// The calling party as shown.
    pub from: Option<String>,
    /// The message, or what was said.
    pub text: Option<String>,
    /// How long the call lasted, in seconds.
    pub duration_s: Option<u32>,
    /// Whether a recording is known.
    pub recorded: bool,
    /// STIR/SHAKEN attestation.
    pub attestation: Option<String>,
    /// Numbers in the text that are not the caller id, as digits.
    pub call_back_numbers: Vec<String>,
    /// Domains that the campaign's texts lead to.
    pub domains: Vec<String>,
    /// What it is about.
    pub topic: Option<Topic>,
    /// The campaign that it belongs to.
    pub campaign: Option<String>,
    /// Who delivers calls and messages to the number.
    pub provider: Option<String>,
}

impl ContactFacts {
    /// Whether nothing was said.
    pub(super) fn is_silent(&self) -> bool {
        self.text
            .as_deref()
            .is_none_or(|text| text.trim().is_empty())
    }
}

/// The platform that the number was given to.
pub struct PlatformFacts {
    /// Its id.
    pub id: PlatformId,
    /// Its name.
    pub name: String,
    /// The company behind it.
    pub operator: Option<String>,
    /// Its domains.
    pub domains: Vec<String>,
    /// Whom it declared to share data with.
    pub declared_partners: Vec<String>,
    /// What is said of it.
    pub class: Class,
    /// How strong the evidence is.
    pub e_value: f64,
    /// The false-discovery level at which it would just be accused.
    pub fdr: f64,
    /// When it first stood accused.
    pub flagged_at: Option<Timestamp>,
    /// Placements, oldest first: those of the contacts' numbers.
    pub registrations: Vec<Registration>,
}

impl PlatformFacts {
    /// Whether it stands accused.
    pub(super) fn is_accused(&self) -> bool {
        self.class.is_accusing()
    }
}

/// A number that was given to the platform.
pub struct Registration {
    /// The entry that recorded it.
    pub index: u64,
    /// The number.
    pub number: String,
    /// The name it was given under.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Whether marketing was agreed to.
    pub marketing_agreed: bool,
    /// Whether it was given to no other platform.
    pub exclusive: bool,
    /// What was asked of the platform since.
    pub requests: Vec<RequestMade>,
}
