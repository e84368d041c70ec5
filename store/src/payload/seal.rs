//! Keys and sealing: ChaCha20-Poly1305 under a key per entry, wrapped under the log's data key.
//!
//! An entry key seals one payload (nonce 0) and the entry's blobs (nonces 1, 2, …) and is then
//! only ever used to open them, so no nonce repeats under it, also after a torn tail or a restore.
//! Without its slot an entry's payload is noise: erasing the slot erases the payload everywhere
//! the log was copied without it.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use zeroize::Zeroizing;

use crate::proof::Hash;
use crate::proof::vrf::VrfKey;

/// Length of every key here, in bytes.
pub(crate) const KEY_BYTES: usize = 32;
/// Length of the tag that sealing adds, in bytes.
const TAG_BYTES: usize = 16;
/// Length of a key slot in bytes: nonce, wrapped key, tag.
pub(crate) const SLOT_BYTES: usize = NONCE_LEN + KEY_BYTES + TAG_BYTES;

/// An entry key wrapped under the data key.
pub(crate) type Slot = [u8; SLOT_BYTES];

/// The slot of an erased entry.
pub(crate) const ERASED: Slot = [0; SLOT_BYTES];

/// Sealed bytes that do not open: changed, of another entry, or under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open with this key")]
pub(crate) struct Unopened;

/// The secret that all payloads of a log rest on: whoever has it and the log reads everything.
///
/// Nodes of a cluster share it. Keys for other purposes are derived from it, one label each.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    /// The key whose bytes these are.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> DataKey {
        DataKey(Zeroizing::new(bytes))
    }

    /// The key under which entry keys are wrapped.
    pub(crate) fn wrapping(&self) -> Wrapping {
        Wrapping(cipher(&self.derive(b"canaryline/slot/v1\n")))
    }

    /// The key of the log's subjects.
    pub(crate) fn vrf(&self) -> VrfKey {
        VrfKey::from_seed(&self.derive(b"canaryline/vrf/v1\n"))
    }

    /// The key of the index, which shall not know numbers either.
    pub(crate) fn index(&self) -> Zeroizing<[u8; KEY_BYTES]> {
        self.derive(b"canaryline/index/v1\n")
    }

    /// The key of snapshots in the index.
    pub(crate) fn snapshots(&self) -> Zeroizing<[u8; KEY_BYTES]> {
        self.derive(b"canaryline/snapshot/v1\n")
    }

    /// What is not in the log yet is kept under this.
    pub(crate) fn outbox(&self) -> Zeroizing<[u8; KEY_BYTES]> {
        self.derive(b"canaryline/outbox/v1\n")
    }

    fn derive(&self, label: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice()), label);
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(tag.as_ref());
        key
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(…)")
    }
}

fn cipher(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    #[expect(
        clippy::expect_used,
        reason = "the only error is a key of another length than 32"
    )]
    let key = UnboundKey::new(&CHACHA20_POLY1305, key).expect("key of 32 bytes");
    LessSafeKey::new(key)
}

fn seal(cipher: &LessSafeKey, nonce: [u8; NONCE_LEN], bound: Hash, bytes: &mut Vec<u8>) {
    let nonce = Nonce::assume_unique_for_key(nonce);
    #[expect(
        clippy::expect_used,
        reason = "the only error is more than 256 GiB of plain text"
    )]
    cipher
        .seal_in_place_append_tag(nonce, Aad::from(bound.0), bytes)
        .expect("less than 256 GiB");
}

fn open(
    cipher: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    bound: Hash,
    bytes: &mut Vec<u8>,
) -> Result<(), Unopened> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let plain = cipher
        .open_in_place(nonce, Aad::from(bound.0), bytes)
        .map_err(|_| Unopened)?;
    let length = plain.len();
    bytes.truncate(length);
    Ok(())
}

/// Wraps and unwraps entry keys. Nonces are random: at 2^32 entries the chance that any two are
/// equal is below 2^-32.
pub(crate) struct Wrapping(LessSafeKey);

impl Wrapping {
    /// The slot for an entry key; `bound` is the entry's leaf hash.
    pub(crate) fn wrap(&self, key: &EntryKey, nonce: [u8; NONCE_LEN], bound: Hash) -> Slot {
        let mut wrapped = Vec::with_capacity(KEY_BYTES + TAG_BYTES);
        wrapped.extend_from_slice(key.0.as_slice());
        seal(&self.0, nonce, bound, &mut wrapped);
        let mut slot = ERASED;
        slot[..NONCE_LEN].copy_from_slice(&nonce);
        slot[NONCE_LEN..].copy_from_slice(&wrapped);
        slot
    }

    /// The entry key in a slot.
    pub(crate) fn unwrap(&self, slot: &Slot, bound: Hash) -> Result<EntryKey, Unopened> {
        let (nonce, wrapped) = slot.split_first_chunk::<NONCE_LEN>().ok_or(Unopened)?;
        let mut wrapped = Zeroizing::new(wrapped.to_vec());
        open(&self.0, *nonce, bound, &mut wrapped)?;
        let key = wrapped.as_slice().try_into().map_err(|_| Unopened)?;
        Ok(EntryKey::from_bytes(key))
    }
}

/// The key of one entry.
pub(crate) struct EntryKey(Zeroizing<[u8; KEY_BYTES]>, LessSafeKey);

/// Which of an entry's pieces a nonce belongs to: 0 the payload, from 1 on its blobs.
fn piece_nonce(piece: u32) -> [u8; NONCE_LEN] {
    let mut nonce = [0; NONCE_LEN];
    nonce[..4].copy_from_slice(&piece.to_le_bytes());
    nonce
}

impl EntryKey {
    /// The key whose bytes these are.
    pub(crate) fn from_bytes(bytes: [u8; KEY_BYTES]) -> EntryKey {
        EntryKey(Zeroizing::new(bytes), cipher(&bytes))
    }

    /// Seals a piece in place.
    pub(crate) fn seal(&self, piece: u32, bound: Hash, bytes: &mut Vec<u8>) {
        seal(&self.1, piece_nonce(piece), bound, bytes);
    }

    /// Opens a piece in place.
    pub(crate) fn open(
        &self,
        piece: u32,
        bound: Hash,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Unopened> {
        open(&self.1, piece_nonce(piece), bound, bytes)
    }
}
