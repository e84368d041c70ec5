//! What can go wrong.

use std::fmt;

use super::disk::Disk;
use super::load::Load;
use crate::harness::chance::Chance;
use crate::harness::cluster::{Cluster, NODES};
use crate::harness::program::signal;

/// A fault, and for how long, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Harm {
    kind: Kind,
    for_ms: u64,
}

#[derive(Clone, Copy)]
enum Kind {
    KillServer(usize),
    KillNode(usize),
    /// A server and a node at once.
    KillBoth(usize, usize),
    /// Two of three servers.
    KillMajority(usize),
    StopServer(usize),
    StopNode(usize),
    /// A server and the node beside it reach nobody, and nobody them.
    Split(usize),
    /// A node reaches no server.
    CutNode(usize),
    /// Two servers do not reach each other; the third reaches both.
    CutRoute(usize),
    WipeNode(usize),
    WipeServer(usize),
    /// A rolling upgrade of all nodes.
    Upgrade,
    KillAll,
    /// All at once, and the disk goes on from what was synced.
    PowerCut,
}

impl Harm {
    /// Any of them.
    pub(super) fn of(chance: &mut Chance, with_disk: bool) -> Harm {
        let (one, other) = (chance.below(NODES), chance.below(NODES));
        let kind = match chance.below(if with_disk { 17 } else { 14 }) {
            0 | 1 => Kind::KillServer(one),
            2 => Kind::KillNode(one),
            3 => Kind::KillBoth(one, other),
            4 => Kind::KillMajority(one),
            5 => Kind::StopServer(one),
            6 => Kind::StopNode(one),
            7 | 8 => Kind::Split(one),
            9 => Kind::CutNode(one),
            10 => Kind::CutRoute(one),
            11 => Kind::WipeNode(one),
            12 => match chance.below(2) {
                0 => Kind::WipeServer(one),
                _ => Kind::Upgrade,
            },
            13 => Kind::KillAll,
            _ => Kind::PowerCut,
        };
        let for_ms = 1_000 + chance.below(5_000) as u64;
        Harm { kind, for_ms }
    }

    /// Does it, and for what is not healed at the end of the round, undoes it; whether a node said
    /// that it was degraded.
    pub(super) fn play(self, cluster: &mut Cluster, disk: Option<&mut Disk>, load: &Load) -> bool {
        match self.kind {
            Kind::KillServer(one) => cluster.nats.kill(one),
            Kind::KillNode(one) => cluster.kill(one),
            Kind::KillBoth(one, other) => {
                cluster.nats.kill(one);
                cluster.kill(other);
            }
            Kind::KillMajority(stays) => {
                (0..NODES)
                    .filter(|n| *n != stays)
                    .for_each(|n| cluster.nats.kill(n));
            }
            Kind::StopServer(one) => pause(cluster.nats.pid(one), self.for_ms, load),
            Kind::StopNode(one) => {
                let pid = cluster.nodes[one].as_ref().map(|node| node.pid());
                pause(pid, self.for_ms, load);
            }
            Kind::Split(one) => {
                for other in (0..NODES).filter(|n| *n != one) {
                    cluster.nats.cut_route(one, other, true);
                    cluster.nats.cut_client(one, other, true);
                    cluster.nats.cut_client(other, one, true);
                }
            }
            Kind::CutNode(one) => {
                (0..NODES).for_each(|server| cluster.nats.cut_client(one, server, true));
            }
            Kind::CutRoute(one) => cluster.nats.cut_route(one, (one + 1) % NODES, true),
            Kind::WipeNode(one) => wipe_node(cluster, one),
            Kind::WipeServer(one) => wipe_server(cluster, one),
            Kind::Upgrade => upgrade(cluster, load),
            Kind::KillAll => kill_all(cluster),
            Kind::PowerCut => {
                if let Some(disk) = disk {
                    power_cut(cluster, disk);
                }
            }
        }
        load.aim(cluster);
        load.pause_ms(self.for_ms);
        is_degraded(cluster)
    }
}

fn is_degraded(cluster: &Cluster) -> bool {
    let standing = |place: usize| {
        let node = cluster.nodes[place].as_ref()?;
        let answer = crate::harness::http::ask(node.address, "GET", "/readyz", &[], b"").ok()?;
        Some(answer.json()["cluster"]["degraded"].is_string())
    };
    (0..NODES).any(|place| standing(place) == Some(true))
}

fn pause(pid: Option<u32>, for_ms: u64, load: &Load) {
    if let Some(pid) = pid {
        signal("STOP", pid);
        load.pause_ms(for_ms);
        signal("CONT", pid);
    }
}

/// A node's disk is lost. What it acknowledged on that disk alone goes with it, as promised: then
/// it is only killed.
fn wipe_node(cluster: &mut Cluster, one: usize) {
    if cluster.nodes.iter().any(Option::is_none) {
        return;
    }
    cluster.kill(one);
    let data = cluster.data(one);
    if std::fs::metadata(data.join("outbox")).is_ok_and(|outbox| outbox.len() == 0) {
        std::fs::remove_dir_all(&data).unwrap();
        // It joins when the round is healed.
        cluster.bring_key(one);
    }
}

/// A server's disk is lost while the others have all.
fn wipe_server(cluster: &mut Cluster, one: usize) {
    if (0..NODES).any(|server| cluster.nats.pid(server).is_none()) {
        return;
    }
    // They have all only when nothing of this round is cut any more.
    cluster.nats.mend();
    cluster.nats.healthy();
    cluster.nats.kill(one);
    std::fs::remove_dir_all(cluster.nats.store(one)).unwrap();
    cluster.nats.begin(one);
}

fn upgrade(cluster: &mut Cluster, load: &Load) {
    for node in 0..NODES {
        if cluster.nodes[node].is_some() {
            cluster.stop(node);
            load.aim(cluster);
            if (0..NODES).all(|server| cluster.nats.pid(server).is_some()) {
                cluster.begin(node);
                load.aim(cluster);
            }
        }
    }
}

fn kill_all(cluster: &mut Cluster) {
    for place in 0..NODES {
        cluster.nats.kill(place);
        cluster.kill(place);
    }
}

fn power_cut(cluster: &mut Cluster, disk: &mut Disk) {
    let servers = (0..NODES).filter_map(|place| cluster.nats.pid(place));
    let nodes = cluster.nodes.iter().flatten().map(|node| node.pid());
    let all: Vec<u32> = servers.chain(nodes).collect();
    all.iter().for_each(|pid| signal("STOP", *pid));
    let saved = disk.copy();
    kill_all(cluster);
    disk.go_on_from(saved);
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::KillServer(one) => write!(f, "kill server {one}"),
            Kind::KillNode(one) => write!(f, "kill node {one}"),
            Kind::KillBoth(one, other) => write!(f, "kill server {one} and node {other}"),
            Kind::KillMajority(stays) => write!(f, "kill servers but {stays}"),
            Kind::StopServer(one) => write!(f, "stop server {one}"),
            Kind::StopNode(one) => write!(f, "stop node {one}"),
            Kind::Split(one) => write!(f, "split off {one}"),
            Kind::CutNode(one) => write!(f, "cut off node {one}"),
            Kind::CutRoute(one) => write!(f, "cut server {one} from {}", (one + 1) % NODES),
            Kind::WipeNode(one) => write!(f, "wipe node {one}"),
            Kind::WipeServer(one) => write!(f, "wipe server {one}"),
            Kind::Upgrade => write!(f, "upgrade nodes"),
            Kind::KillAll => write!(f, "kill all"),
            Kind::PowerCut => write!(f, "power cut"),
        }?;
        write!(f, " {:.1} s", self.for_ms as f64 / 1e3)
    }
}
