//! The public captured requests through the whole door, each at its own time: the genuine ones
//! stand in the log once, the others not at all.

use honeytoken::{Contact, Sender, Timestamp};
use serde_json::Value;

use super::super::kit::{NOW, Post};
use super::Door;
use crate::provider::{Provider, SecretName};

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap_or_default()
}

/// Captured requests in order of time, since a clock never goes back; those of schemes without a time last.
fn requests() -> Vec<Value> {
    let mut all: Vec<Value> = super::super::vectors::files()
        .into_iter()
        .flat_map(|file| file["vectors"].as_array().unwrap().clone())
        .filter(|vector| {
            vector["env"].is_null() && Provider::find(text(vector, "provider")).is_ok()
        })
        .collect();
    all.sort_by_key(|vector| vector["now"].as_i64().unwrap_or(i64::MAX));
    all
}

fn connect(door: &Door, id: &str, vector: &Value) {
    let provider = Provider::find(text(vector, "provider")).unwrap();
    let secret = &vector["secret"];
    let known = |name: &SecretName| Some((name.name, secret[name.name].as_str()?));
    let secrets: Vec<_> = provider.secrets.iter().filter_map(known).collect();
    let url = text(vector, "url").split('?').next().unwrap();
    door.connect(id, provider.id, &secrets, url, &[]);
    let certificates = secret["certs_by_url"].as_object().into_iter().flatten();
    for (url, pem) in certificates {
        let id = id.parse().unwrap();
        door.app()
            .connections
            .learn(&id, url, pem.as_str().unwrap());
    }
}

fn post(vector: &Value) -> Post {
    let headers = vector["headers"].as_object().unwrap();
    let header =
        |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
    Post {
        method: ["GET", "PUT"]
            .into_iter()
            .find(|m| *m == text(vector, "method"))
            .unwrap_or("POST"),
        url: text(vector, "url").to_owned(),
        headers: headers.iter().map(header).collect(),
        body: text(vector, "body").as_bytes().to_vec(),
    }
}

/// The events as the vector has them; control events of no line count as none.
fn expected(vector: &Value) -> Vec<Value> {
    let events = match &vector["event"] {
        Value::Null => Vec::new(),
        Value::Array(events) => events.clone(),
        event => vec![event.clone()],
    };
    events
        .into_iter()
        .filter(|event| event["kind"] != "control")
        .collect()
}

fn differs(contact: &Contact, event: &Value) -> Option<&'static str> {
    let party = |party: &Option<Sender>| {
        party
            .as_ref()
            .map(|p| Value::from(p.as_str()))
            .unwrap_or_default()
    };
    let at = event["timestamp"]
        .as_str()
        .map(|at| at.parse::<Timestamp>().unwrap());
    [
        ("kind", event["kind"] == contact.medium.as_str()),
        ("phase", event["phase"] == contact.phase.as_str()),
        ("to", event["to"] == party(&contact.to)),
        ("from", event["from"] == party(&contact.from)),
        (
            "text",
            event["text"] == contact.text.clone().map(Value::from).unwrap_or_default(),
        ),
        ("timestamp", at == contact.claimed_at),
    ]
    .into_iter()
    .find_map(|(name, same)| (!same).then_some(name))
}

#[test]
fn genuine_ones_are_recorded_once_and_the_others_never() {
    let requests = requests();
    let Some(first) = requests.first() else {
        return;
    };
    let begin = first["now"].as_i64().map_or(NOW, Timestamp::from_unix_s);
    let door = Door::new(begin);
    let mut wrong = Vec::new();
    for (n, vector) in requests.iter().enumerate() {
        door.set_clock(vector["now"].as_i64().map_or(NOW, Timestamp::from_unix_s));
        let id = format!("door{n}");
        connect(&door, &id, vector);
        let (before, post) = (door.contacts().len(), post(vector));
        let statuses = [door.post(&id, &post), door.post(&id, &post)];
        let contacts = door.contacts().split_off(before);
        let genuine = vector["expected"] == "accept";
        let fits = statuses.iter().all(|status| match genuine {
            true => *status == 200,
            false => [401, 403, 503].contains(status),
        });
        let found = contacts.into_iter().map(|(_, contact)| contact);
        let found: Vec<Contact> = found
            .filter(|c| c.medium != honeytoken::Medium::Control)
            .collect();
        let expected = if genuine {
            expected(vector)
        } else {
            Vec::new()
        };
        let differing = found.iter().zip(&expected).find_map(|(c, e)| differs(c, e));
        if !fits || found.len() != expected.len() || differing.is_some() {
            let counts = (found.len(), expected.len());
            wrong.push(format!(
                "{}: {statuses:?} {counts:?} {differing:?}",
                vector["id"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
