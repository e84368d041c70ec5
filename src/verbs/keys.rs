//! `keys create`: a key, printed this once.

use honeytoken::Event;
use listener::Clock;
use listener::ledger::new_key;
use serde_json::json;

use crate::cli::KeysCreate;
use crate::client::Client;
use crate::exit::{Ends, Exit};
use crate::{place, table};

/// Makes a key.
pub(crate) async fn create(args: KeysCreate) -> anyhow::Result<Exit> {
    let role = args.role.as_str();
    if let Some(client) = Client::of(&args.at_place)? {
        let body = json!({ "role": role, "name": args.name });
        let answer = client.post("/v1/keys", &body).await?;
        return print(&answer, args.json);
    }
    let dir = place::required(args.at_place.data)?;
    let clock = Clock::system();
    let mut ledger = place::open_or_create(&dir, "canaryline.invalid/log", &clock)?;
    place::announce_first_key(&mut ledger, &dir, &clock)?;
    let (key, event) = new_key(role, args.role, args.name.clone())?;
    let Event::KeyCreated(created) = &event else {
        return Err(Ends::with(Exit::Fault, "a new key made another event"));
    };
    let id = created.key.to_string();
    ledger.record(clock.now(), None, vec![event])?;
    let answer = json!({ "id": id, "role": role, "name": args.name, "key": key.expose() });
    print(&answer, args.json)
}

fn print(answer: &serde_json::Value, json: bool) -> anyhow::Result<Exit> {
    match json {
        true => table::print_json(answer)?,
        false => table::print(answer["key"].as_str().unwrap_or_default())?,
    }
    Ok(Exit::Ok)
}
