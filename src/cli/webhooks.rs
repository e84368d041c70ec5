//! Verbs about what providers send.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Find out why a webhook was refused.
#[derive(Subcommand)]
pub(crate) enum Webhook {
    /// Verify and read captured webhooks
    Check(WebhookCheck),
}

/// Verify and read captured webhooks.
#[derive(Args)]
pub(crate) struct WebhookCheck {
    /// Captured webhooks with what is expected of them
    #[arg(long, value_name = "FILE", required_unless_present = "provider")]
    pub(crate) vectors: Option<PathBuf>,
    /// One request: which provider
    #[arg(long, value_name = "ID", requires = "url", conflicts_with = "vectors")]
    pub(crate) provider: Option<String>,
    /// Its public URL as the provider called it
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Its method
    #[arg(long, default_value = "POST")]
    pub(crate) method: String,
    /// Its headers, "Name: value"
    #[arg(long)]
    pub(crate) header: Vec<String>,
    /// A file with its body, byte for byte
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// A secret, name=value
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) secret: Vec<String>,
    /// When it arrived, RFC 3339 or Unix seconds; now if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Pass on what Gammu's SMS daemon tells: for its RunOnReceive and RunOnIncomingCall.
#[derive(Args)]
pub(crate) struct Gammu {
    /// The webhook's address, as its connection of the provider gammu_smsd shows it
    #[arg(long, value_name = "URL", env = "CANARYLINE_GAMMU_SERVER")]
    pub(crate) server: String,
    /// The connection's secret, whsec_…, in a file that only its owner may read; else it is taken
    /// from CANARYLINE_WHSEC
    #[arg(long, value_name = "FILE", env = "CANARYLINE_WHSEC_FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// Where messages wait while the server cannot be reached; made if it is missing
    #[arg(
        long,
        value_name = "DIR",
        env = "CANARYLINE_GAMMU_SPOOL",
        default_value = "/var/spool/canaryline"
    )]
    pub(crate) spool: PathBuf,
    /// Only send what waits
    #[arg(long, conflicts_with = "ids")]
    pub(crate) drain: bool,
    /// What the daemon adds: the message's ids, or the caller's number
    #[arg(value_name = "ID", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) ids: Vec<std::ffi::OsString>,
}
