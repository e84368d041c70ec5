//! `backup`, `restore`, `rebuild`: what is done to a whole folder.

use honeytoken::{Event, Operation};
use listener::Clock;
use listener::ledger::Ledger;
use serde_json::json;
use store::BackupKeys;

use crate::cli::{Backup, Rebuild, Restore};
use crate::client::Client;
use crate::exit::Exit;
use crate::{place, progress, table};

/// Copies a folder; a server copies its own.
pub(crate) async fn run(args: Backup) -> anyhow::Result<Exit> {
    if let Some(client) = Client::of(&args.at_place)? {
        let body = json!({ "to": args.to, "without_keys": args.without_keys });
        let answer = client.post("/v1/backups", &body).await?;
        table::print(&format!(
            "backup of {} entries in {}",
            answer["entries"],
            args.to.display()
        ))?;
        return Ok(Exit::Ok);
    }
    let dir = place::required(args.at_place.data)?;
    let clock = Clock::system();
    let mut ledger = place::open(&dir, &clock)?;
    note(&mut ledger, &clock, "backup", "")?;
    ledger.checkpoint()?;
    let keys = if args.without_keys {
        BackupKeys::Apart
    } else {
        BackupKeys::Included
    };
    let bar = progress::bar("copying", 0);
    let copied = ledger
        .view()
        .reader
        .backup(&args.to, keys, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
    bar.finish_and_clear();
    let entries = copied?.checkpoint().size;
    table::print(&format!(
        "backup of {entries} entries in {}",
        args.to.display()
    ))?;
    Ok(Exit::Ok)
}

fn note(ledger: &mut Ledger, clock: &Clock, what: &str, detail: &str) -> anyhow::Result<()> {
    let operation = what.to_owned();
    let event = Event::Operation(Operation {
        operation,
        detail: detail.to_owned(),
    });
    ledger.record(clock.now(), None, vec![event])?;
    Ok(())
}

/// Puts a backup into an empty folder; the log goes on under a new name that ties it to the old.
pub(crate) fn restore(args: &Restore) -> anyhow::Result<Exit> {
    let clock = Clock::system();
    let creation = match &args.origin {
        Some(origin) => store::Creation {
            origin: origin.clone(),
            program: place::program(),
            at: clock.now(),
        },
        None => place::creation("canaryline.invalid/restored", clock.now())?,
    };
    let (erased, options) = (args.erased.as_deref(), place::options()?);
    let mut ignore = |_: &honeytoken::Entry| {};
    let restored = store::restore(
        &args.from,
        &args.data,
        erased,
        creation,
        options,
        &mut ignore,
    )?;
    let origin = restored.origin().to_owned();
    drop(restored);
    let mut ledger = place::open(&args.data, &clock)?;
    note(&mut ledger, &clock, "restore", "")?;
    ledger.checkpoint()?;
    let entries = ledger.view().reader.size();
    table::print(&format!(
        "restored {entries} entries; the log goes on as {origin}"
    ))?;
    Ok(Exit::Ok)
}

/// Throws the index away and makes it anew from the log.
pub(crate) fn rebuild(args: &Rebuild) -> anyhow::Result<Exit> {
    let clock = Clock::system();
    if !store::Store::exists(&args.data) {
        return Err(store::OpenError::NotAStore(args.data.clone()).into());
    }
    let options = store::Options {
        rebuild: true,
        ..place::options()?
    };
    let creation = place::creation("unused", clock.now())?;
    let bar = progress::count("rebuilding");
    let ledger = Ledger::open(&args.data, creation, options, &|done| {
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let mut ledger = ledger?;
    note(&mut ledger, &clock, "rebuild", "index")?;
    ledger.snapshot();
    table::print(&format!(
        "index of {} entries made anew",
        ledger.view().reader.size()
    ))?;
    Ok(Exit::Ok)
}
