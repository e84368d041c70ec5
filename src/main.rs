//! canaryline: traces data leaks with canary phone numbers.
//!
//! The program is thin: a file per verb under `verbs`, which calls the rooms. Exit codes are in
//! `exit`, what can be typed in `cli`.

mod cli;
mod client;
mod exit;
mod place;
mod progress;
mod table;
mod verbs;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Alerts, Cli, Keys, Lines, Verb, Webhook};
use crate::exit::Exit;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(run(cli.verb)));
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            say(&error);
            exit::of(&error).into()
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "errors are for whoever started the program"
)]
fn say(error: &anyhow::Error) {
    let mut words = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Most errors name their cause themselves; it is not said twice.
        if !words.contains(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    eprintln!("canaryline: {words}");
}

async fn run(verb: Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::Serve(args) => verbs::serve::run(args).await,
        Verb::Demo(args) => verbs::demo::run(args).await,
        Verb::Import(args) => verbs::import::run(&args),
        Verb::Verdicts(args) => verbs::verdicts::run(args).await,
        Verb::Verify(args) => verbs::verify::run(&args),
        Verb::Design(args) => verbs::design::run(&args),
        Verb::Simulate(args) => verbs::simulate::run(&args),
        Verb::Bench(args) => verbs::bench::run(&args),
        Verb::Webhook(Webhook::Check(args)) => verbs::webhook::check(&args),
        Verb::Lines(Lines::Import(args)) => verbs::lines::import(args).await,
        Verb::Lines(Lines::DrawControls(args)) => verbs::controls::draw(args).await,
        Verb::Power(args) => verbs::power::run(args).await,
        Verb::Keys(Keys::Create(args)) => verbs::keys::create(args).await,
        Verb::Alerts(Alerts::List(args)) => verbs::alerts::list(args).await,
        Verb::Alerts(Alerts::Replay(args)) => verbs::alerts::replay(args).await,
        Verb::Alerts(Alerts::Test(args)) => verbs::alerts::test(args).await,
        Verb::Gammu(args) => verbs::gammu::run(args).await,
        Verb::Doctor(args) => verbs::doctor::run(args).await,
        Verb::Backup(args) => verbs::backup::run(args).await,
        Verb::Restore(args) => verbs::backup::restore(&args),
        Verb::Rebuild(args) => verbs::backup::rebuild(&args),
        Verb::Migrate(args) => verbs::migrate::run(&args).await,
        Verb::Reparse(args) => verbs::reparse::run(args).await,
        Verb::Erase(args) => verbs::erase::run(args).await,
        Verb::Export(args) => verbs::export::run(args).await,
        Verb::Complaint(args) => verbs::complaint::run(args).await,
        Verb::Report(args) => verbs::report::run(args).await,
        Verb::Reply(verb) => verbs::reply::run(verb).await,
        Verb::Numbers(verb) => verbs::numbers::run(verb).await,
        Verb::Backfill(args) => verbs::backfill::run(args).await,
        Verb::Completions(args) => verbs::completions::run(&args),
    }
}
