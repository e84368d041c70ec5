//! What a bundle is about, and what is in it.

use honeytoken::{PlatformId, Timestamp};
use serde::{Deserialize, Serialize};
use store::proof::Hash;

use super::{Archive, Preset};

/// First line of what is signed, and value of `format`.
pub(super) const FORMAT: &str = "canaryline-bundle-v1";
/// The manifest's name in the archive.
pub(super) const MANIFEST: &str = "manifest.json";
/// The name of the log's signature over it.
pub(super) const SIGNATURE: &str = "manifest.sig";

/// What a bundle is about, and the digest of every other file in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name and version of the format, always `FORMAT`.
    pub format: String,
    /// The log's name.
    pub origin: String,
    /// The log's verifier key, as the operator gives it.
    pub vkey: String,
    /// Entries under the checkpoint.
    pub entries: u64,
    /// The platform it is about.
    pub platform: PlatformId,
    /// How much is opened.
    pub preset: Preset,
    /// Whether all entries of the log are in it, so that judging can be done again from the first.
    pub whole_log: bool,
    /// The entry with the verdict.
    pub judgement: u64,
    /// When it was made, by the operator's clock.
    pub made_at: Timestamp,
    /// The program and its version.
    pub program: String,
    /// SHA-256 of the program's file, if it could be read.
    pub program_sha256: Option<String>,
    /// All files but this one and its signature, by name.
    pub files: Vec<FileDigest>,
}

/// A file by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

impl Manifest {
    /// The digests of an archive's files.
    pub(super) fn digests(archive: &Archive) -> Vec<FileDigest> {
        let others = archive
            .files()
            .filter(|(name, _)| ![MANIFEST, SIGNATURE].contains(name));
        others
            .map(|(name, bytes)| FileDigest {
                name: name.to_owned(),
                bytes: bytes.len() as u64,
                sha256: Hash::of(&[bytes]).to_string(),
            })
            .collect()
    }

    /// Its one form in bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // A struct of texts and numbers is always written.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// What the log signs.
pub(super) fn statement(origin: &str, manifest: &[u8]) -> String {
    format!(
        "{FORMAT}\n{origin}\n{}\n",
        Hash::of(&[manifest]).to_base64()
    )
}
