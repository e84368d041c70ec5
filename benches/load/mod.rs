//! What benches share: signed webhooks, and clients that send them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use attribution::world;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Connection, Event, Secret};
use listener::Clock;
use listener::import::{self, LineRow};
use listener::ledger::State;
use listener::provider::sign;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn secret() -> Secret {
    Secret::new(format!(
        "whsec_{}",
        STANDARD.encode(b"a bench has no secrets at all")
    ))
}

/// The connection that all webhooks come through.
pub(crate) fn connection() -> Connection {
    Connection {
        connection: "bench".parse().unwrap(),
        provider: "standard_webhooks".into(),
        secrets: [("whsec".into(), secret())].into(),
        public_url: None,
        lines: Default::default(),
    }
}

/// What makes the world's lines and platforms known.
pub(crate) fn lines(state: &State) -> Vec<Event> {
    let world = world();
    let row = |row| serde_json::from_value::<LineRow>(serde_json::to_value(row).unwrap()).unwrap();
    let rows: Vec<LineRow> = world.lines.iter().map(row).collect();
    import::line_events(&rows, &state.registry, Clock::system().now())
}

/// What a load came to.
pub(crate) struct Measured {
    pub(crate) per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// The longest time without any answer.
    pub(crate) silent_ms: f64,
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
            silent_ms,
        } = self;
        write!(
            f,
            "{per_s:>9.0}/s  p50 {p50_ms:.2} ms  p99 {p99_ms:.2} ms  max {max_ms:.1} ms  silent {silent_ms:.1} ms  cpu {cpu_us:.1} us"
        )
    }
}

/// Signed requests as bytes: the contacts of a simulated world, each under an id of its own.
pub(crate) fn load(requests: usize) -> Vec<Vec<u8>> {
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

pub(crate) fn world() -> world::World {
    world::generate(&world::scenario("demo").unwrap(), 1)
}

/// Sends all requests over so many connections, each waiting for its answer; one thread, so that
/// the servers share the machine with the same client.
pub(crate) fn blast(
    addresses: &[SocketAddr],
    load: &Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> Measured {
    stream(
        addresses,
        load,
        connections,
        &Arc::default(),
        Duration::ZERO,
    )
}

/// The same with a pause after each answer, until the load is done or `ended`.
pub(crate) fn stream(
    addresses: &[SocketAddr],
    load: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    ended: &Arc<AtomicBool>,
    pause: Duration,
) -> Measured {
    let next = Arc::new(AtomicUsize::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (began, cpu_began) = (Instant::now(), cpu_us());
    let mut answers: Vec<(Instant, Duration)> = runtime.block_on(async {
        let one = |place: usize| {
            let address = addresses[place % addresses.len()];
            let (load, next, ended) = (Arc::clone(load), Arc::clone(&next), Arc::clone(ended));
            tokio::spawn(client(address, load, next, ended, pause))
        };
        let clients: Vec<_> = (0..connections).map(one).collect();
        let mut all = Vec::with_capacity(load.len());
        for client in clients {
            all.extend(client.await.unwrap());
        }
        all
    });
    let seconds = began.elapsed().as_secs_f64();
    let cpu_us = (cpu_us() - cpu_began) / answers.len() as f64;
    answers.sort_unstable();
    let gaps = answers.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let silent_ms = gaps.max().unwrap_or_default().as_secs_f64() * 1e3;
    let mut latencies: Vec<Duration> = answers.into_iter().map(|(_, took)| took).collect();
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
        silent_ms,
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
    ended: Arc<AtomicBool>,
    pause: Duration,
) -> Vec<(Instant, Duration)> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answers = Vec::new();
    let mut answer = vec![0; 4096];
    while let Some(request) = load.get(next.fetch_add(1, Ordering::Relaxed)) {
        if ended.load(Ordering::Relaxed) {
            break;
        }
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
        answers.push((Instant::now(), began.elapsed()));
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    answers
}
