//! Erasure of a contact, on the record.

use honeytoken::{ConnectionId, Contact, Erasure, Event, KeyId, Timestamp};
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};
use store::{Draft, Fault, IndexFault, Lookup, ReadError};

use super::attachments::{filed_under, files_of, followers};
use super::together::{self, TogetherError};
use super::{Ledger, State};
use crate::api_key::hex;

impl Ledger {
    /// Destroys the payload of a contact, on the record; returns the entry that says so of the
    /// contact. Whatever else holds its words goes first, so that whoever is interrupted can ask
    /// again: its repeats, what came in the same request, and the recordings and pictures of its
    /// whole call or message.
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
        let mut others = together::holding(&self.view, erased)?;
        others.remove(&erased);
        for other in others {
            match self.view.reader.entry(other)?.map(|entry| entry.event) {
                Some(Event::Contact(contact)) => {
                    self.erase_contact(other, &contact, &reason, by, now)?;
                }
                Some(Event::Repeat(repeat)) => {
                    let lookups = together::filed_under(repeat.repeats);
                    self.erase_one(other, &reason, by, now, Map::new(), &lookups)?;
                }
                Some(Event::Unparsed(_)) => {
                    let lookups = [Lookup::Kind("unparsed")];
                    self.erase_one(other, &reason, by, now, Map::new(), &lookups)?;
                }
                _ => {}
            }
        }
        self.erase_contact(erased, contact, &reason, by, now)
    }

    fn erase_contact(
        &mut self,
        erased: u64,
        contact: &Contact,
        reason: &str,
        by: &KeyId,
        now: Timestamp,
    ) -> Result<u64, EraseError> {
        self.erase_files(erased, contact, reason, by, now)?;
        let (carried, lookups) = {
            let state = self.view.state();
            (
                carried(&state, erased, contact),
                state.filed_under(erased, contact),
            )
        };
        self.erase_one(erased, reason, by, now, carried, &lookups)
    }

    fn erase_files(
        &mut self,
        erased: u64,
        contact: &Contact,
        reason: &str,
        by: &KeyId,
        now: Timestamp,
    ) -> Result<(), EraseError> {
        for entry in followers(&self.view, erased, contact)? {
            for (index, file) in files_of(&self.view, entry)? {
                self.erase_one(index, reason, by, now, Map::new(), &filed_under(&file))?;
            }
        }
        Ok(())
    }

    fn erase_one(
        &mut self,
        erased: u64,
        reason: &str,
        by: &KeyId,
        now: Timestamp,
        carried: Map<String, Value>,
        lookups: &[Lookup],
    ) -> Result<u64, EraseError> {
        let reason = reason.to_owned();
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
        let recorded = self.store.erase(draft, lookups);
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
    /// The index does not answer.
    #[error(transparent)]
    Index(#[from] IndexFault),
    /// The disk failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<TogetherError> for EraseError {
    fn from(error: TogetherError) -> EraseError {
        match error {
            TogetherError::Read(error) => error.into(),
            TogetherError::Index(error) => error.into(),
        }
    }
}

/// The name under which an erasure carries [`told_as`].
const TOLD_AS: &str = "told_as";

/// A digest by which an erased event is known when its provider tells of it again: a provider's
/// list is not to bring back what was erased.
fn told_as(connection: &ConnectionId, dedupe_key: &str) -> String {
    let parts = [connection.as_str().as_bytes(), b"\0", dedupe_key.as_bytes()];
    hex(digest(&SHA256, &parts.concat()).as_ref())
}

/// What finds the erasure of a contact that had this key.
pub(crate) fn erased_as(connection: &ConnectionId, dedupe_key: &str) -> Lookup {
    Lookup::Other(TOLD_AS, told_as(connection, dedupe_key))
}

/// What finds this erasure by what it erased.
pub(super) fn erased_lookup(erasure: &Erasure) -> Option<Lookup> {
    let told_as = erasure.carried.get(TOLD_AS)?.as_str()?;
    Some(Lookup::Other(TOLD_AS, told_as.to_owned()))
}

/// What of an erased contact lives on: how it was counted, without who and what.
fn carried(state: &State, index: u64, contact: &Contact) -> Map<String, Value> {
    let mut carried = Map::new();
    let told_as = told_as(&contact.connection, &contact.dedupe_key);
    carried.insert(TOLD_AS.into(), told_as.into());
    carried.insert("medium".into(), contact.medium.as_str().into());
    carried.insert("received_at".into(), contact.received_at.to_string().into());
    if let Some(attribution) = state.judgement.cause(index) {
        carried.insert("cause".into(), attribution.cause.as_str().into());
        let platform = attribution.platform.map(|p| p.to_string().into());
        carried.insert("platform".into(), platform.unwrap_or_default());
        let campaign = attribution.campaign.map(|c| c.to_string().into());
        carried.insert("campaign".into(), campaign.unwrap_or_default());
    }
    // What judgement needs to say the same without it.
    carried.extend(state.judgement.residue(index));
    carried
}
