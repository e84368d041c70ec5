//! The only module that knows how a batch lies in a message of a cluster's stream.
//!
//! ```text
//! message = magic (4)  index of the first entry (8)  number of entries (4)  entries
//! entry   = length of leaf (2)  length of payload (4)  number of blobs (2)
//!           leaf  sealed payload  key slot (60)  blobs
//! blob    = SHA-256 of its sealed bytes (32)  their length (4)
//! ```
//! Numbers are little-endian. A blob's bytes travel apart, by its name.

use crate::payload::{Parts, SLOT_BYTES, Sealed, SealedBlob};
use crate::proof::{Hash, leaf_hash};

const MAGIC: &[u8; 4] = b"clb1";

/// A batch as a message holds it; blobs are named, not there.
pub(crate) struct Batch {
    pub(crate) first: u64,
    pub(crate) entries: Vec<(Parts, Vec<BlobName>)>,
}

/// A value kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlobName {
    pub(crate) hash: Hash,
    pub(crate) bytes: u32,
}

/// The message of a batch.
pub(crate) fn write<'a>(first: u64, batch: impl ExactSizeIterator<Item = &'a Parts>) -> Vec<u8> {
    let mut out = head(first, batch.len());
    for parts in batch {
        let name = |blob: &SealedBlob| BlobName {
            hash: blob.hash,
            bytes: blob.bytes.len() as u32,
        };
        write_entry(&mut out, parts, parts.blobs.iter().map(name));
    }
    out
}

/// The message of a batch whose blobs are named, not there.
pub(crate) fn write_batch(batch: &Batch) -> Vec<u8> {
    let mut out = head(batch.first, batch.entries.len());
    for (parts, names) in &batch.entries {
        write_entry(&mut out, parts, names.iter().copied());
    }
    out
}

fn head(first: u64, entries: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&first.to_le_bytes());
    out.extend_from_slice(&(entries as u32).to_le_bytes());
    out
}

fn write_entry(out: &mut Vec<u8>, parts: &Parts, blobs: impl ExactSizeIterator<Item = BlobName>) {
    out.extend_from_slice(&(parts.leaf.len() as u16).to_le_bytes());
    out.extend_from_slice(&(parts.payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&(blobs.len() as u16).to_le_bytes());
    out.extend_from_slice(&parts.leaf);
    out.extend_from_slice(&parts.payload);
    out.extend_from_slice(&parts.slot);
    for blob in blobs {
        out.extend_from_slice(&blob.hash.0);
        out.extend_from_slice(&blob.bytes.to_le_bytes());
    }
}

/// All parts of sealed entries.
pub(crate) fn parts(batch: &[Sealed]) -> impl ExactSizeIterator<Item = &Parts> {
    batch.iter().map(|sealed| &sealed.parts)
}

/// Reads a message; none if it is not one of a batch.
pub(crate) fn read(bytes: &[u8]) -> Option<Batch> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let first = u64::from_le_bytes(*take(&mut rest)?);
    let count = u32::from_le_bytes(*take(&mut rest)?);
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(&mut rest)?);
    }
    rest.is_empty().then_some(Batch { first, entries })
}

fn entry(rest: &mut &[u8]) -> Option<(Parts, Vec<BlobName>)> {
    let leaf = u16::from_le_bytes(*take(rest)?);
    let payload = u32::from_le_bytes(*take(rest)?);
    let count = u16::from_le_bytes(*take(rest)?);
    let leaf = cut(rest, usize::from(leaf))?.to_vec();
    let payload = cut(rest, payload as usize)?.to_vec();
    let slot = *take::<SLOT_BYTES>(rest)?;
    let mut names = Vec::new();
    for _ in 0..count {
        let hash = Hash(*take(rest)?);
        let bytes = u32::from_le_bytes(*take(rest)?);
        names.push(BlobName { hash, bytes });
    }
    let parts = Parts {
        leaf_hash: leaf_hash(&leaf),
        leaf,
        payload,
        slot,
        blobs: Vec::new(),
    };
    Some((parts, names))
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(taken)
}

fn cut<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(leaf: Vec<u8>, payload: Vec<u8>) -> Parts {
        Parts {
            leaf_hash: leaf_hash(&leaf),
            leaf,
            payload,
            slot: [7; SLOT_BYTES],
            blobs: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_message_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let _ = read(&[MAGIC.as_slice(), &bytes].concat());
        }

        #[test]
        fn batches_come_back(first in any::<u64>(), leaf in prop::collection::vec(any::<u8>(), 1..90),
            payload in prop::collection::vec(any::<u8>(), 0..300)) {
            let batch = [parts(leaf.clone(), payload.clone()), parts(leaf, vec![])];
            let back = read(&write(first, batch.iter())).unwrap();
            prop_assert_eq!(write_batch(&back), write(first, batch.iter()));
            prop_assert_eq!(back.first, first);
            prop_assert_eq!(back.entries.len(), 2);
            prop_assert_eq!(&back.entries[0].0.payload, &payload);
            prop_assert_eq!(back.entries[1].0.leaf_hash, batch[1].leaf_hash);
        }
    }

    #[test]
    fn a_message_cut_short_is_none() {
        let whole = write(3, [parts(vec![1, 2], vec![3])].iter());
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_none(), "{length}");
        }
        assert!(read(&[whole.as_slice(), &[0]].concat()).is_none());
    }
}
