//! How fast signed webhooks become durable evidence.
//!
//! One run, one machine, three servers under the same load of keep-alive connections: bare hyper
//! that reads the body and answers 200; canaryline with everything on (signature, sealing,
//! commitments, group commit with fdatasync, index, fold); the same with its folder in memory
//! (tmpfs), where fdatasync costs nothing. Prints requests per second, latencies, and the ratios
//! that matter.
//!
//! `cargo bench --bench ingest -- [REQUESTS] [CONNECTIONS] [FOLDER]`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where it fails"
)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use attribution::world;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Connection, Secret};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use listener::import::{self, LineRow};
use listener::ledger::Ledger;
use listener::provider::sign;
use listener::{Clock, Config, Running};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn secret() -> Secret {
    Secret::new(format!(
        "whsec_{}",
        STANDARD.encode(b"a bench has no secrets at all")
    ))
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let requests = args.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let connections = args.next().and_then(|n| n.parse().ok()).unwrap_or(64);
    let folder = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let load = Arc::new(load(requests));
    println!(
        "{requests} webhooks of {} bytes, {connections} connections",
        load[0].len()
    );

    let bare = bare(&load, connections);
    println!("bare hyper           {bare}");
    let durable = canaryline(&load, connections, &folder);
    println!("canaryline, on disk  {durable}");
    let memory = canaryline(&load, connections, Path::new("/dev/shm"));
    println!("canaryline, memory   {memory}");
    println!(
        "on disk / bare {:.3}   on disk / memory {:.3}",
        durable.per_s / bare.per_s,
        durable.per_s / memory.per_s
    );
}

/// What a load came to.
struct Measured {
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// Processor time of client and server together, per request: tells cost from waiting, also on
    /// a machine that others use.
    cpu_us: f64,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Measured {
            per_s,
            p50_ms,
            p99_ms,
            max_ms,
            cpu_us,
        } = self;
        write!(
            f,
            "{per_s:>9.0}/s  p50 {p50_ms:.2} ms  p99 {p99_ms:.2} ms  max {max_ms:.1} ms  cpu {cpu_us:.1} us"
        )
    }
}

/// Signed requests as bytes: the contacts of a simulated world, each under an id of its own.
fn load(requests: usize) -> Vec<Vec<u8>> {
    let world = world();
    let now = Clock::system().now();
    let key = secret();
    let request = |i: usize| {
        let contact = &world.contacts[i % world.contacts.len()];
        let body = serde_json::json!({
            "type": "sms.received",
            "timestamp": now.to_string(),
            "data": { "to": contact.to, "from": contact.from, "text": contact.text },
        })
        .to_string();
        let id = format!("bench-{i}");
        let headers = sign::standard_webhook(&key, &id, now, body.as_bytes()).unwrap();
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        format!(
            "POST /hooks/bench HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             {headers}content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    };
    (0..requests).map(request).collect()
}

fn world() -> world::World {
    world::generate(&world::scenario("demo").unwrap(), 1)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn bare(load: &Arc<Vec<Vec<u8>>>, connections: usize) -> Measured {
    let runtime = runtime();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let service = hyper::service::service_fn(|request: hyper::Request<Incoming>| async {
                let _body = request.into_body().collect().await.unwrap();
                Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::new())))
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    blast(address, load, connections)
}

fn canaryline(load: &Arc<Vec<Vec<u8>>>, connections: usize, folder: &Path) -> Measured {
    let folder = tempfile::tempdir_in(folder).unwrap();
    let runtime = runtime();
    let (address, stop, server) = runtime.block_on(async {
        let running = start(folder.path()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(running.serve(listener, None, async {
            let _ = stopped.await;
        }));
        (address, stop, server)
    });
    let measured = blast(address, load, connections);
    stop.send(()).unwrap();
    let ledger = runtime.block_on(server).unwrap();
    let contacts = ledger.view().state().contacts();
    assert_eq!(
        contacts,
        load.len() as u64,
        "every acknowledged webhook is a contact"
    );
    measured
}

/// An installation that holds the world's lines and platforms.
async fn start(folder: &Path) -> Running {
    let clock = Clock::system();
    let creation = store::Creation {
        origin: "bench.invalid/log".into(),
        program: "bench".into(),
        at: clock.now(),
    };
    let dir = folder.join("data");
    let mut ledger = Ledger::open(&dir, creation, store::Options::default(), &|_| {}).unwrap();
    let rows: Vec<LineRow> = world()
        .lines
        .iter()
        .map(|row| serde_json::from_value(serde_json::to_value(row).unwrap()).unwrap())
        .collect();
    let events = import::line_events(&rows, &ledger.view().state().registry, clock.now());
    ledger.record(clock.now(), None, events).unwrap();
    let connection = Connection {
        connection: "bench".parse().unwrap(),
        provider: "standard_webhooks".into(),
        secrets: [("whsec".into(), secret())].into(),
        public_url: None,
        lines: Default::default(),
    };
    let url = "http://bench".to_owned();
    Running::start(ledger, clock, Config::default(), vec![connection], url).unwrap()
}

/// Sends all requests over so many connections, each waiting for its answer; one thread, so that
/// the servers share the machine with the same client.
fn blast(address: SocketAddr, load: &Arc<Vec<Vec<u8>>>, connections: usize) -> Measured {
    let next = Arc::new(AtomicUsize::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (began, cpu_began) = (Instant::now(), cpu_us());
    let mut latencies: Vec<Duration> = runtime.block_on(async {
        let clients: Vec<_> = (0..connections)
            .map(|_| tokio::spawn(client(address, Arc::clone(load), Arc::clone(&next))))
            .collect();
        let mut all = Vec::with_capacity(load.len());
        for client in clients {
            all.extend(client.await.unwrap());
        }
        all
    });
    let seconds = began.elapsed().as_secs_f64();
    let cpu_us = (cpu_us() - cpu_began) / latencies.len() as f64;
    latencies.sort_unstable();
    let ms = |share: f64| {
        let place = ((latencies.len() - 1) as f64 * share) as usize;
        latencies[place].as_secs_f64() * 1e3
    };
    Measured {
        per_s: latencies.len() as f64 / seconds,
        p50_ms: ms(0.5),
        p99_ms: ms(0.99),
        max_ms: ms(1.0),
        cpu_us,
    }
}

/// Processor time of this process so far, in microseconds (`/proc/self/schedstat` counts one
/// thread only, so the ticks of `/proc/self/stat`).
fn cpu_us() -> f64 {
    const TICK_US: f64 = 10_000.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_ascii_whitespace();
    // utime and stime are the 14th and 15th fields, the 12th and 13th after the name.
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        * TICK_US
}

async fn client(
    address: SocketAddr,
    load: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut latencies = Vec::new();
    let mut answer = vec![0; 4096];
    while let Some(request) = load.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        stream.write_all(request).await.unwrap();
        let mut read = 0;
        // Both servers answer 200 with an empty body, so the head is the whole answer.
        while !answer[..read].ends_with(b"\r\n\r\n") {
            let more = stream.read(&mut answer[read..]).await.unwrap();
            assert!(more > 0, "server hung up");
            read += more;
        }
        assert!(
            answer.starts_with(b"HTTP/1.1 20"),
            "{}",
            String::from_utf8_lossy(&answer[..read])
        );
        latencies.push(began.elapsed());
    }
    latencies
}
