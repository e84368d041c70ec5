//! Where each entry lies: the segment files and the offsets in them, shared by writer and readers.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::frame::{self, Frame, SEGMENT_HEADER_BYTES, SegmentHeader};

/// The file of the segment whose first entry is `first`.
pub(crate) fn path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:012}.seg"))
}

/// The first entries of all segments in a folder, ascending. Files of other names are not
/// segments (torn tails that were set aside).
pub(crate) fn list(dir: &Path) -> io::Result<Vec<u64>> {
    let mut firsts = Vec::new();
    for file in std::fs::read_dir(dir)? {
        let name = file?.file_name();
        let first = name
            .to_str()
            .and_then(|n| n.strip_suffix(".seg"))
            .and_then(|n| n.parse().ok());
        firsts.extend(first.filter(|&first| path(dir, first).file_name() == Some(&name)));
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// One segment.
struct Segment {
    first: u64,
    file: Arc<File>,
    /// Where each of its frames begins; a segment is far smaller than 4 GiB.
    offsets: Vec<u32>,
    /// Where the last frame ends.
    end: u64,
}

/// All segments. The lock is held to look up or add offsets, never while a file is read.
#[derive(Default)]
pub(crate) struct Segments(RwLock<Vec<Segment>>);

/// Where a frame lies.
pub(crate) struct Place {
    pub(crate) first: u64,
    file: Arc<File>,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

impl Place {
    /// Reads the frame's bytes.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.bytes as usize];
        self.file.read_exact_at(&mut bytes, self.offset)?;
        Ok(bytes)
    }
}

impl Segments {
    /// Adds an empty segment at the end.
    pub(crate) fn begin(&self, first: u64, file: File) {
        let end = SEGMENT_HEADER_BYTES as u64;
        let segment = Segment {
            first,
            file: Arc::new(file),
            offsets: Vec::new(),
            end,
        };
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(segment);
    }

    /// Adds frames to the last segment: the lengths of each.
    pub(crate) fn extend(&self, frames: impl IntoIterator<Item = u64>) {
        let mut segments = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(last) = segments.last_mut() else {
            return;
        };
        for bytes in frames {
            last.offsets.push(last.end as u32);
            last.end += bytes;
        }
    }

    /// Where an entry lies.
    pub(crate) fn place(&self, index: u64) -> Option<Place> {
        let segments = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let at = segments
            .partition_point(|segment| segment.first <= index)
            .checked_sub(1)?;
        let segment = &segments[at];
        let at = (index - segment.first) as usize;
        let offset = u64::from(*segment.offsets.get(at)?);
        let end = segment
            .offsets
            .get(at + 1)
            .map_or(segment.end, |&next| u64::from(next));
        let file = segment.file.clone();
        Some(Place {
            first: segment.first,
            file,
            offset,
            bytes: end - offset,
        })
    }
}

/// Why a segment cannot be read on.
#[derive(Debug)]
pub(crate) enum ScanFault {
    /// The operating system's.
    Io(io::Error),
    /// Bytes that the log did not write, from this offset on.
    Bad(u64, frame::Fault),
}

impl From<io::Error> for ScanFault {
    fn from(error: io::Error) -> ScanFault {
        ScanFault::Io(error)
    }
}

/// Reads a segment from its beginning, in large pieces.
pub(crate) struct Scan {
    file: File,
    /// Bytes read and not yet used: `buffer[start..end]`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where `start` lies in the file.
    offset: u64,
}

/// How much a scan reads at once.
const SCAN_BYTES: usize = 1 << 20;

impl Scan {
    /// Opens a segment and reads its header.
    pub(crate) fn open(path: &Path) -> Result<(SegmentHeader, Scan), ScanFault> {
        let file = File::open(path)?;
        let mut scan = Scan {
            file,
            buffer: vec![0; SCAN_BYTES],
            start: 0,
            end: 0,
            offset: 0,
        };
        scan.fill(SEGMENT_HEADER_BYTES)?;
        let header = scan.buffer[..scan.end].first_chunk::<SEGMENT_HEADER_BYTES>();
        let header = header.ok_or(ScanFault::Bad(0, frame::Fault::Short))?;
        let header = SegmentHeader::from_bytes(header).map_err(|fault| ScanFault::Bad(0, fault))?;
        scan.consume(SEGMENT_HEADER_BYTES);
        Ok((header, scan))
    }

    /// Where the next frame begins.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next frame and where it begins; none at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Frame<'_>)>, ScanFault> {
        let offset = self.offset;
        let bad = |fault| ScanFault::Bad(offset, fault);
        self.fill(frame::FRAME_HEADER_BYTES)?;
        if self.start == self.end {
            return Ok(None);
        }
        let header = self.buffer[self.start..self.end]
            .first_chunk()
            .ok_or(bad(frame::Fault::Short))?;
        let bytes = frame::FrameHeader::from_bytes(header)
            .map_err(bad)?
            .frame_bytes();
        self.fill(bytes)?;
        let start = self.start;
        let found = start..self.end.min(start + bytes);
        if found.len() == bytes {
            self.consume(bytes);
        }
        Ok(Some((
            offset,
            Frame::from_bytes(&self.buffer[found]).map_err(bad)?,
        )))
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }

    /// Has at least `bytes` in the buffer, unless the file ends before.
    fn fill(&mut self, bytes: usize) -> io::Result<()> {
        if self.end - self.start >= bytes {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() < bytes {
            self.buffer.resize(bytes, 0);
        }
        while self.end < bytes {
            let at = self.offset + self.end as u64;
            match self.file.read_at(&mut self.buffer[self.end..], at) {
                Ok(0) => return Ok(()),
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
