//! Verbs about the health of an installation and its data folder.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Where;

/// Look for what is wrong.
#[derive(Args)]
pub(crate) struct Doctor {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// The settings, to be checked too
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Copy a data folder.
#[derive(Args)]
pub(crate) struct Backup {
    /// Which installation; a server writes to a folder on its own machine
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// A folder that does not exist yet
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Leave the keys out; the backup is useless without them
    #[arg(long)]
    pub(crate) without_keys: bool,
}

/// Put a backup into an empty folder.
#[derive(Args)]
pub(crate) struct Restore {
    /// The backup
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// The folder to make
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The file `erased` of the lost folder, so that erased entries stay erased
    #[arg(long, value_name = "FILE")]
    pub(crate) erased: Option<PathBuf>,
    /// Name of the new log, if not made from the old one's
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
}

/// Make the index anew.
#[derive(Args)]
pub(crate) struct Rebuild {
    /// The data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// Move a log into a cluster, or out of it.
#[derive(Args)]
pub(crate) struct Migrate {
    /// The data folder; nobody else may hold it
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The settings, with the cluster in the section `store`
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Where the log's order is to come from
    #[arg(long, value_enum)]
    pub(crate) to: MigrateTo,
}

/// Where a log moves.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MigrateTo {
    /// Into the cluster, whose streams must be empty; the folder becomes its first node's
    Jetstream,
    /// Out of the cluster, whose stream ends for all nodes; the folder goes on alone
    Embedded,
}
