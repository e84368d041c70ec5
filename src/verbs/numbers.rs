//! `numbers`: searched, bought, released, pointed at the server, listed.

use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::cli::{Numbers, NumbersBuy, NumbersPoint, NumbersRelease, NumbersSearch, OfConnection};
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{progress, table};

/// Does it.
pub(crate) async fn run(verb: Numbers) -> anyhow::Result<Exit> {
    match verb {
        Numbers::Search(args) => search(&args).await,
        Numbers::Buy(args) => buy(&args).await,
        Numbers::Release(args) => release(&args).await,
        Numbers::Point(args) => point(&args).await,
        Numbers::List(of) => list(&of).await,
    }
}

/// The address of a connection's numbers.
fn path(of: &OfConnection) -> String {
    format!("/v1/connections/{}/numbers", encoded(&of.connection))
}

/// A text as it may stand in an address.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn search(args: &NumbersSearch) -> anyhow::Result<Exit> {
    use clap::ValueEnum as _;
    let client = args.of.server()?;
    let number_type = args.number_type.to_possible_value();
    let number_type = number_type.map_or("local".into(), |value| value.get_name().to_owned());
    let contains = args.contains.as_deref().map(encoded);
    let contains = contains.map_or(String::new(), |digits| format!("&contains={digits}"));
    let query = format!(
        "available?country={}&type={number_type}&limit={}{contains}",
        encoded(&args.country),
        args.limit
    );
    let offers = client.get(&format!("{}/{query}", path(&args.of))).await?;
    let columns = ["number", "region", "carries", "requires", "monthly"];
    shown(&offers, &columns, args.of.json)
}

async fn list(of: &OfConnection) -> anyhow::Result<Exit> {
    let client = of.server()?;
    let numbers = client.get(&path(of)).await?;
    shown(
        &numbers,
        &["number", "in_pool", "sms_url", "voice_url"],
        of.json,
    )?;
    let missing = texts(&numbers["not_at_provider"]);
    if !of.json && numbers["cut_short"] == true {
        table::print("the provider lists more numbers than are read at once")?;
    }
    if !of.json && !missing.is_empty() {
        table::print(&format!(
            "lines that the provider does not know: {}",
            missing.join(", ")
        ))?;
    }
    Ok(Exit::Ok)
}

fn shown(answer: &Value, columns: &[&str], json: bool) -> anyhow::Result<Exit> {
    if json {
        table::print_json(answer)?;
        return Ok(Exit::Ok);
    }
    let items = answer["items"].as_array().cloned().unwrap_or_default();
    let row = |item: &Value| columns.iter().map(|name| cell(&item[*name])).collect();
    let rows: Vec<Vec<String>> = items.iter().map(row).collect();
    table::print(&table::render(columns, &rows))?;
    Ok(Exit::Ok)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(_) => texts(value).join(", "),
        other => other.to_string(),
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    list.iter().filter_map(text).collect()
}

/// What became of each of many numbers.
struct Results {
    done: Vec<Value>,
    bar: ProgressBar,
    failed: usize,
    json: bool,
}

impl Results {
    fn new(word: &'static str, count: usize, json: bool) -> Results {
        Results {
            done: Vec::with_capacity(count),
            bar: progress::bar(word, count as u64),
            failed: 0,
            json,
        }
    }

    /// Notes one; an unreachable server ends it all, after saying what was done until then.
    fn add(&mut self, number: &str, outcome: anyhow::Result<Value>) -> anyhow::Result<()> {
        let (ok, detail) = match outcome {
            Ok(answer) => (true, answer),
            Err(error) => match error.downcast_ref::<Ends>() {
                Some(ends) if ends.exit == Exit::Refused => (false, json!(ends.message)),
                _ => {
                    self.tell()?;
                    return Err(error);
                }
            },
        };
        self.failed += usize::from(!ok);
        self.done
            .push(json!({ "number": number, "ok": ok, "detail": detail }));
        self.bar.inc(1);
        Ok(())
    }

    fn finish(self) -> anyhow::Result<Exit> {
        self.tell()?;
        Ok(match self.failed {
            0 => Exit::Ok,
            _ => Exit::Refused,
        })
    }

    fn tell(&self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        if self.json {
            return table::print_json(&json!({ "items": self.done }));
        }
        for item in &self.done {
            let outcome = match item["ok"] == true {
                true => "done".to_owned(),
                false => cell(&item["detail"]),
            };
            table::print(&format!("{}  {outcome}", cell(&item["number"])))?;
        }
        Ok(())
    }
}

async fn buy(args: &NumbersBuy) -> anyhow::Result<Exit> {
    let client = args.of.server()?;
    let mut results = Results::new("buying", args.numbers.len(), args.of.json);
    for number in &args.numbers {
        let body = json!({
            "number": number, "country": args.country, "role": args.role,
            "block": args.block, "soak_until": args.soak_until,
        });
        let bought = client.post(&path(&args.of), &body).await;
        results.add(number, bought)?;
    }
    results.finish()
}

async fn release(args: &NumbersRelease) -> anyhow::Result<Exit> {
    let client = args.of.server()?;
    let mut results = Results::new("releasing", args.numbers.len(), args.of.json);
    let query = match args.even_if_placed {
        true => "?even_if_placed=true",
        false => "",
    };
    for number in &args.numbers {
        let path = format!("{}/{}{query}", path(&args.of), encoded(number));
        results.add(number, client.delete(&path).await)?;
    }
    results.finish()
}

async fn point(args: &NumbersPoint) -> anyhow::Result<Exit> {
    let client = args.of.server()?;
    let numbers = match args.numbers.is_empty() {
        false => args.numbers.clone(),
        true => in_service(&client, &args.of).await?,
    };
    let mut results = Results::new("pointing", numbers.len(), args.of.json);
    for number in &numbers {
        let body = json!({ "numbers": [number] });
        let answer = client
            .post(&format!("{}/point", path(&args.of)), &body)
            .await;
        let answer = answer.and_then(|answer| match &answer["numbers"][0]["error"] {
            Value::Null => Ok(answer),
            error => Err(Ends::with(Exit::Refused, cell(&error["detail"]))),
        });
        results.add(number, answer)?;
    }
    results.finish()
}

/// The connection's lines that are in service.
async fn in_service(client: &Client, of: &OfConnection) -> anyhow::Result<Vec<String>> {
    let lines = client.all("/v1/lines").await?;
    let ours =
        |line: &&Value| line["connection"] == of.connection.as_str() && line["state"] != "retired";
    Ok(lines
        .iter()
        .filter(ours)
        .map(|l| cell(&l["number"]))
        .collect())
}
