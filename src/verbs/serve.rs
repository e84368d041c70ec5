//! `serve`: take webhooks and answer questions.

use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;
use listener::{Clock, Config, Running, server};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Serve;
use crate::exit::{Ends, Exit};
use crate::place;

/// Serves until a signal comes.
pub(crate) async fn run(args: Serve) -> anyhow::Result<Exit> {
    logging();
    let config = config(&args)?;
    let clock = Clock::system();
    config.check()?;
    let connections = config.connections(|name| std::env::var(name).ok())?;
    let alerts = config.alert_targets(|name| std::env::var(name).ok())?;
    let tls = config.tls.as_ref().map(server::acceptor).transpose();
    let tls = tls.map_err(|error| Ends::with(Exit::Unreadable, error.to_string()))?;
    let cluster = config.cluster(|name| std::env::var(name).ok())?;
    let mut ledger = match &cluster {
        None => place::open_or_create(&config.data, &config.log.origin, &clock)?,
        Some(cluster) => {
            let checked = listener::cluster::check_servers(&cluster.monitoring, &clock).await;
            checked.map_err(|error| Ends::with(Exit::Unreadable, error.to_string()))?;
            place::join(&config.data, &config.log.origin, &clock, cluster)?
        }
    };
    place::announce_first_key(&mut ledger, &config.data, &clock)?;
    listener::alerts::set_targets(&mut ledger, clock.now(), alerts)?;
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.with_context(|| format!("listen on {}", config.listen))?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", listener.local_addr()?);
    let public_url = config.public_url.clone().unwrap_or_else(|| url.clone());
    let public_url = public_url.trim_end_matches('/').to_owned();
    let running = Running::start(ledger, clock, config, connections, public_url)?;
    // Whoever reads the announcement may ask for the end at once.
    let stop = stop_signal()?;
    announce(&url)?;
    announce_page(&url, &running.app)?;
    running.serve(listener, tls, stop).await;
    Ok(Exit::Ok)
}

fn config(args: &Serve) -> anyhow::Result<Config> {
    let mut config = match &args.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if let Some(data) = &args.data {
        config.data.clone_from(data);
    }
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    Ok(config)
}

/// Says where it listens, for people and for scripts that wait for it.
pub(crate) fn announce(url: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "listening on {url}")?;
    out.flush()
}

/// Says how to come in without a key, once.
pub(crate) fn announce_page(url: &str, app: &listener::app::App) -> std::io::Result<()> {
    let Some(path) = app.sign_in_path() else {
        return Ok(());
    };
    writeln!(
        std::io::stdout(),
        "open {url}{path} (good once, within ten minutes)"
    )
}

/// Ready when the process is asked to stop.
pub(crate) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Logs go to stderr, `RUST_LOG` chooses what.
pub(crate) fn logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A second call, as tests may make, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}
