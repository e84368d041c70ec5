//! Nodes in this process, each on a folder and threads of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use listener::ledger::{Ledger, View, Ways};
use listener::recorder::Recorder;
use listener::{Clock, Config, Running};
use store::{Acknowledge, Creation, DataKey, JetStreamSettings, Options};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::load;

pub(crate) const NODES: usize = 3;
/// Providers give up at 15 s.
const QUORUM_WAIT_MS: u64 = 9_000;

/// A node at work.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    runtime: Runtime,
    view: Arc<View>,
    recorder: Recorder,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Ledger>,
}

fn creation() -> Creation {
    Creation {
        origin: "bench.invalid/log".into(),
        program: "bench".into(),
        at: Clock::system().now(),
    }
}

/// The same for all nodes.
fn options() -> Options {
    Options {
        data_key: Some(DataKey::from_bytes([7; 32])),
        ..Options::default()
    }
}

impl Node {
    /// One that is alone, with the world's lines.
    pub(crate) fn alone(dir: &Path) -> Node {
        let mut ledger = Ledger::open(dir, creation(), options(), &|_| ()).unwrap();
        let events = load::lines(&ledger.view().state());
        ledger.record(Clock::system().now(), None, events).unwrap();
        Node::start(ledger)
    }

    /// One of a cluster.
    pub(crate) fn join(dir: &Path, settings: &JetStreamSettings, acknowledge: Acknowledge) -> Node {
        let ways = Ways {
            acknowledge,
            quorum_wait_ms: QUORUM_WAIT_MS,
            decide_wait_ms: QUORUM_WAIT_MS,
            outbox_bytes_max: 4 << 30,
        };
        let ledger = Ledger::join(dir, &creation(), options(), settings, ways, &|_| ()).unwrap();
        Node::start(ledger)
    }

    fn start(ledger: Ledger) -> Node {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let view = ledger.view();
        let (address, recorder, stop, served) = runtime.block_on(async {
            let (clock, config) = (Clock::system(), Config::default());
            let connections = vec![load::connection()];
            let url = "http://bench".to_owned();
            let running = Running::start(ledger, clock, config, connections, url).unwrap();
            let recorder = running.app.recorder.clone();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (stop, stopped) = oneshot::channel::<()>();
            let served = tokio::spawn(running.serve(listener, None, async {
                let _ = stopped.await;
            }));
            (address, recorder, stop, served)
        });
        Node {
            address,
            runtime,
            view,
            recorder,
            stop,
            served,
        }
    }

    /// Makes the world's lines known to all nodes.
    pub(crate) fn make_lines(&self) {
        let events = load::lines(&self.view.state());
        let made = self.recorder.decide(None, |_| Ok(events));
        self.runtime.block_on(made).unwrap();
    }

    /// Entries that it has folded.
    pub(crate) fn size(&self) -> u64 {
        self.view.reader.size()
    }

    /// Waits until it has folded so many contacts.
    pub(crate) fn wait_for_contacts(&self, contacts: u64) {
        while self.view.state().contacts() < contacts {
            std::thread::sleep(Duration::from_millis(10));
        }
        let folded = self.view.state().contacts();
        assert_eq!(
            folded, contacts,
            "every acknowledged webhook is a contact, once"
        );
    }

    pub(crate) fn stop(self) {
        drop(self.recorder);
        self.stop.send(()).unwrap();
        self.runtime.block_on(self.served).unwrap();
    }
}
