//! Providers that come again until they are heard, and somebody who issues honeytokens.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::cast::{self, LINE, SECOND_LINE};
use crate::harness::chance::Chance;
use crate::harness::cluster::{Cluster, NODES};
use crate::harness::http::{self, header};

/// Providers at work.
const CLIENTS: usize = 4;
/// Between two webhooks of one, in milliseconds.
const EVERY_MS: u64 = 15;
/// Between two wishes for a honeytoken, in milliseconds.
const WISH_EVERY_MS: u64 = 700;

/// What was said yes to.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) contacts: BTreeSet<String>,
    pub(super) issued: Vec<String>,
}

impl Taken {
    pub(super) fn add(&mut self, more: Taken) {
        self.contacts.extend(more.contacts);
        self.issued.extend(more.issued);
    }
}

#[derive(Default)]
struct Shared {
    nodes: Mutex<Vec<Option<SocketAddr>>>,
    stop: AtomicBool,
    taken: Mutex<Taken>,
    /// When the last webhook was acknowledged, and the longest time between two, in milliseconds.
    last: Mutex<Option<Instant>>,
    longest_ms: AtomicU64,
}

impl Shared {
    fn address(&self, chance: &mut Chance) -> Option<SocketAddr> {
        self.nodes.lock().unwrap()[chance.below(NODES)]
    }

    fn acknowledged(&self, id: String) {
        self.taken.lock().unwrap().contacts.insert(id);
        let mut last = self.last.lock().unwrap();
        let now = Instant::now();
        if let Some(before) = last.replace(now) {
            let gap_ms = now.duration_since(before).as_millis() as u64;
            self.longest_ms.fetch_max(gap_ms, Ordering::Relaxed);
        }
    }
}

/// Clients at work.
pub(super) struct Load {
    shared: Arc<Shared>,
    providers: Vec<JoinHandle<Vec<(String, &'static str)>>>,
    issuer: JoinHandle<()>,
}

impl Load {
    pub(super) fn start(cluster: &Cluster, seed: u64) -> Load {
        let shared = Arc::new(Shared::default());
        let load = |client: usize| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || provider(&shared, seed, client))
        };
        aim(&shared, cluster);
        let providers = (0..CLIENTS).map(load).collect();
        let (key, issuing) = (cluster.key.clone(), Arc::clone(&shared));
        let issuer = std::thread::spawn(move || issue(&issuing, seed, &key));
        Load {
            shared,
            providers,
            issuer,
        }
    }

    /// Lets the clients work for a while.
    pub(super) fn pause_ms(&self, ms: u64) {
        std::thread::sleep(Duration::from_millis(ms));
    }

    /// Tells the clients which nodes there are.
    pub(super) fn aim(&self, cluster: &Cluster) {
        aim(&self.shared, cluster);
    }

    pub(super) fn longest_wait_ms(&self) -> u64 {
        self.shared.longest_ms.load(Ordering::Relaxed)
    }

    /// Ends the load: what was not heard is told again until it is.
    pub(super) fn end(self, cluster: &Cluster) -> Taken {
        self.shared.stop.store(true, Ordering::SeqCst);
        let unheard = self.providers.into_iter().flat_map(|p| p.join().unwrap());
        let unheard: Vec<(String, &str)> = unheard.collect();
        self.issuer.join().unwrap();
        let mut taken = std::mem::take(&mut *self.shared.taken.lock().unwrap());
        for (place, (id, line)) in unheard.into_iter().enumerate() {
            let node = cluster.node(place % NODES).address;
            assert!(
                post(node, &id, line),
                "{id} is not taken though all is well"
            );
            taken.contacts.insert(id);
        }
        taken
    }
}

fn aim(shared: &Shared, cluster: &Cluster) {
    let address = |node: &Option<crate::harness::server::Server>| node.as_ref().map(|n| n.address);
    *shared.nodes.lock().unwrap() = cluster.nodes.iter().map(address).collect();
}

fn post(node: SocketAddr, id: &str, line: &str) -> bool {
    let signed = cast::sms(id, line, &format!("offer {id}, call now"));
    let answer = http::ask(node, "POST", "/hooks/pbx", &signed.headers, &signed.body);
    answer.is_ok_and(|answer| answer.status == 200)
}

/// Tells of one message after the other, each to any node, and of what was not heard again to
/// another; what was never heard is given back.
fn provider(shared: &Shared, seed: u64, client: usize) -> Vec<(String, &'static str)> {
    let mut chance = Chance::of(seed ^ client as u64);
    let (mut unheard, mut number) = (Vec::new(), 0_u64);
    while !shared.stop.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(EVERY_MS));
        let again = chance.below(3) == 0;
        let (id, line) = unheard.pop().filter(|_| again).unwrap_or_else(|| {
            number += 1;
            let line = if chance.below(2) == 0 {
                LINE
            } else {
                SECOND_LINE
            };
            (format!("msg_{seed:x}_{client}_{number}"), line)
        });
        match shared.address(&mut chance) {
            Some(node) if post(node, &id, line) => shared.acknowledged(id),
            _ => unheard.push((id, line)),
        }
    }
    unheard
}

fn issue(shared: &Shared, seed: u64, key: &str) {
    let mut chance = Chance::of(!seed);
    let headers = [
        header("authorization", format!("Bearer {key}")),
        header("content-type", "application/json"),
    ];
    let wish = json!({ "platform": "acme" }).to_string();
    while !shared.stop.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(WISH_EVERY_MS));
        let Some(node) = shared.address(&mut chance) else {
            continue;
        };
        let answer = http::ask(node, "POST", "/v1/honeytokens", &headers, wish.as_bytes());
        if let Ok(answer) = answer
            && answer.status == 201
        {
            let number = answer.json()["number"].as_str().unwrap().to_owned();
            shared.taken.lock().unwrap().issued.push(number);
        }
    }
}
