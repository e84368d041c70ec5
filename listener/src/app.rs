//! What all handlers share.

use std::sync::Arc;

use honeytoken::{Entry, Event};
use tokio::sync::{Semaphore, broadcast, watch};

use crate::account::Accounts;
use crate::alerts::trouble::Troubles;
use crate::alerts::words::LogTag;
use crate::anchors::{Anchors, Authority};
use crate::audit::Reads;
use crate::backfill::UnderWay;
use crate::config::CallAnswer;
use crate::config::Config;
use crate::connections::Connections;
use crate::failed_keys::FailedKeys;
use crate::heard::AllHeard;
use crate::metrics::Metrics;
use crate::page::Pages;
use crate::provider::Calls;
use crate::recorder::Recorder;

/// Messages a slow reader of the stream may lag behind before it misses some.
const STREAM_MESSAGES_MAX: usize = 1024;

/// What all handlers share. One per process.
pub struct App {
    /// The way to the one writer.
    pub recorder: Recorder,
    /// The settings.
    pub config: Config,
    /// Scheme and host under which providers reach us.
    pub public_url: String,
    /// Live connections, ready to verify.
    pub(crate) connections: Connections,
    /// Providers' accounts, opened when they are asked.
    pub accounts: Accounts,
    /// Connections that are being compared with their providers' lists.
    pub(crate) under_way: UnderWay,
    /// Counters.
    pub(crate) metrics: Metrics,
    /// Who tries keys that are none of ours.
    pub(crate) failed_keys: FailedKeys,
    /// Outside authorities, and how asking them goes.
    pub(crate) anchors: Anchors,
    /// Held by whoever makes a bundle.
    pub(crate) exporting: tokio::sync::Mutex<()>,
    /// Who looked at personal data, until it is written down.
    pub(crate) reads: Reads,
    /// The installation's own trouble, for alerts.
    pub(crate) troubles: Troubles,
    /// What tells this log's alerts from those of others.
    pub(crate) log_tag: LogTag,
    /// One simulation at a time: it takes a core for seconds.
    pub(crate) simulations: Arc<Semaphore>,
    /// What came through each connection since the start.
    pub(crate) heard: AllHeard,
    /// What pages remember: who is signed in.
    pub(crate) pages: Pages,
    /// News for the stream.
    pub news: broadcast::Sender<News>,
    /// What nodes of a cluster tell each other; none alone.
    pub(crate) side: Option<store::Side>,
    /// How many nodes sign checkpoints.
    pub(crate) nodes: u8,
    /// Whether this node does what must be done once; alone it always does.
    pub(crate) on_duty: watch::Sender<bool>,
    /// Whether the end has begun: streams, which have none of their own, end with it.
    pub(crate) closing: watch::Sender<bool>,
}

impl App {
    /// Puts the parts together; connections are read from the fold.
    pub(crate) fn new(
        recorder: Recorder,
        config: Config,
        authorities: Vec<Authority>,
        public_url: String,
        side: Option<store::Side>,
    ) -> Arc<App> {
        let connections = Connections::default();
        connections.refresh(&recorder.view().state().registry);
        let log_tag = LogTag::of(&origin(&recorder));
        let pages = Pages::new(&config.page);
        Arc::new(App {
            nodes: config.store.nodes.unwrap_or(3),
            on_duty: watch::Sender::new(side.is_none()),
            side,
            recorder,
            config,
            public_url,
            connections,
            accounts: Accounts::default(),
            under_way: UnderWay::default(),
            metrics: Metrics::default(),
            failed_keys: FailedKeys::default(),
            anchors: Anchors::new(authorities),
            exporting: tokio::sync::Mutex::default(),
            reads: Reads::default(),
            troubles: Troubles::default(),
            log_tag,
            simulations: Arc::new(Semaphore::new(1)),
            heard: AllHeard::default(),
            pages,
            news: broadcast::channel(STREAM_MESSAGES_MAX).0,
            closing: watch::Sender::new(false),
        })
    }

    /// What becomes of calls.
    pub fn calls(&self) -> Calls {
        match self.config.calls.answer {
            CallAnswer::Reject => Calls::Reject,
            CallAnswer::Ring => Calls::LetRing {
                seconds: self.config.calls.ring_s,
            },
        }
    }

    /// The path of a link that signs in as an admin, once, within ten minutes; none if no admin's key
    /// is live, or the system has no randomness.
    pub fn sign_in_path(&self) -> Option<String> {
        let key = {
            let state = self.recorder.view().state();
            let mut keys = state.registry.keys();
            keys.find(|key| key.role.may_administer())?.key.clone()
        };
        let now = self.recorder.clock().now();
        let link = self.pages.sessions.link(key, now);
        let token = link.inspect_err(|error| tracing::error!(%error, "no link to sign in"));
        Some(format!("/sign-in?once={}", token.ok()?))
    }

    /// Tells the stream; nobody listening is fine.
    pub fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }
}

/// The log's name, as its first entry has it.
fn origin(recorder: &Recorder) -> String {
    match recorder.view().reader.entry(0) {
        Ok(Some(Entry {
            event: Event::Genesis(genesis),
            ..
        })) => genesis.origin,
        _ => String::new(),
    }
}

/// A message of the stream.
#[derive(Debug, Clone)]
pub struct News {
    /// `contact`, `verdict`, `checkpoint`, `coverage`, `line` or `connection`.
    pub topic: &'static str,
    /// The platform it concerns, which not every key may see.
    pub platform: Option<honeytoken::PlatformId>,
    /// The message, JSON.
    pub json: Arc<str>,
}
