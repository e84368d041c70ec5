//! Verbs that bring the past into a data folder.

use std::path::PathBuf;

use clap::Args;

/// Bring the past into a data folder.
#[derive(Args)]
pub(crate) struct Import {
    /// The data folder; made if it is missing or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Lines, JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) lines: PathBuf,
    /// Contacts, JSON Lines, ordered by received_at
    #[arg(long, value_name = "FILE")]
    pub(crate) contacts: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Leave the contacts out of the JSON document
    #[arg(long)]
    pub(crate) summary: bool,
}
