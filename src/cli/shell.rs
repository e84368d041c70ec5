//! Verbs for the shell.

use clap::Args;

/// Print completions.
#[derive(Args)]
pub(crate) struct Completions {
    /// For which shell
    pub(crate) shell: clap_complete::Shell,
}
