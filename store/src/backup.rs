//! Backups while the log is written, and going on from one.
//!
//! A backup is a folder of the same layout, cut at a signed checkpoint, without index and tree
//! hashes, which are made anew, and without the list of erased entries, which is to be kept apart:
//! restoring a backup must not bring back what was erased since.
//!
//! Nobody can know whether a backup is the newest state there was. So a restored log goes on under
//! a **new origin**, in an entry that names the old one's last checkpoint: the old origin never
//! signs two logs that contradict each other.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use honeytoken::{Entry, Erasure, Event, Genesis, Timestamp};

use crate::anchors;
use crate::disk::{self, Disk};
use crate::error::{Fault, OpenError, ReadError};
use crate::folder::Folder;
use crate::log::frame::FORMAT;
use crate::log::segments;
use crate::opening::{self, Opening};
use crate::payload::Draft;
use crate::proof::SignedCheckpoint;
use crate::proof::hash::to_hex;
use crate::reader::Reader;
use crate::store::{Creation, Options, Store, Visit};

/// How much is copied at once.
const COPY_BYTES: usize = 1 << 20;

/// Whether a backup can be read by whoever finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupKeys {
    /// With both keys: complete by itself, and as secret as the data folder.
    Included,
    /// Without: useless without the key files, which must be kept elsewhere.
    Apart,
}

impl Reader {
    /// Copies the log as of its newest checkpoint into a folder that does not exist yet, while it
    /// is being written, and returns the checkpoint when all is on the disk. `progress` is told
    /// how many bytes of how many are done.
    ///
    /// # Errors
    /// The target exists, or the disk's.
    pub fn backup(
        &self,
        into: &Path,
        keys: BackupKeys,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Arc<SignedCheckpoint>, ReadError> {
        let newest = self.checkpoint();
        let checkpoint = newest.ok_or_else(|| io::Error::other("log has no checkpoint yet"))?;
        let (from, to) = (&self.0.folder, Folder::new(into));
        fs::create_dir(into)?;
        for dir in [to.log(), to.blobs()] {
            fs::create_dir(dir)?;
        }
        let mut files = self.segments_until(checkpoint.checkpoint().size)?;
        for blob in self.0.vault.blobs.list()? {
            let path = self.0.vault.blobs.path(blob);
            files.push((path.clone(), fs::metadata(path)?.len()));
        }
        for file in self.anchors()? {
            let path = from.anchor(file.size, &file.name);
            fs::create_dir_all(to.anchor_dir(file.size))?;
            files.push((path, file.bytes.len() as u64));
        }
        if keys == BackupKeys::Included {
            let paths = [from.node_key(), from.data_key()]
                .into_iter()
                .filter(|path| path.exists());
            files.extend(paths.map(|path| (path, u64::MAX)));
        }
        let total = files
            .iter()
            .map(|(_, bytes)| bytes)
            .filter(|&&bytes| bytes != u64::MAX)
            .sum();
        let mut done = 0;
        for (path, bytes) in files {
            let target = into.join(from.relative(&path));
            done += copy(&disk::RealDisk, &path, &target, bytes)?;
            progress(done, total);
        }
        // Last, so that a backup cut short is none: a folder without a checkpoint does not open.
        disk::write_new(
            &disk::RealDisk,
            &to.checkpoint(),
            checkpoint.to_string().as_bytes(),
        )?;
        Ok(checkpoint)
    }

    /// The segments that hold the first `size` entries, each with the length that does.
    fn segments_until(&self, size: u64) -> Result<Vec<(PathBuf, u64)>, ReadError> {
        let dir = self.0.folder.log();
        let firsts = segments::list(&dir)?;
        let last = size.saturating_sub(1);
        let mut files = Vec::new();
        for &first in firsts.iter().filter(|&&first| first < size) {
            let path = segments::path(&dir, first);
            let place = self
                .0
                .segments
                .place(last)
                .filter(|place| place.first == first);
            let bytes = match place {
                Some(place) => place.offset + place.bytes,
                None => fs::metadata(&path)?.len(),
            };
            files.push((path, bytes));
        }
        Ok(files)
    }
}

/// Copies the first `bytes` of a file, fewer if it is shorter, and returns how many when they are
/// on the disk.
fn copy(disk: &dyn Disk, from: &Path, to: &Path, bytes: u64) -> io::Result<u64> {
    let mut source = File::open(from)?.take(bytes);
    let target = disk.create(to)?;
    let (mut buffer, mut done) = (vec![0; COPY_BYTES], 0);
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        target.write_at(&buffer[..read], done)?;
        done += read as u64;
    }
    target.sync()?;
    disk.sync_dir(disk::parent(to))?;
    Ok(done)
}

/// Puts a backup into a folder without a log and goes on from it under the new origin that
/// `creation` names. `erased` is the list of erased entries of the lost folder (its file
/// `erased`), if it survives; what it names is erased again before anything else. A restore that
/// was cut short can be repeated.
///
/// # Errors
/// As for [`Store::create`] and [`Store::open`]; the backup is only read.
pub fn restore(
    backup: &Path,
    into: &Path,
    erased: Option<&Path>,
    creation: Creation,
    options: Options,
    visit: &mut dyn Visit,
) -> Result<Store, OpenError> {
    let (source, folder) = (Folder::new(backup), Folder::new(into));
    if !source.log().is_dir() {
        return Err(OpenError::NotAStore(backup.to_owned()));
    }
    let disk = options.disk.clone();
    disk.create_dir(into)
        .map_err(OpenError::io("create", into))?;
    let lock = folder.lock()?;
    if Store::exists(into) {
        return Err(OpenError::Exists(into.to_owned()));
    }
    folder.make(&*disk)?;
    opening::clear_unfinished(&folder)?;
    copy_all(&*disk, &source, &folder, erased)?;

    let keys = folder.keys(options.data_key.as_ref())?;
    let old = opening::read_signed(&source, |origin| {
        opening::signer(&keys.node, origin).map(|signer| signer.verifier())
    })?;
    let signer = opening::signer(&keys.node, &creation.origin).map_err(Fault::from)?;
    let checkpoint = old.checkpoint().clone();
    if checkpoint.origin == creation.origin {
        return Err(Fault::Refused("restored log needs an origin of its own").into());
    }
    let mut store = Opening {
        folder,
        keys,
        options,
        lock,
        checkpoint,
    }
    .run(None, visit)?;
    store.signer = signer;
    for entry in store.begin_again(creation, &old)? {
        visit.entry(&entry);
    }
    Ok(store)
}

impl Store {
    /// The entry that ties the new origin to the old one. A crash before the checkpoint leaves a
    /// folder without one: the restore is repeated, and the old origin has signed nothing new.
    fn begin_again(
        &mut self,
        creation: Creation,
        old: &SignedCheckpoint,
    ) -> Result<Vec<Entry>, Fault> {
        let genesis = Genesis {
            origin: creation.origin,
            format: u32::from(FORMAT),
            vrf_public_key: to_hex(&self.sealer.vrf_public()),
            program: creation.program,
            continues: Some(old.to_string()),
        };
        let draft = Draft {
            at: creation.at,
            by: None,
            event: Event::Genesis(genesis),
        };
        let mut batch = vec![self.sealer.seal(draft)?];
        for erased in self.erased_off_the_record()? {
            batch.push(self.sealer.seal(erased_before(erased, creation.at))?);
        }
        let entries = self.append(batch)?;
        self.checkpoint()?;
        Ok(entries)
    }

    /// Entries that the list erased whose erasure lay in the lost end of the log.
    fn erased_off_the_record(&self) -> Result<BTreeSet<u64>, Fault> {
        let reader = self.reader();
        let mut erased: BTreeSet<u64> = (0..reader.size())
            .filter(|index| reader.is_erased(*index))
            .collect();
        if !erased.is_empty() {
            for entry in reader.entries(0) {
                if let Event::Erasure(erasure) = entry?.event {
                    erased.remove(&erasure.erased);
                }
            }
        }
        Ok(erased)
    }
}

fn erased_before(erased: u64, at: Timestamp) -> Draft {
    let reason = "erased before this log was restored from a backup".to_owned();
    let event = Event::Erasure(Erasure {
        erased,
        reason,
        legal_basis: None,
        scope: None,
        carried: serde_json::Map::new(),
    });
    Draft {
        at,
        by: None,
        event,
    }
}

/// Everything but the checkpoint, which only the new origin's makes a log of.
fn copy_all(
    disk: &dyn Disk,
    source: &Folder,
    target: &Folder,
    erased: Option<&Path>,
) -> Result<(), OpenError> {
    let mut pairs = Vec::new();
    for (from, to) in [
        (source.log(), target.log()),
        (source.blobs(), target.blobs()),
    ] {
        let files = fs::read_dir(&from).map_err(OpenError::io("list", &from))?;
        for file in files {
            let file = file.map_err(OpenError::io("list", &from))?;
            pairs.push((file.path(), to.join(file.file_name())));
        }
    }
    for (from, to) in [
        (source.node_key(), target.node_key()),
        (source.data_key(), target.data_key()),
    ] {
        if from.exists() && !to.exists() {
            pairs.push((from, to));
        }
    }
    for (from, to) in pairs {
        copy(disk, &from, &to, u64::MAX).map_err(OpenError::io("copy", &from))?;
    }
    let anchors = source.anchors();
    for file in anchors::list(&anchors).map_err(OpenError::io("list", &anchors))? {
        let path = target.anchor(file.size, &file.name);
        let dir = target.anchor_dir(file.size);
        disk.create_dir(&dir)
            .map_err(OpenError::io("create", &dir))?;
        disk::replace(disk, &path, &file.bytes).map_err(OpenError::io("copy", &path))?;
    }
    if let Some(list) = erased {
        let text = fs::read(list).map_err(OpenError::io("read", list))?;
        disk::replace(disk, &target.erased(), &text).map_err(OpenError::io("copy", list))?;
    }
    Ok(())
}
