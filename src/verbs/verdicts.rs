//! `verdicts`: which platforms leaked, and how sure that is.

use std::collections::BTreeMap;

use honeytoken::{Basis, Entry, Event, Timestamp};
use listener::Clock;
use listener::ledger::State;
use report::VerdictOut;
use serde_json::{Value, json};
use store::Lookup;

use crate::cli::Verdicts;
use crate::client::Client;
use crate::exit::Exit;
use crate::{place, table};

/// Prints all verdicts.
pub(crate) async fn run(args: Verdicts) -> anyhow::Result<Exit> {
    if let Some(client) = Client::of(&args.at_place)? {
        let items = client.all("/v1/verdicts").await?;
        print_answers(&items, args.json)?;
        return Ok(Exit::Ok);
    }
    let dir = place::required(args.at_place.data)?;
    let ledger = place::open(&dir, &Clock::system())?;
    let view = ledger.view();
    let verdicts = match args.at.as_deref().map(place::time).transpose()? {
        None => view.state().judgement.verdicts(),
        Some(at) => as_of(&view.reader, at)?.judgement.verdicts(),
    };
    let now = Clock::system().now();
    let shown = |v: attribution::Verdict| {
        let standing = view.state().registry.reply_standing(&v.platform, now);
        VerdictOut::from(v).with_reply(standing)
    };
    let verdicts: Vec<VerdictOut> = verdicts.into_iter().map(shown).collect();
    match args.json {
        true => table::print_json(&json!({ "items": verdicts }))?,
        false => table::print(&table::verdicts(&verdicts))?,
    }
    Ok(Exit::Ok)
}

/// A server's verdicts, in the shape they came.
fn print_answers(items: &[Value], json: bool) -> anyhow::Result<()> {
    if json {
        return table::print_json(&json!({ "items": items }));
    }
    let cell = |item: &Value, name: &str| match &item[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => table::number(number.as_f64().unwrap_or_default()),
        Value::Array(list) => list.len().to_string(),
        _ => String::new(),
    };
    let columns = [
        "platform",
        "class",
        "probability",
        "e_value",
        "fdr",
        "evidence",
        "flagged_at",
    ];
    let row = |item: &Value| columns.iter().map(|name| cell(item, name)).collect();
    table::print(&table::render(
        &columns,
        &items.iter().map(row).collect::<Vec<Vec<String>>>(),
    ))
}

/// The fold of what had happened by `at`: contacts by the time they were received, all else by
/// the time it is about, since an import records the past in one go.
fn as_of(reader: &store::Reader, at: Timestamp) -> anyhow::Result<State> {
    let mut state = State::new();
    let mut firsts: BTreeMap<String, u64> = BTreeMap::new();
    for entry in reader.entries(0) {
        let Some(entry) = by(entry?, at) else {
            continue;
        };
        let filed = state.apply(&entry, &|lookup| {
            firsts.get(&format!("{lookup:?}")).copied()
        });
        for lookup in &filed.lookups {
            if matches!(lookup, Lookup::Dedupe { .. } | Lookup::Session { .. }) {
                firsts.entry(format!("{lookup:?}")).or_insert(entry.index);
            }
        }
    }
    Ok(state)
}

fn by(mut entry: Entry, at: Timestamp) -> Option<Entry> {
    let happened = match &mut entry.event {
        Event::Contact(contact) => contact.received_at,
        Event::LineAdded(line) => line.acquired_at.min(entry.at),
        Event::HoneytokenIssued(token) => token.registered_at.min(entry.at),
        Event::RequestMade(request) => request.made_at.min(entry.at),
        Event::Coverage(coverage) => {
            coverage.until = coverage.until.min(at);
            match coverage.basis {
                Basis::Asserted => coverage.from,
                _ => entry.at,
            }
        }
        // What a platform is called has no time of its own in an import.
        Event::PlatformDeclared(_) | Event::ConnectionSet(_) => Timestamp::EPOCH,
        _ => entry.at,
    };
    (happened <= at).then_some(entry)
}
