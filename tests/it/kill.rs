//! Killed with -9 under load, many rounds: every acknowledged contact is there exactly once, the
//! log is whole, and the fold from zero is the live state.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::harness::cast::{self, LINE, SECOND_LINE};
use crate::harness::chance::Chance;
use crate::harness::folder::Folder;
use crate::harness::http::{self, Connection};
use crate::harness::program::{arguments, run};
use crate::harness::server::Server;
use crate::harness::wait_for;

/// Rounds, unless the environment asks for more.
const ROUNDS: usize = 6;
const ROUNDS_VARIABLE: &str = "CANARYLINE_KILL_ROUNDS";
const CLIENTS: usize = 8;

/// What the providers know: which messages were acknowledged, which are to be sent again.
#[derive(Default)]
struct Ledger {
    next: AtomicUsize,
    acknowledged: Mutex<BTreeSet<String>>,
    open: Mutex<BTreeSet<String>>,
}

impl Ledger {
    /// One that came to nothing before, or a new one.
    fn take(&self) -> String {
        let again = self.open.lock().unwrap().pop_first();
        again.unwrap_or_else(|| format!("msg_{:06}", self.next.fetch_add(1, Ordering::Relaxed)))
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }
}

/// A provider's worker: posts until nobody answers any more. A message's words follow from its id,
/// so that a retry is the same message.
fn post(address: SocketAddr, ledger: &Ledger) {
    let mut connection = Connection::open(address).ok();
    loop {
        let id = ledger.take();
        let line = if id.ends_with(['0', '1', '2']) {
            SECOND_LINE
        } else {
            LINE
        };
        let signed = cast::sms(&id, line, &format!("offer {id}, call now"));
        let asked = connection
            .as_mut()
            .map(|connection| connection.ask("POST", "/hooks/pbx", &signed.headers, &signed.body));
        match asked {
            Some(Ok(answer)) if answer.status == 200 => {
                ledger.acknowledged.lock().unwrap().insert(id);
            }
            Some(Ok(answer)) if answer.status != 503 => {
                panic!("{}: {}", answer.status, answer.text())
            }
            _ => {
                ledger.open.lock().unwrap().insert(id);
                return;
            }
        }
    }
}

fn rounds() -> usize {
    let wanted = std::env::var(ROUNDS_VARIABLE);
    wanted.map_or(ROUNDS, |text| text.parse().unwrap())
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_stands_twice() {
    let folder = Folder::new();
    let data = folder.data();
    let ledger = Arc::new(Ledger::default());
    let mut chance = Chance::of(7);
    for round in 0..rounds() {
        let server = Server::start(&data);
        if round == 0 {
            cast::install(&server.admin());
        }
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (address, ledger) = (server.address, Arc::clone(&ledger));
                std::thread::spawn(move || post(address, &ledger))
            })
            .collect();
        let enough = ledger.count() + 20 + chance.below(200);
        wait_for("some to be acknowledged", || {
            (ledger.count() >= enough).then_some(())
        });
        server.kill();
        clients
            .into_iter()
            .for_each(|client| client.join().unwrap());
        run(arguments!["verify", "--data", data]).with(0);
    }
    let server = Server::start(&data);
    let mut connection = Connection::open(server.address).unwrap();
    while let Some(id) = ledger.open.lock().unwrap().pop_first() {
        let line = if id.ends_with(['0', '1', '2']) {
            SECOND_LINE
        } else {
            LINE
        };
        let signed = cast::sms(&id, line, &format!("offer {id}, call now"));
        assert_eq!(
            connection
                .ask("POST", "/hooks/pbx", &signed.headers, &signed.body)
                .unwrap()
                .status,
            200
        );
        ledger.acknowledged.lock().unwrap().insert(id);
    }
    drop(connection);
    let acknowledged = ledger.acknowledged.lock().unwrap().clone();
    println!(
        "{} rounds, {} contacts acknowledged",
        rounds(),
        acknowledged.len()
    );
    assert_eq!(
        acknowledged.len(),
        ledger.next.load(Ordering::Relaxed),
        "all that was sent"
    );
    // A node of a cluster has a place for all of them soon.
    wait_for("an empty outbox", || {
        let standing = server.stranger().get("/readyz").json();
        let waits = standing["cluster"]["outbox_entries"].as_u64();
        (waits.unwrap_or_default() == 0).then_some(())
    });
    check_contacts(&server, &acknowledged);
    check_folds(server, &data);
}

/// Each acknowledged message stands there once, as a contact of its own.
fn check_contacts(server: &Server, acknowledged: &BTreeSet<String>) {
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for contact in server.admin().contacts() {
        assert_eq!(contact["duplicate_of"], Value::Null, "{contact}");
        *told
            .entry(contact["provider_event_id"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    let doubled: Vec<_> = told.iter().filter(|(_, count)| **count > 1).collect();
    assert!(doubled.is_empty(), "told twice: {doubled:?}");
    let missing: Vec<_> = acknowledged
        .iter()
        .filter(|id| !told.contains_key(*id))
        .collect();
    assert!(missing.is_empty(), "lost: {missing:?}");
    assert_eq!(told.len(), acknowledged.len());
    assert_eq!(
        server.metric("canaryline_contacts"),
        acknowledged.len() as u64
    );
}

/// Everything that is told: contacts, lines, verdicts, campaigns, placements.
fn told(server: &Server) -> Vec<Value> {
    let api = server.admin();
    let paths = [
        "contacts",
        "lines",
        "verdicts",
        "campaigns",
        "links",
        "honeytokens",
        "platforms",
        "connections",
    ];
    paths
        .iter()
        .flat_map(|name| api.all(&format!("/v1/{name}"), "", 1000))
        .collect()
}

/// Killed, caught up from the index; stopped, gone on from the kept fold; folded from zero: the
/// same is told each time.
fn check_folds(server: Server, data: &std::path::Path) {
    let live = told(&server);
    server.kill();
    let server = Server::start(data);
    // The webhook addresses name the port, which is another at each start.
    let fixed = |values: Vec<Value>| {
        values
            .into_iter()
            .map(|mut value| {
                if let Some(fields) = value.as_object_mut() {
                    fields.remove("webhook_url");
                }
                value
            })
            .collect::<Vec<_>>()
    };
    let live = fixed(live);
    assert!(fixed(told(&server)) == live, "after a kill");
    server.stop();
    let server = Server::start(data);
    assert!(fixed(told(&server)) == live, "after a stop");
    server.stop();
    std::fs::remove_dir_all(data.join("index")).unwrap();
    let server = Server::start(data);
    assert!(fixed(told(&server)) == live, "folded from zero");
    server.stop();
    run(arguments!["verify", "--data", data]).with(0);
}

#[test]
fn a_stop_under_load_answers_whom_it_took() {
    let folder = Folder::new();
    let data = folder.data();
    let server = Server::start(&data);
    cast::install(&server.admin());
    let ledger = Arc::new(Ledger::default());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (address, ledger) = (server.address, Arc::clone(&ledger));
            std::thread::spawn(move || post(address, &ledger))
        })
        .collect();
    wait_for("some to be acknowledged", || {
        (ledger.count() >= 50).then_some(())
    });
    server.stop();
    clients
        .into_iter()
        .for_each(|client| client.join().unwrap());
    let server = Server::start(&data);
    let contacts: BTreeSet<String> = server
        .admin()
        .contacts()
        .iter()
        .map(|c| c["provider_event_id"].as_str().unwrap().to_owned())
        .collect();
    let acknowledged = ledger.acknowledged.lock().unwrap();
    assert!(contacts.is_superset(&acknowledged));
    // Orderly: what was recorded was also answered.
    assert_eq!(contacts.len(), acknowledged.len());
    assert!(http::ask(server.address, "GET", "/healthz", &[], b"").is_ok());
}
