//! The log, its index and its fold, held together by the one writer.
//!
//! [`Ledger`] writes: append, then fold, then index, always in that order. [`View`] is what
//! everybody else sees: the fold under a lock that is held for a batch at a time, and readers of
//! log and index that need no lock.

mod life;
mod state;

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use honeytoken::{Contact, Entry, Erasure, Event, KeyCreated, KeyId, Repeat, Role, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};
use store::proof::SignedCheckpoint;
use store::{
    Creation, Draft, Fault, Index, IndexFault, Lookup, OpenError, Options, ReadError, Reader,
    SealError, Sealed, Sealer, Store, Visit,
};

pub use state::{Filed, State};
use state::{Overlay, dedupe, fingerprint};

use crate::api_key::ApiKey;

/// Entries folded before the index is written, while opening.
const CATCH_UP_BATCH_ENTRIES: usize = 512;
/// How often progress is told while opening.
const PROGRESS_EVERY_ENTRIES: u64 = 1024;
/// The name under which the fold is kept in the index.
const SNAPSHOT: &str = "state-v1";
/// How many entries may have to be folded again at the next start.
const SNAPSHOT_EVERY_ENTRIES: u64 = 200_000;

/// What everybody may see.
pub struct View {
    state: RwLock<State>,
    /// Entries, leaves, proofs, tiles.
    pub reader: Reader,
    /// Look-ups.
    pub index: Arc<Index>,
    /// Seals drafts, in parallel.
    pub sealer: Sealer,
    fault: RwLock<Option<String>>,
}

impl View {
    /// The fold; held for as short as possible, never across a wait.
    pub fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing can be written any more, if so.
    pub fn fault(&self) -> Option<String> {
        self.fault
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_fault(&self, fault: &Fault) {
        let mut slot = self.fault.write().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(fault.to_string());
    }
}

/// What became of a submitted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is the entry with this index.
    New(u64),
    /// It had been told before, as the entry with this index.
    Repeat(u64),
}

impl Recorded {
    /// The entry that holds the event.
    pub const fn index(self) -> u64 {
        match self {
            Recorded::New(index) | Recorded::Repeat(index) => index,
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
        let (reader, index) = (store.reader(), Arc::clone(store.index()));
        let mut state = kept(&index, reader.size())?;
        let snapshot_at = state.size();
        catch_up(&mut state, &reader, &index, progress)?;
        let view = Arc::new(View {
            state: RwLock::new(state),
            reader,
            index,
            sealer: store.sealer(),
            fault: RwLock::new(None),
        });
        Ok(Ledger {
            store,
            view,
            snapshot_at,
        })
    }

    /// What everybody may see.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view)
    }

    /// Appends as one group commit, folds, indexes. An event that was told before in the same
    /// words becomes a [`Repeat`] of its first telling.
    ///
    /// # Errors
    /// When the disk fails; nothing of the batch is acknowledged then.
    pub fn append(&mut self, batch: Vec<Sealed>) -> Result<Vec<Recorded>, RecordError> {
        let (batch, repeats) = self.without_repeats(batch)?;
        let outcome = self.store.append(batch);
        let entries = outcome.inspect_err(|fault| self.view.set_fault(fault))?;
        self.fold(&entries);
        let first = entries.first().map_or(0, |entry| entry.index);
        let recorded = |(place, repeat): (usize, Option<Telling>)| match repeat {
            None => Recorded::New(first + place as u64),
            Some(Telling::Logged(index)) => Recorded::Repeat(index),
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
            .map(Recorded::index)
            .collect())
    }

    /// Puts repeats in place of events that were told before, and says which they are.
    fn without_repeats(
        &self,
        batch: Vec<Sealed>,
    ) -> Result<(Vec<Sealed>, Vec<Option<Telling>>), SealError> {
        let next = self.view.reader.size();
        let mut in_batch: HashMap<Lookup, usize> = HashMap::new();
        let mut tellings = Vec::with_capacity(batch.len());
        let mut kept: Vec<Sealed> = Vec::with_capacity(batch.len());
        for (place, sealed) in batch.into_iter().enumerate() {
            let telling = match sealed.event() {
                Event::Contact(contact) => {
                    let in_batch = in_batch.entry(dedupe(contact));
                    self.earlier(contact, place, in_batch, &kept)
                }
                _ => None,
            };
            kept.push(match (&telling, sealed.event()) {
                (Some(telling), Event::Contact(contact)) => {
                    let repeats = telling.index(next);
                    let event = Event::Repeat(repeat(contact, repeats));
                    self.view.sealer.seal(Draft {
                        at: sealed.at(),
                        by: None,
                        event,
                    })?
                }
                _ => sealed,
            });
            tellings.push(telling);
        }
        Ok((kept, tellings))
    }

    /// Where the same event was told before in the same words, in the log or in this batch.
    fn earlier(
        &self,
        contact: &Contact,
        place: usize,
        in_batch: Slot<'_, Lookup, usize>,
        kept: &[Sealed],
    ) -> Option<Telling> {
        let same = |event: &Event| match event {
            Event::Contact(first) => fingerprint(first) == fingerprint(contact),
            _ => false,
        };
        if let Some(index) = first_in(&self.view.index, in_batch.key()) {
            let entry = self.view.reader.entry(index).ok().flatten()?;
            return same(&entry.event).then_some(Telling::Logged(index));
        }
        match in_batch {
            Slot::Occupied(earlier) => {
                let earlier = *earlier.get();
                same(kept[earlier].event()).then_some(Telling::InBatch(earlier))
            }
            Slot::Vacant(none) => {
                none.insert(place);
                None
            }
        }
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

    /// Keeps the fold, so that the next start need not begin at the first entry.
    pub fn snapshot(&mut self) {
        let state = self.view.state();
        let size = state.size();
        match serde_json::to_vec(&*state) {
            Ok(bytes) => {
                drop(state);
                if let Err(error) = self.view.index.put_snapshot(SNAPSHOT, size, &bytes) {
                    tracing::warn!(%error, "snapshot of the fold cannot be kept");
                }
                self.snapshot_at = size;
            }
            Err(error) => tracing::warn!(%error, "snapshot of the fold cannot be made"),
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

    /// Destroys the payload of a contact, on the record; returns the entry that says so.
    ///
    /// # Errors
    /// When there is no such contact, or the disk fails.
    pub fn erase(
        &mut self,
        erased: u64,
        reason: String,
        by: &KeyId,
        now: Timestamp,
    ) -> Result<u64, EraseError> {
        let entry = self.view.reader.entry(erased)?.ok_or(EraseError::Nothing)?;
        let Event::Contact(contact) = &entry.event else {
            return Err(EraseError::NotAContact);
        };
        let (carried, lookups) = {
            let state = self.view.state();
            (carried(&state, erased, contact), state.filed_under(contact))
        };
        let event = Event::Erasure(Erasure {
            erased,
            reason,
            carried,
        });
        let draft = Draft {
            at: now,
            by: Some(by.clone()),
            event,
        };
        let recorded = self.store.erase(draft, &lookups);
        let recorded = recorded.inspect_err(|fault| self.view.set_fault(fault))?;
        self.fold(std::slice::from_ref(&recorded));
        Ok(recorded.index)
    }

    /// Makes the key of a fresh installation: the one that may do everything.
    ///
    /// # Errors
    /// As [`Ledger::append`], or when the system has no randomness.
    pub fn first_key(&mut self, now: Timestamp) -> Result<Option<ApiKey>, RecordError> {
        if self.view.state().registry.keys().next().is_some() {
            return Ok(None);
        }
        let (key, event) = new_key("admin", Role::Admin, None)?;
        self.record(now, None, vec![event])?;
        Ok(Some(key))
    }
}

/// Why a payload was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// No such entry, or erased already.
    #[error("entry does not exist, or is erased already")]
    Nothing,
    /// Only contacts hold other people's data.
    #[error("entry is not a contact; only the payloads of contacts are erased")]
    NotAContact,
    /// The entry cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The disk failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What of an erased contact lives on: how it was counted, without who and what.
fn carried(
    state: &State,
    index: u64,
    contact: &Contact,
) -> serde_json::Map<String, serde_json::Value> {
    let mut carried = serde_json::Map::new();
    carried.insert("medium".into(), contact.medium.as_str().into());
    carried.insert("received_at".into(), contact.received_at.to_string().into());
    if let Some(attribution) = state.judgement.cause(index) {
        carried.insert("cause".into(), attribution.cause.as_str().into());
        let platform = attribution.platform.map(|p| p.to_string().into());
        carried.insert("platform".into(), platform.unwrap_or_default());
        let campaign = attribution.campaign.map(|c| c.to_string().into());
        carried.insert("campaign".into(), campaign.unwrap_or_default());
    }
    carried
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

/// Where an event was told before.
enum Telling {
    /// In the log, at this index.
    Logged(u64),
    /// Earlier in the same batch, at this place.
    InBatch(usize),
}

impl Telling {
    fn index(&self, next: u64) -> u64 {
        match self {
            Telling::Logged(index) => *index,
            Telling::InBatch(place) => next + *place as u64,
        }
    }
}

fn repeat(contact: &Contact, repeats: u64) -> Repeat {
    Repeat {
        connection: contact.connection.clone(),
        repeats,
        to: contact.to.clone(),
        received_at: contact.received_at,
        authentication: contact.authentication,
    }
}

/// Opening checks every frame; folding is done apart, where the index can be asked.
struct CheckOnly;

impl Visit for CheckOnly {
    fn start(&mut self, _: &Index) -> u64 {
        u64::MAX
    }

    fn entry(&mut self, _: &Entry) {}
}

/// The fold as it was last kept, if it fits this log and this version; else an empty one.
fn kept(index: &Index, size: u64) -> Result<State, IndexFault> {
    let fits = |(at, bytes): (u64, Vec<u8>)| {
        let state: State = serde_json::from_slice(&bytes).ok()?;
        (state.size() == at && at <= size).then_some(state)
    };
    Ok(index.snapshot(SNAPSHOT)?.and_then(fits).unwrap_or_default())
}

/// Folds what the state has not seen, and brings the index up to it.
fn catch_up(
    state: &mut State,
    reader: &Reader,
    index: &Index,
    progress: &dyn Fn(u64),
) -> Result<(), LedgerError> {
    let indexed = index.size_folded();
    let from = state.size().min(indexed);
    let mut overlay = Overlay::default();
    let mut postings = Vec::new();
    let folded = state.size();
    // An index that is behind the kept fold cannot be filed from it: fold everything again.
    if indexed < folded {
        *state = State::new();
    }
    let from = if indexed < folded {
        0
    } else {
        from.max(state.size())
    };
    for entry in reader.entries(from) {
        let entry = entry?;
        let first = |l: &Lookup| overlay.first(l).or_else(|| first_in(index, l));
        let filed = state.apply(&entry, &first);
        if entry.index >= indexed {
            overlay.note(entry.index, &filed);
            postings.push((entry.index, filed.lookups));
        }
        if postings.len() >= CATCH_UP_BATCH_ENTRIES {
            index.apply(&postings)?;
            postings.clear();
            overlay.clear();
        }
        if entry.index % PROGRESS_EVERY_ENTRIES == 0 {
            progress(entry.index);
        }
    }
    Ok(index.apply(&postings)?)
}

/// The first entry under a look-up. An index that cannot answer counts as empty: the worst that
/// comes of it is a repeat kept as a contact, until the index is rebuilt.
fn first_in(index: &Index, lookup: &Lookup) -> Option<u64> {
    index.first(lookup).unwrap_or_else(|error| {
        tracing::error!(%error, "index cannot be asked");
        None
    })
}
