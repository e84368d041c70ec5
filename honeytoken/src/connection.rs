//! A provider account that sends us webhooks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, PhoneNumber, Secret};

/// A provider account or gateway whose webhooks we accept. Set again under the same id, the newer
/// settings hold from then on.
///
/// The secrets lie in the sealed payload, and the log commits to each of them before the first
/// contact: a signature made under one is later *consistent with* that commitment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// Our name for it, part of the webhook's URL.
    pub connection: ConnectionId,
    /// Which adapter reads it, such as `twilio`.
    pub provider: String,
    /// What the adapter needs to verify, by the provider's names.
    pub secrets: BTreeMap<String, Secret>,
    /// Where the provider reaches us from outside, which some signatures cover: scheme and host,
    /// to which `/hooks/{connection}` is added, or, with a path of its own, the whole address
    /// that a proxy maps to `/hooks/{connection}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Our lines by what the provider calls them where it does not name the number: a SIM's slot
    /// (`SIM1`), a device's or channel's id, a modem's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, PhoneNumber>,
}

/// A public key or certificate by which a connection's provider signs its requests. On the record before
/// the requests are, so that whoever holds one can check its signature again; it is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderKey {
    /// Whose requests it is for.
    pub connection: ConnectionId,
    /// Which scheme it is of, by the adapter's name, such as `telnyx`.
    pub provider: String,
    /// The key as the provider writes it: 32 bytes in base64, or a certificate in PEM.
    pub key: String,
    /// Where the provider publishes it, if it was fetched from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A connection is closed; its webhooks are unknown from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRetired {
    /// Which one.
    pub connection: ConnectionId,
}
