//! The private part of an entry: fields, commitments to them, and the bytes they are sealed into.
//!
//! [`Sealer`] goes from a [`Draft`] to [`Sealed`] bytes and needs no disk; `codec` alone knows how
//! fields lie in those bytes; `seal` holds the keys; [`Opened`] is the way back.

mod codec;
mod fields;
mod opened;
mod remains;
mod seal;
mod sealer;

pub use codec::PayloadError;
pub use codec::entry as entry_of;
pub(crate) use codec::{BlobRef, Value, entry, read};
pub use fields::Field;
pub(crate) use fields::Fields;
pub use opened::Opened;
pub use remains::Remains;
pub use seal::DataKey;
pub(crate) use seal::{ERASED, EntryKey, SLOT_BYTES, Slot, Wrapping};
pub use sealer::{Draft, INLINE_BYTES_MAX, Sealed, Sealer, VALUE_BYTES_MAX};
pub(crate) use sealer::{Parts, SealedBlob};

/// Why a draft cannot be sealed. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The body is not a struct of serializable fields.
    #[error("event cannot be written as fields: {0}")]
    Fields(#[from] serde_json::Error),
    /// A body has a field of its own called kind, at or by.
    #[error("event has the field {0:?} twice")]
    Twice(String),
    /// A value is too large.
    #[error("field {0:?} is larger than 64 MiB; keep it outside and record its digest")]
    TooLarge(String),
    /// The operating system gave no randomness.
    #[error("system has no randomness to make keys from")]
    Randomness,
}
