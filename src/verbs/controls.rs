//! `lines draw-controls`: controls by lot.

use honeytoken::{ControlsDrawn, Event};
use listener::Clock;
use listener::pool::dice::ensure_seed;
use serde_json::{Value, json};

use crate::cli::DrawControls;
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, table};

/// Draws and says what was drawn.
pub(crate) async fn draw(args: DrawControls) -> anyhow::Result<Exit> {
    let answer = match Client::of(&args.at_place)? {
        Some(client) => {
            let body = json!({ "share": args.share, "seed": args.seed });
            client.post("/v1/lines/draw-controls", &body).await?
        }
        None => local(&args)?,
    };
    match args.json {
        true => table::print_json(&answer)?,
        false => table::print(&words(&answer))?,
    }
    Ok(Exit::Ok)
}

fn local(args: &DrawControls) -> anyhow::Result<Value> {
    let clock = Clock::system();
    let mut ledger = place::open(&place::required(args.at_place.data.clone())?, &clock)?;
    ensure_seed(&mut ledger, clock.now())?;
    let view = ledger.view();
    let decided = {
        let state = view.state();
        state
            .registry
            .draw_controls(args.share, args.seed.clone(), clock.now())
    };
    let event = decided.map_err(|refusal| Ends::with(Exit::Refused, refusal.to_string()))?;
    let Event::ControlsDrawn(drawn) = event.clone() else {
        return Err(Ends::with(Exit::Fault, "a draw decided another event"));
    };
    let indices = ledger.record(clock.now(), None, vec![event])?;
    ledger.checkpoint()?;
    ledger.snapshot();
    let unmatched = view.state().registry.unmatched(clock.now());
    let unmatched: Vec<Value> = unmatched
        .into_iter()
        .map(|(platform, at)| {
            json!({ "platform": platform, "provider": at.provider, "country": at.country, "block": at.block })
        })
        .collect();
    Ok(document(indices.first().copied(), &drawn, unmatched))
}

/// The shape that a server answers in.
fn document(index: Option<u64>, drawn: &ControlsDrawn, unmatched: Vec<Value>) -> Value {
    let strata: Vec<Value> = drawn
        .strata
        .iter()
        .map(|s| {
            json!({
                "provider": s.stratum.provider,
                "country": s.stratum.country,
                "block": s.stratum.block,
                "started": s.stratum.started,
                "candidates": s.candidates,
                "drawn": s.drawn,
            })
        })
        .collect();
    json!({ "index": index, "drawn": drawn.drawn, "strata": strata, "unmatched": unmatched })
}

fn words(answer: &Value) -> String {
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let cell = |row: &Value, name: &str| match &row[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => "-".to_owned(),
    };
    let columns = [
        "provider",
        "country",
        "block",
        "started",
        "candidates",
        "drawn",
    ];
    let row = |row: &Value| columns.iter().map(|name| cell(row, name)).collect();
    let rows: Vec<Vec<String>> = list("strata").iter().map(row).collect();
    let head = format!(
        "{} lines are controls now (entry {})",
        list("drawn").len(),
        answer["index"]
    );
    let mut words = vec![head, String::new(), table::render(&columns, &rows)];
    for lacking in list("unmatched") {
        let at = ["provider", "country", "block"]
            .map(|name| cell(&lacking, name))
            .join(" / ");
        let platform = cell(&lacking, "platform");
        words.push(format!(
            "warning: {platform} has lines at {at} and no control there"
        ));
    }
    words.join("\n")
}
