//! The only module that knows how the log lies in bytes on disk.
//!
//! ```text
//! segment = header (64)  frames
//! header  = magic (16)  written by format (2)  readable by format (2)  CRC32C (4)
//!           index of the first entry (8)  root of the tree before it (32)
//! frame   = CRC32C (4)  entries before it in its group commit (4)  index (8)
//!           length of payload (4)  length of leaf (2)  leaf  sealed payload  key slot (60)
//! ```
//! Numbers are little-endian. The CRC of a header covers the rest of it; the CRC of a frame covers
//! all of it but itself and the key slot, which erasure overwrites with zeros.

use crate::payload::{Parts, SLOT_BYTES, Slot};
use crate::proof::Hash;

/// First bytes of every segment.
const MAGIC: &[u8; 16] = b"canaryline log\n\0";
/// Length of a segment's header.
pub(crate) const SEGMENT_HEADER_BYTES: usize = 64;
/// Length of a frame before its leaf.
pub(crate) const FRAME_HEADER_BYTES: usize = 22;
/// The largest sealed payload: values over 32 KiB are kept apart.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How every leaf begins.
pub(crate) const LEAF_START: &[u8] = br#"{"v":1,"hour":""#;

/// The version of the layout that this program writes.
pub const FORMAT: u16 = 1;

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// The format of the program that wrote it.
    pub(crate) written_by: u16,
    /// The oldest format whose programs can read it.
    pub(crate) readable_by: u16,
    pub(crate) first: u64,
    pub(crate) root_before: Hash,
}

impl SegmentHeader {
    pub(crate) fn new(first: u64, root_before: Hash) -> SegmentHeader {
        SegmentHeader {
            written_by: FORMAT,
            readable_by: FORMAT,
            first,
            root_before,
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..18].copy_from_slice(&self.written_by.to_le_bytes());
        bytes[18..20].copy_from_slice(&self.readable_by.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first.to_le_bytes());
        bytes[32..].copy_from_slice(&self.root_before.0);
        let crc = crc32c::crc32c(&bytes);
        bytes[20..24].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; SEGMENT_HEADER_BYTES]) -> Result<SegmentHeader, Fault> {
        let mut blank = *bytes;
        blank[20..24].fill(0);
        if !bytes.starts_with(MAGIC) {
            return Err(Fault::Magic);
        }
        if crc32c::crc32c(&blank).to_le_bytes() != bytes[20..24] {
            return Err(Fault::Crc);
        }
        Ok(SegmentHeader {
            written_by: u16::from_le_bytes([bytes[16], bytes[17]]),
            readable_by: u16::from_le_bytes([bytes[18], bytes[19]]),
            first: le_u64(&bytes[24..32]),
            root_before: Hash::from_slice(&bytes[32..]).ok_or(Fault::Short)?,
        })
    }
}

/// Why bytes are not what the log wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the file ends inside a frame")]
    Short,
    #[error("the file does not begin as a segment")]
    Magic,
    #[error("the checksum does not fit")]
    Crc,
    #[error("the lengths are impossible")]
    Length,
}

fn le_u32(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |n, &b| n << 8 | u32::from(b))
}

fn le_u64(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b))
}

/// The fixed part of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    crc: u32,
    /// Entries before it in its group commit, which became durable together or not at all.
    pub(crate) place: u32,
    pub(crate) index: u64,
    payload_bytes: usize,
    leaf_bytes: usize,
}

impl FrameHeader {
    pub(crate) fn from_bytes(bytes: &[u8; FRAME_HEADER_BYTES]) -> Result<FrameHeader, Fault> {
        let header = FrameHeader {
            crc: le_u32(&bytes[..4]),
            place: le_u32(&bytes[4..8]),
            index: le_u64(&bytes[8..16]),
            payload_bytes: le_u32(&bytes[16..20]) as usize,
            leaf_bytes: usize::from(u16::from_le_bytes([bytes[20], bytes[21]])),
        };
        let possible = header.payload_bytes <= PAYLOAD_BYTES_MAX && header.leaf_bytes > 0;
        if possible {
            Ok(header)
        } else {
            Err(Fault::Length)
        }
    }

    /// Length of the whole frame.
    pub(crate) fn frame_bytes(&self) -> usize {
        FRAME_HEADER_BYTES + self.leaf_bytes + self.payload_bytes + SLOT_BYTES
    }
}

/// A frame in its bytes.
pub(crate) struct Frame<'a> {
    pub(crate) header: FrameHeader,
    pub(crate) leaf: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) slot: &'a Slot,
}

impl<'a> Frame<'a> {
    /// Reads and checks the frame that `bytes` begin with.
    pub(crate) fn from_bytes(bytes: &'a [u8]) -> Result<Frame<'a>, Fault> {
        let (start, _) = bytes
            .split_first_chunk::<FRAME_HEADER_BYTES>()
            .ok_or(Fault::Short)?;
        let header = FrameHeader::from_bytes(start)?;
        let bytes = bytes.get(..header.frame_bytes()).ok_or(Fault::Short)?;
        let (covered, slot) = bytes.split_last_chunk::<SLOT_BYTES>().ok_or(Fault::Short)?;
        if crc32c::crc32c(&covered[4..]) != header.crc {
            return Err(Fault::Crc);
        }
        let (leaf, payload) = covered[FRAME_HEADER_BYTES..].split_at(header.leaf_bytes);
        Ok(Frame {
            header,
            leaf,
            payload,
            slot,
        })
    }

    /// Where in the frame the key slot begins.
    pub(crate) fn slot_offset(frame_bytes: u64) -> u64 {
        frame_bytes - SLOT_BYTES as u64
    }
}

/// Appends the frame of an entry to `out`.
pub(crate) fn write(out: &mut Vec<u8>, place: u32, index: u64, sealed: &Parts) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&place.to_le_bytes());
    out.extend_from_slice(&index.to_le_bytes());
    out.extend_from_slice(&(sealed.payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&(sealed.leaf.len() as u16).to_le_bytes());
    out.extend_from_slice(&sealed.leaf);
    out.extend_from_slice(&sealed.payload);
    let crc = crc32c::crc32c(&out[start + 4..]);
    out[start..start + 4].copy_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(&sealed.slot);
}

/// Whether `bytes`, which begin with a bad frame for entry `bad`, hold a good frame of a later
/// group commit: then the bad one was durable once, and is damaged rather than torn.
pub(crate) fn has_later_commit(bytes: &[u8], bad: u64) -> bool {
    let mut at = FRAME_HEADER_BYTES;
    while let Some(found) = find(bytes, at, LEAF_START) {
        let frame = Frame::from_bytes(&bytes[found - FRAME_HEADER_BYTES..]);
        let later = |f: Frame<'_>| f.header.index.saturating_sub(u64::from(f.header.place)) > bad;
        if frame.is_ok_and(later) {
            return true;
        }
        at = found + 1;
    }
    false
}

fn find(bytes: &[u8], from: usize, pattern: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(pattern.len())
        .position(|window| window == pattern)
        .map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_make_a_frame_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Frame::from_bytes(&bytes);
            let _ = has_later_commit(&bytes, 0);
            let header = [MAGIC.as_slice(), &bytes, &[0; SEGMENT_HEADER_BYTES]].concat();
            let _ = header.first_chunk().map(SegmentHeader::from_bytes);
        }

        #[test]
        fn segment_headers_come_back(first in any::<u64>(), root in any::<[u8; 32]>()) {
            let header = SegmentHeader::new(first, Hash(root));
            prop_assert_eq!(SegmentHeader::from_bytes(&header.to_bytes()), Ok(header));
        }
    }
}
