//! The recorder: everybody's way to the one writer.
//!
//! Handlers send jobs through a bounded queue and wait for the answer; a client that hangs up
//! cancels nothing, since the job is the writer's from then on. The writer lives on a thread of its
//! own, as the disk blocks. It takes all contacts that wait, up to [`BATCH_ENTRIES_MAX`], into one
//! group commit: while that one is on its way to the disk, the next gathers.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::JoinHandle;

use honeytoken::{Entry, Event, KeyId, Refusal};
use store::{Fault, Sealed};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::ledger::{Ledger, RecordError, Recorded, State, View};

/// Entries in one group commit; more wait for the next.
pub const BATCH_ENTRIES_MAX: usize = 256;

/// Why a submission came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full: come again.
    #[error("queue of entries waiting for the disk is full; come again in a second")]
    Busy,
    /// The installation is shutting down.
    #[error("installation is shutting down")]
    Closed,
    /// The disk failed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

type Answer<T> = oneshot::Sender<T>;
type Work = Box<dyn FnOnce(&mut Ledger) + Send>;

enum Job {
    Contacts {
        sealed: Vec<Sealed>,
        answer: Answer<Result<Vec<Recorded>, Arc<RecordError>>>,
    },
    Work(Work),
}

/// A handle to the writer. Clones share it.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Job>,
    view: Arc<View>,
    clock: Clock,
    /// The log's size after each group commit, for those who wait for news.
    size: watch::Receiver<u64>,
}

/// The writer's thread. It ends when every [`Recorder`] is gone and the queue is empty.
pub struct Writer(JoinHandle<Ledger>);

impl Writer {
    /// Waits for the end and gives the ledger back.
    ///
    /// # Panics
    /// Never by itself; passes on a panic of the writer's thread.
    pub fn join(self) -> Ledger {
        match self.0.join() {
            Ok(ledger) => ledger,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Recorder {
    /// Starts the writer.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        mut ledger: Ledger,
        clock: Clock,
        queue_entries_max: NonZeroU32,
    ) -> std::io::Result<(Recorder, Writer)> {
        let (queue, jobs) = mpsc::channel(queue_entries_max.get() as usize);
        // Weak, so that the queue ends with the last recorder. A full one needs no hint.
        let hint = queue.downgrade();
        ledger.on_arrival(move || {
            if let Some(queue) = hint.upgrade() {
                let _ = queue.try_send(Job::Work(Box::new(Ledger::tend)));
            }
        });
        let view = ledger.view();
        let (announce, size) = watch::channel(view.reader.size());
        let run = move || write(ledger, jobs, &announce);
        let thread = std::thread::Builder::new()
            .name("recorder".into())
            .spawn(run)?;
        Ok((
            Recorder {
                queue,
                view,
                clock,
                size,
            },
            Writer(thread),
        ))
    }

    /// What everybody may see.
    pub fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// The log's size, as it grows.
    pub fn size(&self) -> watch::Receiver<u64> {
        self.size.clone()
    }

    /// The clock that dates entries.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Makes sealed contacts durable, in one group commit with others'. Never waits for a place in
    /// the queue: a provider would rather come again.
    ///
    /// # Errors
    /// A full queue, a failed disk, the end.
    pub async fn contacts(&self, sealed: Vec<Sealed>) -> Result<Vec<Recorded>, ContactsError> {
        let (answer, outcome) = oneshot::channel();
        self.queue
            .try_send(Job::Contacts { sealed, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => ContactsError::Busy,
                mpsc::error::TrySendError::Closed(_) => ContactsError::Closed,
            })?;
        Ok(outcome.await.map_err(|_| ContactsError::Closed)??)
    }

    /// Runs work on the ledger between two group commits and returns what it answers.
    ///
    /// # Errors
    /// [`SubmitError::Closed`] at the end.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Ledger) -> T + Send + 'static,
    ) -> Result<T, SubmitError> {
        let (answer, outcome) = oneshot::channel();
        let work: Work = Box::new(move |ledger| {
            // A client that hung up does not want the answer; the work is done all the same.
            let _ = answer.send(work(ledger));
        });
        self.queue
            .send(Job::Work(work))
            .await
            .map_err(|_| SubmitError::Closed)?;
        outcome.await.map_err(|_| SubmitError::Closed)
    }

    /// Decides against the fold as it stands, appends what was decided, folds it: nobody else's
    /// decision comes between. Returns the entries.
    ///
    /// # Errors
    /// The refusal of `decide`, a failed disk, the end.
    pub async fn decide(
        &self,
        by: Option<KeyId>,
        decide: impl FnOnce(&State) -> Result<Vec<Event>, Refusal> + Send + 'static,
    ) -> Result<Vec<Entry>, SubmitError> {
        let clock = self.clock.clone();
        let decide = move |ledger: &mut Ledger| {
            let view = ledger.view();
            let events = decide(&view.state())?;
            ledger.append_last();
            let indices = ledger.record(clock.now(), by.as_ref(), events)?;
            let entry = |index: u64| view.reader.entry(index).ok().flatten();
            Ok(indices.into_iter().filter_map(entry).collect())
        };
        self.run(move |ledger| ledger.in_turn(decide)).await??
    }

    /// Signs the log as it stands, if it grew since the last time.
    ///
    /// # Errors
    /// A failed disk, the end.
    pub async fn checkpoint(&self) -> Result<(), SubmitError> {
        let outcome: Result<(), Fault> = self.run(|ledger| ledger.checkpoint().map(drop)).await?;
        Ok(outcome.map_err(RecordError::from)?)
    }
}

/// Why contacts were not recorded. One fault answers a whole batch, hence shared.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ContactsError {
    /// The queue is full.
    #[error("queue of entries waiting for the disk is full; come again in a second")]
    Busy,
    /// The installation is shutting down.
    #[error("installation is shutting down")]
    Closed,
    /// The disk failed.
    #[error(transparent)]
    Record(#[from] Arc<RecordError>),
}

fn write(mut ledger: Ledger, mut jobs: mpsc::Receiver<Job>, size: &watch::Sender<u64>) -> Ledger {
    while let Some(job) = jobs.blocking_recv() {
        let mut next = Some(job);
        while let Some(job) = next.take() {
            match job {
                Job::Contacts { sealed, answer } => {
                    next = commit(&mut ledger, &mut jobs, sealed, answer);
                }
                Job::Work(work) => work(&mut ledger),
            }
        }
        size.send_replace(ledger.view().reader.size());
    }
    ledger
}

/// Commits these contacts with all others that wait; returns the job that ended the gathering.
fn commit(
    ledger: &mut Ledger,
    jobs: &mut mpsc::Receiver<Job>,
    mut batch: Vec<Sealed>,
    answer: Answer<Result<Vec<Recorded>, Arc<RecordError>>>,
) -> Option<Job> {
    let mut answers = vec![(batch.len(), answer)];
    let mut other = None;
    while batch.len() < BATCH_ENTRIES_MAX {
        match jobs.try_recv() {
            Ok(Job::Contacts { sealed, answer }) => {
                answers.push((sealed.len(), answer));
                batch.extend(sealed);
            }
            Ok(job) => {
                other = Some(job);
                break;
            }
            Err(_) => break,
        }
    }
    let outcome = ledger.keep(batch).map_err(Arc::new);
    let mut from = 0;
    for (count, answer) in answers {
        let part = outcome
            .as_ref()
            .map(|recorded| recorded[from..from + count].to_vec());
        from += count;
        // A provider that hung up comes again and is told of a repeat.
        let _ = answer.send(part.map_err(Arc::clone));
    }
    other
}
