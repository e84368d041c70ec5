//! What the fold says: verdicts, causes, campaigns and links, in the words of the contract.

use std::collections::BTreeMap;
use std::fmt;

use honeytoken::{PlatformId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::leak_date::LeakDate;
use crate::topic::Topic;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word in files and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What is said of a platform, from least to most.
    Class {
        /// Exposure too small to say.
        Insufficient = "insufficient",
        /// Enough exposure; nothing beyond background, transactions and the platform's own messages.
        Quiet = "quiet",
        /// The platform itself markets.
        FirstParty = "first_party",
        /// Third parties that the platform declared.
        Disclosed = "disclosed",
        /// Undeclared third parties, beyond background.
        Leaked = "leaked",
        /// Leaked, and to several independent buyers or continuing.
        Resold = "resold",
    }
}

impl Class {
    /// Whether it says that the platform passed data on, which is an accusation.
    pub const fn is_accusing(self) -> bool {
        matches!(self, Class::Leaked | Class::Resold)
    }
}

words! {
    /// Why a contact happened.
    Cause {
        /// Codes, orders, appointments of the platform.
        Transactional = "transactional",
        /// The platform's own advertising.
        FirstParty = "first_party",
        /// A partner that the platform declared.
        DisclosedPartner = "disclosed_partner",
        /// An undeclared third party that works a list with this number.
        Leak = "leak",
        /// Mass dialling, sweeps, call-back storms, wrong numbers.
        Background = "background",
        /// Somebody looks for the person who had the number before.
        PreviousOwner = "previous_owner",
        /// Nothing can be said: no destination, or a contact that is not one.
        Unknown = "unknown",
    }
}

words! {
    /// Findings beside the class.
    Flag {
        /// Marketing after the persona opted out.
        OptOutViolated = "opt_out_violated",
        /// Contact after the persona asked for erasure.
        ErasureIgnored = "erasure_ignored",
        /// Strangers speak in the platform's name.
        Impersonated = "impersonated",
        /// Controls are hit like canaries: the leak lies with a carrier, an aggregator or ourselves.
        SupplySide = "supply_side",
        /// Another platform that was given the same numbers explains the same contacts.
        JointBlame = "joint_blame",
        /// One of its numbers is still called for somebody who had it before.
        Recycled = "recycled",
    }
}

/// A campaign, by a number that never changes as the campaign grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CampaignId(pub u32);

impl fmt::Display for CampaignId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

/// Words for people, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One piece of the evidence and how much it weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// `rate`, `instant`, `breadth` or `token`.
    pub name: String,
    /// Natural logarithm of its e-value: above 0 it speaks for a leak.
    pub log_e: f64,
}

/// What is said of one platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which one.
    pub platform: PlatformId,
    /// In one word.
    pub class: Class,
    /// Posterior probability that its numbers were passed on, from the policy's prior.
    pub probability: f64,
    /// Anytime-valid evidence against "nobody's choice of number depends on this platform":
    /// its mean is at most 1 if that is true, whenever one looks.
    pub e_value: f64,
    /// The largest that `e_value` was at the end of any day.
    pub e_value_max: f64,
    /// The false-discovery level at which e-BH would just accuse the platform, at most 1.
    pub fdr: f64,
    /// The first contact with cause `leak`.
    pub first_evidence_at: Option<Timestamp>,
    /// When it first became leaked or resold, deciding with nothing but what was known then.
    pub flagged_at: Option<Timestamp>,
    /// From the first contact with cause `leak` to the flag, in days, at least 0.
    pub days_to_detection: Option<f64>,
    /// Days that its numbers were given away and proven alive, summed, parts of days as such.
    pub exposure_days: f64,
    /// The same in hours: what proven hours the verdict rests on.
    pub live_hours: f64,
    /// Its numbers, and how many of them leak contacts reached.
    pub canaries: u32,
    /// Of them, numbers that somebody chose and that were not drawn by lot.
    pub canaries_chosen: u32,
    /// Numbers that leak contacts reached.
    pub canaries_hit: u32,
    /// Contacts on its numbers since they were given away, by cause.
    pub contacts: BTreeMap<Cause, u64>,
    /// Entries that the verdict rests on, ascending, the first [`EVIDENCE_MAX`].
    pub evidence: Vec<u64>,
    /// Findings of their own.
    pub flags: Vec<Flag>,
    /// When the numbers left, earliest and latest, if they did.
    pub leak_between: Option<(Timestamp, Timestamp)>,
    /// When the numbers left, with an interval, if they did.
    pub leak_date: Option<LeakDate>,
    /// Platforms that explain the same contacts as well as this one.
    pub joint_with: Vec<PlatformId>,
    /// What each piece weighs.
    pub factors: Vec<Factor>,
    /// In words, with what would have to be true for it to be wrong.
    pub reason: Reason,
}

/// The most entries that a verdict cites.
pub const EVIDENCE_MAX: usize = 200;

/// Why one contact happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution<P = PlatformId> {
    /// In one word.
    pub cause: Cause,
    /// Through which platform, if through one.
    pub platform: Option<P>,
    /// Whose campaign, if a stranger's.
    pub campaign: Option<CampaignId>,
}

/// One caller's activity, as far as contacts could be linked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its id.
    pub campaign: CampaignId,
    /// Its first contact, to the day.
    pub first_at: Timestamp,
    /// Its last contact, to the day.
    pub last_at: Timestamp,
    /// Contacts.
    pub contacts: u64,
    /// Numbers reached.
    pub numbers: u32,
    /// Of them, numbers that nobody had been given when they were reached.
    pub unplaced: u32,
    /// Platforms through which it reached numbers, if it works lists.
    pub platforms: Vec<PlatformId>,
    /// The language of most of its texts as a BCP 47 tag, none where too little was said.
    pub language: Option<String>,
    /// What most of its texts are about.
    pub topic: Option<Topic>,
    /// Nothing was ever said.
    pub silent: bool,
    /// Domains that its texts lead to, those seen first.
    pub domains: Vec<String>,
    /// Younger ids that it was known by before it grew together with them, at most 64.
    pub known_as: Vec<CampaignId>,
}

/// Two platforms whose numbers reach the same buyers beyond chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The two, the one that was reached first in front.
    pub platforms: [PlatformId; 2],
    /// Probability of so many common campaigns by chance.
    pub p_value: f64,
    /// When the first of the common campaigns reached each, to the day.
    pub first_at: [Timestamp; 2],
    /// The campaigns in common.
    pub campaigns: Vec<CampaignId>,
}
