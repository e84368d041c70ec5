//! The API's description of itself is complete.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::description::{Description, shapes};
use crate::harness::folder::Folder;
use crate::harness::server::Server;

/// Lists that can be asked for; things that can be made; all the rest of the contract.
const LISTS: &str = "connections lines platforms honeytokens contacts campaigns links verdicts";
const MADE: &str = "connections lines platforms honeytokens";
const REST: &str = "
    PUT /v1/connections/x
    DELETE /v1/connections/x
    GET /v1/verdicts/x
    GET /v1/stream
    GET /v1/openapi.json
    POST /v1/honeytokens/x/requests
    POST /hooks/x
    GET /hooks/x
    POST /hooks/x/sub/path
    GET /log/checkpoint
    GET /log/tile/0/000
    GET /log/tile/0/x001/002.p/5
    GET /log/tile/entries/000
    GET /healthz
    GET /readyz
    GET /metrics
";

#[test]
fn every_route_of_the_contract_is_described_once() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let description = Description::of(server.address);
    assert!(
        description.0["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
    let lists = LISTS.split(' ').map(|name| format!("GET /v1/{name}"));
    let made = MADE.split(' ').map(|name| format!("POST /v1/{name}"));
    let rest = REST.trim().lines().map(|line| line.trim().to_owned());
    for route in lists.chain(made).chain(rest) {
        let (method, target) = route.split_once(' ').unwrap();
        assert!(
            description.operation(method, target).is_some(),
            "{route} is not described"
        );
    }
    for (shape, count) in shapes(&description) {
        assert_eq!(count, 1, "{shape} is described more than once");
    }
}

#[test]
fn every_operation_has_a_name_and_says_whether_it_needs_a_key() {
    const OPEN: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"];
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    let description = Description::of(server.address);
    let mut names = BTreeSet::new();
    for (method, path) in description.operations() {
        let operation = &description.0["paths"][&path][method.to_lowercase()];
        let name = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            !name.is_empty() && names.insert(name),
            "{method} {path} has no name of its own"
        );
        let open = OPEN.contains(&path.as_str()) || path.starts_with("/hooks/");
        let security = operation
            .get("security")
            .unwrap_or(&description.0["security"]);
        assert_eq!(
            open,
            *security == json!([]),
            "{method} {path}: what is said of keys"
        );
        let target = path.replace(['{', '}'], "");
        let answer = server.stranger().ask(&method, &target, b"{}");
        assert_eq!(
            open,
            answer.status != 401,
            "{method} {path} without a key: {}",
            answer.status
        );
    }
}
