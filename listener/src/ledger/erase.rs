//! Erasure of a contact, on the record.

use honeytoken::{Contact, Erasure, Event, KeyId, Timestamp};
use store::{Draft, Fault, ReadError};

use super::{Ledger, State};

impl Ledger {
    /// Destroys the payload of a contact, on the record; returns the entry that says so.
    ///
    /// # Errors
    /// When there is no such contact, or the disk fails.
    pub fn erase(
        &mut self,
        erased: u64,
        reason: String,
        by: &KeyId,
        now: Timestamp,
    ) -> Result<u64, EraseError> {
        let entry = self.view.reader.entry(erased)?.ok_or(EraseError::Nothing)?;
        let Event::Contact(contact) = &entry.event else {
            return Err(EraseError::NotAContact);
        };
        let (carried, lookups) = {
            let state = self.view.state();
            (carried(&state, erased, contact), state.filed_under(contact))
        };
        let event = Event::Erasure(Erasure {
            erased,
            reason,
            carried,
        });
        let draft = Draft {
            at: now,
            by: Some(by.clone()),
            event,
        };
        let recorded = self.store.erase(draft, &lookups);
        let recorded = recorded.inspect_err(|fault| self.view.set_fault(fault))?;
        self.fold(std::slice::from_ref(&recorded));
        Ok(recorded.index)
    }
}

/// Why a payload was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// No such entry, or erased already.
    #[error("entry does not exist, or is erased already")]
    Nothing,
    /// Only contacts hold other people's data.
    #[error("entry is not a contact; only the payloads of contacts are erased")]
    NotAContact,
    /// The entry cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The disk failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What of an erased contact lives on: how it was counted, without who and what.
fn carried(
    state: &State,
    index: u64,
    contact: &Contact,
) -> serde_json::Map<String, serde_json::Value> {
    let mut carried = serde_json::Map::new();
    carried.insert("medium".into(), contact.medium.as_str().into());
    carried.insert("received_at".into(), contact.received_at.to_string().into());
    if let Some(attribution) = state.judgement.cause(index) {
        carried.insert("cause".into(), attribution.cause.as_str().into());
        let platform = attribution.platform.map(|p| p.to_string().into());
        carried.insert("platform".into(), platform.unwrap_or_default());
        let campaign = attribution.campaign.map(|c| c.to_string().into());
        carried.insert("campaign".into(), campaign.unwrap_or_default());
    }
    carried
}
