//! Verbs for reports and the right of reply.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Lang, Where};

/// Write a report for people.
#[derive(Args)]
#[group(id = "about", required = true, multiple = false, args = ["platform", "study", "league"])]
pub(crate) struct Report {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// About this platform
    #[arg(long, value_name = "ID")]
    pub(crate) platform: Option<String>,
    /// About the platforms of this study
    #[arg(long, value_name = "ID")]
    pub(crate) study: Option<String>,
    /// About all platforms
    #[arg(long)]
    pub(crate) league: bool,
    /// For whom; what they may not see is left out
    #[arg(
        long,
        value_name = "regulator|platform|public",
        default_value = "regulator"
    )]
    pub(crate) preset: String,
    /// In which language
    #[arg(long, default_value = "en")]
    pub(crate) lang: Lang,
    /// In which form; by the end of the file's name if not given
    #[arg(long)]
    pub(crate) format: Option<ReportFormat>,
    /// Who publishes it, in a line above the title; a server has its own settings
    #[arg(long, value_name = "TEXT", conflicts_with = "server")]
    pub(crate) brand: Option<String>,
    /// Why it is published though it accuses somebody who was not offered a reply; printed on it and kept
    #[arg(long, value_name = "REASON")]
    pub(crate) without_reply: Option<String>,
    /// Where to
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// In which form a report is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// One file for browsers, with everything in it
    Html,
    /// Pages, with letters and charts in it
    Pdf,
}

/// Note who was told, what they answered, what is published.
#[derive(Subcommand)]
pub(crate) enum Reply {
    /// Show where a platform's right of reply stands
    Show(ReplyShow),
    /// Note that a platform was told what is found; its time to answer begins
    Notify(ReplyNotify),
    /// Note what a platform answered
    Answer(ReplyAnswer),
    /// Say whether an answer stands in what is published
    Publish(ReplyPublish),
}

/// Show where it stands.
#[derive(Args)]
pub(crate) struct ReplyShow {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// Which platform
    #[arg(long, value_name = "ID")]
    pub(crate) platform: String,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Note that a platform was told.
#[derive(Args)]
pub(crate) struct ReplyNotify {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// Which platform
    #[arg(long, value_name = "ID")]
    pub(crate) platform: String,
    /// How it was told
    #[arg(long, value_name = "TEXT")]
    pub(crate) how: String,
    /// When, RFC 3339 or Unix seconds; now if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Days that it has to answer; 14, or a server's setting, if not given
    #[arg(long)]
    pub(crate) days: Option<u32>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Note what a platform answered.
#[derive(Args)]
pub(crate) struct ReplyAnswer {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// Which platform
    #[arg(long, value_name = "ID")]
    pub(crate) platform: String,
    /// A file with the text of the answer, UTF-8
    #[arg(long, value_name = "FILE")]
    pub(crate) text: Option<PathBuf>,
    /// Who answered for it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) from: String,
    /// When it came, RFC 3339 or Unix seconds; now if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// A file that came with it; kept with its digest, above 16 MiB the digest alone
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Vec<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say whether an answer is published.
#[derive(Args)]
pub(crate) struct ReplyPublish {
    /// Which installation
    #[command(flatten)]
    pub(crate) at_place: Where,
    /// Which platform
    #[arg(long, value_name = "ID")]
    pub(crate) platform: String,
    /// The entry of the answer
    #[arg(value_name = "INDEX")]
    pub(crate) index: u64,
    /// It is not, or no longer, to be published
    #[arg(long)]
    pub(crate) withdraw: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
