//! The only module that knows how a payload lies in bytes before it is sealed.
//!
//! ```text
//! payload = version (1)  entry secret (32)  number of fields (2)  fields
//! field   = length of name (1)  name  place (1)  value
//! value   = place 0, inline:  length (4)  JSON
//!           place 1, a blob:  length of JSON (4)  SHA-256 of the sealed blob (32)
//! ```
//! Numbers are little-endian; names strictly ascending.

use honeytoken::{Entry, Event, KeyId, Timestamp};
use serde::Deserialize;

use super::fields::{AT, BY, Fields, KIND};
use crate::proof::Hash;

/// Version of this layout.
const VERSION: u8 = 1;
const INLINE: u8 = 0;
const BLOB: u8 = 1;

/// Why an opened payload cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// The layout is broken.
    #[error("payload is malformed at byte {0}")]
    Malformed(usize),
    /// A newer version wrote it.
    #[error("payload has version {0}; this program knows version {VERSION}, use a newer one")]
    Version(u8),
    /// The fields are not those of an event.
    #[error("payload does not read as an event: {0}")]
    Event(#[from] serde_json::Error),
}

/// A value too large for the log, kept in a file beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlobRef {
    /// SHA-256 of the sealed file, which is also its name.
    pub(crate) hash: Hash,
    /// Length of the value.
    pub(crate) bytes: u32,
    /// Which of the entry's blobs, from 1: the nonce it was sealed with.
    pub(crate) piece: u32,
}

/// Where a value is.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Inline(&'a str),
    Blob(BlobRef),
}

/// An opened payload, still in its bytes.
pub(crate) struct View<'a> {
    pub(crate) secret: &'a [u8; 32],
    pub(crate) fields: Vec<(&'a str, Value<'a>)>,
}

/// Writes a payload; `blob` says for each field whether its value is kept apart.
pub(super) fn write(
    secret: &[u8; 32],
    fields: &Fields,
    blob: impl Fn(usize) -> Option<Hash>,
) -> Vec<u8> {
    let length: usize = fields
        .iter()
        .map(|(name, value)| 38 + name.len() + value.len())
        .sum();
    let mut out = Vec::with_capacity(64 + length);
    out.push(VERSION);
    out.extend_from_slice(secret);
    out.extend_from_slice(&(fields.iter().len() as u16).to_le_bytes());
    for (place, (name, value)) in fields.iter().enumerate() {
        out.push(name.len() as u8);
        out.extend_from_slice(name.as_bytes());
        let apart = blob(place);
        out.push(if apart.is_some() { BLOB } else { INLINE });
        out.extend_from_slice(&(value.len() as u32).to_le_bytes());
        match &apart {
            Some(hash) => out.extend_from_slice(&hash.0),
            None => out.extend_from_slice(value),
        }
    }
    out
}

/// A place in the bytes.
struct Cursor<'a>(&'a [u8], usize);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], PayloadError> {
        let malformed = PayloadError::Malformed(self.1);
        let end = self
            .1
            .checked_add(length)
            .ok_or(PayloadError::Malformed(self.1))?;
        let taken = self.0.get(self.1..end).ok_or(malformed)?;
        self.1 = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], PayloadError> {
        let start = self.1;
        self.take(N)?
            .try_into()
            .map_err(|_| PayloadError::Malformed(start))
    }

    fn text(&mut self, length: usize) -> Result<&'a str, PayloadError> {
        let start = self.1;
        std::str::from_utf8(self.take(length)?).map_err(|_| PayloadError::Malformed(start))
    }
}

/// Reads a payload that was opened.
pub(crate) fn read(bytes: &[u8]) -> Result<View<'_>, PayloadError> {
    let mut cursor = Cursor(bytes, 0);
    let [version] = *cursor.array()?;
    if version != VERSION {
        return Err(PayloadError::Version(version));
    }
    let secret = cursor.array()?;
    let count = u16::from_le_bytes(*cursor.array()?);
    let mut fields = Vec::with_capacity(usize::from(count));
    let mut piece = 0;
    for _ in 0..count {
        let [length] = *cursor.array()?;
        let name = cursor.text(usize::from(length))?;
        if fields.last().is_some_and(|&(last, _)| last >= name) {
            return Err(PayloadError::Malformed(cursor.1));
        }
        let [place] = *cursor.array()?;
        let length = u32::from_le_bytes(*cursor.array()?);
        let value = match place {
            INLINE => Value::Inline(cursor.text(length as usize)?),
            BLOB => {
                piece += 1;
                Value::Blob(BlobRef {
                    hash: Hash(*cursor.array()?),
                    bytes: length,
                    piece,
                })
            }
            _ => return Err(PayloadError::Malformed(cursor.1)),
        };
        fields.push((name, value));
    }
    if cursor.1 == bytes.len() {
        Ok(View { secret, fields })
    } else {
        Err(PayloadError::Malformed(cursor.1))
    }
}

/// The entry that fields make, each a name and JSON. `fields` may leave out what the event's body
/// has a default for.
///
/// # Errors
/// They make none, or one of a kind that this version does not know.
pub fn entry<'a>(
    index: u64,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Entry, PayloadError> {
    let (mut kind, mut at, mut by) = (None, None, None);
    let mut body = String::with_capacity(1024);
    for (name, value) in fields {
        match name {
            KIND => kind = Some(parse::<&str>(value)?),
            AT => at = Some(parse::<Timestamp>(value)?),
            BY => by = Some(parse::<KeyId>(value)?),
            _ => {
                body.push(if body.is_empty() { '{' } else { ',' });
                body.push_str(&serde_json::to_string(name)?);
                body.push(':');
                body.push_str(value);
            }
        }
    }
    body.push_str(if body.is_empty() { "{}" } else { "}" });
    let (Some(kind), Some(at)) = (kind, at) else {
        return Err(PayloadError::Malformed(0));
    };
    let mut reader = serde_json::Deserializer::from_str(&body);
    let event = Event::deserialize_body(kind, &mut reader)?;
    reader.end()?;
    Ok(Entry {
        index,
        at,
        by,
        event,
    })
}

fn parse<'a, T: Deserialize<'a>>(value: &'a str) -> Result<T, PayloadError> {
    Ok(serde_json::from_str(value)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_make_a_payload_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let versioned = [&[VERSION; 33], bytes.as_slice()].concat();
            for bytes in [&bytes, &versioned] {
                if let Ok(view) = read(bytes) {
                    let inline = view.fields.iter().filter_map(|(name, value)| match value {
                        Value::Inline(value) => Some((*name, *value)),
                        Value::Blob(_) => None,
                    });
                    let _ = entry(0, inline);
                }
            }
        }
    }

    #[test]
    fn newer_payloads_say_so() {
        assert!(matches!(
            read(&[VERSION + 1]),
            Err(PayloadError::Version(2))
        ));
    }
}
