//! A log that moves: into a cluster, and out of it. Its name, its tree and its keys stay, so every
//! proof that was given out stays valid.

use std::path::Path;

use crate::engine::{BATCH_BYTES_MAX, Bringing, JetStreamSettings};
use crate::error::{Fault, OpenError, ReadError};
use crate::folder::Folder;
use crate::payload::{ERASED, Parts, SealedBlob};
use crate::reader::Reader;
use crate::store::Store;
use crate::vault::Unreadable;

/// Entries in one message.
const BATCH_ENTRIES_MAX: usize = 256;

impl Store {
    /// Puts this folder's log into a cluster's empty stream; from then on the folder is a node's.
    /// What was put before a crash is not put again. `progress` is told how many entries of how
    /// many are there.
    ///
    /// # Errors
    /// The cluster's; the stream holds something else; the disk's.
    pub fn bring(
        mut self,
        settings: &JetStreamSettings,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, OpenError> {
        self.checkpoint()?;
        let reader = self.reader();
        let dir = self.shared.folder.dir().to_owned();
        let node = self.verifier_key().node();
        let mut bringing = Bringing::start(settings, &dir, node)?;
        let leaf = |index| reader.leaf(index).map_err(Fault::from);
        let (mut next, size) = (bringing.brought(&leaf)?, reader.size());
        while next < size {
            let batch = reader.batch_from(next).map_err(Fault::from)?;
            bringing.put(next, &batch)?;
            next += batch.len() as u64;
            progress(next, size);
        }
        bringing.end(&dir)?;
        Ok(size)
    }

    /// Ends the cluster's stream for all, and says that nothing more comes; [`Store::leave`] after
    /// the rest has arrived.
    ///
    /// # Errors
    /// [`Fault::Unreachable`].
    pub fn close_stream(&mut self) -> Result<(), Fault> {
        self.engine().close()
    }

    /// Makes this folder one that is alone, in place of a node's. The stream must have ended and all
    /// of it have arrived, and nothing may wait in the outbox.
    ///
    /// # Errors
    /// The disk's.
    pub fn leave(mut self) -> Result<u64, OpenError> {
        self.checkpoint()?;
        let folder = Folder::new(self.shared.folder.dir());
        let size = self.reader().size();
        let (disk, lock) = (self.options.disk.clone(), self._lock.try_clone());
        // The engine writes its place when it goes.
        drop(self);
        let _lock = lock.map_err(OpenError::io("lock", folder.dir()))?;
        // The outbox first: a folder without its place in the stream is alone.
        for path in [folder.outbox(), folder.cluster()] {
            if path.exists() {
                disk.remove(&path).map_err(OpenError::io("remove", &path))?;
            }
        }
        let dir: &Path = folder.dir();
        disk.sync_dir(dir).map_err(OpenError::io("sync", dir))?;
        Ok(size)
    }
}

impl Reader {
    /// The next entries, as many as a message takes.
    fn batch_from(&self, first: u64) -> Result<Vec<Parts>, ReadError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for index in first..self.size() {
            let Some(parts) = self.parts(index)? else {
                break;
            };
            let blobs: usize = parts.blobs.iter().map(|blob| blob.bytes.len()).sum();
            bytes += parts.leaf.len() + parts.payload.len() + parts.slot.len() + blobs;
            if !batch.is_empty() && (bytes > BATCH_BYTES_MAX || batch.len() == BATCH_ENTRIES_MAX) {
                break;
            }
            batch.push(parts);
        }
        Ok(batch)
    }

    /// An entry as it lies in the log, with its large values; of an erased one only the leaf.
    fn parts(&self, index: u64) -> Result<Option<Parts>, ReadError> {
        let vault = &self.0.vault;
        self.with_frame(index, |frame, leaf_hash| {
            let blob = |hash| match vault.blobs.read(hash) {
                Ok(bytes) => Ok(SealedBlob { hash, bytes }),
                Err(_) => Err(Unreadable::Blob(hash)),
            };
            let names = vault.blobs_of(frame, leaf_hash)?;
            let blobs = names.into_iter().map(blob).collect::<Result<_, _>>()?;
            let is_erased = *frame.slot == ERASED;
            let payload = if is_erased { &[] } else { frame.payload };
            Ok(Parts {
                leaf: frame.leaf.to_vec(),
                leaf_hash,
                payload: payload.to_vec(),
                slot: *frame.slot,
                blobs,
            })
        })
    }
}
