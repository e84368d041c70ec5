//! How the program ends: few codes, stable, one place.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done; what was checked is intact |
//! | 1 | what was checked is not intact (verify), or was refused (webhook check of one request) |
//! | 2 | wrong call, or an input that cannot be read |
//! | 3 | the rules, or the server, do not allow it |
//! | 4 | the data folder is held by another process |
//! | 5 | the data folder is damaged, rolled back, or of a newer format |
//! | 6 | the server cannot be reached |
//! | 7 | disk or system failed |

use std::process::ExitCode;

use listener::import::ImportError;
use listener::ledger::{LedgerError, RecordError};
use store::{OpenError, ReadError};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Ok = 0,
    /// Not intact.
    NotIntact = 1,
    /// Wrong call or unreadable input.
    Unreadable = 2,
    /// Not allowed.
    Refused = 3,
    /// Held by another process.
    Held = 4,
    /// Damaged.
    Damaged = 5,
    /// Server out of reach.
    Unreachable = 6,
    /// Disk or system.
    Fault = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// An error that knows how the program ends.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Ends {
    /// With which code.
    pub(crate) exit: Exit,
    /// What is said on stderr.
    pub(crate) message: String,
}

impl Ends {
    /// An end with words of its own.
    pub(crate) fn with(exit: Exit, message: impl Into<String>) -> anyhow::Error {
        Ends {
            exit,
            message: message.into(),
        }
        .into()
    }
}

/// The code for an error, by what caused it.
pub(crate) fn of(error: &anyhow::Error) -> Exit {
    for cause in error.chain() {
        if let Some(ends) = cause.downcast_ref::<Ends>() {
            return ends.exit;
        }
        match cause.downcast_ref() {
            Some(LedgerError::Open(open)) => return of_open(open),
            Some(LedgerError::Read(read)) => return of_read(read),
            Some(LedgerError::Index(_)) | None => {}
        }
        if let Some(read) = cause.downcast_ref() {
            return of_read(read);
        }
        if let Some(open) = cause.downcast_ref() {
            return of_open(open);
        }
        if cause.is::<ImportError>() || cause.is::<listener::ConfigError>() {
            return Exit::Unreadable;
        }
        if cause.is::<RecordError>() || cause.is::<store::Fault>() {
            return Exit::Fault;
        }
    }
    Exit::Fault
}

fn of_read(error: &ReadError) -> Exit {
    match error {
        ReadError::Damaged(_) => Exit::Damaged,
        ReadError::Io(_) => Exit::Fault,
    }
}

fn of_open(error: &OpenError) -> Exit {
    match error {
        OpenError::Held(_) | OpenError::OfCluster(_) => Exit::Held,
        OpenError::Fault(store::Fault::Unreachable(_)) => Exit::Unreachable,
        OpenError::Damaged(_)
        | OpenError::OutboxDamaged(..)
        | OpenError::Rollback { .. }
        | OpenError::NewerFormat { .. } => Exit::Damaged,
        OpenError::NotAStore(_)
        | OpenError::Exists(_)
        | OpenError::OtherLog(_)
        | OpenError::KeyOfCluster(_)
        | OpenError::KeyMissing(_)
        | OpenError::KeyWrong { .. } => Exit::Unreadable,
        OpenError::Io { .. } | OpenError::Seal(_) | OpenError::Fault(_) => Exit::Fault,
    }
}
