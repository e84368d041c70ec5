//! `reparse`: requests that could not be read when they came, read again.

use listener::Clock;
use listener::reparse::{self, Reparsed};
use serde_json::{Value, json};

use crate::cli::Reparse;
use crate::client::Client;
use crate::exit::Exit;
use crate::{place, progress, table};

/// Reads all of them again, and says what came of it.
pub(crate) async fn run(args: Reparse) -> anyhow::Result<Exit> {
    let mut all = All::default();
    let bar = progress::count("reading again");
    let client = Client::of(&args.at_place)?;
    match client {
        Some(client) => remote(&client, &mut all, &bar).await?,
        None => local(&place::required(args.at_place.data)?, &mut all, &bar)?,
    }
    bar.finish_and_clear();
    match args.json {
        true => table::print_json(&all.document())?,
        false => table::print(&all.words())?,
    }
    Ok(Exit::Ok)
}

async fn remote(
    client: &Client,
    all: &mut All,
    bar: &indicatif::ProgressBar,
) -> anyhow::Result<()> {
    let mut from = Some(0);
    while let Some(next) = from {
        let part = client
            .post("/v1/unparsed/reparse", &json!({ "from": next }))
            .await?;
        from = part["next"].as_u64();
        all.take(&part);
        bar.set_position(all.tried);
    }
    Ok(())
}

fn local(dir: &std::path::Path, all: &mut All, bar: &indicatif::ProgressBar) -> anyhow::Result<()> {
    let clock = Clock::system();
    let mut ledger = place::open(dir, &clock)?;
    let mut from = Some(0);
    while let Some(next) = from {
        let part = reparse::reparse(&mut ledger, next, None, clock.now())?;
        from = part.next;
        all.take(&document(&part));
        bar.set_position(all.tried);
    }
    Ok(())
}

fn document(part: &Reparsed) -> Value {
    let left = part.left.iter().map(
        |left| json!({ "index": left.index, "connection": left.connection, "reason": left.reason }),
    );
    json!({
        "tried": part.tried, "added": part.added, "known": part.known,
        "left": left.collect::<Vec<_>>(),
    })
}

/// What came of all of them.
#[derive(Default)]
struct All {
    tried: u64,
    known: u64,
    added: Vec<Value>,
    left: Vec<Value>,
}

impl All {
    fn take(&mut self, part: &Value) {
        let list = |name: &str| part[name].as_array().cloned().unwrap_or_default();
        self.tried += part["tried"].as_u64().unwrap_or_default();
        self.known += part["known"].as_u64().unwrap_or_default();
        self.added.extend(list("added"));
        self.left.extend(list("left"));
    }

    fn document(&self) -> Value {
        json!({ "tried": self.tried, "added": self.added, "known": self.known, "left": self.left })
    }

    fn words(&self) -> String {
        let mut words = format!(
            "{} requests read again: {} contacts added, {} known already, {} requests left",
            self.tried,
            self.added.len(),
            self.known,
            self.left.len()
        );
        for left in &self.left {
            let text = |name: &str| left[name].as_str().unwrap_or_default().to_owned();
            words.push_str(&format!(
                "\nentry {} of {}: {}",
                left["index"],
                text("connection"),
                text("reason")
            ));
        }
        words
    }
}
