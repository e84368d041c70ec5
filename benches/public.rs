//! How a public page survives being linked from a newspaper.
//!
//! One run, one machine, two servers under the same load of keep-alive connections: bare hyper that
//! answers every request with the same bytes, and canaryline's public page with everything on. Prints
//! requests per second, processor time, and the ratio, for the page whole and for readers who have it
//! already (304).
//!
//! `cargo bench --bench public -- [REQUESTS] [CONNECTIONS]`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where it fails"
)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use listener::ledger::Ledger;
use listener::{Clock, Config, Running};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let mut number = |default| args.next().and_then(|n| n.parse().ok()).unwrap_or(default);
    let (requests, connections) = (number(200_000), number(64));
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime();
    let ours = runtime.block_on(canaryline(folder.path()));
    let (page, tag) = runtime.block_on(first(ours));
    println!(
        "{requests} requests for a page of {} bytes, {connections} connections",
        page.len()
    );
    let bare = runtime.block_on(bare(page));
    let whole = request("");
    let known = request(&format!("if-none-match: {tag}\r\n"));
    let of_bare = blast(bare, &whole, requests, connections);
    let of_ours = blast(ours, &whole, requests, connections);
    let of_known = blast(ours, &known, requests, connections);
    println!("bare hyper             {:>9.0}/s", of_bare);
    println!("canaryline, whole page {:>9.0}/s", of_ours);
    println!("canaryline, 304        {:>9.0}/s", of_known);
    println!(
        "whole / bare {:.3}   304 / bare {:.3}",
        of_ours / of_bare,
        of_known / of_bare
    );
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn request(more: &str) -> Vec<u8> {
    format!("GET /public HTTP/1.1\r\nhost: bench\r\naccept-language: en\r\n{more}\r\n").into_bytes()
}

async fn bare(page: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let page = Bytes::from(page);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let page = page.clone();
            let service = hyper::service::service_fn(move |_: Request<Incoming>| {
                let answer = Response::new(Full::new(page.clone()));
                async { Ok::<_, Infallible>(answer) }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

async fn canaryline(folder: &Path) -> SocketAddr {
    let clock = Clock::system();
    let creation = store::Creation {
        origin: "bench.invalid/log".into(),
        program: "bench".into(),
        at: clock.now(),
    };
    let dir = folder.join("data");
    let ledger = Ledger::open(&dir, creation, store::Options::default(), &|_| {}).unwrap();
    let config: Config = "[public]\nenabled = true".parse().unwrap();
    let running = Running::start(ledger, clock, config, vec![], "http://bench".to_owned()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(running.serve(listener, None, std::future::pending()));
    address
}

/// The page and its entity tag, once it is made.
async fn first(address: SocketAddr) -> (Vec<u8>, String) {
    loop {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(&request("connection: close\r\n"))
            .await
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let split = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..split].to_vec()).unwrap();
        if head.starts_with("HTTP/1.1 200") {
            let tag = head.lines().find_map(|line| line.strip_prefix("etag: "));
            return (answer[split + 4..].to_vec(), tag.unwrap().to_owned());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Requests per second over so many connections, each waiting for its answer; one thread, so that both
/// servers share the machine with the same client.
fn blast(address: SocketAddr, request: &[u8], requests: usize, connections: usize) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let each = requests / connections;
    let began = Instant::now();
    runtime.block_on(async {
        let clients: Vec<_> = (0..connections)
            .map(|_| tokio::spawn(client(address, request.to_vec(), each)))
            .collect();
        for client in clients {
            client.await.unwrap();
        }
    });
    (each * connections) as f64 / began.elapsed().as_secs_f64()
}

async fn client(address: SocketAddr, request: Vec<u8>, requests: usize) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answer = vec![0; 64 * 1024];
    for _ in 0..requests {
        stream.write_all(&request).await.unwrap();
        let (mut read, mut wanted) = (0, None);
        while wanted.is_none_or(|wanted| read < wanted) {
            if read == answer.len() {
                answer.resize(read * 2, 0);
            }
            let more = stream.read(&mut answer[read..]).await.unwrap();
            assert!(more > 0, "server hung up");
            read += more;
            wanted = wanted.or_else(|| length(&answer[..read]));
        }
    }
}

/// The whole length of an answer, once its head is there.
fn length(answer: &[u8]) -> Option<usize> {
    let split = answer.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..split]).unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200") || head.starts_with("HTTP/1.1 304"),
        "{head}"
    );
    let body = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let body = body.map_or(0, |n| n.parse().unwrap());
    let is_304 = head.starts_with("HTTP/1.1 304");
    Some(split + 4 + if is_304 { 0 } else { body })
}
