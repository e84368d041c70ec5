//! `alerts`: what people were told, told again, and whether a target works.

use clap::ValueEnum as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::cli::{AlertsList, AlertsReplay, AlertsTest, Server};
use crate::client::Client;
use crate::exit::Exit;
use crate::{progress, table};

/// From so many alerts on a bar shows how far a replay is.
const BAR_ALERTS_MIN: usize = 20;

/// Lists alerts.
pub(crate) async fn list(args: AlertsList) -> anyhow::Result<Exit> {
    let state = args.state.and_then(|state| state.to_possible_value());
    let filters = [
        ("state", state.map(|state| state.get_name().to_owned())),
        ("target", args.target),
        ("platform", args.platform),
    ];
    let filter = |(name, value): (&str, Option<String>)| {
        value.map(|value| format!("&{name}={}", encoded(&value)))
    };
    let filters: String = filters.into_iter().filter_map(filter).collect();
    let items = client(args.server)?.all_of("/v1/alerts", &filters).await?;
    match args.json {
        true => table::print_json(&json!({ "items": items }))?,
        false => table::print(&rows(&items))?,
    }
    Ok(Exit::Ok)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn client(server: Server) -> anyhow::Result<Client> {
    Client::at(&server.server, server.key)
}

fn rows(items: &[Value]) -> String {
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let row = |item: &Value, delivery: &Value| {
        let own = ["id", "at", "topic", "platform"].map(|name| cell(&item[name]));
        let at = ["target", "state", "attempts", "reason"].map(|name| cell(&delivery[name]));
        [own, at].concat()
    };
    let rows: Vec<Vec<String>> = items
        .iter()
        .flat_map(|item| match item["deliveries"].as_array() {
            Some(all) if !all.is_empty() => all.iter().map(|d| row(item, d)).collect(),
            _ => vec![row(item, &Value::Null)],
        })
        .collect();
    let header = [
        "id", "at", "topic", "platform", "target", "state", "tries", "reason",
    ];
    table::render(&header, &rows)
}

/// Sends dead alerts once more.
pub(crate) async fn replay(args: AlertsReplay) -> anyhow::Result<Exit> {
    let client = client(args.server)?;
    let ids = match args.all {
        true => dead(&client).await?,
        false => args.ids,
    };
    let bar = progress::bar("replaying", ids.len() as u64);
    let mut replayed = Vec::with_capacity(ids.len());
    for id in &ids {
        let answer = client
            .post(&format!("/v1/alerts/{id}/replay"), &json!({}))
            .await?;
        replayed.push(answer["id"].clone());
        if ids.len() >= BAR_ALERTS_MIN {
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    match args.json {
        true => table::print_json(&json!({ "replayed": replayed }))?,
        false => table::print(&format!("{} alerts are sent once more", replayed.len()))?,
    }
    Ok(Exit::Ok)
}

async fn dead(client: &Client) -> anyhow::Result<Vec<u64>> {
    let items = client.all_of("/v1/alerts", "&state=dead").await?;
    Ok(items
        .iter()
        .filter_map(|item| item["id"].as_u64())
        .collect())
}

/// Sends a test message.
pub(crate) async fn test(args: AlertsTest) -> anyhow::Result<Exit> {
    let path = format!("/v1/alert-targets/{}/test", encoded(&args.target));
    let answer = client(args.server)?.post(&path, &json!({})).await?;
    let delivered = answer["delivered"] == true;
    let reason = answer["reason"].as_str().unwrap_or("no reason given");
    match (args.json, delivered) {
        (true, _) => table::print_json(&answer)?,
        (false, true) => table::print("delivered")?,
        (false, false) => table::print(&format!("not delivered: {reason}"))?,
    }
    Ok(if delivered { Exit::Ok } else { Exit::NotIntact })
}
