//! Three nodes over three servers of a NATS cluster, each on a folder of its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;

use serde_json::Value;

use super::api::Api;
use super::cast::{self, LINE, SECOND_LINE};
use super::folder::Folder;
use super::http;
use super::nats::{Extras, Nats};
use super::page::Browser;
use super::server::{Launch, Server};
use super::wait_for;

/// Nodes, and servers.
pub(crate) const NODES: usize = 3;

/// Nodes of one cluster, each on a folder of its own.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Option<Server>>,
    pub(crate) nats: Nats,
    /// In the settings of each node, beside what the servers say.
    more: String,
    /// Set in the environment of each node.
    environment: Vec<&'static str>,
    pub(crate) key: String,
    /// The last to go.
    folder: Folder,
}

impl Cluster {
    pub(crate) fn start(program: PathBuf) -> Cluster {
        Cluster::with(program, Extras::default(), "")
    }

    /// With more in the settings of servers and nodes.
    pub(crate) fn with(program: PathBuf, extras: Extras, more: &str) -> Cluster {
        let folder = Folder::new();
        let nats = Nats::with(program, &folder.path("nats"), extras);
        Cluster::over(folder, nats, more, &[])
    }

    /// Over servers that run in this folder.
    pub(crate) fn over(
        folder: Folder,
        nats: Nats,
        more: &str,
        environment: &[&'static str],
    ) -> Cluster {
        let mut cluster = Cluster {
            folder,
            nats,
            more: more.to_owned(),
            environment: environment.to_owned(),
            nodes: (0..NODES).map(|_| None).collect(),
            key: String::new(),
        };
        cluster.begin(0);
        cluster.key = cluster.node(0).admin_key();
        for place in 1..NODES {
            cluster.join(place);
        }
        cluster
    }

    /// Starts a node on an empty folder.
    pub(crate) fn join(&mut self, place: usize) {
        self.bring_key(place);
        self.begin(place);
    }

    /// Makes a node's empty folder, to which whoever runs them brings the data key, and syncs it.
    pub(crate) fn bring_key(&self, place: usize) {
        let mut keys = (0..NODES).filter(|other| *other != place);
        let key = keys.find_map(|other| std::fs::read(self.data(other).join("data.key")).ok());
        let (dir, key) = (self.data(place), key.unwrap());
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("data.key");
        std::fs::write(&path, key).unwrap();
        for synced in [&path, &dir, &self.folder.path("")] {
            File::open(synced).unwrap().sync_all().unwrap();
        }
    }

    /// Kills a node and wipes its disk; it joins anew.
    pub(crate) fn wipe(&mut self, place: usize) {
        self.kill(place);
        std::fs::remove_dir_all(self.data(place)).unwrap();
        self.join(place);
    }

    /// Kills a node.
    pub(crate) fn kill(&mut self, place: usize) {
        if let Some(node) = self.nodes[place].take() {
            node.kill();
        }
    }

    /// Stops a node.
    pub(crate) fn stop(&mut self, place: usize) {
        if let Some(node) = self.nodes[place].take() {
            node.stop();
        }
    }

    /// A path beside the nodes' folders.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    /// The settings of a node.
    pub(crate) fn settings(&self, place: usize) -> String {
        format!("{}{}", self.nats.settings(place), self.more)
    }

    /// The folder of a node.
    pub(crate) fn data(&self, place: usize) -> PathBuf {
        self.folder.path(&format!("node{place}"))
    }

    /// Starts a node on what it left.
    pub(crate) fn begin(&mut self, place: usize) {
        let (data, settings) = (self.data(place), self.settings(place));
        let wrapper = [&["env"], self.environment.as_slice()].concat();
        let launch = Launch::on(&data).config(&settings).by(&wrapper);
        self.nodes[place] = Some(launch.start());
    }

    /// A node that runs.
    pub(crate) fn node(&self, place: usize) -> &Server {
        self.nodes[place].as_ref().unwrap()
    }

    /// The API of a node under the admin's key.
    pub(crate) fn api(&self, place: usize) -> Api {
        Api::new(self.node(place).address, Some(&self.key))
    }

    /// What a node says of itself.
    pub(crate) fn standing(&self, place: usize) -> Value {
        self.node(place).stranger().get("/readyz").json()
    }

    /// Posts messages with these numbers to all nodes in turn; those that were taken.
    pub(crate) fn post(&self, numbers: std::ops::Range<usize>) -> BTreeSet<String> {
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
    pub(crate) fn settled(&self) -> u64 {
        wait_for("nodes that agree", || {
            let all: Vec<Value> = (0..NODES).map(|place| self.standing(place)).collect();
            let calm = |s: &Value| {
                let cluster = &s["cluster"];
                cluster["outbox_entries"] == 0
                    && cluster["degraded"].is_null()
                    && cluster["folds_anew"] == false
            };
            let same = all
                .iter()
                .all(|s| s["log_entries"] == all[0]["log_entries"]);
            (same && all.iter().all(calm)).then(|| all[0]["log_entries"].as_u64())?
        })
    }

    /// That each node holds each of these once, in the same places, under the same tree.
    pub(crate) fn hold_once(&self, acknowledged: &BTreeSet<String>) {
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
    pub(crate) fn one_checkpoint_from(&self, size: u64) {
        let text = wait_for("a checkpoint of a majority", || {
            let shown: Vec<String> = (0..NODES)
                .map(|place| self.api(place).get("/log/checkpoint").text().to_owned())
                .collect();
            let covers = shown[0].lines().nth(1)?.parse::<u64>().ok()? >= size;
            (covers && shown.iter().all(|s| *s == shown[0])).then(|| shown[0].clone())
        });
        by_a_majority(&text);
        for place in 0..NODES {
            let receipt = &self.api(place).seen("/v1/receipts/0")["receipt"];
            by_a_majority(receipt.as_str().unwrap());
            let mut browser = Browser::signed_in(self.node(place), &self.key);
            by_a_majority(&browser.seen("/evidence/checkpoint"));
            assert!(self.standing(place)["cluster"]["disagrees"].is_null());
        }
    }
}

/// That a note bears the signatures of more than half of the nodes.
fn by_a_majority(note: &str) {
    let signatures = note.lines().filter(|line| line.starts_with("— ")).count();
    assert!(signatures > NODES / 2, "{note}");
}
