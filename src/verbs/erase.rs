//! `erase`: somebody's data, for good, on the record.

use std::path::Path;

use listener::erasures::{self, Due, ErasureOut, Wish};
use listener::ledger::{EraseError, View};
use listener::{Clock, Config};
use serde_json::{Value, json};

use crate::cli::Erase;
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, table};

/// Erased entries that are shown one by one.
const SHOWN_MAX: usize = 50;

/// Erases, or says what would be erased.
pub(crate) async fn run(args: Erase) -> anyhow::Result<Exit> {
    let wish = wish(&args);
    let told = match Client::of(&args.at_place)? {
        Some(client) => client.post("/v1/erasures", &asked(&wish)).await?,
        None => {
            let dir = place::required(args.at_place.data.clone())?;
            serde_json::to_value(local(&dir, &args, &wish)?)?
        }
    };
    match args.json {
        true => table::print_json(&told)?,
        false => table::print(&words(&told))?,
    }
    Ok(Exit::Ok)
}

fn wish(args: &Erase) -> Wish {
    let due = || "its time is over by the clocks of [retention]".to_owned();
    Wish {
        contact: args.contact,
        index: None,
        caller: args.caller.clone(),
        honeytoken: args.honeytoken.clone(),
        due: args.due,
        reason: args.reason.clone().unwrap_or_else(due),
        legal_basis: args.legal_basis.clone(),
        dry_run: args.dry_run,
    }
}

fn asked(wish: &Wish) -> Value {
    json!({
        "contact": wish.contact,
        "caller": wish.caller,
        "honeytoken": wish.honeytoken,
        "due": wish.due,
        "reason": wish.reason,
        "legal_basis": wish.legal_basis,
        "dry_run": wish.dry_run,
    })
}

fn local(dir: &Path, args: &Erase, wish: &Wish) -> anyhow::Result<ErasureOut> {
    let clock = Clock::system();
    let mut ledger = place::open(dir, &clock)?;
    let view = ledger.view();
    let due = match wish.due {
        true => due(&view, args, &clock)?,
        false => Vec::new(),
    };
    let order = wish
        .order(None, || due)
        .map_err(|error| Ends::with(Exit::Unreadable, error.to_string()))?;
    if wish.dry_run {
        return erasures::rehearse(&view, order).map_err(ends);
    }
    let scope = order.scope.clone();
    let prepared = view.prepare_erasure(order).map_err(ends)?;
    let erased = ledger.erase(prepared, clock.now()).map_err(ends)?;
    ledger.checkpoint()?;
    Ok(erasures::told(&scope, &erased))
}

fn due(view: &View, args: &Erase, clock: &Clock) -> anyhow::Result<Vec<u64>> {
    let path = args.config.as_ref().ok_or_else(|| {
        let message = "--due needs the settings that say how long things are kept: --config FILE";
        Ends::with(Exit::Unreadable, message)
    })?;
    let clocks = Config::read(path)?.retention;
    if !clocks.is_on() {
        let message = format!("{} sets no clock in [retention]", path.display());
        return Err(Ends::with(Exit::Unreadable, message));
    }
    Ok(Due::at(clock.now(), &clocks, view, usize::MAX)?.0)
}

fn ends(error: EraseError) -> anyhow::Error {
    match error {
        EraseError::Nothing
        | EraseError::NotAContact
        | EraseError::NoHoneytoken(_)
        | EraseError::OurLine => Ends::with(Exit::Refused, error.to_string()),
        error => error.into(),
    }
}

fn words(told: &Value) -> String {
    let none = Vec::new();
    let list = |name: &str| told[name].as_array().unwrap_or(&none).clone();
    let erased = list("erased");
    let would = told["dry_run"] == true;
    let done = if would { "would be erased" } else { "erased" };
    let mut lines = vec![format!("{} entries {done}", erased.len())];
    for entry in erased.iter().take(SHOWN_MAX) {
        let kind = entry["kind"].as_str().unwrap_or_default();
        let recorded = match entry["recorded_as"].as_u64() {
            Some(index) => format!(", recorded as entry {index}"),
            None => String::new(),
        };
        lines.push(format!("  entry {} ({kind}){recorded}", entry["index"]));
    }
    if erased.len() > SHOWN_MAX {
        lines.push(format!("  and {} more", erased.len() - SHOWN_MAX));
    }
    lines.push(String::new());
    lines.push("What remains:".to_owned());
    for left in list("remains") {
        let entries: Vec<String> = left["entries"]
            .as_array()
            .into_iter()
            .flatten()
            .map(Value::to_string)
            .collect();
        let entries = match entries.is_empty() {
            true => String::new(),
            false => format!(" (entries {})", entries.join(", ")),
        };
        lines.push(format!(
            "- {}{entries}",
            left["en"].as_str().unwrap_or_default()
        ));
    }
    lines.join("\n")
}
