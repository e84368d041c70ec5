//! Entries and subjects as lines of JSON, each in one form only.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD as BASE64, Engine as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::proof::commitment::{DisclosedField, Disclosure, Opening};
use store::proof::{Hash, SubjectId, vrf};

/// An entry as a stranger gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryLine {
    pub(super) index: u64,
    /// All of them; none if the payload was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fields: Option<Vec<FieldLine>>,
}

/// A field, open (salt and value) or closed (digest).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldLine {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
}

/// Personal data stays out.
impl std::fmt::Debug for FieldLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldLine")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl From<&DisclosedField> for FieldLine {
    fn from(field: &DisclosedField) -> FieldLine {
        let (digest, salt, value) = match &field.content {
            Disclosure::Closed(digest) => (Some(digest.to_base64url()), None, None),
            Disclosure::Open(Opening { salt, value }) => {
                (None, Some(BASE64.encode(salt)), Some(value.clone()))
            }
        };
        FieldLine {
            name: field.name.clone(),
            digest,
            salt,
            value,
        }
    }
}

impl FieldLine {
    pub(super) fn disclosed(self) -> Option<DisclosedField> {
        let content = match (self.digest, self.salt, self.value) {
            (Some(digest), None, None) => Disclosure::Closed(Hash::from_base64url(&digest)?),
            (None, Some(salt), Some(value)) => Disclosure::Open(Opening {
                salt: BASE64.decode(salt).ok()?.try_into().ok()?,
                value,
            }),
            _ => return None,
        };
        Some(DisclosedField {
            name: self.name,
            content,
        })
    }
}

/// A subject whose entries are all in the bundle.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectLine {
    pub(super) subject: String,
    /// What it is: `number`, `platform`, `honeytoken`, `connection`, `key`, `log`, or any other
    /// word before the colon of the input.
    pub(super) kind: String,
    /// The VRF's input and proof; none where the preset closes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) proof: Option<String>,
}

impl SubjectLine {
    pub(super) fn new(id: SubjectId, input: &str, proof: Option<&vrf::Proof>) -> SubjectLine {
        let kind = input.split(':').next().unwrap_or_default();
        SubjectLine {
            subject: BASE64.encode(id.0),
            kind: kind.to_owned(),
            input: proof.map(|_| input.to_owned()),
            proof: proof.map(|proof| BASE64.encode(proof)),
        }
    }

    pub(super) fn id(&self) -> Option<SubjectId> {
        Some(SubjectId(
            BASE64.decode(&self.subject).ok()?.try_into().ok()?,
        ))
    }

    /// Whether input and proof give this subject under the log's VRF key; nothing to check where
    /// the input is closed.
    pub(super) fn holds(&self, key: &[u8; 32]) -> bool {
        let (input, proof) = match (&self.input, &self.proof) {
            (None, None) => return true,
            (Some(input), Some(proof)) => (input, proof),
            _ => return false,
        };
        let kind = input.split(':').next();
        let proof = BASE64.decode(proof).ok().and_then(|p| p.try_into().ok());
        let output = proof.and_then(|p| vrf::verify(key, input.as_bytes(), &p).ok());
        kind == Some(self.kind.as_str()) && output.map(|o| SubjectId::from_output(&o)) == self.id()
    }
}

/// Lines of JSON, each ended by a line feed.
pub(super) fn write<T: Serialize>(lines: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in lines {
        // Structs of texts and numbers are always written.
        bytes.extend(serde_json::to_vec(line).unwrap_or_default());
        bytes.push(b'\n');
    }
    bytes
}

/// Reads such lines; every other spelling of the same is refused, by its place from 1.
pub(super) fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, usize> {
    let mut lines = Vec::new();
    for (place, text) in split(bytes).ok_or(0_usize)?.enumerate() {
        let line: T = serde_json::from_slice(text).map_err(|_| place + 1)?;
        if serde_json::to_vec(&line).ok().as_deref() != Some(text) {
            return Err(place + 1);
        }
        lines.push(line);
    }
    Ok(lines)
}

/// The lines of a text that ends in a line feed, or is empty.
pub(super) fn split(bytes: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let text = match bytes {
        [] => None,
        [text @ .., b'\n'] => Some(text),
        _ => return None,
    };
    Some(
        text.into_iter()
            .flat_map(|text| text.split(|byte| *byte == b'\n')),
    )
}
