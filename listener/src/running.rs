//! An installation at work: opened, listening, kept in order, brought to an end.

use std::sync::Arc;
use std::time::Duration;

use honeytoken::{Connection, Event, Medium, Operation, PhoneNumber, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::alerts::{self, trouble::Trouble};
use crate::app::{App, News};
use crate::clock::Clock;
use crate::cluster::duty;
use crate::config::Config;
use crate::ledger::Ledger;
use crate::recorder::{Recorder, Writer};
use crate::{life, provider_keys, server};

/// A checkpoint is signed at most this often, in milliseconds.
const CHECKPOINT_EVERY_MS: u64 = 1_000;
/// Reads of personal data are written down this often, in seconds.
const READS_EVERY_S: u64 = 5;
/// Verdicts are compared with those before at most this often, in milliseconds.
const VERDICTS_EVERY_MS: u64 = 2_000;

/// An installation that takes webhooks.
pub struct Running {
    /// What all handlers share.
    pub app: Arc<App>,
    writer: Writer,
    chores: Vec<JoinHandle<()>>,
}

/// Why an installation does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No thread for the writer.
    #[error("writer's thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    /// An authority of the settings cannot be asked.
    #[error("{0}")]
    Config(#[from] crate::ConfigError),
    /// The log cannot be read.
    #[error("{0}")]
    Log(#[from] crate::ledger::LedgerError),
    /// The start cannot be recorded.
    #[error("start cannot be recorded: {0}")]
    Record(#[from] crate::ledger::RecordError),
}

impl Running {
    /// Starts the writer and the chores on an open ledger. `connections` come from the settings
    /// and are set anew where they differ.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn start(
        mut ledger: Ledger,
        clock: Clock,
        config: Config,
        connections: Vec<Connection>,
        public_url: String,
    ) -> Result<Running, StartError> {
        let authorities = config.authorities()?;
        ledger.in_turn(|ledger| begin(ledger, &clock, connections))??;
        let side = ledger.side();
        let (recorder, writer) = Recorder::start(ledger, clock, config.limits.queue_entries_max)?;
        let app = App::new(recorder, config, authorities, public_url, side);
        let mut chores = vec![
            tokio::spawn(checkpoints(Arc::clone(&app))),
            tokio::spawn(reads(Arc::clone(&app))),
            tokio::spawn(contacts(Arc::clone(&app))),
            tokio::spawn(verdicts(Arc::clone(&app))),
            tokio::spawn(alerts::fault::run(Arc::clone(&app))),
            // In a cluster, one node does these for all.
            tokio::spawn(duty::only(Arc::clone(&app), life::chores::coverage)),
            tokio::spawn(duty::only(Arc::clone(&app), life::chores::silence)),
            tokio::spawn(duty::only(Arc::clone(&app), life::asking::tests)),
            tokio::spawn(duty::only(Arc::clone(&app), life::asking::lists)),
            tokio::spawn(duty::only(Arc::clone(&app), alerts::raise::run)),
            tokio::spawn(duty::only(Arc::clone(&app), alerts::courier::run)),
            tokio::spawn(duty::only(Arc::clone(&app), crate::pool::news::tell)),
            tokio::spawn(duty::only(Arc::clone(&app), crate::backfill::keep_up)),
            tokio::spawn(duty::only(Arc::clone(&app), crate::media::keep_up)),
            tokio::spawn(duty::only(
                Arc::clone(&app),
                crate::erasures::chore::keep_up,
            )),
            tokio::spawn(duty::only(Arc::clone(&app), crate::judging::keep_up)),
            tokio::spawn(duty::only(Arc::clone(&app), crate::replies::run)),
            // Every node answers for itself.
            tokio::spawn(crate::page::public::keep::run(Arc::clone(&app))),
        ];
        chores.extend(crate::anchors::start(&app));
        chores.extend(crate::cluster::start(&app));
        Ok(Running {
            app,
            writer,
            chores,
        })
    }

    /// Serves until `shutdown`, then ends the installation: reads written down, the end recorded,
    /// the last checkpoint signed, the fold kept.
    ///
    /// # Panics
    /// Passes on a panic of the writer's thread.
    pub async fn serve(
        self,
        listener: TcpListener,
        tls: Option<tokio_rustls::TlsAcceptor>,
        shutdown: impl Future<Output = ()>,
    ) -> Ledger {
        let router = crate::api::router(Arc::clone(&self.app));
        let limits = self.app.config.limits.clone();
        let closing = self.app.closing.clone();
        let shutdown = async move {
            shutdown.await;
            closing.send_replace(true);
        };
        server::serve(listener, tls, router, &limits, shutdown).await;
        self.stop().await
    }

    /// Ends the installation.
    ///
    /// # Panics
    /// Passes on a panic of the writer's thread.
    pub async fn stop(self) -> Ledger {
        for chore in &self.chores {
            chore.abort();
        }
        for chore in self.chores {
            // An aborted chore ends with an error, as it should.
            let _ = chore.await;
        }
        let recorder = self.app.recorder.clone();
        if let Err(error) = self.app.reads.write(&recorder).await {
            tracing::error!(%error, "reads of personal data could not be written down");
        }
        if let Err(error) = life::write_coverage(&self.app).await {
            tracing::error!(%error, "coverage could not be written down");
        }
        let end = recorder
            .decide(None, |_| Ok(vec![operation("stop", "")]))
            .await;
        if let Err(error) = end.and(recorder.checkpoint().await) {
            tracing::error!(%error, "end could not be recorded");
        }
        drop(recorder);
        drop(self.app);
        let writer = self.writer;
        let joined = tokio::task::spawn_blocking(move || {
            let mut ledger = writer.join();
            ledger.snapshot();
            ledger
        });
        match joined.await {
            Ok(ledger) => ledger,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

/// What a start is told by, and sets anew.
fn begin(
    ledger: &mut Ledger,
    clock: &Clock,
    connections: Vec<Connection>,
) -> Result<(), StartError> {
    let mut events = changed(ledger, connections);
    events.extend(keys(ledger, &events)?);
    events.push(operation("start", env!("CARGO_PKG_VERSION")));
    if ledger.view().state().registry.draw_seeds().is_empty() {
        events.push(crate::pool::dice::fresh_seed().map_err(crate::ledger::RecordError::from)?);
    }
    if ledger.was_reindexed() {
        events.push(operation("rebuild", "index"));
    }
    ledger.append_last();
    ledger.record(clock.now(), None, events)?;
    Ok(())
}

fn operation(operation: &str, detail: &str) -> Event {
    Event::Operation(Operation {
        operation: operation.to_owned(),
        detail: detail.to_owned(),
    })
}

fn changed(ledger: &Ledger, connections: Vec<Connection>) -> Vec<Event> {
    let view = ledger.view();
    let state = view.state();
    let differs = |c: &Connection| state.registry.connection(&c.connection) != Some(c);
    connections
        .into_iter()
        .filter(differs)
        .map(Event::ConnectionSet)
        .collect()
}

/// The providers' public keys that are not on the record: of all connections, new ones included.
fn keys(ledger: &Ledger, new: &[Event]) -> Result<Vec<Event>, crate::ledger::LedgerError> {
    let view = ledger.view();
    let new = new.iter().filter_map(|event| match event {
        Event::ConnectionSet(connection) => Some(connection),
        _ => None,
    });
    let known = {
        let state = view.state();
        let all = state.registry.connections().chain(new);
        all.flat_map(provider_keys::in_settings).collect()
    };
    provider_keys::missing(&view, known)
}

async fn checkpoints(app: Arc<App>) {
    let mut size = app.recorder.size();
    let mut told = 0;
    while size.changed().await.is_ok() {
        let signed = app.recorder.checkpoint().await;
        app.troubles.note(Trouble::Checkpoint, signed.is_err());
        if let Err(error) = signed {
            tracing::error!(%error, "checkpoint cannot be signed");
        } else {
            let newest = app.recorder.view().reader.checkpoint();
            let entries = newest.map_or(0, |newest| newest.checkpoint().size);
            if entries > told {
                told = entries;
                let json = format!("{{\"size\":{entries}}}").into();
                app.tell(News {
                    topic: "checkpoint",
                    platform: None,
                    json,
                });
            }
        }
        size.mark_unchanged();
        tokio::time::sleep(Duration::from_millis(CHECKPOINT_EVERY_MS)).await;
    }
}

async fn reads(app: Arc<App>) {
    loop {
        tokio::time::sleep(Duration::from_secs(READS_EVERY_S)).await;
        if let Err(error) = app.reads.write(&app.recorder).await {
            tracing::error!(%error, "reads of personal data cannot be written down");
        }
    }
}

/// Tells the stream of contacts as they come, without numbers and texts: who wants those asks.
async fn contacts(app: Arc<App>) {
    let mut size = app.recorder.size();
    let mut told = *size.borrow_and_update();
    while size.changed().await.is_ok() {
        let until = *size.borrow_and_update();
        if app.news.receiver_count() > 0 {
            for index in told..until {
                tell_of(&app, index);
            }
        }
        told = until;
    }
}

fn tell_of(app: &App, index: u64) {
    let view = app.recorder.view();
    let Ok(Some(entry)) = view.reader.entry(index) else {
        return;
    };
    let (topic, number, json) = match &entry.event {
        Event::Contact(c) if c.medium != Medium::Control && c.line_test.is_none() => {
            let json = serde_json::json!({
                "index": index,
                "kind": c.medium.as_str(),
                "connection": c.connection,
                "received_at": c.received_at,
            });
            ("contact", c.to.as_ref().and_then(|to| to.number()), json)
        }
        Event::Coverage(c) => {
            let json = serde_json::json!({ "index": index, "from": c.from, "until": c.until });
            ("coverage", Some(c.number), json)
        }
        Event::LineSilent(line) => line_news(index, line.number, "silent", line.since),
        Event::LineAlive(line) => line_news(index, line.number, "alive", line.sign_at),
        _ => return,
    };
    let platform = {
        let state = view.state();
        let holder = number
            .as_ref()
            .and_then(|n| state.registry.honeytokens_on(n).next());
        holder.map(|record| record.honeytoken.platform.clone())
    };
    app.tell(News {
        topic,
        platform,
        json: json.to_string().into(),
    });
}

/// A line fell silent, or is back.
fn line_news(
    index: u64,
    number: PhoneNumber,
    life: &str,
    since: Timestamp,
) -> (&'static str, Option<PhoneNumber>, serde_json::Value) {
    let json = serde_json::json!({ "index": index, "life": life, "since": since });
    ("line", Some(number), json)
}

/// Tells the stream when a platform's class changes.
async fn verdicts(app: Arc<App>) {
    let mut size = app.recorder.size();
    let mut before = std::collections::BTreeMap::new();
    while size.changed().await.is_ok() {
        size.mark_unchanged();
        if app.news.receiver_count() > 0 {
            let view = Arc::clone(app.recorder.view());
            let ask = tokio::task::spawn_blocking(move || view.state().judgement.verdicts());
            for verdict in ask.await.unwrap_or_default() {
                let earlier = before.insert(verdict.platform.clone(), verdict.class);
                if earlier.is_some_and(|class| class != verdict.class) {
                    tell_verdict(&app, &verdict);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(VERDICTS_EVERY_MS)).await;
    }
}

fn tell_verdict(app: &App, verdict: &attribution::Verdict) {
    let json = serde_json::json!({
        "platform": verdict.platform,
        "class": verdict.class.as_str(),
        "probability": verdict.probability,
        "fdr": verdict.fdr,
    });
    let platform = Some(verdict.platform.clone());
    app.tell(News {
        topic: "verdict",
        platform,
        json: json.to_string().into(),
    });
}
