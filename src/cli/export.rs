//! What leaves the house: tables, exchange formats, bundles.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use report::export::{Format, Kind};

use super::Where;

/// The word for what is no export but evidence.
pub(crate) const BUNDLE: &str = "bundle";

/// Write tables, exchange formats, an evidence bundle.
#[derive(Args)]
pub(crate) struct Export {
    /// What; bundle is evidence about one platform, which anybody can check offline
    #[arg(value_parser = kinds())]
    pub(crate) what: String,
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// In which form; the first that it is written in, if not given
    #[arg(long, value_parser = PossibleValuesParser::new(Format::WORDS))]
    pub(crate) format: Option<String>,
    /// Where to; stdout if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Only what belongs to this platform
    #[arg(long, value_name = "ID", required_if_eq("what", BUNDLE))]
    pub(crate) platform: Option<String>,
    /// For whom; what they may not see is closed
    #[arg(
        long,
        value_name = "regulator|platform|public",
        default_value = "regulator"
    )]
    pub(crate) preset: String,
    /// Only contacts received at or after this time, RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only contacts received before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// For a bundle: with all entries of the log, to judge again from the first
    #[arg(long, conflicts_with = "server")]
    pub(crate) whole_log: bool,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(Kind::WORDS.iter().copied().chain([BUNDLE]))
}
