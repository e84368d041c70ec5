//! What can be typed.

mod accounts;
mod pool;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use honeytoken::Role;

pub(crate) use accounts::{
    Backfill, Numbers, NumbersBuy, NumbersPoint, NumbersRelease, NumbersSearch, OfConnection,
};
pub(crate) use pool::{DrawControls, Lines, LinesImport, Power};

/// Traces data leaks with canary phone numbers.
#[derive(Parser)]
#[command(name = "canaryline", version, propagate_version = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const AFTER_HELP: &str = "Exit codes: 0 done, 1 not intact, 2 wrong call or unreadable input, \
    3 not allowed, 4 data folder held by another process, 5 data folder damaged, \
    6 server out of reach, 7 disk or system failed.";

/// The verbs.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Take webhooks and answer questions
    Serve(Serve),
    /// Show everything at work on a simulated world, through the real webhook door
    Demo(Demo),
    /// Bring lines and contacts of the past into a data folder
    Import(Import),
    /// Say which platforms leaked, and how sure that is
    Verdicts(Verdicts),
    /// Check a bundle or a data folder, offline
    Verify(Verify),
    /// Write a simulated world with its truth
    Simulate(Simulate),
    /// Measure how right verdicts are on simulated worlds
    Bench(Bench),
    /// Plan which of a few shared lines each platform is given
    Design(Design),
    /// Find out why a webhook was refused
    #[command(subcommand)]
    Webhook(Webhook),
    /// Add lines in bulk, and draw controls by lot
    #[command(subcommand)]
    Lines(Lines),
    /// Say how likely a study would find a leak
    Power(Power),
    /// Make API keys
    #[command(subcommand)]
    Keys(Keys),
    /// See what people were told, tell it again, try a target
    #[command(subcommand)]
    Alerts(Alerts),
    /// Pass on what Gammu's SMS daemon tells: for its RunOnReceive and RunOnIncomingCall
    Gammu(Gammu),
    /// Look for what is wrong with an installation
    Doctor(Doctor),
    /// Copy a data folder, also while a server writes to it
    Backup(Backup),
    /// Put a backup into an empty folder and go on from it
    Restore(Restore),
    /// Make the index of a data folder anew
    Rebuild(Rebuild),
    /// Write contacts, verdicts, or an evidence bundle
    Export(Export),
    /// Search, buy, release and set up numbers at providers
    #[command(subcommand)]
    Numbers(Numbers),
    /// Look in a provider's lists for what its webhooks missed
    Backfill(Backfill),
    /// Print completions for a shell
    Completions(Completions),
}

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

/// Bring the past into a data folder.
#[derive(Args)]
pub(crate) struct Import {
    /// The data folder; made if it is missing or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Lines, JSON Lines
    #[arg(long, value_name = "FILE")]
    pub(crate) lines: PathBuf,
    /// Contacts, JSON Lines, ordered by received_at
    #[arg(long, value_name = "FILE")]
    pub(crate) contacts: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Leave the contacts out of the JSON document
    #[arg(long)]
    pub(crate) summary: bool,
}

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

/// A language for people.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Chinese
    Zh,
    /// English
    En,
}

/// Check a bundle or a data folder.
#[derive(Args)]
pub(crate) struct Verify {
    /// A bundle
    #[arg(
        value_name = "BUNDLE.zip",
        conflicts_with = "data",
        required_unless_present = "data"
    )]
    pub(crate) bundle: Option<PathBuf>,
    /// The data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The log's key, from elsewhere than the folder: name+id+base64
    #[arg(long, value_name = "KEY")]
    pub(crate) vkey: Option<String>,
    /// A checkpoint seen earlier, which the log must extend
    #[arg(long, value_name = "CHECKPOINT")]
    pub(crate) against: Vec<PathBuf>,
    /// Roots of time-stamping authorities that you trust, PEM; the bundle's own if not given
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) tsa_roots: Option<PathBuf>,
    /// A witness's key that you trust; the bundle's own if not given
    #[arg(long, value_name = "KEY", conflicts_with = "data")]
    pub(crate) witness: Vec<String>,
    /// The language of what is said of a bundle
    #[arg(long, default_value = "en", conflicts_with = "data")]
    pub(crate) lang: Lang,
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

/// See what people were told, tell it again, try a target.
#[derive(Subcommand)]
pub(crate) enum Alerts {
    /// List alerts and what became of them, newest first
    List(AlertsList),
    /// Send dead alerts once more
    Replay(AlertsReplay),
    /// Send a test message to a target
    Test(AlertsTest),
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

/// List alerts.
#[derive(Args)]
pub(crate) struct AlertsList {
    /// Which installation
    #[command(flatten)]
    pub(crate) server: Server,
    /// Only those that stand so at a target
    #[arg(long)]
    pub(crate) state: Option<AlertState>,
    /// Only those to this target
    #[arg(long, value_name = "ID")]
    pub(crate) target: Option<String>,
    /// Only those on this platform
    #[arg(long, value_name = "ID")]
    pub(crate) platform: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where an alert stands at a target.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AlertState {
    /// Waits to be sent, or to be sent again
    Pending,
    /// The other side took it
    Delivered,
    /// Told in a later one, as one of several
    Summed,
    /// Given up; can be replayed
    Dead,
    /// The target was removed
    Dropped,
}

/// Send dead alerts once more.
#[derive(Args)]
pub(crate) struct AlertsReplay {
    /// Which installation
    #[command(flatten)]
    pub(crate) server: Server,
    /// Which alerts; all dead ones with --all
    #[arg(
        value_name = "ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(crate) ids: Vec<u64>,
    /// All dead ones
    #[arg(long)]
    pub(crate) all: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Send a test message to a target.
#[derive(Args)]
pub(crate) struct AlertsTest {
    /// Which installation
    #[command(flatten)]
    pub(crate) server: Server,
    /// Which target
    #[arg(value_name = "ID")]
    pub(crate) target: String,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Look for what is wrong.
#[derive(Args)]
pub(crate) struct Doctor {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// The settings, to be checked too
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Copy a data folder.
#[derive(Args)]
pub(crate) struct Backup {
    /// Which installation; a server writes to a folder on its own machine
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// A folder that does not exist yet
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Leave the keys out; the backup is useless without them
    #[arg(long)]
    pub(crate) without_keys: bool,
}

/// Put a backup into an empty folder.
#[derive(Args)]
pub(crate) struct Restore {
    /// The backup
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// The folder to make
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The file `erased` of the lost folder, so that erased entries stay erased
    #[arg(long, value_name = "FILE")]
    pub(crate) erased: Option<PathBuf>,
    /// Name of the new log, if not made from the old one's
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
}

/// Make the index anew.
#[derive(Args)]
pub(crate) struct Rebuild {
    /// The data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// Write contacts or verdicts.
#[derive(Args)]
pub(crate) struct Export {
    /// What
    pub(crate) what: ExportWhat,
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// In which form
    #[arg(long, default_value = "csv")]
    pub(crate) format: ExportFormat,
    /// Where to; stdout if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// For a bundle: about which platform
    #[arg(long, value_name = "ID", required_if_eq("what", "bundle"))]
    pub(crate) platform: Option<String>,
    /// For a bundle: for whom; what they may not see stays closed and is still committed to
    #[arg(
        long,
        value_name = "regulator|platform|public",
        default_value = "regulator"
    )]
    pub(crate) preset: String,
    /// For a bundle: with all entries of the log, to judge again from the first
    #[arg(long, conflicts_with = "server")]
    pub(crate) whole_log: bool,
}

/// What to export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportWhat {
    /// All contacts, oldest first
    Contacts,
    /// All verdicts
    Verdicts,
    /// An evidence bundle about one platform, which anybody can check offline
    Bundle,
}

/// In which form to export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Comma-separated values (RFC 4180)
    Csv,
    /// JSON Lines
    Jsonl,
}

/// Print completions.
#[derive(Args)]
pub(crate) struct Completions {
    /// For which shell
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        super::Cli::command().debug_assert();
    }
}
