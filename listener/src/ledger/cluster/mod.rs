//! A ledger among others: its batches get their place from a cluster's stream, other nodes'
//! entries are folded as they come, and what the cluster does not take yet waits in the outbox.
//!
//! Facts (contacts, notes) hold wherever they stand: overtaken, they are placed behind. Decisions
//! hold only for the fold that they were made against, so they are made in a *turn*: first a
//! message without entries that asks the others to wait, then the decision, then on. Safety does
//! not rest on their waiting: a decision that was overtaken all the same is refused by the stream.
//!
//! - `incoming`: other nodes' entries. `outgoing`: contacts and their outbox. `turn`: decisions.
//! - [`Standing`]: how the node stands, for whoever asks.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use store::{
    Acknowledge, Creation, Fault, JetStreamSettings, Options, Outbox, Sealed, Side, Store,
};

use super::opening::CheckOnly;
use super::{Ledger, LedgerError, RecordError, View};

mod incoming;
mod leaving;
mod outgoing;
mod standing;
mod turn;
pub use standing::Standing;
use turn::Turn;

/// How long catching up waits for the next message, in seconds.
const CATCH_UP_S: u64 = 60;
/// Between two looks while catching up, in milliseconds.
const LOOK_MS: u64 = 10;

/// How long a node waits for its cluster.
#[derive(Debug, Clone, Copy)]
pub struct Ways {
    /// When a contact counts as taken.
    pub acknowledge: Acknowledge,
    /// How long a contact waits for a majority, in milliseconds.
    pub quorum_wait_ms: u64,
    /// How long a decision does, in milliseconds.
    pub decide_wait_ms: u64,
    /// What the outbox may hold, in bytes.
    pub outbox_bytes_max: u64,
}

/// What a node of a cluster has beside its folder.
pub struct Among {
    outbox: Outbox,
    ways: Ways,
    standing: Arc<Standing>,
    side: Side,
    turn: Option<Turn>,
    /// The oldest batch of the outbox as it was tried last, with its mark.
    head: Option<(u64, Vec<Sealed>)>,
}

impl Ledger {
    /// Opens a node's folder, or makes it, and folds the stream to its end.
    ///
    /// # Errors
    /// As [`Ledger::open`], or the cluster's.
    pub fn join(
        dir: &Path,
        creation: &Creation,
        options: Options,
        settings: &JetStreamSettings,
        ways: Ways,
        progress: &dyn Fn(u64),
    ) -> Result<Ledger, LedgerError> {
        let bytes_max = ways.outbox_bytes_max;
        let joined = Store::join(dir, creation, options, &mut CheckOnly, settings, bytes_max)?;
        let mut ledger = Ledger::over(joined.store, progress)?;
        let standing = Arc::new(Standing::new(joined.node));
        let view = Arc::get_mut(&mut ledger.view);
        if let Some(view) = view {
            view.standing = Some(Arc::clone(&standing));
        }
        ledger.among = Some(Among {
            outbox: joined.outbox,
            ways,
            standing,
            side: joined.side,
            turn: None,
            head: None,
        });
        ledger.follow_to(joined.until, progress)?;
        let refolded = ledger.finish_refold();
        refolded.map_err(open_error)?;
        ledger.forget_placed().map_err(store::OpenError::from)?;
        ledger.tell_standing();
        Ok(ledger)
    }

    fn follow_to(&mut self, until: u64, progress: &dyn Fn(u64)) -> Result<(), LedgerError> {
        let mut moved = Instant::now();
        while self.store.engine().sequence() < until {
            let before = self.store.engine().sequence();
            self.fold_arrivals().map_err(open_error)?;
            progress(self.view.reader.size());
            if self.store.engine().sequence() > before {
                moved = Instant::now();
            } else if moved.elapsed() > Duration::from_secs(CATCH_UP_S) {
                let what = format!("message {} of {until} does not arrive", before + 1);
                return Err(store::OpenError::from(Fault::Unreachable(what)).into());
            } else {
                std::thread::sleep(Duration::from_millis(LOOK_MS));
            }
        }
        Ok(())
    }

    /// What nodes tell each other; none alone.
    pub fn side(&self) -> Option<Side> {
        self.among.as_ref().map(|among| among.side.clone())
    }

    /// Calls `wake` when other nodes' entries have come.
    pub fn on_arrival(&mut self, wake: impl Fn() + Send + Sync + 'static) {
        self.store.engine().on_arrival(Box::new(wake));
    }

    /// What a node does all the time: folds what came, places what waits, looks whether the
    /// cluster answers again.
    pub fn tend(&mut self) {
        if self.among.is_none() {
            return;
        }
        let tended = self
            .tend_refold()
            .and_then(|()| self.fold_arrivals())
            .and_then(|_| self.drain());
        if let Err(error) = tended {
            match error.is_passing() {
                true => self.degrade(&error),
                false => tracing::error!(%error, "node cannot follow its cluster"),
            }
        }
        self.tell_standing();
    }

    /// That others were faster is no reason: they could only be with a majority.
    fn degrade(&self, error: &RecordError) {
        let Some(among) = &self.among else { return };
        if !matches!(error, RecordError::Fault(Fault::Unreachable(_))) {
            return;
        }
        if among.standing.degraded().is_none() {
            tracing::error!(%error, "degraded: contacts are taken on this node's disk alone");
        }
        among.standing.set_degraded(Some(error.to_string()));
    }

    fn tell_standing(&mut self) {
        let sequence = self.store.engine().sequence();
        if let Some(among) = &self.among {
            among.standing.tell(sequence, among.outbox.entries());
        }
    }
}

/// What keeps a ledger from being opened.
fn open_error(error: RecordError) -> store::OpenError {
    match error {
        RecordError::Fault(fault) => fault.into(),
        RecordError::Seal(error) => error.into(),
    }
}

impl View {
    /// Why this node decides nothing now; none if it does.
    pub fn degraded(&self) -> Option<String> {
        self.standing.as_ref()?.degraded()
    }
}
