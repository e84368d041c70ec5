//! From a frame back to an entry: unwraps its key, opens its payload, fetches its blobs.

use honeytoken::Entry;
use zeroize::Zeroizing;

use crate::log::Blobs;
use crate::log::frame::{self, Frame};
use crate::payload::{
    self, BlobRef, ERASED, EntryKey, Field, Opened, Parts, PayloadError, Value, Wrapping,
};
use crate::proof::Hash;

/// What opens payloads.
pub(crate) struct Vault {
    pub(crate) wrapping: Wrapping,
    pub(crate) blobs: Blobs,
}

/// Why a payload cannot be read though its frame is whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The key slot is changed, or the data key another one.
    #[error("the key slot does not open with this data key")]
    Slot,
    /// The sealed payload is not the one that belongs to this leaf.
    #[error("the payload does not open")]
    Payload,
    /// The opened payload cannot be understood.
    #[error(transparent)]
    Malformed(#[from] PayloadError),
    /// A value kept apart is missing or changed.
    #[error("blob {0} is missing, or not what its name says")]
    Blob(Hash),
}

/// Which values are worth reading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// All.
    Everything,
    /// Neither the raw request of a contact or repeat nor the bytes of an attachment, which folding
    /// never looks at.
    WithoutRaw,
}

/// A payload and the key that opened it.
struct Unlocked {
    payload: Zeroizing<Vec<u8>>,
    key: EntryKey,
    leaf: Hash,
}

impl Vault {
    /// The entry in a frame, without the raw request of a contact; none if it is erased.
    pub(crate) fn entry(&self, frame: &Frame<'_>, leaf: Hash) -> Result<Option<Entry>, Unreadable> {
        let Some(unlocked) = self.unlock(frame, leaf)? else {
            return Ok(None);
        };
        let (_, fields) = self.fields(&unlocked, Depth::WithoutRaw)?;
        let fields = fields
            .iter()
            .map(|field| (field.name.as_str(), field.value.as_str()));
        Ok(Some(payload::entry(frame.header.index, fields)?))
    }

    /// The entry that these bytes are, with everything; none if it is erased.
    pub(crate) fn whole_entry(
        &self,
        index: u64,
        parts: &Parts,
    ) -> Result<Option<Entry>, Unreadable> {
        let mut bytes = Vec::new();
        frame::write(&mut bytes, 0, index, parts);
        let frame = Frame::from_bytes(&bytes).map_err(|_| Unreadable::Payload)?;
        self.entry(&frame, parts.leaf_hash)
    }

    /// The opened payload in a frame; none if it is erased.
    pub(crate) fn opened(
        &self,
        frame: &Frame<'_>,
        leaf: Hash,
    ) -> Result<Option<Opened>, Unreadable> {
        let Some(unlocked) = self.unlock(frame, leaf)? else {
            return Ok(None);
        };
        let (secret, fields) = self.fields(&unlocked, Depth::Everything)?;
        Ok(Some(Opened {
            index: frame.header.index,
            secret,
            fields,
        }))
    }

    /// The names of an entry's blobs; none if it is erased.
    pub(crate) fn blobs_of(&self, frame: &Frame<'_>, leaf: Hash) -> Result<Vec<Hash>, Unreadable> {
        let Some(unlocked) = self.unlock(frame, leaf)? else {
            return Ok(Vec::new());
        };
        let blob = |(_, value): &(&str, Value<'_>)| match value {
            Value::Blob(blob) => Some(blob.hash),
            Value::Inline(_) => None,
        };
        Ok(payload::read(&unlocked.payload)?
            .fields
            .iter()
            .filter_map(blob)
            .collect())
    }

    fn unlock(&self, frame: &Frame<'_>, leaf: Hash) -> Result<Option<Unlocked>, Unreadable> {
        if *frame.slot == ERASED {
            return Ok(None);
        }
        let key = self
            .wrapping
            .unwrap(frame.slot, leaf)
            .map_err(|_| Unreadable::Slot)?;
        let mut payload = Zeroizing::new(frame.payload.to_vec());
        key.open(0, leaf, &mut payload)
            .map_err(|_| Unreadable::Payload)?;
        Ok(Some(Unlocked { payload, key, leaf }))
    }

    fn fields(
        &self,
        unlocked: &Unlocked,
        depth: Depth,
    ) -> Result<(Zeroizing<[u8; 32]>, Vec<Field>), Unreadable> {
        let view = payload::read(&unlocked.payload)?;
        let has_raw = |&(name, value): &(&str, Value<'_>)| {
            let kinds = [r#""contact""#, r#""repeat""#, r#""attachment""#];
            name == "kind" && matches!(value, Value::Inline(kind) if kinds.contains(&kind))
        };
        let skip_raw = depth == Depth::WithoutRaw && view.fields.iter().any(has_raw);
        let mut fields = Vec::with_capacity(view.fields.len());
        for (name, value) in view.fields {
            if skip_raw && name.starts_with("raw_") {
                continue;
            }
            let value = match value {
                Value::Inline(value) => value.to_owned(),
                Value::Blob(blob) => self.blob(unlocked, blob)?,
            };
            fields.push(Field {
                name: name.to_owned(),
                value,
            });
        }
        Ok((Zeroizing::new(*view.secret), fields))
    }

    fn blob(&self, entry: &Unlocked, blob: BlobRef) -> Result<String, Unreadable> {
        let broken = || Unreadable::Blob(blob.hash);
        let mut bytes = self.blobs.read(blob.hash).map_err(|_| broken())?;
        entry
            .key
            .open(blob.piece, entry.leaf, &mut bytes)
            .map_err(|_| broken())?;
        let value = String::from_utf8(bytes).map_err(|_| broken())?;
        if value.len() == blob.bytes as usize {
            Ok(value)
        } else {
            Err(broken())
        }
    }
}
