//! Erasure: the payload of an entry becomes unrecoverable; its leaf and all proofs stay.
//!
//! In this order: an erasure entry, durable, says that and why; the list of erased entries, kept
//! apart from backups, learns it; blobs are removed; the key slot is overwritten with zeros and
//! synced; the index forgets. Opening does all that again for every entry on the list, so a crash
//! in between changes nothing, and a restored backup loses what was erased since.
//!
//! What a disk keeps of overwritten blocks (flash translation, copy-on-write, snapshots of a file
//! system) is beyond a program's reach: hold the data key, or the disk's own key, accordingly.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, PoisonError};

use honeytoken::{Entry, Event};

use crate::disk::{self, Disk, DiskFile};
use crate::engine::Terms;
use crate::error::{Fault, OpenError, ReadError};
use crate::folder::Folder;
use crate::index::Lookup;
use crate::log::frame::Frame;
use crate::log::segments;
use crate::payload::{Draft, ERASED, Sealed};
use crate::reader::Reader;
use crate::store::Store;

/// What an entry erases, if it is an erasure.
fn erased_by(entry: &Entry) -> Option<u64> {
    match &entry.event {
        Event::Erasure(erasure) => Some(erasure.erased),
        _ => None,
    }
}

/// The file that names erased entries, one index in decimal per line.
pub(crate) struct ErasedList(BTreeSet<u64>);

impl ErasedList {
    /// The list; none if there is no file, and the log must be asked for all of them.
    pub(crate) fn read(folder: &Folder) -> io::Result<Option<ErasedList>> {
        match std::fs::read_to_string(folder.erased()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            text => Ok(Some(ErasedList::parse(&text?))),
        }
    }

    pub(crate) fn parse(text: &str) -> ErasedList {
        ErasedList(text.lines().filter_map(|line| line.parse().ok()).collect())
    }

    pub(crate) fn write(
        indices: &BTreeSet<u64>,
        disk: &dyn Disk,
        folder: &Folder,
    ) -> io::Result<()> {
        let text: String = indices.iter().map(|index| format!("{index}\n")).collect();
        disk::replace(disk, &folder.erased(), text.as_bytes())
    }

    pub(crate) fn into_indices(self) -> BTreeSet<u64> {
        self.0
    }
}

impl Store {
    /// Records an erasure and carries it out. `draft` holds an [`Event::Erasure`] with what the
    /// fold needs of the erased entry; `lookups` are those the entry was filed under.
    ///
    /// # Errors
    /// [`Fault::Refused`] if the draft is no erasure, or of an entry that is not there, is erased,
    /// or is the log's first. Otherwise as for [`Store::append`]; an erasure that was recorded and
    /// not carried out is carried out at the next opening.
    pub fn erase(&mut self, draft: Draft, lookups: &[Lookup]) -> Result<Entry, Fault> {
        let recorded = self.erase_all(vec![(draft, lookups.to_vec())])?;
        let recorded = recorded.into_iter().next();
        recorded.ok_or(Fault::Refused("nothing was recorded"))
    }

    /// Records several erasures in one group commit, and carries them out: all or, after a crash, all
    /// at the next opening. On a cluster there may be several commits, each carried out for itself.
    ///
    /// # Errors
    /// As for [`Store::erase`].
    pub fn erase_all(&mut self, erasures: Vec<(Draft, Vec<Lookup>)>) -> Result<Vec<Entry>, Fault> {
        let mut gone = BTreeMap::new();
        let mut batch = Vec::with_capacity(erasures.len());
        for (draft, lookups) in erasures {
            let index = self.may_be_erased(&draft)?;
            if gone.insert(index, lookups).is_some() {
                return Err(Fault::Refused("entry is to be erased twice"));
            }
            batch.push(self.sealer().seal(draft)?);
        }
        let (recorded, outcome) = self.append_in_messages(batch);
        let erased: BTreeSet<u64> = recorded.iter().filter_map(erased_by).collect();
        gone.retain(|index, _| erased.contains(index));
        if !gone.is_empty() {
            self.destroy(erased)?;
            self.index.purge(&gone)?;
        }
        outcome.map(|()| recorded)
    }

    /// Alone, one group commit; on a cluster, as many as messages are needed, of which the later
    /// may fail.
    fn append_in_messages(&mut self, batch: Vec<Sealed>) -> (Vec<Entry>, Result<(), Fault>) {
        let bytes_max = self.engine.batch_bytes_max();
        let (mut recorded, mut rest) = (
            Vec::with_capacity(batch.len()),
            batch.into_iter().peekable(),
        );
        while rest.peek().is_some() {
            let (mut part, mut bytes) = (Vec::new(), 0);
            while let Some(sealed) =
                rest.next_if(|next| part.is_empty() || bytes + next.frame_bytes() <= bytes_max)
            {
                bytes += sealed.frame_bytes();
                part.push(sealed);
            }
            let hold = rest.peek().is_some();
            match self.append_on(part, Terms { mark: None, hold }) {
                Ok(entries) => recorded.extend(entries),
                Err(fault) => return (recorded, Err(fault)),
            }
        }
        (recorded, Ok(()))
    }

    /// Which entry a draft erases, if it may.
    fn may_be_erased(&self, draft: &Draft) -> Result<u64, Fault> {
        let Event::Erasure(erasure) = &draft.event else {
            return Err(Fault::Refused(
                "draft is not an erasure; only an erasure erases",
            ));
        };
        let index = erasure.erased;
        if index == 0 || index >= self.reader().size() {
            return Err(Fault::Refused("erasure names no entry that can be erased"));
        }
        match self.reader().is_erased(index) {
            true => Err(Fault::Refused("entry is erased already")),
            false => Ok(index),
        }
    }

    /// Carries out what the list and the log say was erased, where that is not done yet.
    pub(crate) fn erase_again(&mut self, mut erased: BTreeSet<u64>) -> Result<(), OpenError> {
        // The list may be of a longer log, whose backup this is.
        let size = self.reader().size();
        erased.retain(|&index| index < size);
        let listed = ErasedList::read(&self.shared.folder);
        let listed = listed.map_err(OpenError::io("read", &self.shared.folder.erased()))?;
        if listed.is_none_or(|list| list.0 != erased) {
            self.set_erased(erased.clone())?;
        } else {
            *self
                .shared
                .erased
                .write()
                .unwrap_or_else(PoisonError::into_inner) = erased.clone();
        }
        Ok(self.destroy_payloads(erased)?)
    }

    fn destroy(&mut self, gone: BTreeSet<u64>) -> Result<(), Fault> {
        let mut erased = self.reader().erased();
        erased.extend(&gone);
        self.set_erased(erased)?;
        self.destroy_payloads(gone)
    }

    /// Blobs one by one, then all key slots; a segment is synced once.
    fn destroy_payloads(&mut self, gone: BTreeSet<u64>) -> Result<(), Fault> {
        let mut touched: BTreeMap<u64, Arc<dyn DiskFile>> = BTreeMap::new();
        for index in gone {
            self.destroy_payload(index, &mut touched)?;
        }
        for file in touched.into_values() {
            let synced = file.sync();
            synced.map_err(|source| self.poison("overwrite a key slot", source))?;
        }
        Ok(())
    }

    /// Adds entries that came without their keys.
    pub(crate) fn add_erased(&mut self, indices: &[u64]) -> Result<(), Fault> {
        let mut erased = self.reader().erased();
        erased.extend(indices);
        self.set_erased(erased)
    }

    /// Carries out erasures that another node recorded, each with the lookups that the entry was
    /// filed under.
    ///
    /// # Errors
    /// The disk's or the index's; it is carried out at the next opening then.
    pub fn carry_out(&mut self, mut gone: BTreeMap<u64, Vec<Lookup>>) -> Result<(), Fault> {
        let reader = self.reader();
        gone.retain(|&index, _| (1..reader.size()).contains(&index) && !reader.is_erased(index));
        if gone.is_empty() {
            return Ok(());
        }
        self.destroy(gone.keys().copied().collect())?;
        Ok(self.index.purge(&gone)?)
    }

    fn set_erased(&mut self, erased: BTreeSet<u64>) -> Result<(), Fault> {
        let written = ErasedList::write(&erased, &*self.options.disk, &self.shared.folder);
        written.map_err(|source| self.poison("write the list of erased entries", source))?;
        *self
            .shared
            .erased
            .write()
            .unwrap_or_else(PoisonError::into_inner) = erased;
        Ok(())
    }

    fn destroy_payload(
        &mut self,
        index: u64,
        touched: &mut BTreeMap<u64, Arc<dyn DiskFile>>,
    ) -> Result<(), Fault> {
        let reader = Reader(self.shared.clone());
        let vault = &self.shared.vault;
        let blobs = |frame: &Frame<'_>, leaf| {
            if *frame.slot == ERASED {
                Ok(None)
            } else {
                vault.blobs_of(frame, leaf).map(Some)
            }
        };
        // The names of blobs are in the payload, so they go first.
        let Some(blobs) = reader.with_frame(index, blobs)?.flatten() else {
            return Ok(());
        };
        for blob in blobs {
            let removed = vault.blobs.remove(&*self.options.disk, blob);
            removed.map_err(ReadError::from)?;
        }
        let zeroed = self.zero_slot(index, touched);
        zeroed.map_err(|source| self.poison("overwrite a key slot", source))
    }

    fn zero_slot(
        &self,
        index: u64,
        touched: &mut BTreeMap<u64, Arc<dyn DiskFile>>,
    ) -> io::Result<()> {
        let Some(place) = self.shared.segments.place(index) else {
            return Ok(());
        };
        let file = match touched.entry(place.first) {
            Slot::Occupied(open) => open.into_mut(),
            Slot::Vacant(closed) => {
                let path = segments::path(&self.shared.folder.log(), place.first);
                closed.insert(self.options.disk.open(&path)?)
            }
        };
        file.write_at(&ERASED, place.offset + Frame::slot_offset(place.bytes))
    }
}
