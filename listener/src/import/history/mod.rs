//! The past as others wrote it down: message and call logs of providers and carriers as sheets, and
//! the backup of a phone. Each row becomes a [`ContactRow`], or is told by its number with what does
//! not fit; what we sent ourselves is passed over.
//!
//! - [`Sheet`]: CSV whose first row names the columns. `known`: providers' logs, recognised by that
//!   row. [`map`]: which columns mean what, for everybody else's.
//! - [`backup`]: SMS Backup & Restore, XML.
//! - `moment`: times and lengths as people write them.

pub mod backup;
mod known;
pub mod map;
mod moment;
mod row;
mod sheet;

use std::io::Read as _;
use std::path::Path;

use honeytoken::PhoneNumber;

use super::ContactRow;
pub(crate) use known::own_id;
pub use map::ColumnMap;
pub use sheet::Sheet;

/// What a sheet is called that is read by a map.
const COLUMNS: &str = "columns";
/// The largest file that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A provider's log, whichever it is.
    Sheet,
    /// SMS Backup & Restore.
    SmsBackup,
}

/// What is known beside the file.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Our number, where rows name none: the phone that was backed up.
    pub to: Option<PhoneNumber>,
    /// Which columns mean what, where the first row is not a provider's.
    pub columns: Option<ColumnMap>,
    /// How far the clock of times without an offset is ahead of UTC, in minutes.
    pub minutes_ahead: i32,
}

/// A row of the file.
pub struct HistoryRow {
    /// Its line in a sheet, its element in a backup, from 1.
    pub row: u64,
    /// What it says.
    pub told: Told,
}

/// What a row says.
pub enum Told {
    /// Somebody called or wrote to us.
    Contact(Box<ContactRow>),
    /// We called or wrote to somebody, or it is a draft.
    NotToUs,
    /// It does not fit: why.
    Wrong(String),
}

/// A file, read.
pub struct History {
    /// What it was taken for: `twilio_messages`, `columns`, `sms_backup`, ….
    pub format: &'static str,
    /// In what it was written.
    pub encoding: &'static str,
    /// Its rows, in order.
    pub rows: Vec<HistoryRow>,
}

/// Why a file cannot be read at all. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The disk's.
    #[error("{0} cannot be read: {1}")]
    Io(String, std::io::Error),
    /// Too large.
    #[error("{0} is larger than {FILE_BYTES_MAX} bytes; split it")]
    TooLarge(String),
    /// No sheet.
    #[error("{0}")]
    Sheet(#[from] crate::pool::sheet::SheetError),
    /// The first row is nobody's.
    #[error(
        "first row is of no provider's log that is known ({0}); say which columns mean what: --columns MAP.toml"
    )]
    Unknown(String),
    /// A column of the map is not there.
    #[error("sheet has no column {0:?}, which the map names; it has: {1}")]
    NoColumn(String, String),
    /// Rows name no destination.
    #[error("rows do not say which of our numbers was reached; name it: --to NUMBER")]
    NoDestination,
    /// No backup.
    #[error("{0}")]
    Backup(#[from] backup::BackupError),
}

/// Reads a file whole.
///
/// # Errors
/// See [`HistoryError`].
pub fn read(path: &Path, format: Format, beside: &Beside) -> Result<History, HistoryError> {
    let name = path.display().to_string();
    let io = |error| HistoryError::Io(name.clone(), error);
    let file = std::fs::File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(HistoryError::TooLarge(name));
    }
    of_bytes(&bytes, format, beside)
}

/// Reads a file's bytes.
///
/// # Errors
/// See [`HistoryError`].
pub fn of_bytes(bytes: &[u8], format: Format, beside: &Beside) -> Result<History, HistoryError> {
    match format {
        Format::Sheet => Sheet::read(bytes, beside),
        Format::SmsBackup => {
            let to = beside.to.ok_or(HistoryError::NoDestination)?;
            let rows = backup::rows(bytes, to)?;
            Ok(History {
                format: "sms_backup",
                encoding: "UTF-8",
                rows,
            })
        }
    }
}
