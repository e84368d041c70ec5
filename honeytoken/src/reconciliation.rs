//! A comparison of what a provider lists with what its webhooks brought.

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, Timestamp};

/// What a provider lists for a period, held against the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Whose.
    pub connection: ConnectionId,
    /// Beginning of the period by the provider's clock, included.
    pub from: Timestamp,
    /// Its end, excluded.
    pub until: Timestamp,
    /// The lists that were compared: `messages`, `calls`. What the provider does not list is not
    /// counted.
    pub lists: Vec<String>,
    /// Day by day (UTC), oldest first; days without any contact are left out.
    pub days: Vec<ReconciledDay>,
    /// Contacts that the provider does not know: their entries, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_webhook: Vec<u64>,
    /// Whether a list was longer than what is read at once, so that the end of the period is not
    /// compared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut_short: bool,
}

/// One day of a [`Reconciliation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciledDay {
    /// `2026-11-20`, UTC.
    pub day: String,
    /// Messages and calls that both know.
    pub both: u64,
    /// That a webhook brought and the provider does not list.
    pub only_webhook: u64,
    /// That the provider lists and no webhook had brought.
    pub only_provider: u64,
    /// Of those: added to the log by this comparison.
    pub added: u64,
}
