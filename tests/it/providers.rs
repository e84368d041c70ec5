//! Every provider through the real socket of the real program, with requests as its own library
//! signs them.

mod resign;

use std::collections::BTreeMap;

use honeytoken::Timestamp;
use serde_json::{Value, json};

use self::resign::Request;
use crate::harness::api::Api;
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::server::Server;

fn requests() -> Vec<Value> {
    serde_json::from_str(include_str!("../data/signed_requests.json")).unwrap()
}

fn url(vector: &Value) -> &str {
    vector["url"].as_str().unwrap().split('?').next().unwrap()
}

/// A door of its own for a request.
fn connect(api: &Api, id: &str, vector: &Value, request: &Request) {
    let known = listener::provider::Provider::find(vector["provider"].as_str().unwrap()).unwrap();
    let is_known = |name: &str| known.secrets.iter().any(|secret| secret.name == name);
    let captured = vector["secret"].as_object().unwrap().iter();
    let captured = captured.filter(|(name, value)| is_known(name) && value.is_string());
    let mut secrets: BTreeMap<&str, Value> =
        captured.map(|(n, v)| (n.as_str(), v.clone())).collect();
    secrets.extend(
        request
            .secrets
            .iter()
            .map(|(name, value)| (*name, json!(value))),
    );
    let body =
        json!({ "id": id, "provider": known.id, "secrets": secrets, "public_url": url(vector) });
    api.made("/v1/connections", &body);
}

fn send(server: &Server, id: &str, vector: &Value, request: &Request, signed: bool) -> u16 {
    let query = vector["url"].as_str().unwrap().split_once('?');
    let query = query
        .map(|(_, query)| format!("?{query}"))
        .unwrap_or_default();
    let is_plain = |name: &str| name.eq_ignore_ascii_case("content-type");
    let headers = request
        .headers
        .iter()
        .filter(|(name, _)| signed || is_plain(name));
    let headers: Vec<_> = headers.map(|(name, value)| header(name, value)).collect();
    let method = vector["method"].as_str().unwrap();
    let target = format!("/hooks/{id}{query}");
    let answer = http::ask(
        server.address,
        method,
        &target,
        &headers,
        request.body.as_bytes(),
    );
    answer.unwrap().status
}

#[test]
fn the_tests_sign_as_the_providers_own_libraries_do() {
    for vector in requests()
        .iter()
        .filter(|vector| resign::has_the_captured_key(vector))
    {
        let again = resign::at(vector, resign::signed_at(vector));
        assert_eq!(again, resign::captured(vector), "{}", vector["id"]);
    }
}

#[test]
fn every_provider_but_the_modem_has_a_request() {
    let requests = requests();
    for provider in listener::provider::PROVIDERS
        .iter()
        .filter(|p| p.id != "gammu_smsd")
    {
        assert!(
            requests.iter().any(|r| r["provider"] == provider.id),
            "{}",
            provider.id
        );
    }
}

#[test]
fn genuine_requests_are_recorded_once_and_unsigned_ones_never() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let api = server.admin();
    let requests = requests();
    for (n, vector) in requests.iter().enumerate() {
        let now = listener::Clock::system().now().as_unix_s();
        let request = resign::at(vector, now);
        let id = format!("door{n}");
        connect(&api, &id, vector, &request);
        let unsigned = send(&server, &id, vector, &request, false);
        // Where the signature or a token stands in the URL or the body, no header makes it genuine.
        let in_headers = !matches!(
            vector["scheme"].as_str().unwrap(),
            "url-token" | "vonage-legacy-sig" | "smsforwarder-sign" | "aws-sns-rsa"
        );
        let wanted: &[u16] = if in_headers { &[401, 403, 503] } else { &[200] };
        assert!(
            wanted.contains(&unsigned),
            "{}: unsigned {unsigned}",
            vector["id"]
        );
        for _ in 0..2 {
            assert_eq!(
                send(&server, &id, vector, &request, true),
                200,
                "{}",
                vector["id"]
            );
        }
    }
    let contacts = api.contacts();
    assert_eq!(contacts.len(), requests.len(), "each stands once");
    for (n, vector) in requests.iter().enumerate() {
        let contact = contacts
            .iter()
            .find(|c| c["connection"] == format!("door{n}"))
            .unwrap();
        for name in ["kind", "phase", "to", "from", "text"] {
            assert_eq!(
                contact[name], vector["event"][name],
                "{name} of {}",
                vector["id"]
            );
        }
        let received: Timestamp = contact["received_at"].as_str().unwrap().parse().unwrap();
        assert_ne!(contact["claimed_at"], received.to_string(), "two clocks");
    }
}
