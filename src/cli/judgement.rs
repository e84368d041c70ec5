//! Verbs that judge: real platforms, and simulated worlds.

use std::path::PathBuf;

use clap::Args;

use super::Where;

/// Say which platforms leaked.
#[derive(Args)]
pub(crate) struct Verdicts {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// As of this time, RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", conflicts_with = "server")]
    pub(crate) at: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Write a simulated world.
#[derive(Args)]
pub(crate) struct Simulate {
    /// A scenario's name, or a file with its numbers
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) scenario: String,
    /// The seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where to write lines.jsonl, contacts.jsonl and truth.json
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

/// Measure how right verdicts are on simulated worlds.
#[derive(Args)]
pub(crate) struct Bench {
    /// A scenario's name, or a file with its numbers
    #[arg(long, value_name = "NAME|FILE", default_value = "typical")]
    pub(crate) scenario: String,
    /// How many worlds, 1 to 10,000
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    pub(crate) first: u64,
    /// Beside it, what somebody finds who knows the worlds' parameters
    #[arg(long)]
    pub(crate) oracle: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Plan which of a few shared lines each platform is given.
#[derive(Args)]
pub(crate) struct Design {
    /// How many, or their ids with commas between, or a file with one a line
    #[arg(long, value_name = "N|LIST|FILE")]
    pub(crate) platforms: String,
    /// How many, or the numbers with commas between, or a file with one a line
    #[arg(long, value_name = "N|LIST|FILE")]
    pub(crate) lines: String,
    /// Lines given to each platform, 1 to 8
    #[arg(long, default_value_t = 3)]
    pub(crate) weight: usize,
    /// Days over which the registrations on one line are spread
    #[arg(long, value_name = "DAYS", default_value_t = 60)]
    pub(crate) span_days: u32,
    /// The first day; now if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) start_at: Option<String>,
    /// The same seed gives the same plan
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
