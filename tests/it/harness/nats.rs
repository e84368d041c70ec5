//! Three servers of a NATS cluster on loopback, each of which may be killed and come back.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::http;
use super::wait_for;

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
    jetstream: &'static str,
}

impl Nats {
    /// Three servers that sync each write.
    pub(crate) fn start(program: PathBuf, dir: &Path) -> Nats {
        Nats::with(program, dir, "sync_interval: always")
    }

    /// Three servers with this in their `jetstream` section.
    pub(crate) fn with(program: PathBuf, dir: &Path, jetstream: &'static str) -> Nats {
        std::fs::create_dir_all(dir).unwrap();
        // Held until all are chosen, so that no two are the same.
        let held: Vec<TcpListener> = (0..SERVERS * 3)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports = held.iter().map(|l| l.local_addr().unwrap().port());
        let ports: Vec<u16> = ports.collect();
        let ports = ports.chunks(3).map(|c| [c[0], c[1], c[2]]).collect();
        drop(held);
        let running = (0..SERVERS).map(|_| None).collect();
        let mut nats = Nats {
            program,
            dir: dir.to_owned(),
            ports,
            running,
            jetstream,
        };
        for place in 0..SERVERS {
            nats.begin(place);
        }
        nats.healthy();
        nats
    }

    /// Starts a server on what it left.
    pub(crate) fn begin(&mut self, place: usize) {
        let [client, monitor, cluster] = self.ports[place];
        let routes: Vec<String> = self
            .ports
            .iter()
            .map(|ports| format!("\"nats-route://127.0.0.1:{}\"", ports[2]))
            .collect();
        let text = format!(
            "server_name: n{place}\nlisten: 127.0.0.1:{client}\nhttp: 127.0.0.1:{monitor}\n\
             jetstream {{ store_dir: \"{}\", max_mem: 64M, max_file: 1G, {} }}\n\
             cluster {{ name: canary, listen: 127.0.0.1:{cluster}, routes: [{}] }}\n",
            self.dir.join(format!("n{place}")).display(),
            self.jetstream,
            routes.join(", ")
        );
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
    pub(crate) fn settings(&self) -> String {
        let list = |scheme: &str, which: usize| {
            let address = |ports: &Ports| format!("\"{scheme}://127.0.0.1:{}\"", ports[which]);
            let all: Vec<String> = self.ports.iter().map(address).collect();
            all.join(", ")
        };
        format!(
            "[store]\nengine = \"jetstream\"\nservers = [{}]\nmonitoring = [{}]\n\
             quorum_wait_ms = 2000\ndecide_wait_ms = 15000\n",
            list("nats", 0),
            list("http", 1)
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
