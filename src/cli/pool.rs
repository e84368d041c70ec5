//! Verbs about the pool.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use honeytoken::ConnectionId;

use super::Where;

/// Add lines in bulk, and draw controls by lot.
#[derive(Subcommand)]
pub(crate) enum Lines {
    /// Add the lines of a sheet (CSV)
    Import(LinesImport),
    /// Make controls of lines that nobody was given, by lot
    DrawControls(DrawControls),
}

/// Add the lines of a sheet.
#[derive(Args)]
pub(crate) struct LinesImport {
    /// The sheet; its first row names the columns: number, connection, role, block, country,
    /// acquired_at, soak_until or soak_days, shared
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: PathBuf,
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// The connection of rows that name none
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<ConnectionId>,
    /// Say what would become of each row, and record nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Make controls by lot.
#[derive(Args)]
pub(crate) struct DrawControls {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// Share of all lines that shall be controls, more than 0, at most 0.5
    #[arg(long, default_value_t = 0.25)]
    pub(crate) share: f64,
    /// A seed of your own; the committed one if not given
    #[arg(long, value_name = "TEXT")]
    pub(crate) seed: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say how likely a study would find a leak.
#[derive(Args)]
pub(crate) struct Power {
    /// Numbers given to one platform, 1 to 10
    #[arg(long, value_name = "K")]
    pub(crate) lines: u32,
    /// Days watched, from the first registration on, 7 to 365
    #[arg(long, value_name = "D")]
    pub(crate) days: u32,
    /// Contacts that a leak brings to each number, on the average, 1 to 50
    #[arg(long, value_name = "X")]
    pub(crate) leak_contacts: u32,
    /// Worlds to simulate for each row of the table
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(10..=400))]
    pub(crate) trials: u32,
    /// The data folder whose noise is taken; assumed noise if neither it nor a server is named
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    pub(crate) data: Option<PathBuf>,
    /// Ask this running server instead
    #[arg(long, value_name = "URL", requires = "key")]
    pub(crate) server: Option<String>,
    /// The API key for it
    #[arg(
        long,
        value_name = "KEY",
        env = "CANARYLINE_KEY",
        hide_env_values = true
    )]
    pub(crate) key: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
