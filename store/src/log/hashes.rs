//! The hashes of the tree on disk: one flat file per tile level, from which tiles are cut and
//! proofs are made. All of it can be computed again from the segments, so none of it is synced.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use crate::proof::merkle::{Frontier, Nodes};
use crate::proof::tile::{TILE_HEIGHT, TILE_WIDTH};
use crate::proof::{Hash, node_hash};

/// How many bytes of one level wait before they are written.
const PENDING_BYTES_MAX: usize = 64 * 1024;

/// The files, shared by writer and readers. File `n` holds the hashes of level `n`.
pub(crate) struct HashFiles {
    dir: PathBuf,
    /// Whether files may be made and written.
    writable: bool,
    levels: RwLock<Vec<Arc<File>>>,
}

impl HashFiles {
    pub(crate) fn open(dir: &Path) -> io::Result<HashFiles> {
        std::fs::create_dir_all(dir)?;
        Ok(HashFiles {
            dir: dir.to_owned(),
            writable: true,
            levels: RwLock::default(),
        })
    }

    /// Files to compare with only.
    pub(crate) fn look(dir: &Path) -> HashFiles {
        HashFiles {
            dir: dir.to_owned(),
            writable: false,
            levels: RwLock::default(),
        }
    }

    /// Opens the file of a level and of all below it.
    fn level(&self, level: usize) -> io::Result<Arc<File>> {
        if let Some(file) = self
            .levels
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(level)
        {
            return Ok(file.clone());
        }
        let mut levels = self.levels.write().unwrap_or_else(PoisonError::into_inner);
        while levels.len() <= level {
            let mut options = OpenOptions::new();
            options.read(true).truncate(false).mode(0o600);
            options.write(self.writable).create(self.writable);
            let file = options.open(self.dir.join(levels.len().to_string()))?;
            levels.push(Arc::new(file));
        }
        Ok(levels[level].clone())
    }

    /// Hashes `start..start + count` of a level, one after another.
    pub(crate) fn read(&self, level: u8, start: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count as usize * Hash::BYTES];
        self.level(usize::from(level))?
            .read_exact_at(&mut bytes, start * Hash::BYTES as u64)?;
        Ok(bytes)
    }
}

impl Nodes for HashFiles {
    type Error = io::Error;

    /// Perfect subtrees between two tile levels are hashed from the level below them.
    fn node(&self, height: u32, place: u64) -> io::Result<Hash> {
        let (level, within) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let bytes = self.read(level as u8, place << within, 1 << within)?;
        let mut hashes: Vec<Hash> = bytes.as_chunks().0.iter().copied().map(Hash).collect();
        while hashes.len() > 1 {
            hashes = hashes
                .as_chunks()
                .0
                .iter()
                .map(|[left, right]| node_hash(left, right))
                .collect();
        }
        hashes
            .first()
            .copied()
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// Grows the tree and its files; the writer's half.
pub(crate) struct HashWriter {
    files: Arc<HashFiles>,
    tree: Frontier,
    /// For each level: the place of the first waiting hash, and the waiting hashes.
    pending: Vec<(u64, Vec<u8>)>,
    /// While opening: compare with what is there instead of writing over it.
    checking: bool,
    /// The first leaf whose hash on disk is another one.
    differs: Option<u64>,
}

impl HashWriter {
    /// Starts at the beginning; what the files hold already is compared, not written over, until
    /// [`HashWriter::settle`].
    pub(crate) fn new(files: Arc<HashFiles>) -> HashWriter {
        let tree = Frontier::new();
        HashWriter {
            files,
            tree,
            pending: Vec::new(),
            checking: true,
            differs: None,
        }
    }

    pub(crate) fn files(&self) -> Arc<HashFiles> {
        self.files.clone()
    }

    pub(crate) fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// Adds a leaf by its hash.
    pub(crate) fn push(&mut self, leaf: Hash) -> io::Result<()> {
        let pending = &mut self.pending;
        let mut full = false;
        self.tree.push(leaf, |height, place, hash| {
            if !height.is_multiple_of(TILE_HEIGHT) {
                return;
            }
            let level = (height / TILE_HEIGHT) as usize;
            if pending.len() <= level {
                pending.push((0, Vec::new()));
            }
            let (start, bytes) = &mut pending[level];
            if bytes.is_empty() {
                *start = place;
            }
            bytes.extend_from_slice(&hash.0);
            full |= bytes.len() >= PENDING_BYTES_MAX;
        });
        if full { self.flush() } else { Ok(()) }
    }

    /// Hands everything to the operating system, so that readers can read it.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        for (level, (start, bytes)) in self.pending.iter_mut().enumerate() {
            if bytes.is_empty() {
                continue;
            }
            let file = match self.files.level(level) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && !self.files.writable => {
                    bytes.clear();
                    continue;
                }
                file => file?,
            };
            let offset = *start * Hash::BYTES as u64;
            let same = if self.checking {
                first_difference(&file, offset, bytes)?
            } else {
                Some(0)
            };
            match same {
                // The file has all of it already.
                None => {}
                // It is shorter, or a new level: nothing is written over but what is not there.
                Some(at) if !self.checking || is_end(&file, offset + at)? => {
                    if !self.files.writable {
                        bytes.clear();
                        continue;
                    }
                    file.write_all_at(&bytes[at as usize..], offset + at)?;
                }
                Some(at) => {
                    let leaf = (*start + at / Hash::BYTES as u64) * TILE_WIDTH.pow(level as u32);
                    self.differs = Some(self.differs.map_or(leaf, |first| first.min(leaf)));
                }
            }
            bytes.clear();
        }
        Ok(())
    }

    /// The first leaf so far whose hash on disk is another one.
    pub(crate) fn differs(&mut self) -> io::Result<Option<u64>> {
        self.flush()?;
        Ok(self.differs)
    }

    /// Ends checking: the first leaf whose hash on disk is another one, if there is one. From
    /// here on hashes are written.
    pub(crate) fn settle(&mut self) -> io::Result<Option<u64>> {
        let differs = self.differs()?;
        self.checking = false;
        Ok(differs)
    }
}

/// Where, in whole hashes, the file begins to differ from `bytes` at `offset`.
fn first_difference(file: &File, offset: u64, bytes: &[u8]) -> io::Result<Option<u64>> {
    let mut there = vec![0; bytes.len()];
    let mut length = 0;
    while length < there.len() {
        match file.read_at(&mut there[length..], offset + length as u64)? {
            0 => break,
            read => length += read,
        }
    }
    there.truncate(length);
    let theirs = there.chunks(Hash::BYTES);
    let same = bytes
        .chunks(Hash::BYTES)
        .zip(theirs)
        .take_while(|(ours, theirs)| ours == theirs);
    let at = same.count() * Hash::BYTES;
    Ok((at < bytes.len()).then_some(at as u64))
}

/// Whether the file holds no whole hash at `offset`.
fn is_end(file: &File, offset: u64) -> io::Result<bool> {
    Ok(file.metadata()?.len() < offset + Hash::BYTES as u64)
}
