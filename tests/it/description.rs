//! The API's description of itself is complete.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::description::{Description, shapes};
use crate::harness::folder::{self, Folder};
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

/// Two shapes of one name would be one in the description, without a word, and one of them wrong.
#[test]
fn no_two_shapes_have_one_name() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let rooms = ["listener", "report", "honeytoken", "attribution", "store"];
    let mut names = Vec::new();
    for room in rooms {
        for file in folder::files(&root.join(room).join("src")) {
            names.extend(shapes_in(&std::fs::read_to_string(file).unwrap()));
        }
    }
    assert!(names.len() > 50, "{names:?}");
    let mut seen = BTreeSet::new();
    let twice: Vec<&String> = names.iter().filter(|name| !seen.insert(*name)).collect();
    assert!(
        twice.is_empty(),
        "{twice:?}: rename one, or give it #[schema(as = …)]"
    );
}

/// The names of the types that derive a shape, as the description calls them.
fn shapes_in(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in source.split("#[derive(").skip(1) {
        let (derived, rest) = part.split_once(")]").unwrap_or_default();
        if !derived.contains("ToSchema") {
            continue;
        }
        let words: Vec<&str> = rest.split_whitespace().collect();
        let named = rest
            .split_once("schema(as = ")
            .filter(|(before, _)| !before.contains('{'));
        let given = named.and_then(|(_, name)| name.split([')', ',']).next());
        let at = words
            .iter()
            .position(|word| ["struct", "enum"].contains(word));
        let own = at.and_then(|at| words.get(at + 1));
        let own = own.and_then(|word| word.split(['<', '{', '(', ';']).next());
        names.extend(given.or(own).map(str::to_owned));
    }
    names
}
