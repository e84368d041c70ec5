//! Verbs about what people are told.

use clap::{Args, Subcommand, ValueEnum};

use super::Server;

/// See what people were told, tell it again, try a target.
#[derive(Subcommand)]
pub(crate) enum Alerts {
    /// List alerts and what became of them, newest first
    List(AlertsList),
    /// Send dead alerts once more
    Replay(AlertsReplay),
    /// Send a test message to a target
    Test(AlertsTest),
}

/// List alerts.
#[derive(Args)]
pub(crate) struct AlertsList {
    /// Which installation
    #[command(flatten)]
    pub(crate) server: Server,
    /// Only those that stand so at a target
    #[arg(long)]
    pub(crate) state: Option<AlertState>,
    /// Only those to this target
    #[arg(long, value_name = "ID")]
    pub(crate) target: Option<String>,
    /// Only those on this platform
    #[arg(long, value_name = "ID")]
    pub(crate) platform: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where an alert stands at a target.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlertState {
    /// Waits to be sent, or to be sent again
    Pending,
    /// The other side took it
    Delivered,
    /// Told in a later one, as one of several
    Summed,
    /// Given up; can be replayed
    Dead,
    /// The target was removed
    Dropped,
}

/// Send dead alerts once more.
#[derive(Args)]
pub(crate) struct AlertsReplay {
    /// Which installation
    #[command(flatten)]
    pub(crate) server: Server,
    /// Which alerts; all dead ones with --all
    #[arg(
        value_name = "ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(crate) ids: Vec<u64>,
    /// All dead ones
    #[arg(long)]
    pub(crate) all: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Send a test message to a target.
#[derive(Args)]
pub(crate) struct AlertsTest {
    /// Which installation
    #[command(flatten)]
    pub(crate) server: Server,
    /// Which target
    #[arg(value_name = "ID")]
    pub(crate) target: String,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
