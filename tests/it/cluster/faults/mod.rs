//! Faults at random, and seeded, while webhooks come and honeytokens are issued. After each round
//! everything is healed, and then: every contact that was acknowledged is in every node's log
//! exactly once, in one order, under one tree, with equal verdicts, and no line was placed twice.
//!
//! A few rounds belong to every run of the tests. More, from another seed, on one's own:
//!
//! ```sh
//! CANARYLINE_FAULT_ROUNDS=100 CANARYLINE_FAULT_SEED=1 cargo test --test it cluster::faults -- --nocapture
//! ```
//!
//! With `CANARYLINE_FAULT_DISK=1`, as root, all folders lie on a disk of their own in a file, and
//! whole power cuts are among the faults: the disk goes on from a copy of what was synced.

mod disk;
mod harm;
mod load;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::disk::Disk;
use self::harm::Harm;
use self::load::{Load, Taken};
use crate::harness::cast;
use crate::harness::chance::Chance;
use crate::harness::cluster::{Cluster, NODES};
use crate::harness::folder::Folder;
use crate::harness::http::{self, header};
use crate::harness::nats::{self, Extras, Nats};
use crate::harness::wait_for;

/// Rounds in a run of all tests.
const ROUNDS: usize = 3;
const SEED: u64 = 20_261_124;
/// Rounds until a cluster is begun anew, so that looking through its log stays short.
const ROUNDS_PER_CLUSTER: usize = 10;
/// Lines that can be issued in the rounds of one cluster.
const LINES: usize = 100;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn rounds_of_random_faults_lose_nothing_and_place_no_line_twice() {
    let Some(program) = nats::program() else {
        return;
    };
    let rounds = setting("CANARYLINE_FAULT_ROUNDS").map_or(ROUNDS, |n| n as usize);
    let seed = setting("CANARYLINE_FAULT_SEED").unwrap_or(SEED);
    let mut chance = Chance::of(seed);
    println!("{rounds} rounds of faults, seed {seed}");
    println!("| round | faults | acknowledged | entries | longest wait ms | degraded | healed s |");
    println!("|---|---|---|---|---|---|---|");
    for first in (1..=rounds).step_by(ROUNDS_PER_CLUSTER) {
        let disk = setting("CANARYLINE_FAULT_DISK").and_then(|_| Disk::make());
        let mut trial = Trial::begin(&program, disk);
        for round in first..=rounds.min(first + ROUNDS_PER_CLUSTER - 1) {
            println!("| {round} | {} |", trial.round(&mut chance));
        }
    }
}

/// A cluster under trial, and what it has said yes to.
struct Trial {
    cluster: Cluster,
    /// Held until the cluster is gone.
    disk: Option<Disk>,
    taken: Taken,
}

impl Trial {
    fn begin(program: &std::path::Path, disk: Option<Disk>) -> Trial {
        let folder = disk.as_ref().map_or_else(Folder::new, Disk::folder);
        let extras = Extras {
            cables: true,
            ..Extras::default()
        };
        let nats = Nats::with(program.to_owned(), &folder.path("nats"), extras);
        let cluster = Cluster::over(folder, nats, "", &["RUST_LOG=warn"]);
        let api = cluster.api(0);
        cast::install(&api);
        let line = |n: usize| {
            json!({ "number": format!("+4479460{n:05}"), "connection": "pbx",
                    "acquired_at": "2026-01-01T00:00:00Z" })
        };
        let lines: Vec<Value> = (900..900 + LINES).map(line).collect();
        api.made("/v1/lines", &json!({ "lines": lines }));
        cluster.settled();
        let taken = Taken::default();
        Trial {
            cluster,
            disk,
            taken,
        }
    }

    /// One round; its row of the table.
    fn round(&mut self, chance: &mut Chance) -> String {
        let load = Load::start(&self.cluster, chance.next());
        let count = 1 + chance.below(2);
        let mut faults = Vec::new();
        let (mut degraded, mut acknowledged) = (false, 0);
        for _ in 0..count {
            load.pause_ms(300 + chance.below(700) as u64);
            let harm = Harm::of(chance, self.disk.is_some());
            faults.push(harm.to_string());
            degraded |= harm.play(&mut self.cluster, self.disk.as_mut(), &load);
        }
        let began = std::time::Instant::now();
        self.heal();
        load.aim(&self.cluster);
        self.cluster.settled();
        let longest_ms = load.longest_wait_ms();
        let more = load.end(&self.cluster);
        acknowledged += more.contacts.len();
        self.taken.add(more);
        let healed_s = began.elapsed().as_secs();
        let entries = self.check();
        format!(
            "{} | {acknowledged} | {entries} | {longest_ms} | {} | {healed_s}",
            faults.join(", "),
            if degraded { "yes" } else { "no" },
        )
    }

    fn heal(&mut self) {
        self.cluster.nats.mend();
        for one in 0..NODES {
            if self.cluster.nats.pid(one).is_none() {
                self.cluster.nats.begin(one);
            }
        }
        self.cluster.nats.healthy();
        for node in 0..NODES {
            if self.cluster.nodes[node].is_none() {
                self.cluster.begin(node);
            }
        }
    }

    /// That all nodes hold what was acknowledged, once and alike; how many entries that is.
    fn check(&self) -> u64 {
        self.cluster.hold_once(&self.taken.contacts);
        let numbers = |place: usize| {
            let tokens = self.cluster.api(place).all("/v1/honeytokens", "", 500);
            let number = |t: &Value| t["number"].as_str().unwrap().to_owned();
            tokens.iter().map(number).collect::<Vec<String>>()
        };
        let placed = numbers(0);
        let different: BTreeSet<&String> = placed.iter().collect();
        assert_eq!(
            different.len(),
            placed.len(),
            "a line was placed twice: {placed:?}"
        );
        for issued in &self.taken.issued {
            assert!(
                different.contains(issued),
                "{issued} was issued and is not there"
            );
        }
        for place in 1..NODES {
            assert_eq!(numbers(place), placed, "node {place}");
        }
        self.same_verdicts()
    }

    /// That all nodes judge alike, as of one size of the log.
    fn same_verdicts(&self) -> u64 {
        let (entries, verdicts) = wait_for("answers from one size", || {
            let seen = |place: usize| {
                let key = header("authorization", format!("Bearer {}", self.cluster.key));
                let address = self.cluster.node(place).address;
                let answer = http::ask(address, "GET", "/v1/verdicts", &[key], b"").ok()?;
                let size: u64 = answer.header("x-ledger-size")?.parse().ok()?;
                let after = self.cluster.standing(place)["log_entries"].as_u64()?;
                (after == size).then(|| (size, answer.json()["items"].clone()))
            };
            let all: Vec<(u64, Value)> = (0..NODES).map(seen).collect::<Option<_>>()?;
            all.iter()
                .all(|(size, _)| *size == all[0].0)
                .then_some(())?;
            Some((
                all[0].0,
                all.into_iter().map(|(_, v)| v).collect::<Vec<Value>>(),
            ))
        });
        for place in 1..NODES {
            assert_eq!(verdicts[place], verdicts[0], "node {place}");
        }
        entries
    }
}
