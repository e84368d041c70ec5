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

mod load;

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use listener::ledger::Ledger;
use listener::{Clock, Config, Running};
use tokio::net::TcpListener;

use self::load::{Measured, blast};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let requests = args.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let connections = args.next().and_then(|n| n.parse().ok()).unwrap_or(64);
    let folder = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let load = Arc::new(load::load(requests));
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
    blast(&[address], load, connections)
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
    let measured = blast(&[address], load, connections);
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
    let events = load::lines(&ledger.view().state());
    ledger.record(clock.now(), None, events).unwrap();
    let url = "http://bench".to_owned();
    Running::start(
        ledger,
        clock,
        Config::default(),
        vec![load::connection()],
        url,
    )
    .unwrap()
}
