//! The verb that erases.

use std::path::PathBuf;

use clap::Args;

use super::Where;

/// Destroy somebody's data for good, on the record.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("whose").required(true))]
pub(crate) struct Erase {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// A contact by its entry: its whole call or message, with recordings and notes
    #[arg(long, value_name = "INDEX", group = "whose")]
    pub(crate) contact: Option<u64>,
    /// A caller id: all contacts from it and to it
    #[arg(long, value_name = "NUMBER", group = "whose")]
    pub(crate) caller: Option<String>,
    /// A honeytoken: the decoy's name and address, and texts that name it
    #[arg(long, value_name = "ID", group = "whose")]
    pub(crate) honeytoken: Option<String>,
    /// Everything whose time is over by the retention settings
    #[arg(long, group = "whose")]
    pub(crate) due: bool,
    /// The settings, for --due with --data
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Why; kept on the record, so no personal data here
    #[arg(long, value_name = "TEXT", required_unless_present = "due")]
    pub(crate) reason: Option<String>,
    /// On which legal ground, such as gdpr_17 or pipl_47
    #[arg(long, value_name = "WORD")]
    pub(crate) legal_basis: Option<String>,
    /// Only say what would be erased
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
