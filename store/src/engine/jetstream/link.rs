//! The way to the cluster: a connection that comes back by itself, and the streams.

use std::future::Future;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use async_nats::jetstream::context::{CreateStreamErrorKind, PublishError};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Context};
use tokio::runtime::{Builder, Runtime};

use super::settings::JetStreamSettings;
use super::side::Side;
use crate::engine::wire;
use crate::error::{Fault, OpenError};

/// A server that does not take a connection is left for the next after this, in seconds.
const CONNECT_S: u64 = 5;
/// Between two tries to connect, in milliseconds.
const CONNECT_RETRY_MS: u64 = 500;
/// A server answers within this, in milliseconds, or is asked again.
const ANSWER_MS: u64 = 2_000;
/// A leader is chosen within this, in milliseconds.
const LEADER_WAIT_MS: u64 = 20_000;
/// Within this a message that is sent again is known, in seconds.
const DUPLICATES_S: u64 = 120;

/// What streams and subjects are called.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) log: String,
    pub(super) log_subject: String,
    pub(super) side: String,
    pub(super) side_subject: String,
}

impl Names {
    fn new(prefix: &str) -> Names {
        Names {
            log: format!("{prefix}-log"),
            log_subject: format!("{prefix}.log"),
            side: format!("{prefix}-side"),
            side_subject: format!("{prefix}.side"),
        }
    }
}

/// A connection with threads of its own, for a writer that blocks.
pub(super) struct Link {
    /// None only while it is dropped.
    runtime: Option<Runtime>,
    context: Context,
    names: Names,
}

impl Link {
    pub(super) fn open(settings: &JetStreamSettings) -> Result<Link, OpenError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("cluster")
            .enable_all()
            .build();
        let runtime = runtime.map_err(|source| Fault::Io {
            step: "start the thread of the cluster",
            source,
        })?;
        let names = Names::new(&settings.prefix);
        let (settings, wanted) = (settings.clone(), names.clone());
        let context = wait(&runtime, async move { connect(&settings, &wanted).await })??;
        Ok(Link {
            runtime: Some(runtime),
            context,
            names,
        })
    }

    pub(super) fn context(&self) -> Context {
        self.context.clone()
    }

    pub(super) fn names(&self) -> Names {
        self.names.clone()
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(task);
        }
    }

    pub(super) fn side(&self) -> Side {
        let handle = self.runtime.as_ref().map(|r| r.handle().clone());
        Side::new(self.context.clone(), self.names.clone(), handle)
    }

    /// The sequence of the stream's last message.
    pub(super) fn last_sequence(&self) -> Result<u64, Fault> {
        self.patiently(|| self.ask_last_sequence())
    }

    /// Asks again while a leader is being chosen.
    fn patiently<T>(&self, ask: impl Fn() -> Result<T, Fault>) -> Result<T, Fault> {
        let deadline = self.deadline(LEADER_WAIT_MS);
        loop {
            match ask() {
                Err(Fault::Unreachable(_)) if self.pause(CONNECT_RETRY_MS, deadline) => {}
                outcome => return outcome,
            }
        }
    }

    fn ask_last_sequence(&self) -> Result<u64, Fault> {
        let (context, name) = (self.context.clone(), self.names.log.clone());
        self.wait(async move {
            let stream = context.get_stream(&name).await;
            let stream = stream.map_err(|error| Fault::Unreachable(error.to_string()))?;
            Ok(stream.cached_info().state.last_sequence)
        })?
    }

    /// The stream's first batch, or what stands for it; none while the stream is empty.
    pub(super) fn first_message(&self) -> Result<Option<wire::Batch>, Fault> {
        self.patiently(|| self.ask_first_message())
    }

    fn ask_first_message(&self) -> Result<Option<wire::Batch>, Fault> {
        let (context, names) = (self.context.clone(), self.names.clone());
        let body = self.wait(async move {
            let unreachable = |error: &dyn std::fmt::Display| Fault::Unreachable(error.to_string());
            let stream = context.get_stream(&names.log).await;
            let stream = stream.map_err(|e| unreachable(&e))?;
            if stream.cached_info().state.last_sequence == 0 {
                return Ok(None);
            }
            let first = stream.get_raw_message(1).await;
            let payload = first.map_err(|e| unreachable(&e))?.payload;
            Ok::<_, Fault>(Some(payload))
        })??;
        Ok(body.and_then(|body| wire::read(&body)))
    }

    pub(super) fn publish(&self, message: PublishMessage) -> Result<u64, PublishError> {
        let (context, subject) = (self.context.clone(), self.names.log_subject.clone());
        let published = self.wait(async move {
            let sent = context.send_publish(subject, message).await?;
            Ok(sent.await?.sequence)
        });
        use async_nats::jetstream::context::PublishErrorKind;
        published.unwrap_or_else(|_| Err(PublishError::new(PublishErrorKind::BrokenPipe)))
    }

    /// Whether the stream has a leader that answers.
    pub(super) fn probe(&self, within: Duration) -> Result<(), Fault> {
        let (context, name) = (self.context.clone(), self.names.log.clone());
        self.wait(async move {
            let asked = tokio::time::timeout(within, context.get_stream(&name)).await;
            let late = |_| Fault::Unreachable("no answer in time".into());
            let stream = asked.map_err(late)?;
            let stream = stream.map_err(|error| Fault::Unreachable(error.to_string()))?;
            let led = stream.cached_info().cluster.as_ref();
            match led.is_none_or(|cluster| cluster.leader.is_some()) {
                true => Ok(()),
                false => Err(Fault::Unreachable("stream has no leader".into())),
            }
        })?
    }

    pub(super) fn deadline(&self, wait_ms: u64) -> Instant {
        Instant::now() + Duration::from_millis(wait_ms)
    }

    /// Waits a little; false when the deadline is over.
    pub(super) fn pause(&self, pause_ms: u64, deadline: Instant) -> bool {
        let now = Instant::now();
        if now >= deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(pause_ms).min(deadline - now));
        true
    }

    fn wait<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Fault> {
        match &self.runtime {
            Some(runtime) => wait(runtime, task),
            None => Err(Fault::Unreachable("connection is closed".into())),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // A runtime that waits for its end must not be dropped where nobody may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Runs a task on the runtime and blocks this thread until it is done.
fn wait<T: Send + 'static>(
    runtime: &Runtime,
    task: impl Future<Output = T> + Send + 'static,
) -> Result<T, Fault> {
    let (tell, told) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        let _ = tell.send(task.await);
    });
    let ended = |_| Fault::Unreachable("connection is closed".into());
    told.recv().map_err(ended)
}

async fn connect(settings: &JetStreamSettings, names: &Names) -> Result<Context, Fault> {
    let patience = Duration::from_secs(settings.connect_wait_s);
    let mut why = String::from("no answer in time");
    let attempts = async {
        loop {
            match try_connect(settings, names).await {
                Err(Fault::Unreachable(now)) => why = now,
                outcome => return outcome,
            }
            tokio::time::sleep(Duration::from_millis(CONNECT_RETRY_MS)).await;
        }
    };
    let outcome = tokio::time::timeout(patience, attempts).await;
    outcome.unwrap_or_else(|_| {
        Err(Fault::Unreachable(format!(
            "{} of {}: {why}",
            names.log,
            settings.servers.join(", ")
        )))
    })
}

async fn try_connect(settings: &JetStreamSettings, names: &Names) -> Result<Context, Fault> {
    let options = options(settings).await?;
    let client = options.connect(settings.servers.clone()).await;
    let client = client.map_err(|error| Fault::Unreachable(error.to_string()))?;
    let context = jetstream::context::ContextBuilder::new()
        .timeout(Duration::from_millis(ANSWER_MS))
        .ack_timeout(Duration::from_millis(ANSWER_MS))
        .build(client);
    for wanted in [log(names, settings), side(names, settings)] {
        check_or_make(&context, wanted).await?;
    }
    Ok(context)
}

async fn options(settings: &JetStreamSettings) -> Result<ConnectOptions, Fault> {
    let mut options = ConnectOptions::new()
        .name("canaryline")
        .connection_timeout(Duration::from_secs(CONNECT_S))
        .reconnect_delay_callback(|attempts| {
            Duration::from_millis((attempts as u64 * 100).min(1_000))
        });
    if settings.tls {
        options = options.require_tls(true);
    }
    if let Some(ca) = &settings.ca {
        options = options.add_root_certificates(ca.clone());
    }
    if let Some((certificate, key)) = &settings.client {
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    if let Some((user, password)) = &settings.credentials.user {
        options = options.user_and_password(user.clone(), password.clone());
    }
    if let Some(token) = &settings.credentials.token {
        options = options.token(token.clone());
    }
    if let Some(file) = &settings.credentials.file {
        let unreadable = |error| {
            Fault::Cluster(format!(
                "credentials {} cannot be read: {error}",
                file.display()
            ))
        };
        options = options.credentials_file(file).await.map_err(unreadable)?;
    }
    Ok(options)
}

/// Batches, for good: nothing leaves but by erasure, and a full stream refuses.
fn log(names: &Names, settings: &JetStreamSettings) -> Config {
    Config {
        name: names.log.clone(),
        subjects: vec![names.log_subject.clone()],
        deny_purge: true,
        duplicate_window: Duration::from_secs(DUPLICATES_S),
        ..kept(settings)
    }
}

/// What nodes tell each other: the newest under each name.
fn side(names: &Names, settings: &JetStreamSettings) -> Config {
    Config {
        name: names.side.clone(),
        subjects: vec![format!("{}.>", names.side_subject)],
        max_messages_per_subject: 1,
        ..kept(settings)
    }
}

fn kept(settings: &JetStreamSettings) -> Config {
    Config {
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        num_replicas: settings.replicas,
        discard: DiscardPolicy::New,
        allow_direct: true,
        ..Config::default()
    }
}

async fn check_or_make(context: &Context, wanted: Config) -> Result<(), Fault> {
    let unreachable = |error: String| Fault::Unreachable(error);
    let found = context.get_stream(&wanted.name).await;
    let found = match found {
        Ok(stream) => stream.cached_info().config.clone(),
        Err(error) if is_missing(&error) => match context.create_stream(&wanted).await {
            Ok(stream) => stream.cached_info().config.clone(),
            Err(error) if error.kind() == CreateStreamErrorKind::TimedOut => {
                return Err(unreachable(error.to_string()));
            }
            Err(error) => {
                return Err(unreachable(format!(
                    "stream {} cannot be made: {error}",
                    wanted.name
                )));
            }
        },
        Err(error) => return Err(unreachable(error.to_string())),
    };
    match difference(&found, &wanted) {
        None => Ok(()),
        Some(what) => Err(Fault::Cluster(format!(
            "stream {} has another setting than it needs: {what}; set it so, or choose another \
             prefix",
            wanted.name
        ))),
    }
}

fn is_missing(error: &jetstream::context::GetStreamError) -> bool {
    use jetstream::ErrorCode;
    use jetstream::context::GetStreamErrorKind;
    matches!(error.kind(), GetStreamErrorKind::JetStream(e) if e.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// What a stream that exists has otherwise than it must be for a log.
fn difference(found: &Config, wanted: &Config) -> Option<String> {
    let unlimited = |limit: i64| limit <= 0;
    let checks = [
        (
            found.subjects == wanted.subjects,
            format!("subjects {:?}", wanted.subjects),
        ),
        (found.storage == wanted.storage, "storage file".into()),
        (
            found.num_replicas >= wanted.num_replicas,
            format!("{} replicas", wanted.num_replicas),
        ),
        (
            found.retention == wanted.retention,
            "retention limits".into(),
        ),
        (found.discard == wanted.discard, "discard new".into()),
        (found.deny_purge || !wanted.deny_purge, "deny purge".into()),
        (found.max_age.is_zero(), "no maximum age".into()),
        (
            unlimited(found.max_messages) && unlimited(found.max_bytes),
            "no limit of messages or bytes".into(),
        ),
        (
            found.max_messages_per_subject.max(0) == wanted.max_messages_per_subject.max(0),
            "messages per subject".into(),
        ),
        (found.allow_direct, "allow direct".into()),
        (
            wanted.duplicate_window.is_zero() || found.duplicate_window >= wanted.duplicate_window,
            format!("a duplicate window of {DUPLICATES_S} s"),
        ),
    ];
    let wrong = checks.into_iter().find(|(fits, _)| !fits);
    wrong.map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    use super::super::settings::Credentials;
    use super::*;

    fn settings() -> JetStreamSettings {
        JetStreamSettings {
            servers: vec![],
            prefix: "c".into(),
            replicas: 3,
            credentials: Credentials::default(),
            tls: false,
            ca: None,
            client: None,
            connect_wait_s: 1,
        }
    }

    type Spoil = fn(&mut Config);

    #[test]
    fn a_stream_that_would_lose_entries_is_refused_by_name() {
        let wanted = log(&Names::new("c"), &settings());
        assert_eq!(difference(&wanted, &wanted), None);
        let spoiled: [(&str, Spoil); 6] = [
            ("replicas", |c| c.num_replicas = 1),
            ("storage", |c| c.storage = StorageType::Memory),
            ("discard", |c| c.discard = DiscardPolicy::Old),
            ("maximum age", |c| c.max_age = Duration::from_secs(1)),
            ("limit", |c| c.max_bytes = 1 << 20),
            ("purge", |c| c.deny_purge = false),
        ];
        for (word, spoil) in spoiled {
            let mut found = wanted.clone();
            spoil(&mut found);
            let said = difference(&found, &wanted).unwrap_or_default();
            assert!(said.contains(word), "{word}: {said}");
        }
    }
}
