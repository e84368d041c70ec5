//! How a public page survives being linked from a newspaper.
//!
//! One run, one machine, two servers under the same load of keep-alive connections: bare hyper that
//! answers every request with the same bytes, and canaryline's public page with everything on: the list of
//! what was found in a simulated world, all of it published, and the one finding that a newspaper would link.
//! Prints requests per second and the ratio, for each page whole and for readers who have it already (304).
//!
//! `cargo bench --bench public -- [REQUESTS] [CONNECTIONS]`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and stops where it fails"
)]

use std::convert::Infallible;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use listener::ledger::Ledger;
use listener::{Clock, Config, Running};
use serde_json::{Value, json};
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
    let dir = world(folder.path());
    let (ours, findings) = runtime.block_on(canaryline(&dir));
    println!("{} findings, {connections} connections", findings.len());
    // The newest is there once all pages are.
    let newest = findings.last().unwrap();
    for path in [&format!("/public/f/{newest}"), "/public"] {
        hold_against_bare(&runtime, ours, path, (requests, connections));
    }
}

/// Prints how a page of ours fares beside the same bytes from bare hyper.
fn hold_against_bare(
    runtime: &tokio::runtime::Runtime,
    ours: SocketAddr,
    path: &str,
    (requests, connections): (usize, usize),
) {
    let (page, tag) = runtime.block_on(first(ours, path));
    println!("{requests} requests for {path}, {} bytes", page.len());
    let bare = runtime.block_on(bare(page));
    let whole = request(path, "");
    let known = request(path, &format!("if-none-match: {tag}\r\n"));
    let of_bare = blast(bare, &whole, requests, connections);
    let of_ours = blast(ours, &whole, requests, connections);
    let of_known = blast(ours, &known, requests, connections);
    println!("  bare hyper             {of_bare:>9.0}/s");
    println!("  canaryline, whole page {of_ours:>9.0}/s");
    println!("  canaryline, 304        {of_known:>9.0}/s");
    println!(
        "  whole / bare {:.3}   304 / bare {:.3}",
        of_ours / of_bare,
        of_known / of_bare
    );
}

/// A folder with the log of a simulated world.
fn world(folder: &Path) -> PathBuf {
    let (files, dir) = (folder.join("world"), folder.join("data"));
    let run = |words: &[&OsStr]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_canaryline"))
            .args(words)
            .output();
        assert!(ran.unwrap().status.success(), "{words:?}");
    };
    let word = OsStr::new;
    let simulate = ["simulate", "--scenario", "demo", "--seed", "1", "--out"].map(word);
    run(&[&simulate[..], &[files.as_os_str()]].concat());
    let (lines, contacts) = (files.join("lines.jsonl"), files.join("contacts.jsonl"));
    run(&[
        word("import"),
        word("--data"),
        dir.as_os_str(),
        word("--lines"),
        lines.as_os_str(),
        word("--contacts"),
        contacts.as_os_str(),
    ]);
    dir
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn request(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept-language: en\r\n{more}\r\n").into_bytes()
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

/// The server on the world, and what it published.
async fn canaryline(dir: &Path) -> (SocketAddr, Vec<u64>) {
    let clock = Clock::system();
    let creation = store::Creation {
        origin: "bench.invalid/log".into(),
        program: "bench".into(),
        at: clock.now(),
    };
    let options = store::Options::default();
    let ledger = Ledger::open(dir, creation, options, &|_| {}).unwrap();
    // Of whom imported it.
    let key = std::fs::read_to_string(dir.join("admin.key")).unwrap();
    let config: Config = "[public]\nenabled = true".parse().unwrap();
    let running = Running::start(ledger, clock, config, vec![], "http://bench".to_owned()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(running.serve(listener, None, std::future::pending()));
    let api = format!("host: bench\r\nauthorization: Bearer {}\r\n", key.trim());
    (address, publish_all(address, &api).await)
}

/// Publishes whatever is said of any platform; which entries did.
async fn publish_all(address: SocketAddr, api: &str) -> Vec<u64> {
    let list = format!("GET /v1/verdicts?limit=1000 HTTP/1.1\r\n{api}connection: close\r\n\r\n");
    let (_, verdicts) = ask(address, list.into_bytes()).await;
    let verdicts: Value = serde_json::from_slice(&verdicts).unwrap();
    let mut published = Vec::new();
    for verdict in verdicts["items"].as_array().unwrap() {
        let platform = verdict["platform"].as_str().unwrap();
        let body = json!({ "unheard": "A simulated world cannot answer." }).to_string();
        let form = format!(
            "POST /v1/platforms/{platform}/findings HTTP/1.1\r\n{api}content-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let (head, answer) = ask(address, form.into_bytes()).await;
        if head.starts_with("HTTP/1.1 201") {
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            published.extend(answer["index"].as_u64());
        }
    }
    assert!(!published.is_empty(), "nothing was found in the world");
    published
}

/// The head of an answer, and its body.
async fn ask(address: SocketAddr, request: Vec<u8>) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let split = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..split].to_vec()).unwrap();
    (head, answer[split + 4..].to_vec())
}

/// The page and its entity tag, once it is made.
async fn first(address: SocketAddr, path: &str) -> (Vec<u8>, String) {
    loop {
        let (head, body) = ask(address, request(path, "connection: close\r\n")).await;
        if head.starts_with("HTTP/1.1 200") {
            let tag = head.lines().find_map(|line| line.strip_prefix("etag: "));
            return (body, tag.unwrap().to_owned());
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
