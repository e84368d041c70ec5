//! The public part of an entry: what the tree hashes, and anyone may see.
//!
//! ```text
//! {"v":1,"hour":"2026-11-22T01Z","subject":"<22 base64url>","fields":"<43 base64url>"}
//! ```
//! Fixed key order, no white space; verifiers hash the bytes as given. It holds no kind, no exact
//! time and no personal data: those are fields, which [`super::commitment`] binds.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use honeytoken::Timestamp;
use serde::Deserialize;

use super::{Hash, vrf};

/// Version of this form.
const VERSION: u8 = 1;

/// Whom an entry is filed under: the first half of a VRF output, so that one number has one
/// subject in a log and nobody can guess the number from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SubjectId(pub [u8; 16]);

impl SubjectId {
    /// The subject for an output of the log's VRF.
    pub fn from_output(output: &vrf::Output) -> SubjectId {
        let mut id = [0; 16];
        id.copy_from_slice(&output[..16]);
        SubjectId(id)
    }
}

/// The public part of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The hour it was recorded, such as `2026-11-22T01Z`.
    pub hour: String,
    /// Whom it is filed under.
    pub subject: SubjectId,
    /// Root over the commitments to its fields.
    pub fields: Hash,
}

/// Bytes that are not a leaf in its one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("leaf is not in its canonical form")]
pub struct LeafError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form<'a> {
    v: u8,
    hour: &'a str,
    subject: &'a str,
    fields: &'a str,
}

impl Leaf {
    /// The bytes that are hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let subject = BASE64_URL_SAFE_NO_PAD.encode(self.subject.0);
        let fields = self.fields.to_base64url();
        let hour = &self.hour;
        format!(r#"{{"v":{VERSION},"hour":"{hour}","subject":"{subject}","fields":"{fields}"}}"#)
            .into_bytes()
    }

    /// Reads a leaf; every other spelling of the same content is refused.
    ///
    /// # Errors
    /// The bytes are not a leaf in its canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Leaf, LeafError> {
        let form: Form<'_> = serde_json::from_slice(bytes).map_err(|_| LeafError)?;
        let subject = BASE64_URL_SAFE_NO_PAD
            .decode(form.subject)
            .map_err(|_| LeafError)?;
        let leaf = Leaf {
            hour: form.hour.to_owned(),
            subject: SubjectId(subject.try_into().map_err(|_| LeafError)?),
            fields: Hash::from_base64url(form.fields).ok_or(LeafError)?,
        };
        let canonical = form.v == VERSION && is_hour(&leaf.hour) && leaf.to_bytes() == bytes;
        if canonical { Ok(leaf) } else { Err(LeafError) }
    }
}

/// The hour of a moment, as leaves write it.
pub fn hour(at: Timestamp) -> String {
    let mut hour = at.to_string();
    hour.truncate("2026-11-22T01".len());
    hour.push('Z');
    hour
}

fn is_hour(text: &str) -> bool {
    let full = format!("{}:00:00Z", text.trim_end_matches('Z'));
    full.parse().is_ok_and(|at| hour(at) == text)
}
