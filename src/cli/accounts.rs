//! Verbs that ask providers, through a running server.

use clap::{Args, Subcommand, ValueEnum};

use super::Server;
use crate::client::Client;

/// Which connection's provider.
#[derive(Args)]
pub(crate) struct OfConnection {
    /// The connection whose provider is asked
    #[arg(long, value_name = "ID")]
    pub(crate) connection: String,
    /// Which server does it
    #[command(flatten)]
    pub(crate) at: Server,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

impl OfConnection {
    /// The server that was named.
    pub(crate) fn server(&self) -> anyhow::Result<Client> {
        Client::at(&self.at.server, self.at.key.clone())
    }
}

/// Numbers at providers.
#[derive(Subcommand)]
pub(crate) enum Numbers {
    /// Show numbers that are for sale
    Search(NumbersSearch),
    /// Buy numbers, point them at the server and add them as lines
    Buy(NumbersBuy),
    /// Give numbers back and take their lines out of service
    Release(NumbersRelease),
    /// Set numbers' webhook addresses to the server's
    Point(NumbersPoint),
    /// Show the numbers held at the provider, and lines that it does not know
    List(OfConnection),
}

/// Show numbers that are for sale.
#[derive(Args)]
pub(crate) struct NumbersSearch {
    /// Whose
    #[command(flatten)]
    pub(crate) of: OfConnection,
    /// Two letters, such as US
    #[arg(long, value_name = "CC")]
    pub(crate) country: String,
    /// Of which type
    #[arg(long = "type", default_value = "local")]
    pub(crate) number_type: NumberTypeArg,
    /// Digits that it should hold
    #[arg(long, value_name = "DIGITS")]
    pub(crate) contains: Option<String>,
    /// How many, 1 to 100
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: u8,
}

/// Types of numbers.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum NumberTypeArg {
    /// With an area code
    Local,
    /// Of a mobile range
    Mobile,
    /// Free for the caller
    TollFree,
}

/// Buy numbers.
#[derive(Args)]
pub(crate) struct NumbersBuy {
    /// Whose
    #[command(flatten)]
    pub(crate) of: OfConnection,
    /// E.164, as offered
    #[arg(required = true, value_name = "NUMBER")]
    pub(crate) numbers: Vec<String>,
    /// Two letters; by the number if not given
    #[arg(long, value_name = "CC")]
    pub(crate) country: Option<String>,
    /// canary, to be placed, or control, never given to anyone
    #[arg(long, default_value = "canary")]
    pub(crate) role: String,
    /// The block of neighbouring numbers that they are bought from
    #[arg(long, value_name = "NAME")]
    pub(crate) block: Option<String>,
    /// Until when they only listen, RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME")]
    pub(crate) soak_until: Option<String>,
}

/// Give numbers back.
#[derive(Args)]
pub(crate) struct NumbersRelease {
    /// Whose
    #[command(flatten)]
    pub(crate) of: OfConnection,
    /// E.164
    #[arg(required = true, value_name = "NUMBER")]
    pub(crate) numbers: Vec<String>,
    /// Also when platforms hold them: strangers may then get what is meant for decoys
    #[arg(long)]
    pub(crate) even_if_placed: bool,
}

/// Set numbers' webhook addresses.
#[derive(Args)]
pub(crate) struct NumbersPoint {
    /// Whose
    #[command(flatten)]
    pub(crate) of: OfConnection,
    /// E.164; all numbers of the connection that are lines in service if none is given
    #[arg(value_name = "NUMBER")]
    pub(crate) numbers: Vec<String>,
}

/// Look in a provider's lists for what its webhooks missed.
#[derive(Args)]
pub(crate) struct Backfill {
    /// Whose
    #[command(flatten)]
    pub(crate) of: OfConnection,
    /// Beginning, RFC 3339 or Unix seconds; 48 hours ago if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// End; now if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
}
