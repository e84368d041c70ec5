//! Reports: what is found about a platform, a study, or all platforms, as a [`crate::paper::Paper`].
//!
//! [`Dossier`] and [`League`] hold what was gathered, for one reader ([`Preset`]) in one language; they
//! say it with care about what is not known. Numbers, callers, names and codes are closed to the
//! public as they are in bundles (`redact`).
//!
//! What this does not do: judge, read the log, decide who may see what.

#[macro_use]
mod tell;
mod cases;
mod coverage;
mod evidence;
mod league;
mod limits;
mod log_head;
mod platform;
mod redact;
mod reply;

use std::collections::BTreeMap;

use attribution::{CampaignId, Held, Verdict};
use honeytoken::{Language, Platform, Policy, Sender, Timestamp};

use crate::bundle::Preset;
use crate::survival::Subject;
use crate::{CampaignOut, GraphOut};

pub use log_head::{AnchorLine, LogHead};
pub use reply::{ReplyAnswer, ReplyState};

/// For whom, when, under which rules, from which log.
#[derive(Debug, Clone)]
pub struct Frame {
    /// In which language.
    pub lang: Language,
    /// For whom.
    pub preset: Preset,
    /// Who publishes it, if they want to be named.
    pub brand: Option<String>,
    /// Why it accuses in public somebody who was not offered a reply, if it does.
    pub without_reply: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// The program and its version.
    pub program: String,
    /// The rules for verdicts.
    pub policy: Policy,
    /// Platforms that hold numbers.
    pub watched: usize,
    /// Platforms that stand accused.
    pub accused: usize,
    /// The log it rests on.
    pub log: LogHead,
}

/// A platform with what is said of it.
#[derive(Clone)]
pub struct Case {
    /// As it was declared.
    pub platform: Platform,
    /// What is said.
    pub verdict: Verdict,
    /// Its right of reply.
    pub reply: ReplyState,
}

impl Case {
    /// Its name, or its id if it has none.
    pub(crate) fn name(&self) -> &str {
        match self.platform.name.trim() {
            "" => self.platform.platform.as_str(),
            name => name,
        }
    }

    /// Whether it stands accused.
    pub fn is_accused(&self) -> bool {
        self.verdict.class.is_accusing()
    }
}

/// A number of the platform's.
#[derive(Clone)]
pub struct Number {
    /// What it went through.
    pub held: Held,
    /// When it rested before it was given away.
    pub soak: Option<(Timestamp, Timestamp)>,
}

/// A contact, quoted.
#[derive(Clone)]
pub struct Example {
    /// Its entry.
    pub entry: u64,
    /// Whose campaign.
    pub campaign: Option<CampaignId>,
    /// When it reached us.
    pub at: Timestamp,
    /// Whether it was a call, and the text a transcript.
    pub call: bool,
    /// The caller as shown, which anybody can forge.
    pub from: Option<Sender>,
    /// What was said.
    pub text: Option<String>,
    /// How strongly its request was authenticated, by the log's word.
    pub authentication: &'static str,
}

/// Everything that a report on one platform says.
pub struct Dossier {
    /// For whom and when.
    pub frame: Frame,
    /// The platform.
    pub case: Case,
    /// Its numbers, in the order in which it was given them.
    pub numbers: Vec<Number>,
    /// The numbers of all other platforms that the reader may see.
    pub others: Vec<Subject>,
    /// Campaigns that worked its numbers, oldest first.
    pub campaigns: Vec<CampaignOut>,
    /// What some of them said.
    pub examples: Vec<Example>,
    /// What only its decoys are called, in lower case.
    pub decoys: Vec<String>,
    /// Brokers behind it.
    pub graph: GraphOut,
    /// What platforms in the graph are called, by id.
    pub names: BTreeMap<String, String>,
    /// The entry that holds the verdict with its statistics.
    pub judgement: u64,
}

/// Everything that a report on many platforms says.
pub struct League {
    /// For whom and when.
    pub frame: Frame,
    /// The study's name; none: all platforms.
    pub study: Option<String>,
    /// The platforms.
    pub cases: Vec<Case>,
    /// Their numbers.
    pub numbers: Vec<Number>,
    /// Who shares buyers.
    pub graph: GraphOut,
}

/// A number's time after its registration, in days, for the curve.
pub fn subject(held: &Held) -> Subject {
    let days = |micros: i64| (micros - held.registered_at.as_micros()) as f64 / 86_400e6;
    Subject {
        watched: held
            .watched()
            .into_iter()
            .map(|(from, until)| (days(from), days(until)))
            .collect(),
        event: held
            .first_leak_at()
            .map(|at| at.days_since(held.registered_at)),
    }
}

#[cfg(test)]
mod tests;
