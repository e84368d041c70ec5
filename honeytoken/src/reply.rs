//! The right of reply: a platform hears what is found before anybody else does, has time to answer,
//! and its answer goes where the finding goes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PlatformId, RawBody, Timestamp};

/// A platform was told what is found, and asked to answer by a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyNotified {
    /// Which one.
    pub platform: PlatformId,
    /// What was said of it then, by the verdict's word.
    pub class: String,
    /// How it was told, in plain words: an address of its own, a letter.
    pub how: String,
    /// When it was told.
    pub notified_at: Timestamp,
    /// Until when it is asked to answer.
    pub due: Timestamp,
}

/// A file that came with an answer: what it is. The file itself may follow, as a [`ReplyFileKept`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyFile {
    /// What it was called.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in lower-case hex.
    pub sha256: String,
}

/// A name of a file may name people.
impl fmt::Debug for ReplyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyFile")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// The bytes of a file that came with an answer, which names it by its digest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyFileKept {
    /// Whose answer.
    pub platform: PlatformId,
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
    /// The bytes. Left out where only the rest is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_content: Option<RawBody>,
}

/// What it says stays out.
impl fmt::Debug for ReplyFileKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyFileKept")
            .field("platform", &self.platform)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// A platform answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyReceived {
    /// Which one.
    pub platform: PlatformId,
    /// Who answered for it, in plain words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// When the answer came.
    pub received_at: Timestamp,
    /// What it says.
    pub text: String,
    /// What came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ReplyFile>,
}

/// What it says stays out.
impl fmt::Debug for ReplyReceived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyReceived")
            .field("platform", &self.platform)
            .field("received_at", &self.received_at)
            .field("files", &self.files.len())
            .finish_non_exhaustive()
    }
}

/// An answer is to stand in what is published, or no longer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyPublished {
    /// Whose answer.
    pub platform: PlatformId,
    /// The entry of the answer.
    pub reply: u64,
    /// Whether it is to.
    pub published: bool,
}

/// The date by which a platform was asked to answer is over, and it did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyLapsed {
    /// Which one.
    pub platform: PlatformId,
    /// The entry that asked.
    pub notified: u64,
}
