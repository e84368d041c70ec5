//! Verbs that bring the past into a data folder.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use honeytoken::PhoneNumber;
use listener::import::history::map::UtcOffset;

/// Bring the past into a data folder.
#[derive(Args)]
pub(crate) struct Import {
    /// The data folder; made if it is missing or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Lines, JSON Lines; with another --format they may be in the folder already
    #[arg(long, value_name = "FILE")]
    pub(crate) lines: Option<PathBuf>,
    /// Contacts; JSON Lines ordered by received_at, or as --format says
    #[arg(long, value_name = "FILE")]
    pub(crate) contacts: PathBuf,
    /// What the file of contacts is
    #[arg(long, value_enum, default_value_t = ImportFormat::Jsonl)]
    pub(crate) format: ImportFormat,
    /// Which columns mean what, for --format columns: a TOML file
    #[arg(long, value_name = "MAP.toml")]
    pub(crate) columns: Option<PathBuf>,
    /// Our number, where rows name none
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) to: Option<PhoneNumber>,
    /// The clock of times without an offset
    #[arg(
        long,
        value_name = "+HH:MM",
        default_value = "Z",
        allow_hyphen_values = true
    )]
    pub(crate) utc_offset: UtcOffset,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Leave the contacts out of the JSON document
    #[arg(long)]
    pub(crate) summary: bool,
}

/// What a file of contacts is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// JSON Lines
    Jsonl,
    /// A message or call log of Twilio, Telnyx, Vonage or Plivo (CSV), recognised by its first row
    Auto,
    /// Any CSV, by --columns
    Columns,
    /// SMS Backup & Restore (XML)
    SmsBackup,
}
