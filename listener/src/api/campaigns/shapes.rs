//! A campaign in full, as the API tells it.

use honeytoken::Timestamp;
use report::CampaignOut;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::contacts::ContactOut;
use crate::api::page::Page;

/// Where the rankings of a campaign go on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Telling {
    /// Where the callers before ended: their `next_callers`.
    pub(crate) callers: Option<String>,
    /// Where the texts before ended: their `next_variants`.
    pub(crate) variants: Option<String>,
}

/// A campaign in full.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignDetailOut {
    /// What it is.
    pub(crate) about: CampaignOut,
    /// Whether it works lists of platforms that stand accused, the closed ones counted.
    pub(crate) works_lists: bool,
    /// Platforms whose numbers it reached after they were given them, also where it works no lists.
    pub(crate) platforms: Vec<ReachedOut>,
    /// Controls that it reached, which nobody is ever given.
    pub(crate) controls: TallyOut,
    /// Other numbers that nobody had been given when they were reached.
    pub(crate) unplaced: TallyOut,
    /// How many of its newest contacts callers and texts are gathered from.
    pub(crate) looked_at: usize,
    /// Who called, those with most contacts first, at most 40; masked for viewers.
    pub(crate) callers: Vec<CallerOut>,
    /// Callers in all.
    pub(crate) callers_in_all: usize,
    /// Where they go on; null at the end.
    pub(crate) next_callers: Option<String>,
    /// The text with most contacts, which others are held against.
    #[serde(skip)]
    pub(crate) most_frequent: String,
    /// Its different texts, those with most contacts first, at most 40; hidden from viewers.
    pub(crate) variants: Vec<VariantOut>,
    /// Different texts in all.
    pub(crate) variants_in_all: usize,
    /// Where they go on; null at the end.
    pub(crate) next_variants: Option<String>,
    /// Its contacts, newest first.
    pub(crate) contacts: Page<ContactOut>,
}

/// A platform that a campaign reached.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReachedOut {
    /// Which.
    pub(crate) platform: String,
    /// Its numbers that were reached.
    pub(crate) numbers: u64,
    /// Contacts there.
    pub(crate) contacts: u64,
    /// The first, to the day.
    #[schema(value_type = String)]
    pub(crate) first_at: Timestamp,
}

/// Numbers and contacts.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct TallyOut {
    /// Numbers reached.
    pub(crate) numbers: u64,
    /// Contacts there.
    pub(crate) contacts: u64,
}

/// A caller of a campaign.
#[derive(Serialize, ToSchema)]
pub(crate) struct CallerOut {
    /// As shown to us; null where withheld.
    pub(crate) from: Option<String>,
    /// Contacts.
    pub(crate) contacts: u64,
    /// The first of those that were looked at.
    #[schema(value_type = String)]
    pub(crate) first_at: Timestamp,
    /// The last.
    #[schema(value_type = String)]
    pub(crate) last_at: Timestamp,
}

/// A text of a campaign.
#[derive(Serialize, ToSchema)]
pub(crate) struct VariantOut {
    /// What it says.
    pub(crate) text: String,
    /// Contacts that say exactly that, white space aside.
    pub(crate) contacts: u64,
    /// The newest entry that says it.
    pub(crate) entry: u64,
    /// The first of those that were looked at.
    #[schema(value_type = String)]
    pub(crate) first_at: Timestamp,
    /// The last.
    #[schema(value_type = String)]
    pub(crate) last_at: Timestamp,
}
