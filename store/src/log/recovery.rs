//! Opening is checking: every frame is read, its checksum, place and hash checked, and the tree
//! grown again to the root that was signed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frame::{self, FORMAT, Frame, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::segments::{self, Scan, ScanFault, Segments};
use super::{HashFiles, HashWriter, Journal};
use crate::disk::{self, Disk};
use crate::error::{Damage, OpenError};
use crate::folder::Folder;
use crate::proof::{Checkpoint, Hash, leaf_hash};

/// Bytes at the end of the log that never became durable as a whole, and that nobody was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The segment it was cut from.
    pub segment: String,
    /// Where it began.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The file it was set aside in; none while it was only looked at.
    pub aside: Option<PathBuf>,
}

/// What is known before the log is read.
pub(crate) struct Recovery<'a> {
    pub(crate) folder: &'a Folder,
    /// Where a torn tail is set aside; none: only look, change nothing.
    pub(crate) disk: Option<&'a dyn Disk>,
    /// What was signed, newest first: none of it may be missing or another.
    pub(crate) checkpoints: &'a [Checkpoint],
    /// Entries that the index knows: they were acknowledged.
    pub(crate) indexed: u64,
}

/// A log that was read to its end and found whole.
pub(crate) struct Recovered {
    pub(crate) segments: Arc<Segments>,
    pub(crate) hashes: HashWriter,
    /// First entry of the last segment, and where its last frame ends.
    pub(crate) end: (u64, u64),
    pub(crate) torn: Option<TornTail>,
}

/// Where a frame begins: in which segment, at which offset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    first: u64,
    offset: u64,
}

impl Spot {
    pub(crate) fn damage(self, folder: &Folder, entry: u64, what: String) -> Damage {
        let file = folder.relative(&segments::path(&folder.log(), self.first));
        Damage {
            file,
            offset: self.offset,
            entry: Some(entry),
            what,
        }
    }
}

/// What is told of each entry: where its frame is, the frame, its leaf hash.
pub(crate) type Each<'a> = &'a mut dyn FnMut(Spot, &Frame<'_>, Hash) -> Result<(), String>;

impl Recovery<'_> {
    /// Reads the whole log. Hash files that differ from it are made anew.
    pub(crate) fn run(&self, each: Each<'_>) -> Result<Recovered, OpenError> {
        let (mut recovered, stale) = self.pass(each)?;
        if stale && self.disk.is_some() {
            tracing::warn!("hash files differ from the log, which is whole; they are made anew");
            let dir = self.folder.tile();
            std::fs::remove_dir_all(&dir).map_err(OpenError::io("remove", &dir))?;
            recovered.hashes = self.pass(&mut |_, _, _| Ok(()))?.0.hashes;
        }
        Ok(recovered)
    }

    fn pass(&self, each: Each<'_>) -> Result<(Recovered, bool), OpenError> {
        let (log, tile) = (self.folder.log(), self.folder.tile());
        let files = match self.disk {
            Some(_) => HashFiles::open(&tile).map_err(OpenError::io("open", &tile))?,
            None => HashFiles::look(&tile),
        };
        let mut pass = Pass {
            recovery: self,
            segments: Arc::new(Segments::default()),
            hashes: HashWriter::new(Arc::new(files)),
            each,
        };
        let firsts = segments::list(&log).map_err(OpenError::io("list", &log))?;
        let (mut end, mut torn) = ((0, 0), None);
        for (number, &first) in firsts.iter().enumerate() {
            let is_last = number + 1 == firsts.len();
            match pass.segment(first)? {
                Ended::Whole(offset) => end = (first, offset),
                Ended::Bad(offset, fault) => {
                    torn = Some(pass.judge(first, offset, fault, is_last)?);
                    // Without its header the file is gone, and the segment before it is the last.
                    if offset >= SEGMENT_HEADER_BYTES as u64 {
                        end = (first, offset);
                    }
                }
            }
        }
        let size = pass.hashes.tree().size();
        self.refuse_rollback(size)?;
        let io = OpenError::io("write", &tile);
        let stale = pass.hashes.settle().map_err(io)?.is_some();
        let Pass {
            segments, hashes, ..
        } = pass;
        Ok((
            Recovered {
                segments,
                hashes,
                end,
                torn,
            },
            stale,
        ))
    }

    fn refuse_rollback(&self, holds: u64) -> Result<(), OpenError> {
        let witnesses = [("checkpoint", self.signed()), ("index", self.indexed)];
        match witnesses.into_iter().find(|&(_, known)| holds < known) {
            Some((witness, known)) => Err(OpenError::Rollback {
                holds,
                known,
                witness,
            }),
            None => Ok(()),
        }
    }

    /// Entries that were signed for.
    fn signed(&self) -> u64 {
        self.checkpoints
            .iter()
            .map(|checkpoint| checkpoint.size)
            .max()
            .unwrap_or(0)
    }

    fn damage(&self, first: u64, offset: u64, entry: u64, what: String) -> OpenError {
        let file = self
            .folder
            .relative(&segments::path(&self.folder.log(), first));
        OpenError::Damaged(Damage {
            file,
            offset,
            entry: Some(entry),
            what,
        })
    }
}

/// How a segment ends.
enum Ended {
    Whole(u64),
    Bad(u64, frame::Fault),
}

struct Pass<'a> {
    recovery: &'a Recovery<'a>,
    segments: Arc<Segments>,
    hashes: HashWriter,
    each: Each<'a>,
}

impl Pass<'_> {
    fn next(&self) -> u64 {
        self.hashes.tree().size()
    }

    fn segment(&mut self, first: u64) -> Result<Ended, OpenError> {
        let path = segments::path(&self.recovery.folder.log(), first);
        if first != self.next() {
            let what = format!("entry {} should be the first here", self.next());
            return Err(self.recovery.damage(first, 0, first, what));
        }
        let (header, mut scan) = match Scan::open(&path) {
            Ok(opened) => opened,
            Err(ScanFault::Bad(offset, fault)) => return Ok(Ended::Bad(offset, fault)),
            Err(ScanFault::Io(error)) => return Err(OpenError::io("read", &path)(error)),
        };
        self.check_header(first, header)?;
        self.segments.begin(
            first,
            File::open(&path).map_err(OpenError::io("open", &path))?,
        );
        loop {
            match scan.next() {
                Ok(Some((offset, frame))) => self.frame(first, offset, &frame)?,
                Ok(None) => return Ok(Ended::Whole(scan.offset())),
                Err(ScanFault::Bad(offset, fault)) => return Ok(Ended::Bad(offset, fault)),
                Err(ScanFault::Io(error)) => return Err(OpenError::io("read", &path)(error)),
            }
        }
    }

    fn check_header(&mut self, first: u64, header: SegmentHeader) -> Result<(), OpenError> {
        if header.written_by > FORMAT {
            let (found, known) = (header.written_by, FORMAT);
            return Err(OpenError::NewerFormat { found, known });
        }
        if header.first != first {
            let what = "the file's name is not that of its first entry".to_owned();
            return Err(self.recovery.damage(first, 0, first, what));
        }
        if header.root_before != self.hashes.tree().root() {
            let here = Spot { first, offset: 0 };
            return Err(self.other_entries(here, first, "were there when this segment was begun"));
        }
        Ok(())
    }

    fn frame(&mut self, first: u64, offset: u64, frame: &Frame<'_>) -> Result<(), OpenError> {
        let next = self.next();
        if frame.header.index != next {
            let what = format!("entry {} stands where {next} belongs", frame.header.index);
            return Err(self.recovery.damage(first, offset, next, what));
        }
        let leaf = leaf_hash(frame.leaf);
        (self.each)(Spot { first, offset }, frame, leaf)
            .map_err(|what| self.recovery.damage(first, offset, next, what))?;
        self.segments.extend([frame.header.frame_bytes() as u64]);
        let tile = self.recovery.folder.tile();
        self.hashes
            .push(leaf)
            .map_err(OpenError::io("write", &tile))?;
        let root = |size| {
            self.recovery
                .checkpoints
                .iter()
                .find(|c| c.size == size)
                .map(|c| c.root)
        };
        match root(self.next()) {
            Some(root) => self.check_root(root),
            None => Ok(()),
        }
    }

    /// At a size that was signed, the root must be the one that was signed.
    fn check_root(&mut self, signed: Hash) -> Result<(), OpenError> {
        if self.hashes.tree().root() == signed {
            return Ok(());
        }
        let start = Spot {
            first: 0,
            offset: 0,
        };
        Err(self.other_entries(start, 0, "were signed for"))
    }

    /// Some entry so far is not the one that was recorded. The hash files, which were written when
    /// the entries were, tell which; if they do not, `otherwise` is named.
    fn other_entries(&mut self, otherwise: Spot, entry: u64, those: &str) -> OpenError {
        let differs = match self.hashes.differs() {
            Ok(differs) => differs,
            Err(error) => return OpenError::io("read", &self.recovery.folder.tile())(error),
        };
        let place = differs.and_then(|entry| Some((entry, self.segments.place(entry)?)));
        match place {
            Some((entry, place)) => {
                let what = "this is not the entry that was recorded here".to_owned();
                self.recovery.damage(place.first, place.offset, entry, what)
            }
            None => {
                let what = format!("the entries of this log are not all those that {those}");
                self.recovery
                    .damage(otherwise.first, otherwise.offset, entry, what)
            }
        }
    }

    /// Torn, or damaged? Torn only if it is the last thing in the last segment, and nothing shows
    /// that it was ever durable: no checkpoint, no index, no later group commit.
    fn judge(
        &self,
        first: u64,
        offset: u64,
        fault: frame::Fault,
        is_last: bool,
    ) -> Result<TornTail, OpenError> {
        let (recovery, next) = (self.recovery, self.next());
        let path = segments::path(&recovery.folder.log(), first);
        let rest = read_from(&path, offset).map_err(OpenError::io("read", &path))?;
        let known = next < recovery.signed() || next < recovery.indexed;
        if !is_last || known || frame::has_later_commit(&rest, next) {
            return Err(recovery.damage(first, offset, next, fault.to_string()));
        }
        let segment = recovery.folder.relative(&path);
        let bytes = rest.len() as u64;
        let Some(disk) = recovery.disk else {
            return Ok(TornTail {
                segment,
                offset,
                bytes,
                aside: None,
            });
        };
        let aside = recovery
            .folder
            .log()
            .join(format!("{first:012}-{offset}.torn"));
        set_aside(disk, &path, offset, &rest, &aside)
            .map_err(OpenError::io("set aside a torn tail of", &path))?;
        tracing::warn!(%segment, offset, bytes, "torn tail, never acknowledged, is set aside");
        Ok(TornTail {
            segment,
            offset,
            bytes,
            aside: Some(aside),
        })
    }
}

fn read_from(path: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = vec![0; file.metadata()?.len().saturating_sub(offset) as usize];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes)
}

/// The copy is durable before the original is cut; a crash between the two repeats both.
fn set_aside(
    disk: &dyn Disk,
    path: &Path,
    offset: u64,
    rest: &[u8],
    aside: &Path,
) -> io::Result<()> {
    disk::replace(disk, aside, rest)?;
    if offset < SEGMENT_HEADER_BYTES as u64 {
        disk.remove(path)?;
        return disk.sync_dir(disk::parent(path));
    }
    let file = disk.open(path)?;
    file.truncate(offset)?;
    file.sync()
}

/// Makes the first segment of a new log.
pub(crate) fn begin(disk: &dyn Disk, folder: &Folder) -> io::Result<()> {
    Journal::begin(disk, &folder.log(), &crate::proof::merkle::Frontier::new())
}
