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
    if args.what == ExportWhat::Bundle {
        return super::bundle::export(&args).await;
    }
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

/// Rows on their way out, the same from a folder as from a server.
enum Rows<'a> {
    Csv(Table<&'a mut dyn Write>, &'static [&'static str]),
    Jsonl(&'a mut dyn Write),
}

impl<'a> Rows<'a> {
    fn new(out: &'a mut dyn Write, args: &Export) -> io::Result<Rows<'a>> {
        let columns = match args.what {
            ExportWhat::Contacts => csv::CONTACT_COLUMNS.as_slice(),
            ExportWhat::Verdicts | ExportWhat::Bundle => csv::VERDICT_COLUMNS.as_slice(),
        };
        Ok(match args.format {
            ExportFormat::Csv => Rows::Csv(Table::new(out, columns)?, columns),
            ExportFormat::Jsonl => Rows::Jsonl(out),
        })
    }

    fn add(&mut self, row: &Value) -> anyhow::Result<()> {
        match self {
            Rows::Csv(table, columns) => Ok(table.values(columns.iter().map(|name| &row[*name]))?),
            Rows::Jsonl(out) => {
                serde_json::to_writer(&mut *out, row)?;
                Ok(out.write_all(b"\n")?)
            }
        }
    }
}

async fn remote(client: &Client, args: &Export, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut items = match args.what {
        ExportWhat::Contacts => client.all("/v1/contacts").await?,
        ExportWhat::Verdicts | ExportWhat::Bundle => client.all("/v1/verdicts").await?,
    };
    if args.what == ExportWhat::Contacts {
        items.reverse();
    }
    let mut rows = Rows::new(out, args)?;
    items.iter().try_for_each(|item| rows.add(item))
}

fn local(args: &Export, out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = place::required(args.at_place.data.clone())?;
    let ledger = place::open(&dir, &Clock::system())?;
    let view = ledger.view();
    let state = view.state();
    let mut rows = Rows::new(out, args)?;
    match args.what {
        ExportWhat::Verdicts | ExportWhat::Bundle => {
            let verdicts = state.judgement.verdicts().into_iter().map(VerdictOut::from);
            verdicts.map(|v| json!(v)).try_for_each(|v| rows.add(&v))
        }
        ExportWhat::Contacts => contacts(&view, &mut |index, contact| {
            rows.add(&contact_json(&state, index, contact))
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
    let through = attribution.as_ref().and_then(|a| a.platform.clone());
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
        "platform": state.platform_of(contact, through),
        "campaign": attribution.and_then(|a| a.campaign).map(|c| c.to_string()),
        "duplicate_of": state.duplicate_of(index),
    })
}
