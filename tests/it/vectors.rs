//! The public vectors: requests captured or made with providers' own libraries, with what is to
//! become of each. Where they are not there, nothing can be shown with them, and that is said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;

const PROVIDERS: [&str; 3] = ["twilio", "standard_webhooks", "android_sms_gateway"];
/// The names of secrets; a vector may hold notes beside them.
const SECRETS: [&str; 3] = ["auth_token", "whsec", "signing_key"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/telephony/vectors")
}

fn read(path: &Path) -> Vec<Value> {
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

/// The vectors' file and what is in it.
fn vectors(provider: &str) -> Option<(PathBuf, Vec<Value>)> {
    let path = folder().join(provider).with_extension("json");
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    let vectors = read(&path);
    Some((path, vectors))
}

/// All files of vectors that are there, in order.
fn files() -> Vec<PathBuf> {
    let Ok(found) = std::fs::read_dir(folder()) else {
        println!("skipped: {} is not there", folder().display());
        return Vec::new();
    };
    let paths = found.map(|file| file.unwrap().path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    paths.sort();
    paths
}

/// What the program says of a file, each beside the vector that it is of.
fn judged(path: &Path) -> Vec<(Value, Value)> {
    let vectors = read(path);
    let judged = run(arguments!["webhook", "check", "--json", "--vectors", path])
        .with(0)
        .json();
    let judged = judged.as_array().unwrap();
    assert_eq!(judged.len(), vectors.len(), "{}", path.display());
    vectors.into_iter().zip(judged.iter().cloned()).collect()
}

#[test]
fn all_vectors_are_judged_as_they_say() {
    let files = files();
    for (vector, judged) in files.iter().flat_map(|path| judged(path)) {
        assert_eq!(
            (&judged["id"], &judged["verdict"]),
            (&vector["id"], &vector["expected"]),
            "{judged}"
        );
        let events = judged["events"].as_array().unwrap();
        let expected = match &vector["event"] {
            Value::Null => 0,
            Value::Array(events) => events.len(),
            _ => 1,
        };
        let said = vector["expected"] == "accept" && vector["event"].is_null();
        assert!(said || events.len() == expected, "{judged}");
    }
}

#[test]
fn vectors_are_read_as_they_say() {
    let files = PROVIDERS.iter().filter_map(|provider| vectors(provider));
    for (vector, judged) in files.flat_map(|(path, _)| judged(&path)) {
        let (id, events) = (&vector["id"], judged["events"].as_array().unwrap());
        match &vector["event"] {
            Value::Null => assert!(events.is_empty() || vector["expected"] == "accept", "{id}"),
            event => assert_eq!(events, std::slice::from_ref(event), "{id}"),
        }
    }
}

/// A connection for each address and secret.
#[derive(Default)]
struct Doors(BTreeMap<(String, String), String>);

impl Doors {
    fn of(&mut self, api: &Api, vector: &Value) -> String {
        let url = vector["url"]
            .as_str()
            .unwrap()
            .split('?')
            .next()
            .unwrap()
            .to_owned();
        let secrets: BTreeMap<&str, &Value> = SECRETS
            .iter()
            .map(|name| (*name, &vector["secret"][name]))
            .filter(|(_, v)| v.is_string())
            .collect();
        let key = (url.clone(), json!(secrets).to_string());
        let id = format!("door{}", self.0.len());
        if let Some(known) = self.0.get(&key) {
            return known.clone();
        }
        let body = json!({ "id": id, "provider": vector["provider"], "secrets": secrets, "public_url": url });
        assert_eq!(api.made("/v1/connections", &body)["webhook_url"], url);
        self.0.insert(key, id.clone());
        id
    }
}

fn post(server: &Server, door: &str, vector: &Value) -> u16 {
    let query = vector["url"].as_str().unwrap().split_once('?');
    let query = query
        .map(|(_, query)| format!("?{query}"))
        .unwrap_or_default();
    let headers = vector["headers"].as_object().unwrap();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| header(name, value.as_str().unwrap()))
        .collect();
    let method = vector["method"].as_str().unwrap();
    let body = vector["body"].as_str().unwrap_or_default();
    let target = format!("/hooks/{door}{query}");
    let answer = http::ask(server.address, method, &target, &headers, body.as_bytes()).unwrap();
    server.stranger().described(method, &target, &answer);
    answer.status
}

/// Vectors without a clock can be posted at any time; the others are as stale as can be by now.
#[test]
fn posted_to_the_real_door_accepted_ones_appear_once_and_rejected_ones_never() {
    let all: Vec<Value> = PROVIDERS
        .iter()
        .filter_map(|p| vectors(p))
        .flat_map(|(_, v)| v)
        .collect();
    if all.is_empty() {
        return;
    }
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let (mut doors, mut expected, mut refused) = (Doors::default(), BTreeMap::new(), 0);
    for vector in &all {
        let door = doors.of(&api, vector);
        let genuine = vector["expected"] == "accept" && vector["now"].is_null();
        // A provider that did not hear the first answer comes again.
        for _ in 0..2 {
            let status = post(&server, &door, vector);
            let fits = if genuine {
                status == 200
            } else {
                status == 401 || status == 403
            };
            assert!(fits, "{}: {status}", vector["id"]);
        }
        refused += if genuine { 0 } else { 2 };
        let event = &vector["event"];
        if genuine && !event.is_null() {
            let key = (door, event["event_id"].as_str().unwrap().to_owned());
            expected.insert(key, event.clone());
        }
    }
    assert_eq!(server.webhooks("rejected"), refused);
    let contacts = api.contacts();
    let mut found: BTreeMap<(String, String), Value> = BTreeMap::new();
    for contact in contacts {
        let text = |name: &str| contact[name].as_str().unwrap().to_owned();
        let key = (text("connection"), text("provider_event_id"));
        assert!(
            found.insert(key, contact).is_none(),
            "a contact stands twice"
        );
    }
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>()
    );
    for (key, event) in &expected {
        for name in ["kind", "phase", "to", "from", "text"] {
            assert_eq!(found[key][name], event[name], "{name} of {key:?}");
        }
    }
}
