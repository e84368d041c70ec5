//! The way to the cluster, for a writer that blocks.

use std::future::Future;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use async_nats::jetstream::Context;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use tokio::runtime::{Builder, Runtime};

use super::connect::{CONNECT_RETRY_MS, connect};
use super::settings::JetStreamSettings;
use super::side::Side;
use super::streams::Names;
use crate::engine::wire;
use crate::error::{Fault, OpenError};

/// A leader is chosen within this, in milliseconds.
const LEADER_WAIT_MS: u64 = 20_000;

/// A connection with threads of its own, for a writer that blocks.
pub(super) struct Link {
    threads: Threads,
    context: Context,
    names: Names,
}

/// The runtime; none only while it is dropped.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        // A runtime that waits for its end must not be dropped where nobody may wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
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
        let threads = Threads(Some(runtime));
        let context = threads.wait(async move { connect(&settings, &wanted).await })??;
        Ok(Link {
            threads,
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
        if let Some(runtime) = &self.threads.0 {
            runtime.spawn(task);
        }
    }

    pub(super) fn side(&self) -> Side {
        let handle = self.threads.0.as_ref().map(|r| r.handle().clone());
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
        self.threads.wait(async move {
            let stream = context.get_stream(&name).await;
            let stream = stream.map_err(|error| Fault::Unreachable(error.to_string()))?;
            Ok(stream.cached_info().state.last_sequence)
        })?
    }

    /// The batch of a message, or what is left of it; none beyond the stream's end.
    pub(super) fn batch_of(&self, sequence: u64) -> Result<Option<wire::Batch>, Fault> {
        self.patiently(|| {
            let side = self.side();
            let asked = self
                .threads
                .wait(async move { side.batch(sequence).await })?;
            asked.map_err(|error| Fault::Unreachable(error.to_string()))
        })
    }

    /// Ends the stream: nothing is added to it, and nothing taken from it, ever again.
    pub(super) fn close(&self) -> Result<(), Fault> {
        let (context, name) = (self.context.clone(), self.names.log.clone());
        self.threads.wait(async move {
            let stream = context.get_stream(&name).await;
            let stream = stream.map_err(|error| Fault::Unreachable(error.to_string()))?;
            let mut config = stream.cached_info().config.clone();
            if config.sealed {
                return Ok(());
            }
            config.sealed = true;
            let closed = context.update_stream(&config).await;
            closed.map_err(|error| Fault::Unreachable(error.to_string()))?;
            Ok(())
        })?
    }

    /// Publishes, and waits so long for the answer.
    pub(super) fn publish(
        &self,
        message: PublishMessage,
        within: Duration,
    ) -> Result<u64, PublishError> {
        let (context, subject) = (self.context.clone(), self.names.log_subject.clone());
        let publishing = async move {
            let sent = context.send_publish(subject, message).await?;
            Ok(sent.await?.sequence)
        };
        let published = self.threads.wait(async move {
            let answer = tokio::time::timeout(within, publishing).await;
            answer.unwrap_or_else(|_| Err(PublishError::new(PublishErrorKind::TimedOut)))
        });
        published.unwrap_or_else(|_| Err(PublishError::new(PublishErrorKind::BrokenPipe)))
    }

    /// Whether the stream has a leader that answers.
    pub(super) fn probe(&self, within: Duration) -> Result<(), Fault> {
        let (context, name) = (self.context.clone(), self.names.log.clone());
        self.threads.wait(async move {
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
}

impl Threads {
    /// Runs a task there and blocks this thread until it is done.
    fn wait<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Fault> {
        let closed = || Fault::Unreachable("connection is closed".into());
        let runtime = self.0.as_ref().ok_or_else(closed)?;
        let (tell, told) = mpsc::sync_channel(1);
        runtime.spawn(async move {
            let _ = tell.send(task.await);
        });
        told.recv().map_err(|_| closed())
    }
}
