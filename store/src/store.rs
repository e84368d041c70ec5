//! The one writer of a log.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use honeytoken::{Entry, Event, Genesis, Timestamp};

use crate::disk::{self, Disk, RealDisk};
use crate::engine::{Engine, Terms};
use crate::error::{Fault, OpenError, ReadError};
use crate::folder::{Folder, Keys};
use crate::index::Index;
use crate::log::frame::FORMAT;
use crate::log::{self, HashWriter, Journal, TornTail};
use crate::opening::{self, Opening};
use crate::payload::{DataKey, Draft, Parts, Sealed, Sealer};
use crate::proof::hash::to_hex;
use crate::proof::{Checkpoint, Note, SignedCheckpoint, SigningKey, VerifierKey, merkle};
use crate::reader::{Head, Reader, Shared};

/// A segment that has reached this length is followed by a new one.
const SEGMENT_BYTES_MAX: u64 = 256 << 20;

/// How a log is held.
#[derive(Clone)]
pub struct Options {
    /// The data key, if it comes from the environment or a key service rather than from the
    /// folder.
    pub data_key: Option<DataKey>,
    /// Where it is written; anything but [`RealDisk`] is for tests.
    pub disk: Arc<dyn Disk>,
    /// A segment that has reached this length, in bytes, is followed by a new one.
    pub segment_bytes_max: u64,
    /// Throw away everything that can be computed from the log, and compute it.
    pub rebuild: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            data_key: None,
            disk: Arc::new(RealDisk),
            segment_bytes_max: SEGMENT_BYTES_MAX,
            rebuild: false,
        }
    }
}

/// How a log begins.
#[derive(Debug, Clone)]
pub struct Creation {
    /// Its name, first line of every checkpoint: a URL without scheme and final slash, such as
    /// `leaks.example.org/canaryline/7f3a`. It must not be used for another log, ever.
    pub origin: String,
    /// The program and version that begins it.
    pub program: String,
    /// When.
    pub at: Timestamp,
}

/// Who folds the log while it is opened.
pub trait Visit {
    /// From which entry on; what lies before is checked and not decoded. The index holds the
    /// snapshots that make this more than 0.
    fn start(&mut self, index: &Index) -> u64;

    /// The next entry; erased ones are left out.
    fn entry(&mut self, entry: &Entry);
}

/// A closure folds everything.
impl<F: FnMut(&Entry)> Visit for F {
    fn start(&mut self, _index: &Index) -> u64 {
        0
    }

    fn entry(&mut self, entry: &Entry) {
        self(entry);
    }
}

/// The one writer. It blocks; give it a thread of its own.
pub struct Store {
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) sealer: Sealer,
    pub(crate) signer: SigningKey,
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) journal: Journal,
    pub(crate) hashes: HashWriter,
    pub(crate) index: Arc<Index>,
    pub(crate) torn: Option<TornTail>,
    /// Why nothing is written any more. What a failed write left on the disk is unknown, so
    /// nothing is tried again; opening finds out.
    pub(crate) poisoned: Option<String>,
    /// Held as long as this store lives.
    pub(crate) _lock: File,
}

impl Store {
    /// Whether a folder holds a log: its first checkpoint is the last thing that creation writes.
    pub fn exists(dir: &Path) -> bool {
        Folder::new(dir).checkpoint().exists()
    }

    /// Begins a log in a folder without one, with keys of its own and a genesis entry under a
    /// signed checkpoint.
    ///
    /// # Errors
    /// There is a log already, somebody else holds the folder, or the disk fails.
    pub fn create(dir: &Path, creation: Creation, options: Options) -> Result<Store, OpenError> {
        let (folder, disk) = (Folder::new(dir), options.disk.clone());
        disk.create_dir(dir).map_err(OpenError::io("create", dir))?;
        let lock = folder.lock()?;
        if Store::exists(dir) {
            return Err(OpenError::Exists(dir.to_owned()));
        }
        folder.make(&*disk)?;
        let keys = folder.make_keys(&*disk, options.data_key.as_ref())?;
        let sealed = Sealer::new(&keys.data).seal(genesis(&creation, &keys.data))?;
        Store::begin(folder, keys, options, lock, &creation.origin, &sealed)
    }

    /// The first entry, under the first checkpoint.
    pub(crate) fn begin(
        folder: Folder,
        keys: Keys,
        options: Options,
        lock: File,
        origin: &str,
        genesis: &Sealed,
    ) -> Result<Store, OpenError> {
        opening::refuse_to_clear(&folder)?;
        opening::clear_unfinished(&folder)?;
        let disk = options.disk.clone();
        log::begin(&*disk, &folder).map_err(OpenError::io("write", &folder.log()))?;
        let empty = Checkpoint {
            origin: origin.to_owned(),
            size: 0,
            root: merkle::empty_root(),
        };
        let opening = Opening {
            folder,
            keys,
            options,
            lock,
            checkpoint: empty,
        };
        let mut store = opening.run(Some(genesis.parts.leaf_hash), &mut |_: &Entry| ())?;
        store.write(std::iter::once(&genesis.parts), genesis.draft.at)?;
        // A crash before this leaves a log without a checkpoint, which `create` begins anew.
        store.checkpoint()?;
        Ok(store)
    }

    /// Opens a log. Opening is checking: every frame is read, every checksum and hash computed,
    /// the root compared with the newest checkpoint; every entry from where `visit` starts is
    /// decoded and handed to it.
    ///
    /// # Errors
    /// Why it cannot be opened; nothing was changed, except that a torn tail is set aside.
    pub fn open(dir: &Path, options: Options, visit: &mut dyn Visit) -> Result<Store, OpenError> {
        if Folder::new(dir).cluster().exists() {
            return Err(OpenError::OfCluster(dir.to_owned()));
        }
        Store::open_folder(dir, options, visit)
    }

    pub(crate) fn open_folder(
        dir: &Path,
        options: Options,
        visit: &mut dyn Visit,
    ) -> Result<Store, OpenError> {
        let folder = Folder::new(dir);
        if !folder.log().is_dir() {
            return Err(OpenError::NotAStore(dir.to_owned()));
        }
        let lock = folder.lock()?;
        let keys = folder.keys(options.data_key.as_ref())?;
        let signed = opening::read_signed(&folder, |origin| {
            opening::signer(&keys.node, origin).map(|signer| signer.verifier())
        })?;
        let checkpoint = signed.checkpoint().clone();
        let opening = Opening {
            folder,
            keys,
            options,
            lock,
            checkpoint,
        };
        let store = opening.run(None, visit)?;
        store.publish(Arc::new(signed));
        Ok(store)
    }

    /// Puts another engine in place of [`crate::Embedded`].
    #[must_use]
    pub fn with_engine(mut self, engine: Box<dyn Engine>) -> Store {
        self.engine = engine;
        self
    }

    /// Appends a batch, in the order given, and returns its entries when all of it is on the disk
    /// (one write, one fdatasync). An entry older than the end of the log gets the end's time, so
    /// that time never goes back. Nothing is in the index yet: the caller folds the entries, then
    /// applies their look-ups.
    ///
    /// # Errors
    /// Nothing of the batch is acknowledged. After anything but [`Fault::Overtaken`] or
    /// [`Fault::Seal`] the store writes nothing any more.
    pub fn append(&mut self, batch: Vec<Sealed>) -> Result<Vec<Entry>, Fault> {
        self.append_on(batch, Terms::default())
    }

    /// Appends a batch on a cluster's terms.
    ///
    /// # Errors
    /// As for [`Store::append`]; [`Fault::Overtaken`] and [`Fault::Unreachable`] leave the store as
    /// it was.
    pub fn append_on(&mut self, batch: Vec<Sealed>, terms: Terms) -> Result<Vec<Entry>, Fault> {
        self.refuse_poisoned()?;
        let batch = self.in_order_of_time(batch)?;
        self.engine
            .claim(self.hashes.tree().size(), &batch, terms)?;
        let at = batch.last().map_or(self.reader().head().at, Sealed::at);
        let first = self.write(batch.iter().map(|sealed| &sealed.parts), at)?;
        self.engine.written(self.hashes.tree().size());
        let entry = |(index, Sealed { draft, .. })| {
            let Draft { at, by, event } = draft;
            Entry {
                index,
                at,
                by,
                event,
            }
        };
        Ok((first..).zip(batch).map(entry).collect())
    }

    /// Writes what other nodes placed since the last call, and returns it to be folded, erased
    /// entries left out. Always empty on [`crate::Embedded`].
    ///
    /// # Errors
    /// As for [`Store::append`].
    pub fn arrivals(&mut self) -> Result<Vec<Entry>, Fault> {
        self.refuse_poisoned()?;
        let arrived = self.engine.arrivals()?;
        if arrived.is_empty() {
            return Ok(Vec::new());
        }
        let fresh = self.fresh(arrived)?;
        let reader = self.reader();
        // First, so that an empty key slot always has a word to show for it, also after a crash.
        self.note_erased(reader.size(), &fresh)?;
        let first = self.write(fresh.iter(), reader.head().at)?;
        self.engine.written(self.hashes.tree().size());
        // Written and not folded: nothing may be decided on a fold with a hole in it.
        let entries = reader.entries(first).collect::<Result<Vec<Entry>, _>>();
        let entries = entries.map_err(|error| self.poison_unread(error))?;
        if let Some(last) = entries.last() {
            self.head_mut().at = last.at;
        }
        Ok(entries)
    }

    /// Who decides the order.
    pub fn engine(&mut self) -> &mut dyn Engine {
        &mut *self.engine
    }

    /// Signs the log as it is now and publishes that: written, synced and renamed before anyone
    /// can see it. The newest one again if nothing was appended since.
    ///
    /// # Errors
    /// The disk's; the store writes nothing any more.
    pub fn checkpoint(&mut self) -> Result<Arc<SignedCheckpoint>, Fault> {
        let head = self.reader().head();
        if let Some(newest) = self.reader().checkpoint()
            && newest.checkpoint().size == head.size
        {
            return Ok(newest);
        }
        self.refuse_poisoned()?;
        let origin = self.origin().to_owned();
        let checkpoint = Checkpoint {
            origin,
            size: head.size,
            root: head.root,
        };
        let signed = Arc::new(checkpoint.sign(&self.signer)?);
        // A crash in here leaves the old checkpoint or the new one, both true.
        let path = self.shared.folder.checkpoint();
        let written = disk::replace(&*self.options.disk, &path, signed.to_string().as_bytes());
        written.map_err(|source| self.poison("write the checkpoint", source))?;
        self.publish(signed.clone());
        Ok(signed)
    }

    /// Signs the first `size` entries, for readers who may not see more yet; none if the log is
    /// shorter. Never at odds with any other checkpoint: all are prefixes of one log.
    ///
    /// # Errors
    /// The disk's, or the signature cannot be made.
    pub fn checkpoint_of(&self, size: u64) -> Result<Option<SignedCheckpoint>, Fault> {
        let Some(root) = self.reader().root_at(size)? else {
            return Ok(None);
        };
        let origin = self.origin().to_owned();
        let checkpoint = Checkpoint { origin, size, root };
        Ok(Some(checkpoint.sign(&self.signer)?))
    }

    /// Signs a statement about the log that is no checkpoint, such as a bundle's digest.
    ///
    /// # Errors
    /// The statement reads as a checkpoint, which only [`Store::checkpoint`] signs, or is no text
    /// of a note.
    pub fn attest(&self, statement: String) -> Result<Note, Fault> {
        if statement.parse::<Checkpoint>().is_ok() {
            return Err(Fault::Refused("a statement may not read as a checkpoint"));
        }
        let signature = self.signer.sign(&statement, 0);
        Ok(Note::new(statement, vec![signature])?)
    }

    /// The look-ups.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// A reader of this log.
    pub fn reader(&self) -> Reader {
        Reader(self.shared.clone())
    }

    /// A sealer for this log.
    pub fn sealer(&self) -> Sealer {
        self.sealer.clone()
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        self.signer.name()
    }

    /// The key that checks this log's checkpoints; to be given to others by another way than the
    /// log itself.
    pub fn verifier_key(&self) -> VerifierKey {
        self.signer.verifier()
    }

    /// What opening found at the end of the log and set aside; worth an entry of its own.
    pub fn torn_tail(&self) -> Option<&TornTail> {
        self.torn.as_ref()
    }

    /// Why the store writes nothing any more.
    pub fn poisoned(&self) -> Option<&str> {
        self.poisoned.as_deref()
    }

    fn publish(&self, signed: Arc<SignedCheckpoint>) {
        *self
            .shared
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(signed);
    }

    /// Writes entries and returns the index of the first; the last was recorded `at`.
    pub(crate) fn write<'a>(
        &mut self,
        batch: impl ExactSizeIterator<Item = &'a Parts> + Clone,
        at: Timestamp,
    ) -> Result<u64, Fault> {
        self.refuse_poisoned()?;
        let first = self.hashes.tree().size();
        if batch.len() == 0 {
            return Ok(first);
        }
        // A crash here leaves blobs that no entry names.
        for blob in batch.clone().flat_map(|parts| &parts.blobs) {
            let written = self.shared.vault.blobs.write(&*self.options.disk, blob);
            written.map_err(|source| self.poison("write a blob", source))?;
        }
        let lengths = self.journal.commit(batch.clone(), self.hashes.tree());
        let lengths = lengths.map_err(|source| self.poison("write the log", source))?;
        // From here a crash is harmless: what follows is computed again from the log.
        for parts in batch {
            let pushed = self.hashes.push(parts.leaf_hash);
            pushed.map_err(|source| self.poison("write hashes", source))?;
        }
        self.hashes
            .flush()
            .map_err(|source| self.poison("write hashes", source))?;
        self.shared.segments.extend(lengths);
        let (size, root) = (self.hashes.tree().size(), self.hashes.tree().root());
        *self.head_mut() = Head { size, at, root };
        Ok(first)
    }

    fn head_mut(&self) -> std::sync::RwLockWriteGuard<'_, Head> {
        self.shared
            .head
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn in_order_of_time(&self, mut batch: Vec<Sealed>) -> Result<Vec<Sealed>, Fault> {
        let mut last = self.reader().head().at;
        for sealed in &mut batch {
            if sealed.draft.at < last {
                // The form that is thrown away was never written: its key dies with it.
                *sealed = self.sealer.seal(Draft {
                    at: last,
                    ..sealed.draft.clone()
                })?;
            }
            last = sealed.draft.at;
        }
        Ok(batch)
    }

    pub(crate) fn refuse_poisoned(&self) -> Result<(), Fault> {
        self.poisoned
            .clone()
            .map_or(Ok(()), |why| Err(Fault::Poisoned(why)))
    }

    pub(crate) fn poison_unread(&mut self, error: ReadError) -> Fault {
        self.poison("read what arrived", std::io::Error::other(error))
    }

    pub(crate) fn poison(&mut self, step: &'static str, source: std::io::Error) -> Fault {
        tracing::error!(error = %source, "cannot {step}: the log is not written any more");
        self.poisoned = Some(format!("{step}: {source}"));
        Fault::Io { step, source }
    }
}

/// The first entry of a log.
pub(crate) fn genesis(creation: &Creation, key: &DataKey) -> Draft {
    Draft {
        at: creation.at,
        by: None,
        event: Event::Genesis(Genesis {
            origin: creation.origin.clone(),
            format: u32::from(FORMAT),
            vrf_public_key: to_hex(&Sealer::new(key).vrf_public()),
            program: creation.program.clone(),
            continues: None,
        }),
    }
}
