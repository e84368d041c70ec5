//! What all handlers share.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use honeytoken::{ConnectionId, Registry};
use tokio::sync::broadcast;

use crate::audit::Reads;
use crate::config::CallAnswer;
use crate::config::Config;
use crate::failed_keys::FailedKeys;
use crate::metrics::Metrics;
use crate::provider::{Calls, Provider, Webhook};
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
    /// Counters.
    pub(crate) metrics: Metrics,
    /// Who tries keys that are none of ours.
    pub(crate) failed_keys: FailedKeys,
    /// Who looked at personal data, until it is written down.
    pub(crate) reads: Reads,
    /// News for the stream.
    pub news: broadcast::Sender<News>,
}

impl App {
    /// Puts the parts together; connections are read from the fold.
    pub fn new(recorder: Recorder, config: Config, public_url: String) -> Arc<App> {
        let connections = Connections::default();
        connections.refresh(&recorder.view().state().registry);
        Arc::new(App {
            recorder,
            config,
            public_url,
            connections,
            metrics: Metrics::default(),
            failed_keys: FailedKeys::default(),
            reads: Reads::default(),
            news: broadcast::channel(STREAM_MESSAGES_MAX).0,
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

    /// Tells the stream; nobody listening is fine.
    pub fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }
}

/// A message of the stream.
#[derive(Debug, Clone)]
pub struct News {
    /// `contact`, `verdict`, `checkpoint` or `coverage`.
    pub topic: &'static str,
    /// The platform it concerns, which not every key may see.
    pub platform: Option<honeytoken::PlatformId>,
    /// The message, JSON.
    pub json: Arc<str>,
}

/// A connection, ready to verify.
pub struct Connected {
    /// The adapter with this connection's secrets.
    pub webhook: Webhook,
    /// The connection's own public address.
    pub public_url: Option<String>,
}

/// Live connections by id: read at every webhook, written when an operator changes one.
#[derive(Default)]
pub struct Connections(RwLock<HashMap<ConnectionId, Arc<Connected>>>);

impl Connections {
    /// The connection, if it is live.
    pub fn get(&self, id: &ConnectionId) -> Option<Arc<Connected>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// Takes the connections as the fold has them. One whose settings an older version accepted
    /// and this one does not is left out, and said.
    pub fn refresh(&self, registry: &Registry) {
        let mut live = HashMap::new();
        let hooked = |c: &&honeytoken::Connection| c.provider != crate::import::PROVIDER;
        for connection in registry.connections().filter(hooked) {
            let provider = Provider::find(&connection.provider).map_err(|e| e.to_string());
            let webhook =
                provider.and_then(|p| p.connect(&connection.secrets).map_err(|e| e.to_string()));
            match webhook {
                Ok(webhook) => {
                    let public_url = connection.public_url.clone();
                    let connected = Connected {
                        webhook,
                        public_url,
                    };
                    live.insert(connection.connection.clone(), Arc::new(connected));
                }
                Err(error) => {
                    tracing::error!(connection.id = %connection.connection, %error,
                        "connection cannot be used; set it anew");
                }
            }
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = live;
    }
}
