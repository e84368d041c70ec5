//! What a cluster costs, in one run on one machine: durable webhooks per second of one embedded
//! node and of three nodes over three servers that sync each write; a bare client of NATS that
//! publishes the very batches that the nodes made, to the same kind of stream, under the same
//! condition; how long nobody is acknowledged when the stream's leader is killed, under `quorum` and
//! under `local`; and how fast a new node catches up.
//!
//! `cargo bench --bench cluster -- [REQUESTS] [CONNECTIONS] [FOLDER]`, with nats-server in
//! `target/tests` (`tests/run` puts it there) or named by `CANARYLINE_NATS_SERVER`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where it fails"
)]

#[path = "../load/mod.rs"]
mod load;
mod nodes;
mod servers;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use store::Acknowledge;

use self::load::{Measured, blast, stream};
use self::nodes::{NODES, Node};
use self::servers::Servers;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Clients of a trial of fail-over.
const FAILOVER_CONNECTIONS: usize = 8;
/// More than are sent in the time.
const FAILOVER_REQUESTS_MAX: usize = 60_000;
/// After each of its answers a client waits.
const FAILOVER_PAUSE: Duration = Duration::from_millis(5);
/// From its beginning to the leader's end.
const KILL_AFTER: Duration = Duration::from_secs(3);

fn main() {
    // Already installed is fine: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let requests = args.next().and_then(|n| n.parse().ok()).unwrap_or(50_000);
    let connections = args.next().and_then(|n| n.parse().ok()).unwrap_or(192);
    let place = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(place).unwrap();
    let load = Arc::new(load::load(requests));
    println!("{requests} webhooks, {connections} connections, all on this machine");

    let alone = Node::alone(&folder.path().join("alone"));
    let embedded = blast(&[alone.address], &load, connections);
    println!("one embedded node           {embedded}");
    alone.stop();

    let mut servers = Servers::start(&folder.path().join("servers"));
    let cluster = cluster(&servers, folder.path(), &load, connections);
    println!("three nodes, quorum         {cluster}");
    let (batches, entries, bare_per_s) = servers.bare("bench");
    println!(
        "bare NATS, {batches} messages  {bare_per_s:>9.0}/s  ({:.0} entries a message)",
        entries as f64 / batches as f64
    );
    println!(
        "cluster / bare NATS {:.3}   cluster / embedded {:.3}",
        cluster.per_s / bare_per_s,
        cluster.per_s / embedded.per_s
    );

    let began = Instant::now();
    let late = Node::join(
        &folder.path().join("late"),
        &servers.settings("bench"),
        Acknowledge::Quorum,
    );
    let seconds = began.elapsed().as_secs_f64();
    let size = late.size();
    println!(
        "catching up                 {:>9.0} entries/s ({size} entries)",
        size as f64 / seconds
    );
    late.stop();

    for (word, acknowledge) in [
        ("quorum", Acknowledge::Quorum),
        ("local", Acknowledge::Local),
    ] {
        let failed = fail_over(&mut servers, folder.path(), word, acknowledge);
        println!(
            "leader killed, {word:<8} nobody acknowledged for {:.0} ms",
            failed.silent_ms
        );
    }
}

fn cluster(
    servers: &Servers,
    folder: &std::path::Path,
    load: &Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> Measured {
    let settings = servers.settings("bench");
    let join = |n: usize| {
        Node::join(
            &folder.join(format!("node{n}")),
            &settings,
            Acknowledge::Quorum,
        )
    };
    let nodes: Vec<Node> = (0..NODES).map(join).collect();
    nodes[0].make_lines();
    let addresses: Vec<_> = nodes.iter().map(|node| node.address).collect();
    let measured = blast(&addresses, load, connections);
    for node in nodes {
        node.wait_for_contacts(load.len() as u64);
        node.stop();
    }
    measured
}

/// A small load through which the leader of the stream is killed.
fn fail_over(
    servers: &mut Servers,
    folder: &std::path::Path,
    word: &str,
    acknowledge: Acknowledge,
) -> Measured {
    let settings = servers.settings(word);
    let join = |n: usize| Node::join(&folder.join(format!("{word}{n}")), &settings, acknowledge);
    let nodes: Vec<Node> = (0..NODES).map(join).collect();
    nodes[0].make_lines();
    let addresses: Vec<_> = nodes.iter().map(|node| node.address).collect();
    let leader = servers.leader(word);
    let load = Arc::new(load::load(FAILOVER_REQUESTS_MAX));
    let ended = Arc::new(AtomicBool::new(false));
    let measured = std::thread::scope(|scope| {
        let trickle = || {
            stream(
                &addresses,
                &load,
                FAILOVER_CONNECTIONS,
                &ended,
                FAILOVER_PAUSE,
            )
        };
        let work = scope.spawn(trickle);
        std::thread::sleep(KILL_AFTER);
        servers.kill(leader);
        std::thread::sleep(KILL_AFTER * 6);
        ended.store(true, Ordering::Relaxed);
        work.join().unwrap()
    });
    servers.begin(leader);
    servers.healthy();
    for node in nodes {
        node.stop();
    }
    measured
}
