//! `export`: contacts and verdicts for other people's tools.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use anyhow::Context as _;
use honeytoken::Event;
use listener::Clock;
use listener::ledger::{State, View};
use report::VerdictOut;
use report::csv::{self, Table};
use serde_json::{Value, json};
use store::Lookup;

use crate::cli::{Export, ExportFormat, ExportWhat};
use crate::client::Client;
use crate::exit::Exit;
use crate::place;

/// Contacts read from the index in one step.
const STEP_ENTRIES: usize = 1024;

/// Writes the table.
pub(crate) async fn run(args: Export) -> anyhow::Result<Exit> {
    let mut out: Box<dyn Write> = match &args.out {
        None => Box::new(BufWriter::new(io::stdout())),
        Some(path) => {
            let file = File::create(path);
            Box::new(BufWriter::new(
                file.with_context(|| format!("make {}", path.display()))?,
            ))
        }
    };
    match Client::of(&args.at_place)? {
        Some(client) => remote(&client, &args, &mut *out).await?,
        None => local(&args, &mut *out)?,
    }
    out.flush()?;
    Ok(Exit::Ok)
}

async fn remote(client: &Client, args: &Export, out: &mut dyn Write) -> anyhow::Result<()> {
    let (path, columns) = match args.what {
        ExportWhat::Contacts => ("/v1/contacts", csv::CONTACT_COLUMNS.as_slice()),
        ExportWhat::Verdicts => ("/v1/verdicts", csv::VERDICT_COLUMNS.as_slice()),
    };
    let mut items = client.all(path).await?;
    if args.what == ExportWhat::Contacts {
        items.reverse();
    }
    match args.format {
        ExportFormat::Jsonl => items.iter().try_for_each(|item| json_line(out, item)),
        ExportFormat::Csv => {
            let mut table = Table::new(out, columns)?;
            let add = |item: &Value| table.values(columns.iter().map(|name| &item[*name]));
            Ok(items.iter().try_for_each(add)?)
        }
    }
}

fn local(args: &Export, out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = place::required(args.at_place.data.clone())?;
    let ledger = place::open(&dir, &Clock::system())?;
    let view = ledger.view();
    let state = view.state();
    match (args.what, args.format) {
        (ExportWhat::Verdicts, ExportFormat::Csv) => {
            let mut table = Table::new(out, &csv::VERDICT_COLUMNS)?;
            Ok(state
                .judgement
                .verdicts()
                .iter()
                .try_for_each(|v| table.verdict(v))?)
        }
        (ExportWhat::Verdicts, ExportFormat::Jsonl) => {
            let verdicts = state.judgement.verdicts().into_iter().map(VerdictOut::from);
            verdicts
                .map(|v| json!(v))
                .try_for_each(|v| json_line(out, &v))
        }
        (ExportWhat::Contacts, ExportFormat::Csv) => {
            let mut table = Table::new(out, &csv::CONTACT_COLUMNS)?;
            contacts(&view, &mut |index, contact| {
                let attribution = state.judgement.cause(index);
                let duplicate_of = state.duplicate_of(index);
                Ok(table.contact(index, contact, attribution.as_ref(), duplicate_of)?)
            })
        }
        (ExportWhat::Contacts, ExportFormat::Jsonl) => contacts(&view, &mut |index, contact| {
            json_line(out, &contact_json(&state, index, contact))
        }),
    }
}

fn contacts(
    view: &View,
    each: &mut dyn FnMut(u64, &honeytoken::Contact) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut from = 0;
    loop {
        let step = view.index.oldest(&Lookup::Contacts, from, STEP_ENTRIES)?;
        let Some(last) = step.last() else {
            return Ok(());
        };
        from = last + 1;
        for index in step {
            if let Some(entry) = view.reader.entry(index)?
                && let Event::Contact(contact) = &entry.event
            {
                each(index, contact)?;
            }
        }
    }
}

fn contact_json(state: &State, index: u64, contact: &honeytoken::Contact) -> Value {
    let attribution = state.judgement.cause(index);
    json!({
        "index": index,
        "provider_event_id": contact.provider_event_id,
        "connection": contact.connection,
        "kind": contact.medium.as_str(),
        "to": contact.to,
        "from": contact.from,
        "text": contact.text,
        "claimed_at": contact.claimed_at,
        "received_at": contact.received_at,
        "duration_s": contact.duration_s,
        "attestation": contact.attestation,
        "authentication": contact.authentication.as_str(),
        "cause": attribution.as_ref().map_or("unknown", |a| a.cause.as_str()),
        "platform": attribution.as_ref().and_then(|a| a.platform.clone()),
        "campaign": attribution.and_then(|a| a.campaign).map(|c| c.to_string()),
        "duplicate_of": state.duplicate_of(index),
    })
}

fn json_line(out: &mut dyn Write, value: &Value) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    Ok(out.write_all(b"\n")?)
}
