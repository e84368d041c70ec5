//! Folded state kept in the index, so that a start need not fold the whole log.
//!
//! A state may be large: it is sealed and written piece by piece as it comes, and read so. Each piece is bound
//! to its snapshot, its place, and whether it is the last.

use std::io::{Error, ErrorKind, Read, Write};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use sled::Db;

use super::{SNAPSHOT, pieces};
use crate::error::IndexFault;
use crate::payload::DataKey;

/// What a sealed piece holds of the state; with its tag it is not larger than what sled is handed.
const STATE_BYTES: usize = pieces::PIECE_BYTES - 16;
/// The part of a nonce that is drawn for a snapshot; the rest is the piece's number.
const DRAWN_BYTES: usize = NONCE_LEN - 4;

/// Seals and opens snapshots.
pub(super) struct Snapshots {
    key: Option<LessSafeKey>,
    random: SystemRandom,
}

/// What the head of a snapshot says.
#[derive(Clone, Copy)]
struct Head {
    size: u64,
    /// Numbers the snapshots of a name; pieces of two never mix.
    generation: u64,
    pieces: u32,
    drawn: [u8; DRAWN_BYTES],
}

impl Head {
    fn to_bytes(self) -> Vec<u8> {
        let numbers = [self.size.to_be_bytes(), self.generation.to_be_bytes()].concat();
        [numbers.as_slice(), &self.pieces.to_be_bytes(), &self.drawn].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Head> {
        let (size, rest) = bytes.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (pieces, drawn) = rest.split_first_chunk()?;
        Some(Head {
            size: u64::from_be_bytes(*size),
            generation: u64::from_be_bytes(*generation),
            pieces: u32::from_be_bytes(*pieces),
            drawn: drawn.try_into().ok()?,
        })
    }

    fn nonce(&self, piece: u32) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[..DRAWN_BYTES].copy_from_slice(&self.drawn);
        nonce[DRAWN_BYTES..].copy_from_slice(&piece.to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }

    /// What a piece is bound to.
    fn bound(&self, last: bool) -> Aad<[u8; 9]> {
        let mut bound = [u8::from(last); 9];
        bound[..8].copy_from_slice(&self.size.to_be_bytes());
        Aad::from(bound)
    }
}

fn head_key(name: &str) -> Vec<u8> {
    [&[SNAPSHOT], name.as_bytes(), &[0, b'h']].concat()
}

fn piece_prefix(name: &str, generation: u64) -> Vec<u8> {
    [
        &[SNAPSHOT],
        name.as_bytes(),
        &[0, b'p'],
        &generation.to_be_bytes(),
    ]
    .concat()
}

impl Snapshots {
    pub(super) fn new(key: &DataKey) -> Snapshots {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.snapshots().as_slice());
        Snapshots {
            key: key.ok().map(LessSafeKey::new),
            random: SystemRandom::new(),
        }
    }

    pub(super) fn put(
        &self,
        db: &Db,
        name: &str,
        size: u64,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), IndexFault> {
        let fault = |what: &str| IndexFault(what.to_owned());
        let mut drawn = [0; DRAWN_BYTES];
        self.random
            .fill(&mut drawn)
            .map_err(|_| fault("no randomness to seal a snapshot"))?;
        let old = head(db, name)?;
        let generation = old.map_or(0, |head| head.generation + 1);
        let mut sealing = Sealing {
            db,
            key: self
                .key
                .as_ref()
                .ok_or_else(|| fault("no key to seal a snapshot"))?,
            prefix: piece_prefix(name, generation),
            head: Head {
                size,
                generation,
                pieces: 0,
                drawn,
            },
            piece: Vec::with_capacity(pieces::PIECE_BYTES),
        };
        write(&mut sealing)
            .and_then(|()| sealing.seal(true))
            .map_err(|error| IndexFault(error.to_string()))?;
        // A crash before this leaves the old snapshot, after it the new one; pieces that belong
        // to neither are overwritten by the next of that generation.
        db.insert(head_key(name), sealing.head.to_bytes())?;
        match old {
            Some(old) => pieces::remove(db, &piece_prefix(name, old.generation)),
            None => Ok(()),
        }
    }

    pub(super) fn get<'a>(
        &'a self,
        db: &'a Db,
        name: &str,
    ) -> Result<Option<(u64, Snapshot<'a>)>, IndexFault> {
        let (Some(head), Some(key)) = (head(db, name)?, &self.key) else {
            return Ok(None);
        };
        let snapshot = Snapshot {
            db,
            key,
            prefix: piece_prefix(name, head.generation),
            head,
            next: 0,
            piece: Vec::new(),
            read: 0,
        };
        Ok(Some((head.size, snapshot)))
    }
}

fn head(db: &Db, name: &str) -> Result<Option<Head>, IndexFault> {
    Ok(db
        .get(head_key(name))?
        .as_deref()
        .and_then(Head::from_bytes))
}

/// A snapshot being written.
struct Sealing<'a> {
    db: &'a Db,
    key: &'a LessSafeKey,
    prefix: Vec<u8>,
    head: Head,
    piece: Vec<u8>,
}

impl Sealing<'_> {
    fn seal(&mut self, last: bool) -> std::io::Result<()> {
        let number = self.head.pieces;
        let (nonce, bound) = (self.head.nonce(number), self.head.bound(last));
        self.key
            .seal_in_place_append_tag(nonce, bound, &mut self.piece)
            .map_err(|_| Error::other("snapshot cannot be sealed"))?;
        let key = pieces::key(&self.prefix, number);
        let written = self.db.insert(key, self.piece.as_slice());
        written.map_err(Error::other)?;
        self.piece.clear();
        let too_large = || Error::other("snapshot is too large");
        self.head.pieces = number.checked_add(1).ok_or_else(too_large)?;
        Ok(())
    }
}

impl Write for Sealing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // A full piece waits for the next byte: the last one is marked.
        if self.piece.len() == STATE_BYTES {
            self.seal(false)?;
        }
        let taken = bytes.len().min(STATE_BYTES - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A state as it was kept, read piece by piece.
///
/// Reading fails with [`ErrorKind::InvalidData`] where a piece is missing or damaged.
pub struct Snapshot<'a> {
    db: &'a Db,
    key: &'a LessSafeKey,
    prefix: Vec<u8>,
    head: Head,
    next: u32,
    piece: Vec<u8>,
    read: usize,
}

impl Snapshot<'_> {
    fn open(&mut self) -> std::io::Result<()> {
        let damaged = || Error::new(ErrorKind::InvalidData, "snapshot is damaged");
        let key = pieces::key(&self.prefix, self.next);
        let sealed = self.db.get(key).map_err(Error::other)?;
        self.piece = sealed.ok_or_else(damaged)?.to_vec();
        let last = self.next + 1 == self.head.pieces;
        let (nonce, bound) = (self.head.nonce(self.next), self.head.bound(last));
        let opened = self.key.open_in_place(nonce, bound, &mut self.piece);
        let length = opened.map_err(|_| damaged())?.len();
        self.piece.truncate(length);
        self.next += 1;
        self.read = 0;
        Ok(())
    }
}

impl Read for Snapshot<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        if self.read == self.piece.len() && self.next < self.head.pieces {
            self.open()?;
        }
        let left = &self.piece[self.read..];
        let taken = left.len().min(bytes.len());
        bytes[..taken].copy_from_slice(&left[..taken]);
        self.read += taken;
        Ok(taken)
    }
}
