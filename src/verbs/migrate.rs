//! `migrate`: a log into a cluster, or out of it.

use std::path::Path;

use listener::cluster::{JetStreamConfig, check_servers};
use listener::{Clock, Config};
use store::Store;

use crate::cli::{Migrate, MigrateTo};
use crate::exit::{Ends, Exit};
use crate::{place, progress, table};

/// Moves a log.
pub(crate) async fn run(args: &Migrate) -> anyhow::Result<Exit> {
    let config = Config::read(&args.config)?;
    let cluster = config.cluster(|name| std::env::var(name).ok())?;
    let cluster = cluster.ok_or_else(|| {
        let message = "settings name no cluster; give its servers in the section `store`";
        Ends::with(Exit::Unreadable, message)
    })?;
    let checked = check_servers(&cluster.monitoring, &Clock::system()).await;
    checked.map_err(|error| Ends::with(Exit::Unreadable, error.to_string()))?;
    if !Store::exists(&args.data) {
        return Err(store::OpenError::NotAStore(args.data.clone()).into());
    }
    match args.to {
        MigrateTo::Jetstream => bring(&args.data, &cluster)?,
        MigrateTo::Embedded => leave(&args.data, &cluster)?,
    }
    Ok(Exit::Ok)
}

fn bring(dir: &Path, cluster: &JetStreamConfig) -> anyhow::Result<()> {
    let store = Store::open(dir, place::options()?, &mut |_: &honeytoken::Entry| ())?;
    let bar = progress::bar("moving", 0);
    let brought = store.bring(&cluster.settings, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let (entries, prefix) = (brought?, &cluster.settings.prefix);
    table::print(&format!(
        "{entries} entries are in the stream {prefix}-log; serve {} with these settings, and further \
         nodes on folders that hold its data.key",
        dir.display()
    ))?;
    Ok(())
}

fn leave(dir: &Path, cluster: &JetStreamConfig) -> anyhow::Result<()> {
    let ledger = place::join(dir, "unused", &Clock::system(), cluster)?;
    let bar = progress::count("folding");
    let left = ledger.leave(&|done| bar.set_position(done));
    bar.finish_and_clear();
    let (entries, prefix) = (left?, &cluster.settings.prefix);
    table::print(&format!(
        "{entries} entries are in {}, which goes on alone; the streams {prefix}-log and {prefix}-side \
         are ended: stop the other nodes, and delete the streams when this folder is backed up",
        dir.display()
    ))?;
    Ok(())
}
