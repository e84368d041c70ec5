//! Which installation a verb is about.

use std::path::PathBuf;

use clap::Args;

/// A data folder of ours, or a server that holds one.
#[derive(Args)]
pub(crate) struct Where {
    /// The data folder
    #[arg(long, value_name = "DIR", required_unless_present = "server")]
    pub(crate) data: Option<PathBuf>,
    /// Ask this running server instead
    #[arg(long, value_name = "URL", conflicts_with = "data", requires = "key")]
    pub(crate) server: Option<String>,
    /// The API key for it
    #[arg(
        long,
        value_name = "KEY",
        env = "CANARYLINE_KEY",
        hide_env_values = true
    )]
    pub(crate) key: Option<String>,
}

/// A running server.
#[derive(Args)]
pub(crate) struct Server {
    /// Ask this running server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8470")]
    pub(crate) server: String,
    /// The API key for it
    #[arg(
        long,
        value_name = "KEY",
        env = "CANARYLINE_KEY",
        hide_env_values = true
    )]
    pub(crate) key: String,
}
