//! Erasure on the record: whose data, which entries that means, what is kept of them, and the fold
//! that does without.
//!
//! Chosen and prepared beside the writer, since it means folding the whole log: once to note what was
//! read in the entries that go ([`attribution::Reading`]), once without their words. Then the writer
//! records the erasures, destroys the payloads, and goes on from the second fold. So what is in memory,
//! what a fold from zero gives and what a snapshot holds are one and the same.

mod choose;
mod commit;
mod gone;
mod keep;
mod prepare;

use honeytoken::{ConnectionId, Erasure, HoneytokenId, KeyId};
use ring::digest::{SHA256, digest};
use store::{Fault, IndexFault, Lookup, ReadError};

use super::LedgerError;
use super::together::TogetherError;
use crate::api_key::hex;

pub use choose::{Beyond, Target};
pub use commit::Erased;
pub(super) use gone::{Gone, GoneEntry};
pub(super) use keep::filed_lookups;
pub use prepare::Prepared;

/// Whose data is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One contact, with everything that belongs to it.
    Contact(u64),
    /// Whoever shows this caller id, and whoever is called under it.
    Caller(String),
    /// A decoy: its name, its mail address, and the texts that name it.
    Honeytoken(HoneytokenId),
    /// These entries, whose time is over.
    Due(Vec<u64>),
}

impl Scope {
    /// The word in the log.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Scope::Contact(_) => "contact",
            Scope::Caller(_) => "caller",
            Scope::Honeytoken(_) => "honeytoken",
            Scope::Due(_) => "due",
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Whose data.
    pub scope: Scope,
    /// Why; kept, so without personal data.
    pub reason: String,
    /// On which legal ground.
    pub legal_basis: Option<String>,
    /// By whom; none for the installation itself.
    pub by: Option<KeyId>,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// No such entry, or erased already.
    #[error("entry does not exist, or is erased already")]
    Nothing,
    /// Only contacts hold other people's data.
    #[error("entry is not a contact; name a contact, a caller or a honeytoken")]
    NotAContact,
    /// Nobody knows the honeytoken.
    #[error("honeytoken {0} is unknown; GET /v1/honeytokens lists those that are")]
    NoHoneytoken(HoneytokenId),
    /// A line is not a caller.
    #[error("number is a line of ours; name a contact or a honeytoken")]
    OurLine,
    /// Meanwhile the log grew by something that is to go as well.
    #[error("log grew by an entry that is to be erased too; prepare again")]
    Grown,
    /// The log cannot be folded.
    #[error(transparent)]
    Fold(#[from] LedgerError),
    /// The entry cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index does not answer.
    #[error(transparent)]
    Index(#[from] IndexFault),
    /// The disk failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It is not this node's turn.
    #[error(transparent)]
    Record(#[from] super::RecordError),
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

/// A digest by which an erased event is known when its provider tells of it again: neither its list
/// nor a webhook that comes late is to bring back what was erased.
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
