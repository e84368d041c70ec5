//! Verbs that serve.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Take webhooks and answer questions.
#[derive(Args)]
pub(crate) struct Serve {
    /// The data folder; made if it is missing or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8470]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// The settings
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Show everything at work on a simulated world.
#[derive(Args)]
pub(crate) struct Demo {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8470")]
    pub(crate) listen: SocketAddr,
    /// Which world
    #[arg(long, value_name = "NAME", default_value = "demo")]
    pub(crate) scenario: String,
    /// The seed of the world
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Where to keep the data; a temporary folder, removed at the end, if not given
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Stop after the table
    #[arg(long)]
    pub(crate) exit: bool,
}
