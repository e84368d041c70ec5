//! Folded state kept in the index, so that a start need not fold the whole log.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use sled::Db;

use super::{SNAPSHOT, pieces};
use crate::error::IndexFault;
use crate::payload::DataKey;

/// Seals and cuts snapshots.
pub(super) struct Snapshots {
    key: Option<LessSafeKey>,
    random: SystemRandom,
}

/// What the head of a snapshot says.
struct Head {
    size: u64,
    /// Numbers the snapshots of a name; pieces of two never mix.
    generation: u64,
    pieces: u32,
    nonce: [u8; NONCE_LEN],
}

impl Head {
    fn to_bytes(&self) -> Vec<u8> {
        let numbers = [self.size.to_be_bytes(), self.generation.to_be_bytes()].concat();
        [numbers.as_slice(), &self.pieces.to_be_bytes(), &self.nonce].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Head> {
        let (size, rest) = bytes.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (pieces, nonce) = rest.split_first_chunk()?;
        Some(Head {
            size: u64::from_be_bytes(*size),
            generation: u64::from_be_bytes(*generation),
            pieces: u32::from_be_bytes(*pieces),
            nonce: nonce.try_into().ok()?,
        })
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
        state: &[u8],
    ) -> Result<(), IndexFault> {
        let fault = |what: &str| IndexFault(what.to_owned());
        let mut nonce = [0; NONCE_LEN];
        self.random
            .fill(&mut nonce)
            .map_err(|_| fault("no randomness to seal a snapshot"))?;
        let mut sealed = state.to_vec();
        let key = self
            .key
            .as_ref()
            .ok_or_else(|| fault("no key to seal a snapshot"))?;
        let bound = Aad::from(size.to_be_bytes());
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
            .map_err(|_| fault("snapshot is too large"))?;

        let old = self.head(db, name)?;
        let generation = old.as_ref().map_or(0, |head| head.generation + 1);
        let pieces = pieces::put(db, &piece_prefix(name, generation), &sealed)?;
        // A crash before this leaves the old snapshot, after it the new one; pieces that belong
        // to neither are overwritten by the next of that generation.
        db.insert(
            head_key(name),
            Head {
                size,
                generation,
                pieces,
                nonce,
            }
            .to_bytes(),
        )?;
        match old {
            Some(old) => pieces::remove(db, &piece_prefix(name, old.generation)),
            None => Ok(()),
        }
    }

    pub(super) fn get(&self, db: &Db, name: &str) -> Result<Option<(u64, Vec<u8>)>, IndexFault> {
        let (Some(head), Some(key)) = (self.head(db, name)?, &self.key) else {
            return Ok(None);
        };
        let sealed = pieces::get(db, &piece_prefix(name, head.generation), head.pieces)?;
        let Some(mut sealed) = sealed else {
            return Ok(None);
        };
        let bound = Aad::from(head.size.to_be_bytes());
        let nonce = Nonce::assume_unique_for_key(head.nonce);
        let Ok(state) = key.open_in_place(nonce, bound, &mut sealed) else {
            return Ok(None);
        };
        let length = state.len();
        sealed.truncate(length);
        Ok(Some((head.size, sealed)))
    }

    fn head(&self, db: &Db, name: &str) -> Result<Option<Head>, IndexFault> {
        Ok(db
            .get(head_key(name))?
            .as_deref()
            .and_then(Head::from_bytes))
    }
}
