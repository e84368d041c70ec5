//! `completions`: for a shell.

use clap::CommandFactory as _;

use crate::cli::{Cli, Completions};
use crate::exit::Exit;

/// Prints the script.
pub(crate) fn run(args: &Completions) -> anyhow::Result<Exit> {
    clap_complete::generate(
        args.shell,
        &mut Cli::command(),
        "canaryline",
        &mut std::io::stdout(),
    );
    Ok(Exit::Ok)
}
