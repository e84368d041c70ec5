//! `export`: tables and exchange formats for other people's tools.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context as _;
use honeytoken::{Event, Operation};
use listener::Clock;
use listener::exports::{self, GatherError, Window};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use report::export::{Order, write};

use crate::cli::{BUNDLE, Export};
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, progress};

/// Writes the file.
pub(crate) async fn run(args: Export) -> anyhow::Result<Exit> {
    if args.what == BUNDLE {
        return super::bundle::export(&args).await;
    }
    let (format, platform) = (args.format.as_deref(), args.platform.as_deref());
    let order = Order::parse(&args.what, format, Some(&args.preset), platform);
    let order = order.map_err(|error| Ends::with(Exit::Unreadable, error.to_string()))?;
    let bytes = match Client::of(&args.at_place)? {
        Some(client) => client.file(&address(&args)).await?,
        None => local(&args, &order)?,
    };
    put(args.out.as_deref(), &bytes)?;
    Ok(Exit::Ok)
}

/// Where a server answers with the same.
fn address(args: &Export) -> String {
    let given = [
        ("format", &args.format),
        ("platform", &args.platform),
        ("since", &args.since),
        ("until", &args.until),
    ];
    let path = format!("/v1/exports/{}?preset={}", args.what, args.preset);
    query(path, given)
}

/// A path with what was given behind it.
pub(super) fn query<const N: usize>(path: String, given: [(&str, &Option<String>); N]) -> String {
    let given = given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)));
    given.fold(path, |path, (name, value)| {
        format!(
            "{path}&{name}={}",
            utf8_percent_encode(value, NON_ALPHANUMERIC)
        )
    })
}

fn local(args: &Export, order: &Order) -> anyhow::Result<Vec<u8>> {
    let dir = place::required(args.at_place.data.clone())?;
    let moment = |text: &Option<String>| text.as_deref().map(place::time).transpose();
    let window = Window {
        since: moment(&args.since)?,
        until: moment(&args.until)?,
        contacts_max: usize::MAX,
    };
    let clock = Clock::system();
    let mut ledger = place::open(&dir, &clock)?;
    let view = ledger.view();
    let bar = progress::count("reading");
    let material = exports::gather(&view, order, &window, clock.now(), &|_, _| true, &mut |n| {
        bar.set_position(n);
    });
    bar.finish_and_clear();
    let material = material.map_err(refused)?;
    record(
        &mut ledger,
        &clock,
        format!("{} for {}", args.what, args.preset),
    )?;
    Ok(write(order, material)?.bytes)
}

/// Who works on the folder itself has no key; that something left the house is written down all the
/// same, and before it does.
pub(super) fn record(
    ledger: &mut listener::ledger::Ledger,
    clock: &Clock,
    detail: String,
) -> anyhow::Result<()> {
    let export = Event::Operation(Operation {
        operation: "export".to_owned(),
        detail,
    });
    ledger.record(clock.now(), None, vec![export])?;
    Ok(())
}

pub(super) fn refused(error: GatherError) -> anyhow::Error {
    match error {
        GatherError::Index(_) | GatherError::Read(_) => error.into(),
        other => Ends::with(Exit::Refused, other.to_string()),
    }
}

/// Writes to a file, or to stdout.
pub(super) fn put(out: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    match out {
        Some(path) => {
            std::fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
        }
        None => {
            let mut out = io::stdout().lock();
            Ok(out.write_all(bytes).and_then(|()| out.flush())?)
        }
    }
}
