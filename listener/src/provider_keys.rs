//! Providers' public keys on the record, before the requests that they sign: so that a stranger can
//! check those again. What the log does not hold yet (an older version kept none) follows at the next
//! start, or with the next bundle.

use std::collections::BTreeSet;

use honeytoken::{Connection, ConnectionId, Event, ProviderKey};

use crate::connections::Connected;
use crate::ledger::{LedgerError, View};
use crate::provider::{Provider, PublicKeyText, Webhook};

/// The keys in a connection's settings.
pub(crate) fn in_settings(connection: &Connection) -> Vec<ProviderKey> {
    let provider = Provider::find(&connection.provider).ok();
    let webhook = provider.and_then(|provider| provider.connect(&connection.secrets).ok());
    webhook.map_or(Vec::new(), |webhook| of(&webhook, &connection.connection))
}

/// The keys that a live connection knows, those fetched included.
pub(crate) fn known(connected: &Connected) -> Vec<ProviderKey> {
    of(&connected.webhook, &connected.settings.connection)
}

fn of(webhook: &Webhook, connection: &ConnectionId) -> Vec<ProviderKey> {
    let key = |text: PublicKeyText| ProviderKey {
        connection: connection.clone(),
        provider: webhook.provider().id.to_owned(),
        key: text.key,
        url: text.url,
    };
    webhook.public_keys().into_iter().map(key).collect()
}

/// Of these keys, what the log does not hold.
///
/// # Errors
/// When index or log cannot be read.
pub(crate) fn missing(view: &View, keys: Vec<ProviderKey>) -> Result<Vec<Event>, LedgerError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let words = |k: &ProviderKey| (k.connection.to_string(), k.key.clone(), k.url.clone());
    let held = view.all_of("provider_key")?;
    let held = held.iter().filter_map(|entry| match &entry.event {
        Event::ProviderKey(key) => Some(words(key)),
        _ => None,
    });
    let mut held: BTreeSet<_> = held.collect();
    let new = keys.into_iter().filter(|key| held.insert(words(key)));
    Ok(new.map(Event::ProviderKey).collect())
}

/// The keys in all settings that these connections ever had.
///
/// # Errors
/// When index or log cannot be read.
pub(crate) fn ever(view: &View, of: &[ConnectionId]) -> Result<Vec<ProviderKey>, LedgerError> {
    let set = view.all_of("connection_set")?;
    let ours = set.iter().filter_map(|entry| match &entry.event {
        Event::ConnectionSet(set) if of.contains(&set.connection) => Some(set),
        _ => None,
    });
    Ok(ours.flat_map(in_settings).collect())
}
