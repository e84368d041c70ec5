//! Verbs about API keys.

use clap::{Args, Subcommand};
use honeytoken::Role;

use super::Where;

/// Make API keys.
#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Make a key and print it, this once
    Create(KeysCreate),
}

/// Make a key.
#[derive(Args)]
pub(crate) struct KeysCreate {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// admin, analyst, auditor or viewer
    #[arg(long)]
    pub(crate) role: Role,
    /// Whose it is
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
