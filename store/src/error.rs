//! What can go wrong, sorted by what a caller can do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::payload::SealError;
use crate::proof::NoteError;

/// A place in the folder where bytes are not what the log wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file, relative to the data folder.
    pub file: String,
    /// Offset in it, in bytes.
    pub offset: u64,
    /// The entry there, if it is known.
    pub entry: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged at byte {}", self.file, self.offset)?;
        if let Some(entry) = self.entry {
            write!(f, " (entry {entry})")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Why a data folder cannot be opened or created. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("data folder {0} is held by another process; ask that server (--server), or stop it")]
    Held(PathBuf),
    /// There is no log in it.
    #[error("data folder {0} holds no evidence log; create one, or name the folder of one")]
    NotAStore(PathBuf),
    /// There is one already.
    #[error("data folder {0} holds an evidence log already; open it, or choose an empty folder")]
    Exists(PathBuf),
    /// Bytes are not what the log wrote.
    #[error("{0}; nothing was changed: restore a backup, or examine a copy with `verify`")]
    Damaged(Damage),
    /// A record of the outbox is not what was written, and records that were acknowledged follow.
    #[error(
        "outbox is damaged at byte {1}, before contacts that were acknowledged; nothing was \
         changed: look at the disk and put back an intact {0}, or move it away and keep it, to go \
         on without what it holds"
    )]
    OutboxDamaged(PathBuf, u64),
    /// The log ends before something that was in it.
    #[error(
        "log holds {holds} entries where its {witness} knows {known}: it was cut or put back; \
         restore the newest backup, which goes on under a new origin"
    )]
    Rollback {
        /// Entries in the log.
        holds: u64,
        /// Entries there were.
        known: u64,
        /// What remembers them.
        witness: &'static str,
    },
    /// A newer program wrote it.
    #[error(
        "log has format {found}, newer than format {known} of this program, which will not write \
         to it; use the newer program"
    )]
    NewerFormat {
        /// The format found.
        found: u16,
        /// The newest format this program knows.
        known: u16,
    },
    /// A key file is missing.
    #[error("key file {0} is missing; put it back from where keys are kept: no backup replaces it")]
    KeyMissing(PathBuf),
    /// A node that joins a cluster was not given the data key.
    #[error(
        "cluster's log was begun already, and its data key is not here: copy {0} from another \
         node, or give it by environment"
    )]
    KeyOfCluster(PathBuf),
    /// The folder is a node's, and only the cluster may extend its log.
    #[error(
        "data folder {0} is a node's of a cluster: ask the node (--server), or start it with the \
         cluster's settings"
    )]
    OfCluster(PathBuf),
    /// The folder's log is not the one in the stream.
    #[error(
        "data folder {0} holds another log than the cluster's stream: choose an empty folder or \
         another prefix; `migrate` brings a log into a cluster"
    )]
    OtherLog(PathBuf),
    /// A key file holds another key, or none.
    #[error("key file {file} is not this log's: {what}")]
    KeyWrong {
        /// The file.
        file: PathBuf,
        /// What was expected.
        what: String,
    },
    /// The operating system refused.
    #[error("cannot {step} {path}: {source}")]
    Io {
        /// What was tried.
        step: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The genesis entry cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The genesis entry or its checkpoint cannot be written.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl OpenError {
    pub(crate) fn io(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OpenError {
        let path = path.to_owned();
        move |source| OpenError::Io { step, path, source }
    }
}

/// Why the log cannot be written. What was acknowledged before is safe, and reading goes on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// An earlier write failed, and what is on the disk since is not known. Opening finds out.
    #[error("log is no longer written since a write failed: {0}; free the disk and start again")]
    Poisoned(String),
    /// This write failed; the writer is poisoned from now on.
    #[error("cannot {step}: {source}")]
    Io {
        /// What was tried.
        step: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// On a cluster: other entries came first. Fold them and decide again.
    #[error("other nodes' entries came first; fold them and decide again")]
    Overtaken,
    /// On a cluster: no majority of its servers answers. Whether the entries are in the log is not
    /// known; they arrive if so.
    #[error(
        "cluster does not answer, so nothing can be decided here: {0}; ask again, or ask a node that reaches a majority"
    )]
    Unreachable(String),
    /// On a cluster: it is not as it must be, and only a person can help.
    #[error("cluster cannot be used: {0}")]
    Cluster(String),
    /// An entry could not be sealed again at the log's time.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A checkpoint could not be signed.
    #[error(transparent)]
    Sign(#[from] NoteError),
    /// The draft is not what the operation needs.
    #[error("{0}")]
    Refused(&'static str),
    /// What is to be changed could not be read first.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index failed; the log itself holds the entry.
    #[error(transparent)]
    Index(#[from] IndexFault),
}

/// Why something in the log cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refused.
    #[error("cannot read the log: {0}")]
    Io(#[from] io::Error),
    /// Bytes are not what the log wrote.
    #[error("{0}")]
    Damaged(Damage),
}

/// Why the index cannot answer. It can always be rebuilt from the log.
#[derive(Debug, thiserror::Error)]
#[error("index failed: {0}; run `rebuild`")]
pub struct IndexFault(pub String);
