//! Complaint forms.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use report::complaint::{AUTHORITIES, PaperFormat};

use super::Where;

/// Fill an authority's complaint form from a finding; nothing is sent.
#[derive(Args)]
#[group(id = "about", required = true, args = ["contact", "platform"])]
pub(crate) struct Complaint {
    /// To whom
    #[arg(long, value_parser = PossibleValuesParser::new(AUTHORITIES.map(|authority| authority.id)))]
    pub(crate) authority: String,
    /// About this call or message: its entry in the log
    #[arg(long, value_name = "INDEX")]
    pub(crate) contact: Option<u64>,
    /// About this platform, and what came through it
    #[arg(long, value_name = "ID", conflicts_with = "contact")]
    pub(crate) platform: Option<String>,
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// As data (json, csv) or as a document (html, text, pdf)
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(PaperFormat::WORDS))]
    pub(crate) format: String,
    /// Where to; stdout if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}
