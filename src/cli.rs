//! What can be typed: the verbs here, the arguments of each group of verbs in a file of its own.

mod accounts;
mod alerts;
mod complaint;
mod erase;
mod evidence;
mod export;
mod folder;
mod judgement;
mod keys;
mod past;
mod place;
mod pool;
mod reparse;
mod reports;
mod serve;
mod shell;
mod webhooks;

use clap::{Parser, Subcommand};

pub(crate) use accounts::{
    Backfill, Numbers, NumbersBuy, NumbersPoint, NumbersRelease, NumbersSearch, OfConnection,
};
pub(crate) use alerts::{Alerts, AlertsList, AlertsReplay, AlertsTest};
pub(crate) use complaint::Complaint;
pub(crate) use erase::Erase;
pub(crate) use evidence::{Lang, Verify};
pub(crate) use export::{BUNDLE, Export};
pub(crate) use folder::{Backup, Doctor, Migrate, MigrateTo, Rebuild, Restore};
pub(crate) use judgement::{Bench, Design, Simulate, Verdicts};
pub(crate) use keys::{Keys, KeysCreate};
pub(crate) use past::{Import, ImportFormat};
pub(crate) use place::{Server, Where};
pub(crate) use pool::{DrawControls, Lines, LinesImport, Power};
pub(crate) use reparse::Reparse;
pub(crate) use reports::{
    Reply, ReplyAnswer, ReplyNotify, ReplyPublish, ReplyShow, Report, ReportFormat,
};
pub(crate) use serve::{Demo, Serve};
pub(crate) use shell::Completions;
pub(crate) use webhooks::{Gammu, Webhook, WebhookCheck};

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
    /// Move a log into a cluster, or out of it; its proofs stay valid
    Migrate(Migrate),
    /// Read genuine webhooks again that could not be read when they came
    Reparse(Reparse),
    /// Destroy somebody's data for good, on the record
    Erase(Erase),
    /// Write tables, exchange formats, an evidence bundle
    Export(Export),
    /// Fill an authority's complaint form from a finding; nothing is sent
    Complaint(Complaint),
    /// Write a report on a platform, a study or all platforms, as HTML or PDF
    Report(Report),
    /// Note that a platform was told, what it answered, and whether that is published
    #[command(subcommand)]
    Reply(Reply),
    /// Search, buy, release and set up numbers at providers
    #[command(subcommand)]
    Numbers(Numbers),
    /// Look in a provider's lists for what its webhooks missed
    Backfill(Backfill),
    /// Print completions for a shell
    Completions(Completions),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        super::Cli::command().debug_assert();
    }
}
