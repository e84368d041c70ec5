//! The verb about requests that could not be read.

use clap::Args;

use super::Where;

/// Read genuine requests again that could not be read when they came.
#[derive(Args)]
pub(crate) struct Reparse {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
