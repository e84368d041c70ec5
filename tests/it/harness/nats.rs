//! Three servers of a NATS cluster on loopback, each of which may be killed and come back.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::cable::Cable;
use super::{http, program, wait_for};

/// Where `tests/run` puts the server; this names another.
const VARIABLE: &str = "CANARYLINE_NATS_SERVER";
const SERVERS: usize = 3;

/// The program, if it is there.
pub(crate) fn program() -> Option<PathBuf> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tests/nats-server");
    let found = named.into_iter().chain([installed]).find(|p| p.exists());
    if found.is_none() {
        println!("skipped: nats-server is not installed; tests/run does");
    }
    found
}

/// Ports of a server: clients, monitoring, cluster.
type Ports = [u16; 3];

/// Servers at work; killed when dropped.
pub(crate) struct Nats {
    program: PathBuf,
    dir: PathBuf,
    ports: Vec<Ports>,
    running: Vec<Option<Child>>,
    extras: Extras,
    cables: Option<Cables>,
}

/// What stands in a server's settings beside the usual.
#[derive(Default)]
pub(crate) struct Extras {
    /// In the section `jetstream`, in place of `sync_interval: always`.
    pub(crate) jetstream: Option<&'static str>,
    /// At the top.
    pub(crate) top: String,
    /// Whether everything between servers and nodes goes through cables.
    pub(crate) cables: bool,
}

/// Where the next servers of this process look for ports.
static NEXT_PORT: AtomicU32 = AtomicU32::new(0);

/// Cables from each to each.
struct Cables {
    /// From server to server.
    routes: Vec<Vec<Cable>>,
    /// From node to server.
    clients: Vec<Vec<Cable>>,
}

impl Cables {
    fn between(ports: &[Ports]) -> Cables {
        let all = |which: usize| -> Vec<Vec<Cable>> {
            let to_each = |_| ports.iter().map(|ports| Cable::to(ports[which])).collect();
            (0..SERVERS).map(to_each).collect()
        };
        Cables {
            routes: all(2),
            clients: all(0),
        }
    }
}

/// Ports that stay free while a server is away: none that the system gives to whoever asks for any, or
/// to a connection of its own, as then the server could not begin again.
fn hold_ports(count: usize) -> Vec<TcpListener> {
    let first = 10_000 + std::process::id().wrapping_mul(97) % 20_000;
    let taken = NEXT_PORT.fetch_add(count as u32 * 2, Ordering::Relaxed);
    let ports = (0..20_000_u32).map(|n| 10_000 + (first - 10_000 + taken + n) % 20_000);
    let bind = |port: u32| TcpListener::bind(("127.0.0.1", port as u16)).ok();
    ports.filter_map(bind).take(count).collect()
}

impl Nats {
    /// Three servers that sync each write.
    pub(crate) fn start(program: PathBuf, dir: &Path) -> Nats {
        Nats::with(program, dir, Extras::default())
    }

    /// Three servers with more in their settings.
    pub(crate) fn with(program: PathBuf, dir: &Path, extras: Extras) -> Nats {
        std::fs::create_dir_all(dir).unwrap();
        // Held until all are chosen, so that no two are the same.
        let held = hold_ports(SERVERS * 3);
        let ports = held.iter().map(|l| l.local_addr().unwrap().port());
        let ports: Vec<u16> = ports.collect();
        let ports: Vec<Ports> = ports.chunks(3).map(|c| [c[0], c[1], c[2]]).collect();
        drop(held);
        let running = (0..SERVERS).map(|_| None).collect();
        let mut nats = Nats {
            program,
            dir: dir.to_owned(),
            cables: extras.cables.then(|| Cables::between(&ports)),
            ports,
            running,
            extras,
        };
        for place in 0..SERVERS {
            nats.begin(place);
        }
        nats.healthy();
        nats
    }

    /// Starts a server on what it left.
    pub(crate) fn begin(&mut self, place: usize) {
        let text = self.config(place);
        let config = self.dir.join(format!("n{place}.conf"));
        std::fs::write(&config, text).unwrap();
        let said = File::options()
            .create(true)
            .append(true)
            .open(self.dir.join(format!("n{place}.log")))
            .unwrap();
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(config).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(said);
        self.running[place] = Some(command.spawn().unwrap());
    }

    fn config(&self, place: usize) -> String {
        let [client, monitor, cluster] = self.ports[place];
        let route = |to: usize| match &self.cables {
            Some(cables) => cables.routes[place][to].port,
            None => self.ports[to][2],
        };
        let others = (0..SERVERS).filter(|to| *to != place);
        let routes = others.map(|to| format!("\"nats-route://127.0.0.1:{}\"", route(to)));
        let routes: Vec<String> = routes.collect();
        // With cables, nobody is to learn of a way around them.
        let quiet = match self.cables {
            Some(_) => "no_advertise: true, advertise: \"127.0.0.1:1\", ",
            None => "",
        };
        let jetstream = self.extras.jetstream.unwrap_or("sync_interval: always");
        format!(
            "server_name: n{place}\nlisten: 127.0.0.1:{client}\nhttp: 127.0.0.1:{monitor}\n\
             jetstream {{ store_dir: \"{}\", max_mem: 64M, max_file: 1G, {jetstream} }}\n\
             cluster {{ name: canary, listen: 127.0.0.1:{cluster}, {quiet}routes: [{}] }}\n{}\n",
            self.store(place).display(),
            routes.join(", "),
            self.extras.top,
        )
    }

    /// The folder of a server.
    pub(crate) fn store(&self, place: usize) -> PathBuf {
        self.dir.join(format!("n{place}"))
    }

    /// Cuts a node's way to a server, or makes it whole.
    pub(crate) fn cut_client(&self, node: usize, server: usize, cut: bool) {
        let cables = self.cables.as_ref().unwrap();
        cables.clients[node][server].set_cut(cut);
    }

    /// Cuts both ways between two servers, or makes them whole.
    pub(crate) fn cut_route(&self, one: usize, other: usize, cut: bool) {
        let cables = self.cables.as_ref().unwrap();
        cables.routes[one][other].set_cut(cut);
        cables.routes[other][one].set_cut(cut);
    }

    /// Makes whole everything that was cut.
    pub(crate) fn mend(&self) {
        let cables = self.cables.as_ref().unwrap();
        let all = cables.routes.iter().chain(&cables.clients).flatten();
        all.for_each(|cable| cable.set_cut(false));
    }

    /// The process of a server that runs.
    pub(crate) fn pid(&self, place: usize) -> Option<u32> {
        self.running[place].as_ref().map(Child::id)
    }

    /// Asks a server to stop and waits until it has.
    pub(crate) fn stop(&mut self, place: usize) {
        if let Some(mut server) = self.running[place].take() {
            program::signal("TERM", server.id());
            server.wait().unwrap();
        }
    }

    /// Waits until all that run are up to date.
    pub(crate) fn healthy(&self) {
        for (place, ports) in self.ports.iter().enumerate() {
            if self.running[place].is_none() {
                continue;
            }
            let address = ([127, 0, 0, 1], ports[1]).into();
            wait_for("a server of the cluster", || {
                let answer = http::ask(address, "GET", "/healthz", &[], b"").ok()?;
                (answer.status == 200).then_some(())
            });
        }
    }

    /// Kills a server as a power cut would, for the process.
    pub(crate) fn kill(&mut self, place: usize) {
        if let Some(mut server) = self.running[place].take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// The settings of a node.
    pub(crate) fn settings(&self, node: usize) -> String {
        let client = |server: usize| match &self.cables {
            Some(cables) => cables.clients[node][server].port,
            None => self.ports[server][0],
        };
        let list = |scheme: &str, port: &dyn Fn(usize) -> u16| {
            let address = |server: usize| format!("\"{scheme}://127.0.0.1:{}\"", port(server));
            (0..SERVERS).map(address).collect::<Vec<_>>().join(", ")
        };
        format!(
            "[store]\nengine = \"jetstream\"\nservers = [{}]\nmonitoring = [{}]\n\
             quorum_wait_ms = 2000\ndecide_wait_ms = 15000\n",
            list("nats", &client),
            list("http", &|server| self.ports[server][1])
        )
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        for place in 0..SERVERS {
            self.kill(place);
        }
    }
}
