//! A ledger among others: its batches get their place from a cluster's stream, other nodes'
//! entries are folded as they come, and what the cluster does not take yet waits in the outbox.
//!
//! Facts (contacts, notes) hold wherever they stand: overtaken, they are placed behind. Decisions
//! hold only for the fold that they were made against, so they are made in a *turn*: first a
//! message without entries that asks the others to wait, then the decision, then on. Safety does
//! not rest on their waiting: a decision that was overtaken all the same is refused by the stream.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use honeytoken::{Erasure, Event};
use store::{
    Acknowledge, Creation, Draft, Fault, JetStreamSettings, Lookup, Options, Outbox, Sealed, Side,
    Store, Terms,
};

use super::attachments::filed_under;
use super::opening::{CheckOnly, catch_up};
use super::state::repeats_of;
use super::{Ledger, LedgerError, RecordError, Recorded, State, View};

mod standing;
pub use standing::Standing;

/// How long catching up waits for the next message, in seconds.
const CATCH_UP_S: u64 = 60;
/// Between two looks while catching up, in milliseconds.
const LOOK_MS: u64 = 10;
/// Batches that leave the outbox in one go: others wait meanwhile.
const DRAIN_BATCHES: usize = 16;
/// How long a batch that leaves the outbox waits for an answer, in milliseconds: shorter than a
/// provider's patience by far.
const DRAIN_WAIT_MS: u64 = 400;
/// The largest entry of a contact that a message takes, in bytes.
const ENTRY_BYTES_MAX: usize = 900_000;

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
}

/// This node's turn to decide.
#[derive(Clone, Copy)]
struct Turn {
    /// Whether the others are asked to wait still.
    held: bool,
    /// Whether the next append ends it.
    last: bool,
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
        });
        ledger.follow_to(joined.until, progress)?;
        ledger.forget_placed().map_err(store::OpenError::from)?;
        Ok(ledger)
    }

    fn follow_to(&mut self, until: u64, progress: &dyn Fn(u64)) -> Result<(), LedgerError> {
        let mut moved = Instant::now();
        while self.store.engine().sequence() < until {
            let before = self.store.engine().sequence();
            self.fold_arrivals().map_err(|error| match error {
                RecordError::Fault(fault) => store::OpenError::from(fault),
                RecordError::Seal(error) => error.into(),
            })?;
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

    /// Takes contacts: placed in the log, or on this node's own disk with their place to come.
    ///
    /// # Errors
    /// When this node's disk fails, or the outbox is full.
    pub fn keep(&mut self, batch: Vec<Sealed>) -> Result<Vec<Recorded>, RecordError> {
        if self.among.is_none() {
            return self.append(batch);
        }
        let mut recorded = Vec::with_capacity(batch.len());
        for part in self.in_messages(batch) {
            recorded.extend(self.keep_part(part)?);
        }
        Ok(recorded)
    }

    /// Cuts a batch into such as fit into a message each.
    fn in_messages(&mut self, batch: Vec<Sealed>) -> Vec<Vec<Sealed>> {
        let bytes_max = self.store.engine().batch_bytes_max();
        let (mut parts, mut part, mut bytes) = (Vec::new(), Vec::new(), 0);
        for sealed in batch {
            bytes += sealed.frame_bytes();
            if bytes > bytes_max && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
                bytes = sealed.frame_bytes();
            }
            part.push(sealed);
        }
        parts.push(part);
        parts
    }

    fn keep_part(&mut self, part: Vec<Sealed>) -> Result<Vec<Recorded>, RecordError> {
        let Some(among) = &mut self.among else {
            return self.append(part);
        };
        if part
            .iter()
            .any(|sealed| sealed.frame_bytes() > ENTRY_BYTES_MAX)
        {
            let what = "contact is larger than an entry of a cluster may be (900,000 bytes)";
            return Err(Fault::Refused(what).into());
        }
        let behind = !among.outbox.is_empty() || among.standing.degraded().is_some();
        let mark = among.outbox.push(part.iter().map(Sealed::draft))?;
        let kept = vec![Recorded::Kept; part.len()];
        if behind || among.ways.acknowledge == Acknowledge::Local {
            return Ok(kept);
        }
        let wait_ms = among.ways.quorum_wait_ms;
        self.store.engine().be_patient(wait_ms);
        match self.append_among_others(part, Some(mark)) {
            Ok(recorded) => {
                self.forget_placed()?;
                Ok(recorded)
            }
            Err(error) if error.is_passing() => {
                self.degrade(&error);
                Ok(kept)
            }
            Err(error) => Err(error),
        }
    }

    /// Places facts behind whatever others placed. Within a turn nobody should have come between.
    pub(super) fn append_among_others(
        &mut self,
        batch: Vec<Sealed>,
        mark: Option<u64>,
    ) -> Result<Vec<Recorded>, RecordError> {
        if self
            .among
            .as_ref()
            .is_some_and(|among| among.turn.is_some())
        {
            return self.append_in_turn(batch);
        }
        if mark.is_none() {
            let wait_ms = self.among.as_ref().map_or(0, |a| a.ways.quorum_wait_ms);
            self.store.engine().be_patient(wait_ms);
            let mut recorded = Vec::with_capacity(batch.len());
            for part in self.in_messages(batch) {
                recorded.extend(self.place(part, None)?);
            }
            return Ok(recorded);
        }
        self.place(batch, mark)
    }

    fn place(
        &mut self,
        batch: Vec<Sealed>,
        mark: Option<u64>,
    ) -> Result<Vec<Recorded>, RecordError> {
        let wait_ms = self.among.as_ref().map_or(0, |a| a.ways.quorum_wait_ms);
        let began = Instant::now();
        loop {
            self.fold_arrivals()?;
            if mark.is_some_and(|mark| mark <= self.store.engine().marked()) {
                // An earlier try was taken after all, and has just arrived.
                return Ok(vec![Recorded::Kept; batch.len()]);
            }
            let terms = Terms { mark, hold: false };
            match self.append_on(batch.clone(), terms) {
                Err(RecordError::Fault(Fault::Overtaken))
                    if began.elapsed() < Duration::from_millis(wait_ms) => {}
                outcome => return outcome,
            }
        }
    }

    /// Writes and folds what other nodes placed; returns how many entries.
    ///
    /// # Errors
    /// The disk's, or the stream cannot be followed.
    pub fn fold_arrivals(&mut self) -> Result<usize, RecordError> {
        let arrived = self.store.arrivals();
        let entries = arrived.inspect_err(|fault| self.view.set_fault(fault))?;
        let gone = |entry: &honeytoken::Entry| match &entry.event {
            Event::Erasure(erasure) => Some((erasure.erased, self.lookups_of(erasure))),
            _ => None,
        };
        let gone: BTreeMap<u64, Vec<Lookup>> = entries.iter().filter_map(gone).collect();
        self.fold(&entries);
        if !gone.is_empty() {
            self.store.carry_out(gone)?;
            self.fold_anew()?;
        }
        if !entries.is_empty() {
            self.keep_snapshot();
        }
        Ok(entries.len())
    }

    /// After an erasure the fold is the one without the erased, as a fold from zero gives it.
    fn fold_anew(&mut self) -> Result<(), RecordError> {
        let mut state = State::new();
        let folded = catch_up(&mut state, &self.view.reader, &self.view.index, &|_| ());
        folded.map_err(|error| Fault::Cluster(error.to_string()))?;
        let live = self.view.state.write();
        *live.unwrap_or_else(PoisonError::into_inner) = state;
        self.snapshot();
        Ok(())
    }

    /// What an entry that is to be erased was filed under.
    fn lookups_of(&self, erasure: &Erasure) -> Vec<Lookup> {
        let entry = self.view.reader.entry(erasure.erased).ok().flatten();
        match entry.map(|entry| entry.event) {
            Some(Event::Contact(contact)) => {
                self.view.state().filed_under(erasure.erased, &contact)
            }
            Some(Event::Attachment(file)) => filed_under(&file).to_vec(),
            Some(Event::Repeat(repeat)) => vec![repeats_of(repeat.repeats)],
            _ => Vec::new(),
        }
    }

    /// What a node does all the time: folds what came, places what waits, looks whether the
    /// cluster answers again.
    pub fn tend(&mut self) {
        if self.among.is_none() {
            return;
        }
        let tended = self.fold_arrivals().and_then(|_| self.drain());
        if let Err(error) = tended {
            match error.is_passing() {
                true => self.degrade(&error),
                false => tracing::error!(%error, "node cannot follow its cluster"),
            }
        }
        self.tell_standing();
    }

    fn drain(&mut self) -> Result<(), RecordError> {
        self.forget_placed()?;
        self.store.engine().be_patient(DRAIN_WAIT_MS);
        for _ in 0..DRAIN_BATCHES {
            let Some(among) = &mut self.among else { break };
            let Some((mark, drafts)) = among.outbox.oldest()? else {
                return self.recover();
            };
            let sealed = drafts
                .into_iter()
                .map(|draft: Draft| self.view.sealer.seal(draft));
            let sealed = sealed.collect::<Result<Vec<_>, _>>()?;
            self.place(sealed, Some(mark))?;
            self.forget_placed()?;
        }
        Ok(())
    }

    /// The stream holds these already.
    fn forget_placed(&mut self) -> Result<(), Fault> {
        let marked = self.store.engine().marked();
        match &mut self.among {
            Some(among) => among.outbox.done(marked),
            None => Ok(()),
        }
    }

    fn recover(&mut self) -> Result<(), RecordError> {
        let Some(among) = &self.among else {
            return Ok(());
        };
        if among.standing.degraded().is_some() {
            self.store.engine().probe()?;
            tracing::info!("cluster answers again; nothing waits in the outbox");
            among.standing.set_degraded(None);
        }
        Ok(())
    }

    fn degrade(&self, error: &RecordError) {
        let Some(among) = &self.among else { return };
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

    /// Whether a decision may be made now without asking others to wait.
    pub(crate) fn has_turn(&self) -> bool {
        self.among.as_ref().is_none_or(|among| among.turn.is_some())
    }

    /// Decides and records while no other node does.
    ///
    /// # Errors
    /// [`Fault::Unreachable`]: no majority answers, so nothing can be decided here.
    pub fn in_turn<T>(&mut self, work: impl FnOnce(&mut Ledger) -> T) -> Result<T, RecordError> {
        if self.has_turn() {
            return Ok(work(self));
        }
        self.begin_turn().inspect_err(|error| {
            if error.is_passing() {
                self.degrade(error);
            }
        })?;
        let outcome = work(self);
        self.end_turn();
        Ok(outcome)
    }

    fn begin_turn(&mut self) -> Result<(), RecordError> {
        let Some(among) = &self.among else {
            return Ok(());
        };
        if let Some(why) = among.standing.degraded() {
            return Err(Fault::Unreachable(why).into());
        }
        let wait = Duration::from_millis(among.ways.decide_wait_ms);
        let began = Instant::now();
        self.store.engine().be_patient(among.ways.decide_wait_ms);
        let terms = Terms {
            mark: None,
            hold: true,
        };
        loop {
            self.fold_arrivals()?;
            match self.store.append_on(Vec::new(), terms) {
                Ok(_) => break,
                Err(Fault::Overtaken) if began.elapsed() < wait => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        self.set_turn(Some(Turn {
            held: true,
            last: false,
        }));
        Ok(())
    }

    fn set_turn(&mut self, turn: Option<Turn>) {
        if let Some(among) = &mut self.among {
            among.turn = turn;
        }
    }

    /// Says that the next append is the last of this turn.
    pub fn append_last(&mut self) {
        if let Some(turn) = self.among.as_mut().and_then(|among| among.turn.as_mut()) {
            turn.last = true;
        }
    }

    fn append_in_turn(&mut self, batch: Vec<Sealed>) -> Result<Vec<Recorded>, RecordError> {
        let parts = self.in_messages(batch);
        let (mut recorded, count) = (Vec::new(), parts.len());
        for (place, part) in parts.into_iter().enumerate() {
            let turn = self.among.as_ref().and_then(|among| among.turn);
            let ends = turn.is_some_and(|turn| turn.last) && place + 1 == count;
            let terms = Terms {
                mark: None,
                hold: !ends,
            };
            recorded.extend(self.append_on(part, terms)?);
            self.set_turn(turn.map(|turn| Turn {
                held: !ends,
                ..turn
            }));
        }
        Ok(recorded)
    }

    /// Lets the others go on.
    fn end_turn(&mut self) {
        let held = self.among.as_ref().and_then(|among| among.turn);
        self.set_turn(None);
        if held.is_some_and(|turn| turn.held) {
            // If this fails, they go on after a second and a half.
            let _ = self.store.append_on(Vec::new(), Terms::default());
        }
    }
}

impl View {
    /// Why this node decides nothing now; none if it does.
    pub fn degraded(&self) -> Option<String> {
        self.standing.as_ref()?.degraded()
    }
}
