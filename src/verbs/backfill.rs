//! `backfill`: what a provider's webhooks missed.

use serde_json::{Value, json};

use crate::cli::Backfill;
use crate::exit::Exit;
use crate::{progress, table};

const COLUMNS: [&str; 5] = ["day", "both", "only_webhook", "only_provider", "added"];

/// Looks for it, has it added, and shows the comparison.
pub(crate) async fn run(args: Backfill) -> anyhow::Result<Exit> {
    let client = args.of.server()?;
    let connection = super::numbers::encoded(&args.of.connection);
    let body = json!({ "from": args.from, "until": args.until });
    let bar = progress::count("comparing");
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let path = format!("/v1/connections/{connection}/backfill");
    let compared = client.post(&path, &body).await;
    bar.finish_and_clear();
    let compared = compared?;
    if args.of.json {
        table::print_json(&compared)?;
        return Ok(Exit::Ok);
    }
    print(&compared)?;
    Ok(Exit::Ok)
}

fn print(compared: &Value) -> anyhow::Result<()> {
    let days = compared["days"].as_array().cloned().unwrap_or_default();
    let cell = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    let row = |day: &Value| COLUMNS.iter().map(|name| cell(&day[*name])).collect();
    let rows: Vec<Vec<String>> = days.iter().map(row).collect();
    table::print(&table::render(&COLUMNS, &rows))?;
    let lists = compared["lists"].as_array().cloned().unwrap_or_default();
    let lists: Vec<&str> = lists.iter().filter_map(Value::as_str).collect();
    table::print(&format!("compared: {}", lists.join(", ")))?;
    if compared["cut_short"] == true {
        table::print("there was more than is compared at once; ask for shorter periods")?;
    }
    Ok(())
}
