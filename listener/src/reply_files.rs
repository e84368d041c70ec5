//! Files that came with a platform's answers: kept sealed, under the digest by which the answer names them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Entry, Event, KeyId, PlatformId, RawBody, ReplyFileKept, Timestamp};
use ring::digest::{SHA256, digest};
use store::{Fault, ReadError};

use crate::api_key::hex;
use crate::ledger::{Ledger, LedgerError, RecordError, View};
use crate::reports;

/// The largest file that is kept, in bytes; of a larger one only the digest is.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Why a file is not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// No answer names it.
    #[error("no answer of platform {0} names a file with this SHA-256; note the answer first")]
    Unnamed(PlatformId),
    /// Too large.
    #[error(
        "file is larger than {FILE_BYTES_MAX} bytes; its digest alone is kept, the file stays with you"
    )]
    TooLarge,
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LedgerError),
    /// An answer cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It cannot be put under a checkpoint.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Whether it was kept before.
    pub before: bool,
}

/// Keeps the bytes of a file that an answer of the platform names.
///
/// # Errors
/// See [`KeepError`].
pub fn keep(
    ledger: &mut Ledger,
    platform: &PlatformId,
    bytes: &[u8],
    by: Option<&KeyId>,
    now: Timestamp,
) -> Result<Kept, KeepError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(KeepError::TooLarge);
    }
    if !ledger.has_turn() {
        return ledger.in_turn(|ledger| keep(ledger, platform, bytes, by, now))?;
    }
    let sha256 = hex(digest(&SHA256, bytes).as_ref());
    let view = ledger.view();
    if !is_named(&view, platform, &sha256)? {
        return Err(KeepError::Unnamed(platform.clone()));
    }
    let before = find(&view, platform, &sha256)?.is_some();
    if !before {
        let file = ReplyFileKept {
            platform: platform.clone(),
            sha256: sha256.clone(),
            bytes: bytes.len() as u64,
            raw_content: Some(RawBody::Base64(STANDARD.encode(bytes))),
        };
        ledger.record(now, by, vec![Event::ReplyFileKept(file)])?;
        ledger.checkpoint()?;
    }
    Ok(Kept { sha256, before })
}

fn is_named(view: &View, platform: &PlatformId, sha256: &str) -> Result<bool, ReadError> {
    let answers = reports::answers(view, &view.state(), platform)?;
    let mut files = answers.iter().flat_map(|answer| &answer.files);
    Ok(files.any(|(_, digest)| digest == sha256))
}

/// The digests of a platform's files that are kept.
pub(crate) fn held(view: &View, platform: &PlatformId) -> Result<Vec<String>, LedgerError> {
    let entries = view.all_of("reply_file")?.into_iter();
    let ours = entries.filter_map(|entry| of(entry, platform));
    Ok(ours.map(|(_, file)| file.sha256).collect())
}

fn find(view: &View, platform: &PlatformId, sha256: &str) -> Result<Option<u64>, LedgerError> {
    let entries = view.all_of("reply_file")?.into_iter();
    let mut ours = entries.filter_map(|entry| of(entry, platform));
    let found = ours.find(|(_, file)| file.sha256 == sha256);
    Ok(found.map(|(index, _)| index))
}

fn of(entry: Entry, platform: &PlatformId) -> Option<(u64, ReplyFileKept)> {
    match entry.event {
        Event::ReplyFileKept(file) if file.platform == *platform => Some((entry.index, file)),
        _ => None,
    }
}

/// The bytes of a file, if it is kept.
///
/// # Errors
/// When index or log cannot be read.
pub(crate) fn read(
    view: &View,
    platform: &PlatformId,
    sha256: &str,
) -> Result<Option<Vec<u8>>, LedgerError> {
    let Some(index) = find(view, platform, sha256)? else {
        return Ok(None);
    };
    let opened = view.reader.opened(index)?;
    let content = opened.as_ref().and_then(|o| o.value("raw_content"));
    Ok(match content.map(serde_json::from_str) {
        Some(Ok(RawBody::Base64(text))) => STANDARD.decode(text).ok(),
        _ => None,
    })
}
