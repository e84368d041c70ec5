//! A disk that fails on demand and remembers what was synced.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Disk, DiskFile, RealDisk, parent};

/// A disk for tests and drills. Everything goes to the real disk too; a model beside it holds
/// what would still be there after a power cut.
///
/// The model is a strict one: content counts once its file was synced, a name (new, renamed or
/// removed) once its folder was synced, and nothing of an unsynced write survives, unless
/// [`FaultyDisk::power_cut_torn`] is asked to keep a piece of it.
#[derive(Clone, Default)]
pub struct FaultyDisk(Arc<Mutex<Model>>);

#[derive(Default)]
struct Model {
    /// What each open or known file holds now and held when it was last synced.
    files: BTreeMap<PathBuf, Content>,
    /// The names that are durable, with what they stand for.
    durable: BTreeMap<PathBuf, Arc<Mutex<Synced>>>,
    /// How many more writes and syncs succeed; none: all.
    writes_left: Option<u32>,
    syncs_left: Option<u32>,
}

/// A file's bytes as of its last sync, shared by all its names.
#[derive(Default)]
struct Synced {
    bytes: Vec<u8>,
    /// Writes since, in order; a truncation is a write of no bytes.
    since: Vec<(u64, Vec<u8>, Option<u64>)>,
}

type Content = Arc<Mutex<Synced>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Synced {
    fn write(bytes: &mut Vec<u8>, offset: u64, new: &[u8], length: Option<u64>) {
        let start = offset as usize;
        if !new.is_empty() {
            bytes.resize(bytes.len().max(start + new.len()), 0);
            bytes[start..start + new.len()].copy_from_slice(new);
        }
        if let Some(length) = length {
            bytes.truncate(length as usize);
        }
    }

    fn sync(&mut self) {
        for (offset, new, length) in std::mem::take(&mut self.since) {
            Synced::write(&mut self.bytes, offset, &new, length);
        }
    }
}

impl FaultyDisk {
    /// A disk that works until told otherwise.
    pub fn new() -> FaultyDisk {
        FaultyDisk::default()
    }

    /// The next `count` writes succeed, then the disk is full.
    pub fn fail_writes_after(&self, count: u32) {
        lock(&self.0).writes_left = Some(count);
    }

    /// The next `count` syncs succeed, then all fail.
    pub fn fail_syncs_after(&self, count: u32) {
        lock(&self.0).syncs_left = Some(count);
    }

    /// Writes and syncs succeed again.
    pub fn heal(&self) {
        let mut model = lock(&self.0);
        (model.writes_left, model.syncs_left) = (None, None);
    }

    /// Writes into the empty folder `to` what a power cut now would leave of the folder `from`.
    ///
    /// # Errors
    /// The operating system's.
    pub fn power_cut(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.power_cut_torn(from, to, 0)
    }

    /// The same, but the first `kept_bytes` of each file's unsynced writes reach the disk.
    ///
    /// # Errors
    /// The operating system's.
    pub fn power_cut_torn(&self, from: &Path, to: &Path, kept_bytes: usize) -> io::Result<()> {
        let model = lock(&self.0);
        for (path, content) in &model.durable {
            let Ok(name) = path.strip_prefix(from) else {
                continue;
            };
            let synced = lock(content);
            let (mut bytes, mut kept) = (synced.bytes.clone(), kept_bytes);
            for (offset, new, length) in &synced.since {
                let piece = &new[..new.len().min(kept)];
                kept -= piece.len();
                Synced::write(&mut bytes, *offset, piece, length.filter(|_| kept > 0));
            }
            let copy = to.join(name);
            std::fs::create_dir_all(parent(&copy))?;
            std::fs::write(copy, bytes)?;
        }
        Ok(())
    }

    fn content(&self, path: &Path) -> io::Result<Content> {
        let mut model = lock(&self.0);
        if let Some(content) = model.files.get(path) {
            return Ok(content.clone());
        }
        // A file from before this disk was watched is taken to be durable.
        let bytes = std::fs::read(path)?;
        let content = Arc::new(Mutex::new(Synced {
            bytes,
            since: Vec::new(),
        }));
        model.files.insert(path.to_owned(), content.clone());
        model.durable.insert(path.to_owned(), content.clone());
        Ok(content)
    }
}

/// Counts down; at zero the fault is there.
fn spend(left: &mut Option<u32>, fault: io::ErrorKind) -> io::Result<()> {
    match left {
        Some(0) => Err(fault.into()),
        Some(count) => {
            *count -= 1;
            Ok(())
        }
        None => Ok(()),
    }
}

struct Watched {
    real: Arc<dyn DiskFile>,
    content: Content,
    disk: FaultyDisk,
}

impl Disk for FaultyDisk {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        spend(&mut lock(&self.0).writes_left, io::ErrorKind::StorageFull)?;
        let real = RealDisk.create(path)?;
        let content = Content::default();
        lock(&self.0).files.insert(path.to_owned(), content.clone());
        Ok(Arc::new(Watched {
            real,
            content,
            disk: self.clone(),
        }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let content = self.content(path)?;
        Ok(Arc::new(Watched {
            real: RealDisk.open(path)?,
            content,
            disk: self.clone(),
        }))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let content = self.content(from)?;
        RealDisk.rename(from, to)?;
        let mut model = lock(&self.0);
        model.files.remove(from);
        model.files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)?;
        lock(&self.0).files.remove(path);
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut model = lock(&self.0);
        spend(&mut model.syncs_left, io::ErrorKind::Other)?;
        RealDisk.sync_dir(path)?;
        let inside = |name: &PathBuf| parent(name) == path;
        model.durable.retain(|name, _| !inside(name));
        let names: Vec<_> = model
            .files
            .iter()
            .filter(|(n, _)| inside(n))
            .map(|(n, c)| (n.clone(), c.clone()))
            .collect();
        model.durable.extend(names);
        Ok(())
    }
}

impl DiskFile for Watched {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        spend(
            &mut lock(&self.disk.0).writes_left,
            io::ErrorKind::StorageFull,
        )?;
        self.real.write_at(bytes, offset)?;
        lock(&self.content)
            .since
            .push((offset, bytes.to_vec(), None));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        spend(&mut lock(&self.disk.0).syncs_left, io::ErrorKind::Other)?;
        self.real.sync()?;
        lock(&self.content).sync();
        Ok(())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.real.truncate(length)?;
        lock(&self.content)
            .since
            .push((0, Vec::new(), Some(length)));
        Ok(())
    }
}
