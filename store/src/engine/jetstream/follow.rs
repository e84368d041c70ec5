//! Reads the stream as it grows, in order, into an inbox that the writer empties.
//!
//! Each message is asked for by the sequence after the last: nothing has to be kept on the
//! cluster's side, and after a fail-over the next question goes to whoever leads then. That
//! somebody publishes is heard at once and is only a hint to ask.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_nats::jetstream::Context;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use futures_util::StreamExt as _;

use super::super::{Placed, wire};
use super::HOLD;
use super::origin::Origin;
use super::side::{Side, SideError};
use super::streams::Names;
use crate::error::Fault;

/// Messages that wait for the writer; the reading waits at the limit.
const INBOX_MESSAGES_MAX: usize = 64;
/// The stream is asked at least this often, in milliseconds, should a hint be lost.
const ASK_EVERY_MS: u64 = 250;
/// After a hint the message is asked for this often, since it is on its way, in milliseconds.
const HINTED_EVERY_MS: u64 = 3;
/// So many times.
const HINTED_TIMES: u32 = 20;

/// A message of the stream.
pub(super) struct Arrival {
    pub(super) sequence: u64,
    pub(super) origin: Origin,
    pub(super) hold: bool,
    pub(super) placed: Placed,
}

/// Who asked others to wait, with which message, since when.
struct Held {
    sequence: u64,
    node: String,
    since: Instant,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Arrival>,
    held: Option<Held>,
    fault: Option<String>,
    closed: bool,
    wake: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// Messages on their way to the writer.
#[derive(Default)]
pub(super) struct Inbox {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn on_arrival(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.lock().wake = Some(Arc::from(wake));
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// The first message, if nothing was taken yet.
    pub(super) fn first(&self) -> Option<Placed> {
        let mut inner = self.lock();
        let first = inner.waiting.front_mut()?;
        let (first, entries) = (first.placed.first, first.placed.entries.clone());
        Some(Placed { first, entries })
    }

    /// The id of the first message from `sequence` on, waiting for it up to a time.
    pub(super) fn peek_within(&self, sequence: u64, wait_ms: u64) -> Result<Option<String>, Fault> {
        let mut inner = self.wait_for(sequence, wait_ms)?;
        Ok(inner.waiting.front_mut().map(|a| a.origin.id.clone()))
    }

    /// Takes what lies after `sequence`, waiting for something up to a time.
    pub(super) fn take_after(&self, sequence: u64, wait_ms: u64) -> Result<Vec<Arrival>, Fault> {
        let mut inner = self.wait_for(sequence + 1, wait_ms)?;
        Ok(inner.waiting.drain(..).collect())
    }

    /// Forgets what lies before `sequence` and waits until something from there on is there.
    fn wait_for(&self, sequence: u64, wait_ms: u64) -> Result<MutexGuard<'_, Inner>, Fault> {
        let nothing = |inner: &mut Inner| {
            while inner.waiting.front().is_some_and(|a| a.sequence < sequence) {
                inner.waiting.pop_front();
            }
            inner.waiting.is_empty() && inner.fault.is_none()
        };
        let wait = Duration::from_millis(wait_ms);
        let waited = self.changed.wait_timeout_while(self.lock(), wait, nothing);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match &inner.fault {
            Some(fault) if inner.waiting.is_empty() => Err(Fault::Cluster(fault.clone())),
            _ => Ok(inner),
        }
    }

    /// For how long another node has asked to wait, with the message `sequence`, in milliseconds.
    pub(super) fn held_by_others(&self, node: &str, sequence: u64) -> Option<u64> {
        let inner = self.lock();
        let held = inner.held.as_ref()?;
        let theirs = held.node != node && held.sequence == sequence;
        theirs.then(|| Instant::now().duration_since(held.since).as_millis() as u64)
    }

    fn push(&self, arrival: Arrival) {
        let mut inner = self.lock();
        inner.held = arrival.hold.then(|| Held {
            sequence: arrival.sequence,
            node: arrival.origin.node.clone(),
            since: Instant::now(),
        });
        inner.waiting.push_back(arrival);
        let wake = inner.wake.clone();
        drop(inner);
        self.changed.notify_all();
        if let Some(wake) = wake {
            wake();
        }
    }

    fn fail(&self, fault: String) {
        tracing::error!(fault, "stream cannot be folded any further: {fault}");
        self.lock().fault = Some(fault);
        self.changed.notify_all();
    }

    fn is_full(&self) -> bool {
        self.lock().waiting.len() >= INBOX_MESSAGES_MAX
    }

    /// Waits until there is room; false when it is closed.
    async fn has_room(&self) -> bool {
        while self.is_full() && !self.is_closed() {
            tokio::time::sleep(Duration::from_millis(HINTED_EVERY_MS)).await;
        }
        !self.is_closed()
    }

    fn is_closed(&self) -> bool {
        self.lock().closed
    }
}

/// What ends the reading.
enum Stop {
    /// Nothing helps but a person.
    Fault(String),
    /// Ask again.
    Later(String),
}

impl From<SideError> for Stop {
    fn from(error: SideError) -> Stop {
        Stop::Later(error.to_string())
    }
}

/// Reads from `next` on until the inbox is closed.
pub(super) async fn run(context: Context, names: Names, mut next: u64, inbox: Arc<Inbox>) {
    while !inbox.is_closed() {
        match read_on(&context, &names, &mut next, &inbox).await {
            Ok(()) => {}
            Err(Stop::Fault(what)) => return inbox.fail(what),
            Err(Stop::Later(why)) => {
                tracing::debug!(why, "stream cannot be read now");
                tokio::time::sleep(Duration::from_millis(ASK_EVERY_MS)).await;
            }
        }
    }
}

async fn read_on(
    context: &Context,
    names: &Names,
    next: &mut u64,
    inbox: &Inbox,
) -> Result<(), Stop> {
    let later = |error: &dyn std::fmt::Display| Stop::Later(error.to_string());
    let stream = context.get_stream_no_info(&names.log).await;
    let stream = stream.map_err(|e| later(&e))?;
    let hints = context.client().subscribe(names.log_subject.clone()).await;
    let mut hints = hints.map_err(|e| later(&e))?;
    let side = Side::new(context.clone(), names.clone(), None);
    let mut hinted = 0_u32;
    while !inbox.is_closed() {
        if !inbox.has_room().await {
            break;
        }
        if let Some(message) = ask(&stream, &names.log_subject, *next).await? {
            take(message, next, inbox, &side).await?;
            continue;
        }
        let pause = if hinted > 0 {
            HINTED_EVERY_MS
        } else {
            ASK_EVERY_MS
        };
        hinted = hinted.saturating_sub(1);
        match tokio::time::timeout(Duration::from_millis(pause), hints.next()).await {
            Ok(Some(_)) => hinted = HINTED_TIMES,
            Ok(None) => return Err(Stop::Later("connection ended".into())),
            Err(_) => {}
        }
    }
    Ok(())
}

async fn ask(stream: &Stream<()>, subject: &str, next: u64) -> Result<Option<StreamMessage>, Stop> {
    match stream
        .direct_get_next_for_subject(subject, Some(next))
        .await
    {
        Ok(message) => Ok(Some(message)),
        Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::Later(error.to_string())),
    }
}

/// Takes a message, and what stands for those before it that were erased.
async fn take(
    message: StreamMessage,
    next: &mut u64,
    inbox: &Inbox,
    side: &Side,
) -> Result<(), Stop> {
    while *next < message.sequence {
        let left = side.left(*next).await?;
        let left = left.ok_or_else(|| {
            Stop::Fault(format!(
                "message {next} is missing and nothing stands for it: the stream was changed from \
                 outside"
            ))
        })?;
        let placed = placed(&left.body, side, *next).await?;
        if !inbox.has_room().await {
            return Ok(());
        }
        inbox.push(Arrival {
            sequence: *next,
            origin: left.origin,
            hold: false,
            placed,
        });
        *next += 1;
    }
    if !inbox.has_room().await {
        return Ok(());
    }
    let arrival = Arrival {
        sequence: message.sequence,
        origin: Origin::of(&message.headers),
        hold: message.headers.get(HOLD).is_some(),
        placed: placed(&message.payload, side, message.sequence).await?,
    };
    inbox.push(arrival);
    *next = message.sequence + 1;
    Ok(())
}

async fn placed(body: &[u8], side: &Side, sequence: u64) -> Result<Placed, Stop> {
    let batch = wire::read(body).ok_or_else(|| {
        Stop::Fault(format!(
            "message {sequence} is no batch that this version can read; somebody else publishes \
             on the log's subject, or newer nodes do: bring this one up to them"
        ))
    })?;
    let mut entries = Vec::with_capacity(batch.entries.len());
    for (mut parts, names) in batch.entries {
        for name in names {
            // Its pieces were there before the message; a server that lags is asked again.
            let blob = side.blob(name).await?;
            let blob = blob.ok_or_else(|| {
                Stop::Later(format!("a large value of message {sequence} is not there"))
            })?;
            parts.blobs.push(blob);
        }
        entries.push(parts);
    }
    let first = batch.first;
    Ok(Placed { first, entries })
}
