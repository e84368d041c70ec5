//! Three nodes over three servers, with faults: nothing acknowledged is lost, all nodes keep one
//! log and one tree, and no line is placed twice.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::api::Api;
use crate::harness::cast::{self, LINE, SECOND_LINE};
use crate::harness::chance::Chance;
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::nats::{self, Nats};
use crate::harness::server::{Launch, Server};
use crate::harness::wait_for;

const NODES: usize = 3;

/// Nodes of one cluster, each on a folder of its own.
struct Cluster {
    folder: Folder,
    nats: Nats,
    settings: String,
    nodes: Vec<Option<Server>>,
    key: String,
}

impl Cluster {
    fn start(program: PathBuf) -> Cluster {
        let folder = Folder::new();
        let nats = Nats::start(program, &folder.path("nats"));
        let settings = nats.settings();
        let mut cluster = Cluster {
            folder,
            nats,
            settings,
            nodes: (0..NODES).map(|_| None).collect(),
            key: String::new(),
        };
        cluster.begin(0);
        cluster.key = cluster.node(0).admin_key();
        // The data key is brought to the others by whoever runs them.
        for place in 1..NODES {
            std::fs::create_dir(cluster.data(place)).unwrap();
            let key = cluster.data(0).join("data.key");
            std::fs::copy(key, cluster.data(place).join("data.key")).unwrap();
            cluster.begin(place);
        }
        cluster
    }

    fn data(&self, place: usize) -> PathBuf {
        self.folder.path(&format!("node{place}"))
    }

    fn begin(&mut self, place: usize) {
        let data = self.data(place);
        self.nodes[place] = Some(Launch::on(&data).config(&self.settings).start());
    }

    fn node(&self, place: usize) -> &Server {
        self.nodes[place].as_ref().unwrap()
    }

    fn api(&self, place: usize) -> Api {
        Api::new(self.node(place).address, Some(&self.key))
    }

    fn standing(&self, place: usize) -> Value {
        self.node(place).stranger().get("/readyz").json()
    }

    /// Posts messages with these numbers to all nodes in turn; those that were taken.
    fn post(&self, numbers: std::ops::Range<usize>) -> BTreeSet<String> {
        let taken = numbers.filter_map(|number| {
            let node = self.nodes[number % NODES].as_ref()?;
            let id = format!("msg_{number:06}");
            let line = if number.is_multiple_of(3) {
                SECOND_LINE
            } else {
                LINE
            };
            let signed = cast::sms(&id, line, &format!("offer {id}, call now"));
            let answer = http::ask(
                node.address,
                "POST",
                "/hooks/pbx",
                &signed.headers,
                &signed.body,
            );
            (answer.ok()?.status == 200).then_some(id)
        });
        taken.collect()
    }

    /// Waits until nothing waits and all nodes hold the same; how much that is.
    fn settled(&self) -> u64 {
        wait_for("nodes that agree", || {
            let all: Vec<Value> = (0..NODES).map(|place| self.standing(place)).collect();
            let calm = |s: &Value| {
                s["cluster"]["outbox_entries"] == 0 && s["cluster"]["degraded"].is_null()
            };
            let same = all
                .iter()
                .all(|s| s["log_entries"] == all[0]["log_entries"]);
            (same && all.iter().all(calm)).then(|| all[0]["log_entries"].as_u64())?
        })
    }

    /// That each node holds each of these once, in the same places, under the same tree.
    fn hold_once(&self, acknowledged: &BTreeSet<String>) {
        let size = self.settled();
        let held = |place: usize| {
            let contacts = self.api(place).contacts();
            let first = contacts.into_iter().filter(|c| c["duplicate_of"].is_null());
            let pair = |c: Value| {
                let id = c["provider_event_id"].as_str().unwrap().to_owned();
                (id, c["index"].as_u64().unwrap())
            };
            first.map(pair).collect::<Vec<_>>()
        };
        let first = held(0);
        let ids: Vec<&String> = first.iter().map(|(id, _)| id).collect();
        let different: BTreeSet<&String> = ids.iter().copied().collect();
        assert_eq!(different.len(), ids.len(), "a contact stands twice");
        for id in acknowledged {
            assert!(
                different.contains(id),
                "{id} was acknowledged and is not there"
            );
        }
        let verdicts = self.api(0).seen("/v1/verdicts");
        for place in 1..NODES {
            // Chores may go on writing; what lay below the size is the same.
            let below = |held: &[(String, u64)]| {
                let old = held.iter().filter(|(_, index)| *index < size);
                old.cloned().collect::<Vec<_>>()
            };
            assert_eq!(below(&held(place)), below(&first), "node {place}");
            let theirs = self.api(place).seen("/v1/verdicts");
            assert_eq!(theirs["items"], verdicts["items"], "node {place}");
        }
        self.one_checkpoint_from(size);
    }

    /// That all nodes show one checkpoint of a majority that covers `size` entries.
    fn one_checkpoint_from(&self, size: u64) {
        let text = wait_for("a checkpoint of a majority", || {
            let shown: Vec<String> = (0..NODES)
                .map(|place| self.api(place).get("/log/checkpoint").text().to_owned())
                .collect();
            let covers = shown[0].lines().nth(1)?.parse::<u64>().ok()? >= size;
            (covers && shown.iter().all(|s| *s == shown[0])).then(|| shown[0].clone())
        });
        let signatures = text.lines().filter(|line| line.starts_with("— ")).count();
        assert!(signatures > NODES / 2, "{text}");
        for place in 0..NODES {
            assert!(self.standing(place)["cluster"]["disagrees"].is_null());
        }
    }
}

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
    cluster.nodes[node].take().unwrap().kill();
    acknowledged.extend(cluster.post(50..70));
    cluster.begin(node);

    // A node's disk is wiped: it joins anew with the data key.
    let node = (node + 1) % NODES;
    cluster.settled();
    cluster.nodes[node].take().unwrap().kill();
    let key = std::fs::read(cluster.data(node).join("data.key")).unwrap();
    std::fs::remove_dir_all(cluster.data(node)).unwrap();
    std::fs::create_dir(cluster.data(node)).unwrap();
    std::fs::write(cluster.data(node).join("data.key"), key).unwrap();
    cluster.begin(node);
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
    cluster.nodes[2].take().unwrap().kill();
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
    let nats = Nats::with(program, &folder.path("nats"), "sync_interval: \"2m\"");
    let settings = nats.settings();
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
    let settings = nats.settings();
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
