//! Verbs whose result leaves the house, or came from there.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Where;

/// Check a bundle or a data folder.
#[derive(Args)]
pub(crate) struct Verify {
    /// A bundle
    #[arg(
        value_name = "BUNDLE.zip",
        conflicts_with = "data",
        required_unless_present = "data"
    )]
    pub(crate) bundle: Option<PathBuf>,
    /// The data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The log's key, from elsewhere than the folder: name+id+base64
    #[arg(long, value_name = "KEY")]
    pub(crate) vkey: Option<String>,
    /// A checkpoint seen earlier, which the log must extend
    #[arg(long, value_name = "CHECKPOINT")]
    pub(crate) against: Vec<PathBuf>,
    /// Roots of time-stamping authorities that you trust, PEM; the bundle's own if not given
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) tsa_roots: Option<PathBuf>,
    /// A witness's key that you trust; the bundle's own if not given
    #[arg(long, value_name = "KEY", conflicts_with = "data")]
    pub(crate) witness: Vec<String>,
    /// The language of what is said of a bundle
    #[arg(long, default_value = "en", conflicts_with = "data")]
    pub(crate) lang: Lang,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// A language for people.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Chinese
    Zh,
    /// English
    En,
}

/// Write contacts or verdicts.
#[derive(Args)]
pub(crate) struct Export {
    /// What
    pub(crate) what: ExportWhat,
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// In which form
    #[arg(long, default_value = "csv")]
    pub(crate) format: ExportFormat,
    /// Where to; stdout if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// For a bundle: about which platform
    #[arg(long, value_name = "ID", required_if_eq("what", "bundle"))]
    pub(crate) platform: Option<String>,
    /// For a bundle: for whom; what they may not see stays closed and is still committed to
    #[arg(
        long,
        value_name = "regulator|platform|public",
        default_value = "regulator"
    )]
    pub(crate) preset: String,
    /// For a bundle: with all entries of the log, to judge again from the first
    #[arg(long, conflicts_with = "server")]
    pub(crate) whole_log: bool,
}

/// What to export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportWhat {
    /// All contacts, oldest first
    Contacts,
    /// All verdicts
    Verdicts,
    /// An evidence bundle about one platform, which anybody can check offline
    Bundle,
}

/// In which form to export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Comma-separated values (RFC 4180)
    Csv,
    /// JSON Lines
    Jsonl,
}
