//! `power`: how likely a study would find a leak, before it begins.

use attribution::{Plan, Setting, power};
use listener::Clock;
use report::PowerOut;
use serde_json::{Value, json};

use crate::cli::{Power, Where};
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, progress, table};

/// Numbers per platform that are compared with those asked for.
const LINES_COMPARED: [u32; 4] = [1, 2, 3, 5];
/// The seed of the simulation, as on a server: who asks again is told the same.
const SEED: u64 = 1;

/// Simulates and prints a table.
pub(crate) async fn run(args: Power) -> anyhow::Result<Exit> {
    let mut lines = LINES_COMPARED.to_vec();
    lines.push(args.lines);
    lines.sort_unstable();
    lines.dedup();
    let wrong = |error: attribution::PlanError| Ends::with(Exit::Unreadable, error.to_string());
    Plan::new(args.lines, args.days, args.leak_contacts).map_err(wrong)?;
    let place = Where {
        data: args.data.clone(),
        server: args.server.clone(),
        key: args.key.clone(),
    };
    let rows = match Client::of(&place)? {
        Some(client) => remote(&client, &args, &lines).await?,
        None => local(&args, &lines)?,
    };
    match args.json {
        true => table::print_json(&document(&args, rows))?,
        false => table::print(&words(&args, &rows))?,
    }
    Ok(Exit::Ok)
}

async fn remote(client: &Client, args: &Power, lines: &[u32]) -> anyhow::Result<Vec<Value>> {
    let bar = progress::bar("simulating", lines.len() as u64);
    let mut rows = Vec::new();
    for lines in lines {
        let (days, size, trials) = (args.days, args.leak_contacts, args.trials);
        let query = format!("lines={lines}&days={days}&size={size}&trials={trials}");
        rows.push(client.get(&format!("/v1/power?{query}")).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(rows)
}

fn local(args: &Power, lines: &[u32]) -> anyhow::Result<Vec<Value>> {
    let setting = match &args.data {
        None => Setting::default(),
        Some(dir) => {
            let ledger = place::open(dir, &Clock::system())?;
            let view = ledger.view();
            view.state().judgement.setting()
        }
    };
    let bar = progress::bar("simulating", lines.len() as u64 * u64::from(args.trials));
    let mut rows = Vec::new();
    for lines in lines {
        let plan = Plan::new(*lines, args.days, args.leak_contacts)?;
        let found = power(&setting, plan, args.trials, SEED, &mut |_| bar.inc(1));
        rows.push(serde_json::to_value(PowerOut::new(plan, &setting, &found))?);
    }
    bar.finish_and_clear();
    Ok(rows)
}

/// What was asked, and beside it other numbers of lines.
fn document(args: &Power, rows: Vec<Value>) -> Value {
    let asked = rows.iter().find(|row| row["lines"] == args.lines).cloned();
    json!({ "asked": asked, "rows": rows })
}

fn words(args: &Power, rows: &[Value]) -> String {
    let percent = |share: &Value| format!("{:.0} %", share.as_f64().unwrap_or_default() * 100.0);
    let row = |row: &Value| {
        let by_day = row["by_day"].as_array().into_iter().flatten();
        let days = match row["days_to_90_percent"].as_f64() {
            Some(days) => format!("{days:.0}"),
            None => "-".to_owned(),
        };
        let between = &row["power_between"];
        let between = format!("{} to {}", percent(&between[0]), percent(&between[1]));
        [row["lines"].to_string()]
            .into_iter()
            .chain(by_day.map(|day| percent(&day["power"])))
            .chain([between, days])
            .collect::<Vec<String>>()
    };
    let quarters = (1..=4).map(|quarter| format!("day {}", args.days * quarter / 4));
    let header: Vec<String> = ["lines".to_owned()]
        .into_iter()
        .chain(quarters)
        .chain(["95 % interval".to_owned(), "days to 90 %".to_owned()])
        .collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rests_on = &rows.first().map_or(&Value::Null, |row| &row["rests_on"])["assumed"];
    let table = table::render(&header, &rows.iter().map(row).collect::<Vec<_>>());
    format!(
        "Leaks of {} contacts a number found by then, of {} simulated ones:\n\n{table}\n\n{}",
        args.leak_contacts,
        args.trials,
        rests_on.as_str().unwrap_or_default()
    )
}
