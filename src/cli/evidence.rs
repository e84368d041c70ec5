//! Verbs whose result leaves the house, or came from there.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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

/// A language for people.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Chinese
    Zh,
    /// English
    En,
}
