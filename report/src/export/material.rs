//! What exports are made of.

use honeytoken::{Platform, Timestamp};
use serde::Serialize;

use crate::{CampaignOut, LinkOut, VerdictOut};

/// What was gathered from fold and log; nothing is closed yet.
pub struct Material {
    /// The log's name.
    pub origin: String,
    /// When that log began.
    pub begun_at: Timestamp,
    /// When it was gathered.
    pub made_at: Timestamp,
    /// Calls and messages, oldest first.
    pub contacts: Vec<ContactRow>,
    /// Lines and placements.
    pub exposure: Vec<ExposureRow>,
    /// Verdicts by platform.
    pub verdicts: Vec<VerdictOut>,
    /// Campaigns, oldest first.
    pub campaigns: Vec<CampaignOut>,
    /// Pairs of platforms.
    pub links: Vec<LinkOut>,
    /// What platforms say of themselves.
    pub platforms: Vec<Platform>,
    /// Words that only decoys bear, in lower case.
    pub(crate) names: Vec<String>,
}

impl Material {
    /// Nothing yet.
    pub fn new(origin: String, begun_at: Timestamp, made_at: Timestamp) -> Material {
        Material {
            origin,
            begun_at,
            made_at,
            contacts: Vec::new(),
            exposure: Vec::new(),
            verdicts: Vec::new(),
            campaigns: Vec::new(),
            links: Vec::new(),
            platforms: Vec::new(),
            names: Vec::new(),
        }
    }

    /// Says whom the decoys are, so that their names can be closed.
    pub fn set_personas<'a>(&mut self, personas: impl Iterator<Item = &'a honeytoken::Persona>) {
        self.names = crate::preset::names(personas);
    }
}

/// A call or message.
#[derive(Clone, Serialize)]
pub struct ContactRow {
    /// Its entry in the log.
    pub index: u64,
    /// The entry that added the line that it reached: stands for the number where that is closed.
    pub line: Option<u64>,
    /// By our clock.
    pub received_at: Timestamp,
    /// By the provider's clock.
    pub claimed_at: Option<Timestamp>,
    /// Whose webhook it was.
    pub connection: Option<String>,
    /// The provider's own id.
    pub provider_event_id: Option<String>,
    /// `sms`, `call`, `recording` or `transcript`.
    pub kind: &'static str,
    /// The called party.
    pub to: Option<String>,
    /// The calling party as shown, which anybody can forge.
    pub from: Option<String>,
    /// What the calling party looks like: `number`, `short_code`, `service`, `alphanumeric`,
    /// `withheld`, `other`.
    pub from_kind: Option<&'static str>,
    /// The message, or what was said in the call.
    pub text: Option<String>,
    /// Numbers in the text that are not the caller id.
    pub call_back_numbers: Vec<String>,
    /// How long the call lasted, in seconds.
    pub duration_s: Option<u32>,
    /// STIR/SHAKEN attestation.
    pub attestation: Option<String>,
    /// How strongly the provider's request was authenticated.
    pub authentication: &'static str,
    /// Whether it was found afterwards in the provider's list.
    pub backfilled: bool,
    /// Why it happened.
    pub cause: &'static str,
    /// Through which platform.
    pub platform: Option<String>,
    /// Whose campaign.
    pub campaign: Option<String>,
    /// The first telling of the same, if this is not it.
    pub duplicate_of: Option<u64>,
    /// What an analyst called it, by the word of a cause; it moves nothing.
    pub label: Option<String>,
}

impl ContactRow {
    /// When it happened: by the provider's clock where it was found afterwards, else by ours.
    pub(super) fn at(&self) -> Timestamp {
        match (self.backfilled, self.claimed_at) {
            (true, Some(at)) => at,
            _ => self.received_at,
        }
    }
}

/// A line with one placement, or with none.
#[derive(Clone, Serialize)]
pub struct ExposureRow {
    /// The entry that added the line.
    pub line: u64,
    /// Its number.
    pub number: Option<String>,
    /// `canary` or `control`.
    pub role: &'static str,
    /// ISO 3166 code.
    pub country: Option<String>,
    /// Block of neighbouring numbers.
    pub block: Option<String>,
    /// Where its calls and messages come from.
    pub connection: Option<String>,
    /// Since when it is held.
    pub acquired_at: Timestamp,
    /// The placement.
    pub honeytoken: Option<String>,
    /// With whom it was placed.
    pub platform: Option<String>,
    /// Since when the platform has it.
    pub registered_at: Option<Timestamp>,
    /// Whether the placement has ended.
    pub ended: bool,
    /// `lot` or `chosen`; none where the log does not say.
    pub placing: Option<&'static str>,
    /// Whether the persona agreed to be marketed to.
    pub marketing_agreed: Option<bool>,
    /// What the persona asked for, as `kind@time`.
    pub requests: Vec<String>,
    /// Hours proven alive since it was placed, or since it was acquired if it never was.
    pub live_hours: f64,
}
