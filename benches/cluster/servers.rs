//! Three servers of NATS on loopback, and a bare client of theirs.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, Context};
use store::{Credentials, JetStreamSettings};

const SERVERS: usize = 3;

/// Servers at work; killed when dropped.
pub(crate) struct Servers {
    dir: PathBuf,
    ports: Vec<[u16; 3]>,
    running: Vec<Option<Child>>,
}

impl Servers {
    pub(crate) fn start(dir: &Path) -> Servers {
        std::fs::create_dir_all(dir).unwrap();
        let held: Vec<TcpListener> = (0..SERVERS * 3)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let ports: Vec<u16> = held
            .iter()
            .map(|l| l.local_addr().unwrap().port())
            .collect();
        drop(held);
        let mut servers = Servers {
            dir: dir.to_owned(),
            ports: ports.chunks(3).map(|c| [c[0], c[1], c[2]]).collect(),
            running: (0..SERVERS).map(|_| None).collect(),
        };
        (0..SERVERS).for_each(|place| servers.begin(place));
        servers.healthy();
        servers
    }

    pub(crate) fn begin(&mut self, place: usize) {
        let [client, monitor, cluster] = self.ports[place];
        let route = |ports: &[u16; 3]| format!("\"nats-route://127.0.0.1:{}\"", ports[2]);
        let routes: Vec<String> = self.ports.iter().map(route).collect();
        let text = format!(
            "server_name: n{place}\nlisten: 127.0.0.1:{client}\nhttp: 127.0.0.1:{monitor}\n\
             jetstream {{ store_dir: {:?}, max_file: 20G, sync_interval: always }}\n\
             cluster {{ name: bench, listen: 127.0.0.1:{cluster}, routes: [{}] }}\n",
            self.dir.join(format!("n{place}")),
            routes.join(", ")
        );
        let config = self.dir.join(format!("n{place}.conf"));
        std::fs::write(&config, text).unwrap();
        let named = std::env::var_os("CANARYLINE_NATS_SERVER").map(PathBuf::from);
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tests/nats-server");
        let mut command = Command::new(named.unwrap_or(installed));
        command.arg("-c").arg(config).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.running[place] = Some(command.spawn().unwrap());
    }

    pub(crate) fn kill(&mut self, place: usize) {
        if let Some(mut server) = self.running[place].take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// Waits until all are up to date.
    pub(crate) fn healthy(&self) {
        for ports in &self.ports {
            let url = format!("http://127.0.0.1:{}/healthz", ports[1]);
            runtime().block_on(async {
                while !reqwest::get(&url)
                    .await
                    .is_ok_and(|answer| answer.status() == 200)
                {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
        }
    }

    /// The settings of a node whose log has this prefix.
    pub(crate) fn settings(&self, prefix: &str) -> JetStreamSettings {
        let address = |ports: &[u16; 3]| format!("nats://127.0.0.1:{}", ports[0]);
        JetStreamSettings {
            servers: self.ports.iter().map(address).collect(),
            prefix: prefix.to_owned(),
            replicas: SERVERS,
            credentials: Credentials::default(),
            tls: false,
            ca: None,
            client: None,
            connect_wait_s: 30,
        }
    }

    async fn context(&self) -> Context {
        let client = async_nats::connect(self.settings("").servers)
            .await
            .unwrap();
        jetstream::new(client)
    }

    /// Which server leads the stream of a log.
    pub(crate) fn leader(&self, prefix: &str) -> usize {
        let name = runtime().block_on(async {
            let stream = self
                .context()
                .await
                .get_stream(format!("{prefix}-log"))
                .await
                .unwrap();
            stream
                .cached_info()
                .cluster
                .as_ref()
                .and_then(|c| c.leader.clone())
                .unwrap()
        });
        name.trim_start_matches('n').parse().unwrap()
    }

    /// Publishes all messages of a log's stream again, to a stream that is set alike, each under the
    /// sequence before it: messages, entries, and entries per second.
    pub(crate) fn bare(&self, prefix: &str) -> (usize, u64, f64) {
        runtime().block_on(async {
            let context = self.context().await;
            let log = context.get_stream(format!("{prefix}-log")).await.unwrap();
            let info = log.cached_info();
            let (mut messages, mut entries) = (Vec::new(), 0_u64);
            for sequence in 1..=info.state.last_sequence {
                let message = log.get_raw_message(sequence).await.unwrap();
                // The number of entries stands after four bytes of a word and eight of an index.
                let count: [u8; 4] = message.payload[12..16].try_into().unwrap();
                let count = u32::from_le_bytes(count);
                if count > 0 {
                    entries += u64::from(count);
                    messages.push(message.payload);
                }
            }
            let mut config = info.config.clone();
            config.name = format!("{prefix}-bare");
            config.subjects = vec![format!("{prefix}.bare")];
            context.create_stream(&config).await.unwrap();
            let began = Instant::now();
            for (sequence, payload) in messages.iter().enumerate() {
                let message = PublishMessage::build()
                    .payload(payload.clone())
                    .message_id(format!("bare-{sequence}"))
                    .expected_last_sequence(sequence as u64);
                let sent = context
                    .send_publish(format!("{prefix}.bare"), message)
                    .await;
                sent.unwrap().await.unwrap();
            }
            let seconds = began.elapsed().as_secs_f64();
            (messages.len(), entries, entries as f64 / seconds)
        })
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        (0..SERVERS).for_each(|place| self.kill(place));
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}
