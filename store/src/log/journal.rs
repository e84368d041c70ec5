//! The writer's end of the log: appends frames to the last segment and makes them durable.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frame::{self, SEGMENT_HEADER_BYTES, SegmentHeader};
use super::segments::{self, Segments};
use crate::disk::{Disk, DiskFile};
use crate::payload::Parts;
use crate::proof::merkle::Frontier;

/// The last segment, open for writing.
pub(crate) struct Journal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    segments: Arc<Segments>,
    /// A segment that has reached this length is followed by a new one.
    segment_bytes_max: u64,
    file: Arc<dyn DiskFile>,
    /// Where the next frame begins.
    end: u64,
    /// The frames of one group commit, kept between commits for its memory.
    buffer: Vec<u8>,
}

/// How much memory a commit may leave behind for the next one.
const BUFFER_BYTES_KEPT: usize = 4 << 20;

impl Journal {
    /// Goes on in the segment `first`, whose last frame ends at `end`.
    pub(crate) fn resume(
        disk: Arc<dyn Disk>,
        dir: &Path,
        segments: Arc<Segments>,
        segment_bytes_max: u64,
        (first, end): (u64, u64),
    ) -> io::Result<Journal> {
        let file = disk.open(&segments::path(dir, first))?;
        let dir = dir.to_owned();
        Ok(Journal {
            disk,
            dir,
            segments,
            segment_bytes_max,
            file,
            end,
            buffer: Vec::new(),
        })
    }

    /// Makes an empty segment, durable with its name. A crash before it returns leaves at most a
    /// segment without frames, which the next opening takes up or sets aside.
    pub(crate) fn begin(disk: &dyn Disk, dir: &Path, tree: &Frontier) -> io::Result<()> {
        let path = segments::path(dir, tree.size());
        let file = disk.create(&path)?;
        file.write_at(&SegmentHeader::new(tree.size(), tree.root()).to_bytes(), 0)?;
        file.sync()?;
        disk.sync_dir(dir)
    }

    /// Appends a batch after the entries in `tree` and returns when all of it is on the disk: the
    /// lengths of its frames.
    pub(crate) fn commit<'a>(
        &mut self,
        batch: impl ExactSizeIterator<Item = &'a Parts>,
        tree: &Frontier,
    ) -> io::Result<Vec<u64>> {
        if self.end >= self.segment_bytes_max {
            self.roll(tree)?;
        }
        self.buffer.clear();
        let mut lengths = Vec::with_capacity(batch.len());
        for (place, parts) in batch.enumerate() {
            let start = self.buffer.len();
            frame::write(
                &mut self.buffer,
                place as u32,
                tree.size() + place as u64,
                parts,
            );
            lengths.push((self.buffer.len() - start) as u64);
        }
        // A crash from here leaves a torn tail: the next opening sets it aside.
        self.file.write_at(&self.buffer, self.end)?;
        // A crash before this returns leaves all, a part or nothing of the batch; nobody was told.
        self.file.sync()?;
        // From here on the batch is there, whatever happens.
        self.end += self.buffer.len() as u64;
        self.buffer.shrink_to(BUFFER_BYTES_KEPT);
        Ok(lengths)
    }

    fn roll(&mut self, tree: &Frontier) -> io::Result<()> {
        Journal::begin(&*self.disk, &self.dir, tree)?;
        let path = segments::path(&self.dir, tree.size());
        self.file = self.disk.open(&path)?;
        self.end = SEGMENT_HEADER_BYTES as u64;
        self.segments.begin(tree.size(), File::open(&path)?);
        Ok(())
    }
}
