//! Which room may know which: the plan in ARCHITECTURE.md, held against the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Table;

/// The plan. The program may know all rooms.
const PLAN: [(&str, &[&str]); 6] = [
    (
        "canaryline",
        &["listener", "report", "store", "attribution", "honeytoken"],
    ),
    (
        "listener",
        &["report", "store", "attribution", "honeytoken"],
    ),
    ("report", &["store", "attribution", "honeytoken"]),
    ("store", &["honeytoken"]),
    ("attribution", &["honeytoken"]),
    ("honeytoken", &[]),
];

fn manifest(dir: &Path) -> Table {
    let path = dir.join("Cargo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    text.parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Everything that a manifest depends on, in any section, also for one platform only, under the
/// name of the package itself.
fn dependencies(table: &Table) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (section, value) in table {
        let Some(entries) = value.as_table() else {
            continue;
        };
        if section.ends_with("dependencies") && section != "workspace" {
            let package = |(name, how): (&String, &toml::Value)| {
                let renamed = how.get("package").and_then(toml::Value::as_str);
                renamed.unwrap_or(name).to_owned()
            };
            found.extend(entries.iter().map(package));
        } else if section == "target" {
            found.extend(
                entries
                    .values()
                    .filter_map(toml::Value::as_table)
                    .flat_map(dependencies),
            );
        }
    }
    found
}

/// The rooms: the workspace's members and its root.
fn rooms() -> BTreeMap<String, Table> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = manifest(root);
    let members = workspace["workspace"]["members"]
        .as_array()
        .unwrap()
        .clone();
    let member = |name: &toml::Value| manifest(&root.join(name.as_str().unwrap()));
    let tables = members.iter().map(member).chain([workspace]);
    tables
        .map(|table| (table["package"]["name"].as_str().unwrap().to_owned(), table))
        .collect()
}

#[test]
fn rooms_know_only_the_rooms_that_the_plan_lets_them() {
    let rooms = rooms();
    let plan = BTreeMap::from(PLAN);
    for (room, table) in &rooms {
        let allowed = plan.get(room.as_str());
        let allowed =
            allowed.unwrap_or_else(|| panic!("new room {room}: change ARCHITECTURE.md first"));
        for other in dependencies(table).intersection(&rooms.keys().cloned().collect()) {
            assert!(
                allowed.contains(&other.as_str()),
                "new arrow {room} → {other}: change ARCHITECTURE.md first"
            );
        }
    }
    assert_eq!(rooms.len(), PLAN.len(), "a room of the plan is not built");
}

/// The rooms that judge and the words never ask for a socket, a clock's machinery or a database.
#[test]
fn pure_rooms_stay_pure() {
    let rooms = rooms();
    for room in ["honeytoken", "attribution"] {
        let known = dependencies(&rooms[room]);
        for heavy in [
            "tokio", "axum", "hyper", "reqwest", "sled", "ring", "rustls",
        ] {
            assert!(!known.contains(heavy), "{room} → {heavy}: it does no I/O");
        }
    }
    for (room, table) in &rooms {
        let opens_sled = dependencies(table).contains("sled");
        assert!(
            !opens_sled || room == "store",
            "{room} → sled: only the store names it"
        );
    }
}

#[test]
fn an_arrow_in_any_section_is_seen() {
    let table: Table = "
        [dependencies]
        a = '1'
        [dev-dependencies]
        b = { path = '../b', package = 'store' }
        [target.'cfg(unix)'.build-dependencies]
        c = '1'
    "
    .parse()
    .unwrap();
    assert_eq!(
        dependencies(&table),
        ["a", "c", "store"].map(str::to_owned).into()
    );
}
