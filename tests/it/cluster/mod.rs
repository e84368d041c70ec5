//! Three nodes over three servers: nothing acknowledged is lost, all nodes keep one log and one
//! tree, and no line is placed twice.
//!
//! - `erasure`: what is erased is gone on every node and in the stream.
//! - `migrate`: a log moves into a cluster and out of it.
//! - `ways`: what is acknowledged when, large values, TLS and credentials, bundles of any node.
//! - `faults`: at random, and seeded.

mod erasure;
mod faults;
mod migrate;
mod ways;

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::harness::cast;
use crate::harness::chance::Chance;
use crate::harness::cluster::{Cluster, NODES};
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::nats::{self, Extras, Nats};
use crate::harness::server::Launch;

#[test]
fn nothing_acknowledged_is_lost_whoever_dies() {
    let Some(program) = nats::program() else {
        return;
    };
    let mut cluster = Cluster::start(program);
    cast::install(&cluster.api(0));
    cluster.settled();
    let mut chance = Chance::of(7);
    let mut acknowledged = cluster.post(0..30);
    assert_eq!(acknowledged.len(), 30, "nothing is wrong yet");

    // Any server dies: a fail-over, if it led.
    let server = chance.below(3);
    cluster.nats.kill(server);
    acknowledged.extend(cluster.post(30..50));
    cluster.nats.begin(server);

    // Any node dies, and comes back to its folder.
    let node = chance.below(NODES);
    cluster.kill(node);
    acknowledged.extend(cluster.post(50..70));
    cluster.begin(node);

    // A node's disk is wiped: it joins anew with the data key.
    let node = (node + 1) % NODES;
    cluster.settled();
    cluster.wipe(node);
    acknowledged.extend(cluster.post(70..90));

    cluster.nats.healthy();
    // A provider that heard nothing comes again, to any node.
    cluster.settled();
    acknowledged.extend(cluster.post(0..90));
    assert_eq!(acknowledged.len(), 90);
    cluster.hold_once(&acknowledged);
}

#[test]
fn without_a_majority_contacts_are_taken_and_nothing_is_decided() {
    let Some(program) = nats::program() else {
        return;
    };
    let mut cluster = Cluster::start(program);
    cast::install(&cluster.api(0));
    cluster.settled();
    cluster.nats.kill(0);
    cluster.nats.kill(1);
    let acknowledged = cluster.post(0..9);
    assert_eq!(acknowledged.len(), 9);
    let token = json!({ "platform": "acme" });
    for place in 0..NODES {
        let problem = cluster
            .api(place)
            .post("/v1/honeytokens", &token)
            .problem(503);
        assert_eq!(problem["code"], "cluster", "{problem}");
        let standing = cluster.standing(place);
        assert_eq!(standing["ready"], true);
        assert!(standing["cluster"]["degraded"].is_string(), "{standing}");
        assert_eq!(standing["cluster"]["outbox_entries"], 3);
    }
    // A node that ends meanwhile has them still.
    cluster.kill(2);
    cluster.nats.begin(0);
    cluster.nats.begin(1);
    cluster.nats.healthy();
    cluster.begin(2);
    cluster.hold_once(&acknowledged);
}

#[test]
fn no_line_is_placed_twice_and_a_writer_reads_its_write_anywhere() {
    let Some(program) = nats::program() else {
        return;
    };
    let cluster = Cluster::start(program);
    let api = cluster.api(0);
    cast::connect(&api);
    cast::declare(&api);
    let lines: Vec<Value> = (0..24)
        .map(|n| json!({ "number": format!("+4479460009{n:02}"), "connection": "pbx", "acquired_at": "2026-01-01T00:00:00Z" }))
        .collect();
    let made = api.post("/v1/lines", &json!({ "lines": lines }));
    assert_eq!(made.status, 201, "{}", made.text());
    let size = made.header("x-ledger-size").unwrap().to_owned();
    // The write is read on another node, at once.
    let headers = [
        header("authorization", format!("Bearer {}", cluster.key)),
        header("x-ledger-wait-for-size", size),
    ];
    let seen = http::ask(
        cluster.node(2).address,
        "GET",
        "/v1/lines?limit=100",
        &headers,
        b"",
    );
    assert_eq!(seen.unwrap().json()["items"].as_array().unwrap().len(), 24);

    let issued: Vec<String> = std::thread::scope(|scope| {
        let issue = |place: usize| {
            let api = cluster.api(place);
            move || {
                let token = json!({ "platform": "acme" });
                let some = |_| {
                    let answer = api.post("/v1/honeytokens", &token);
                    (answer.status == 201)
                        .then(|| answer.json()["number"].as_str().unwrap().to_owned())
                };
                (0..10).filter_map(some).collect::<Vec<String>>()
            }
        };
        let workers: Vec<_> = (0..NODES).map(|place| scope.spawn(issue(place))).collect();
        workers
            .into_iter()
            .flat_map(|w| w.join().unwrap())
            .collect()
    });
    // Thirty were asked for, twenty-four were there.
    assert_eq!(issued.len(), 24, "{issued:?}");
    assert_eq!(
        issued.iter().collect::<BTreeSet<_>>().len(),
        24,
        "{issued:?}"
    );
    cluster.settled();
    for place in 0..NODES {
        let tokens = cluster.api(place).all("/v1/honeytokens", "", 100);
        assert_eq!(tokens.len(), 24, "node {place}");
    }
}

#[test]
fn servers_that_would_lose_a_log_are_refused() {
    let Some(program) = nats::program() else {
        return;
    };
    let folder = Folder::new();
    let extras = Extras {
        jetstream: Some("sync_interval: \"2m\""),
        ..Extras::default()
    };
    let nats = Nats::with(program, &folder.path("nats"), extras);
    let settings = nats.settings(0);
    let ended = Launch::on(&folder.data()).config(&settings).refused();
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("sync_interval: always"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_folder_and_a_key_of_another_log_are_refused() {
    let Some(program) = nats::program() else {
        return;
    };
    let folder = Folder::new();
    let nats = Nats::start(program, &folder.path("nats"));
    let settings = nats.settings(0);
    let node = folder.path("node");
    Launch::on(&node).config(&settings).start().stop();
    // The node's folder is the cluster's to extend.
    let alone = Launch::on(&node).refused();
    assert_eq!(alone.code, Some(4));
    assert!(alone.stderr.contains("cluster"), "{}", alone.stderr);
    // A node without the data key does not join.
    let empty = folder.path("empty");
    let ended = Launch::on(&empty).config(&settings).refused();
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("data.key"), "{}", ended.stderr);
    // A folder with another log neither.
    let other = folder.path("other");
    Launch::on(&other).start().stop();
    let ended = Launch::on(&other).config(&settings).refused();
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("another log"), "{}", ended.stderr);
}

/// The address of a monitoring port whose server lives in another year.
fn monitoring_of_another_year() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let body = json!({
            "version": "2.15.1", "now": "2020-01-01T00:00:00.000000001Z",
            "jetstream": { "config": { "sync_always": true } },
        });
        let body = body.to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    url
}

#[test]
fn a_clock_that_is_off_is_refused() {
    let folder = Folder::new();
    let monitoring = monitoring_of_another_year();
    let settings = format!(
        "[store]\nengine = \"jetstream\"\nservers = [\"nats://127.0.0.1:1\"]\n\
         monitoring = [\"{monitoring}\"]\n"
    );
    let ended = Launch::on(&folder.data()).config(&settings).refused();
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("s ahead of that of the server"),
        "{}",
        ended.stderr
    );
}
