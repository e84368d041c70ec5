//! Long values in small pieces: beyond 128 KiB sled writes files that it never syncs.

use sled::Db;

use crate::error::IndexFault;

/// The largest value handed to sled.
pub(super) const PIECE_BYTES: usize = 48 * 1024;

pub(super) fn key(prefix: &[u8], piece: u32) -> Vec<u8> {
    [prefix, &piece.to_be_bytes()].concat()
}

/// Writes `bytes` under `prefix`; returns the number of pieces.
pub(super) fn put(db: &Db, prefix: &[u8], bytes: &[u8]) -> Result<u32, IndexFault> {
    let pieces = bytes.chunks(PIECE_BYTES);
    let count = pieces.len() as u32;
    for (number, piece) in (0..).zip(pieces) {
        db.insert(key(prefix, number), piece)?;
    }
    Ok(count)
}

/// Reads what [`put`] wrote; none if a piece is missing.
pub(super) fn get(db: &Db, prefix: &[u8], count: u32) -> Result<Option<Vec<u8>>, IndexFault> {
    let mut bytes = Vec::with_capacity(count as usize * PIECE_BYTES);
    for number in 0..count {
        match db.get(key(prefix, number))? {
            Some(piece) => bytes.extend_from_slice(&piece),
            None => return Ok(None),
        }
    }
    Ok(Some(bytes))
}

/// Removes everything under `prefix`.
pub(super) fn remove(db: &Db, prefix: &[u8]) -> Result<(), IndexFault> {
    for key in db.scan_prefix(prefix).keys() {
        db.remove(key?)?;
    }
    Ok(())
}
