//! The log, its index and its fold, held together by the one writer.
//!
//! [`Ledger`] writes: append, then fold, then index, always in that order. [`View`] is what
//! everybody else sees: the fold under a lock that is held for a batch at a time, and readers of
//! log and index that need no lock.

mod anchoring;
mod attachments;
mod cluster;
mod erase;
pub(crate) mod life;
mod lookups;
mod opening;
mod refold;
mod repeats;
mod state;
mod together;
mod view;

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use honeytoken::{Entry, Event, KeyCreated, KeyId, Role, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};
use store::proof::SignedCheckpoint;
use store::{
    Creation, Draft, Fault, Index, IndexFault, Lookup, OpenError, Options, ReadError, SealError,
    Sealed, Store, Terms,
};

pub use anchoring::{Anchored, Anchoring};
pub(crate) use attachments::files_of;
pub use cluster::{Among, Standing, Ways};
pub(crate) use erase::erased_as;
pub use erase::{Beyond, EraseError, Erased, Order, Prepared, Scope, Target};
pub use life::Condition;
pub(crate) use life::{Interval, Life, Outcome, RUN_S, Tested, is_of};
pub(crate) use lookups::{parts, reconciliations_of, test_code};
use opening::{CheckOnly, catch_up, kept};
use refold::Refold;
use repeats::Telling;
use state::Overlay;
pub use state::{Filed, State};
pub use view::View;

use crate::api_key::ApiKey;

/// The name under which the fold is kept in the index.
const SNAPSHOT: &str = "state-v5";
/// How many entries may have to be folded again at the next start.
const SNAPSHOT_EVERY_ENTRIES: u64 = 200_000;

/// What became of a submitted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is the entry with this index.
    New(u64),
    /// It had been told before, as the entry with this index.
    Repeat(u64),
    /// This node of a cluster has it on its disk; its place in the log is decided later.
    Kept,
}

impl Recorded {
    /// The entry that holds the event; none while its place is not decided.
    pub const fn index(self) -> Option<u64> {
        match self {
            Recorded::New(index) | Recorded::Repeat(index) => Some(index),
            Recorded::Kept => None,
        }
    }
}

/// Why something was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The disk failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The event could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl RecordError {
    /// Whether the same may be tried again: nothing is broken here.
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            RecordError::Fault(Fault::Overtaken | Fault::Unreachable(_))
        )
    }
}

/// Why a folder cannot be opened or folded.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The log does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The index does not answer, though it opened.
    #[error(transparent)]
    Index(#[from] IndexFault),
    /// An entry cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The one writer.
pub struct Ledger {
    store: Store,
    view: Arc<View>,
    snapshot_at: u64,
    reindexed: bool,
    /// The fold without what another node erased, while it is made.
    refold: Option<Refold>,
    /// What a node of a cluster has beside its folder.
    among: Option<Among>,
}

impl Ledger {
    /// Opens the folder, or makes it. Opening is checking; the fold starts from the last snapshot
    /// and the index is brought up to the log. `progress` is told the number of entries folded.
    ///
    /// # Errors
    /// Whatever [`OpenError`] names: held, damaged, rolled back, too new, no permission.
    pub fn open(
        dir: &Path,
        creation: Creation,
        options: Options,
        progress: &dyn Fn(u64),
    ) -> Result<Ledger, LedgerError> {
        let store = match Store::exists(dir) {
            false => Store::create(dir, creation, options)?,
            true => Store::open(dir, options, &mut CheckOnly)?,
        };
        Ledger::over(store, progress)
    }

    /// A ledger over a log that was opened: folded from the last snapshot on.
    fn over(store: Store, progress: &dyn Fn(u64)) -> Result<Ledger, LedgerError> {
        let (reader, index) = (store.reader(), Arc::clone(store.index()));
        // A log that was just made holds one entry, which nothing can have lost.
        let reindexed = index.size_folded() == 0 && reader.size() > 1;
        let mut state = kept(&index, &reader)?;
        let snapshot_at = state.size();
        catch_up(&mut state, &reader, &index, progress)?;
        if reindexed {
            tracing::warn!(entries = reader.size(), "index is made anew from the log");
        }
        let view = Arc::new(View {
            state: RwLock::new(state),
            reader,
            index,
            sealer: store.sealer(),
            fault: RwLock::new(None),
            folds_anew: AtomicBool::new(false),
            standing: None,
        });
        Ok(Ledger {
            store,
            view,
            snapshot_at,
            reindexed,
            refold: None,
            among: None,
        })
    }

    /// Whether the index was lost, or of no use, and was made anew from the first entry.
    pub fn was_reindexed(&self) -> bool {
        self.reindexed
    }

    /// What everybody may see.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view)
    }

    /// Appends as one group commit, folds, indexes. An event that was told before in the same
    /// words becomes a [`honeytoken::Repeat`] of its first telling.
    ///
    /// # Errors
    /// When the disk fails; nothing of the batch is acknowledged then.
    pub fn append(&mut self, batch: Vec<Sealed>) -> Result<Vec<Recorded>, RecordError> {
        match self.among {
            None => self.append_on(batch, Terms::default()),
            Some(_) => self.append_among_others(batch),
        }
    }

    fn append_on(
        &mut self,
        batch: Vec<Sealed>,
        terms: Terms,
    ) -> Result<Vec<Recorded>, RecordError> {
        let (batch, repeats) = self.without_repeats(batch)?;
        let outcome = self.store.append_on(batch, terms);
        let entries = outcome.inspect_err(|fault| self.view.set_fault(fault))?;
        self.fold(&entries);
        let first = entries.first().map_or(0, |entry| entry.index);
        let recorded = |(place, repeat): (usize, Option<Telling>)| match repeat {
            None => Recorded::New(first + place as u64),
            Some(Telling::Logged(index) | Telling::Erased(index)) => Recorded::Repeat(index),
            Some(Telling::InBatch(earlier)) => Recorded::Repeat(first + earlier as u64),
        };
        self.keep_snapshot();
        Ok(repeats.into_iter().enumerate().map(recorded).collect())
    }

    /// Appends events of an operator's, or of the installation itself.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn record(
        &mut self,
        now: Timestamp,
        by: Option<&KeyId>,
        events: Vec<Event>,
    ) -> Result<Vec<u64>, RecordError> {
        let seal = |event| {
            let draft = Draft {
                at: now,
                by: by.cloned(),
                event,
            };
            self.view.sealer.seal(draft)
        };
        let batch = events
            .into_iter()
            .map(seal)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self
            .append(batch)?
            .into_iter()
            .filter_map(Recorded::index)
            .collect())
    }

    fn fold(&self, entries: &[Entry]) {
        let index = &self.view.index;
        let mut state = self
            .view
            .state
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut overlay = Overlay::default();
        let mut postings = Vec::with_capacity(entries.len());
        for entry in entries {
            let first = |l: &Lookup| overlay.first(l).or_else(|| first_in(index, l));
            let filed = state.apply(entry, &first);
            overlay.note(entry.index, &filed);
            postings.push((entry.index, filed.lookups));
        }
        // The log holds the entries already: an index that fails is rebuilt at the next start.
        if let Err(error) = index.apply(&postings) {
            tracing::error!(%error, "index cannot be written; it is rebuilt at the next start");
        }
    }

    fn keep_snapshot(&mut self) {
        if self.view.reader.size() >= self.snapshot_at + SNAPSHOT_EVERY_ENTRIES {
            self.snapshot();
        }
    }

    /// Keeps the fold, so that the next start need not begin at the first entry. Not one that holds what
    /// was erased: then the next start does begin there.
    pub fn snapshot(&mut self) {
        if self.view.folds_anew() {
            return;
        }
        let state = self.view.state();
        let size = state.size();
        let kept = self.view.index.put_snapshot(SNAPSHOT, size, |to| {
            serde_json::to_writer(to, &*state).map_err(std::io::Error::from)
        });
        drop(state);
        self.snapshot_at = size;
        if let Err(error) = kept {
            tracing::warn!(%error, "snapshot of the fold cannot be kept");
        }
    }

    /// Signs the log as it stands and publishes that.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn checkpoint(&mut self) -> Result<Arc<SignedCheckpoint>, Fault> {
        self.store.checkpoint()
    }

    /// The store, for what is done to the whole of it.
    pub fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Makes the key of a fresh installation: the one that may do everything.
    ///
    /// # Errors
    /// As [`Ledger::append`], or when the system has no randomness.
    pub fn first_key(&mut self, now: Timestamp) -> Result<Option<ApiKey>, RecordError> {
        if !self.has_turn() {
            return self.in_turn(|ledger| ledger.first_key(now))?;
        }
        if self.view.state().registry.keys().next().is_some() {
            return Ok(None);
        }
        let (key, event) = new_key("admin", Role::Admin, None)?;
        self.record(now, None, vec![event])?;
        Ok(Some(key))
    }
}

/// A fresh key and the event that makes it valid.
///
/// # Errors
/// When the system has no randomness.
pub fn new_key(
    prefix: &str,
    role: Role,
    name: Option<String>,
) -> Result<(ApiKey, Event), SealError> {
    let mut bytes = [0; crate::api_key::RANDOM_BYTES];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| SealError::Randomness)?;
    let key = ApiKey::from_random(bytes);
    let sha256 = key.sha256();
    let id = format!("{prefix}-{}", &sha256[..12])
        .parse()
        .map_err(|_| SealError::Randomness)?;
    Ok((
        key,
        Event::KeyCreated(KeyCreated {
            key: id,
            role,
            name,
            sha256,
        }),
    ))
}

/// The first entry under a look-up. An index that cannot answer counts as empty: the worst that
/// comes of it is a repeat kept as a contact, until the index is rebuilt.
fn first_in(index: &Index, lookup: &Lookup) -> Option<u64> {
    index.first(lookup).unwrap_or_else(|error| {
        tracing::error!(%error, "index cannot be asked");
        None
    })
}
