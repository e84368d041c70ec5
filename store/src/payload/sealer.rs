//! From a draft to bytes that can be appended: pure computation, made to run in many request
//! handlers at once while the one writer does nothing but write.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use honeytoken::{Event, KeyId, Subject, Timestamp};
use ring::aead::NONCE_LEN;
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::fields::Fields;
use super::seal::{DataKey, EntryKey, KEY_BYTES, Slot, Wrapping};
use super::{SealError, codec};
use crate::proof::commitment::{self, Salts};
use crate::proof::leaf::{Leaf, SubjectId, hour};
use crate::proof::vrf::{Proof, VrfKey};
use crate::proof::{Hash, leaf_hash, merkle};

/// Values longer than this are kept in a file of their own, so that frames stay small.
pub const INLINE_BYTES_MAX: usize = 32 * 1024;
/// The largest value of one field. A body of 10 MiB takes at most six bytes of JSON for one of
/// its own.
pub const VALUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Subjects kept at hand; one costs about as much as everything else in sealing. At the limit
/// they are forgotten and computed again.
const SUBJECTS_KEPT_MAX: usize = 1 << 18;

/// An event on its way into the log: an entry that has no index yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// When it happened, by our clock.
    pub at: Timestamp,
    /// The key that did it.
    pub by: Option<KeyId>,
    /// What happened.
    pub event: Event,
}

/// Turns drafts into [`Sealed`] entries. Clones share keys and known subjects.
#[derive(Clone)]
pub struct Sealer(Arc<Shared>);

struct Shared {
    wrapping: Wrapping,
    vrf: VrfKey,
    random: SystemRandom,
    /// Held for a look-up or an insertion, never while a subject is computed.
    subjects: Mutex<HashMap<String, SubjectId>>,
}

/// A value kept in a file of its own.
#[derive(Clone)]
pub(crate) struct SealedBlob {
    pub(crate) hash: Hash,
    pub(crate) bytes: Vec<u8>,
}

/// An entry ready to be appended: everything but its index.
#[derive(Clone)]
pub struct Sealed {
    pub(crate) draft: Draft,
    pub(crate) parts: Parts,
}

/// The bytes of an entry, of which a frame is made.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) leaf: Vec<u8>,
    pub(crate) leaf_hash: Hash,
    pub(crate) payload: Vec<u8>,
    pub(crate) slot: Slot,
    pub(crate) blobs: Vec<SealedBlob>,
}

impl Sealed {
    /// When it will be recorded, unless the log is already further.
    pub fn at(&self) -> Timestamp {
        self.draft.at
    }

    /// What will be recorded.
    pub fn event(&self) -> &Event {
        &self.draft.event
    }

    /// The draft it was sealed from.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What a frame of it takes, in bytes; values kept apart are not in it.
    pub fn frame_bytes(&self) -> usize {
        self.parts.leaf.len() + self.parts.payload.len() + self.parts.slot.len()
    }
}

/// Contents stay out.
impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("leaf_hash", &self.parts.leaf_hash)
            .finish_non_exhaustive()
    }
}

impl Sealer {
    pub(crate) fn new(key: &DataKey) -> Sealer {
        Sealer(Arc::new(Shared {
            wrapping: key.wrapping(),
            vrf: key.vrf(),
            random: SystemRandom::new(),
            subjects: Mutex::default(),
        }))
    }

    /// Commits to every field of the draft and seals it.
    ///
    /// # Errors
    /// The event cannot be written as fields, a value is too large, or the system has no
    /// randomness.
    pub fn seal(&self, draft: Draft) -> Result<Sealed, SealError> {
        let fields = Fields::of_entry(draft.at, draft.by.as_ref(), &draft.event)?;
        let too_large = |(_, value): &(&str, &[u8])| value.len() > VALUE_BYTES_MAX;
        if let Some((name, _)) = fields.iter().find(too_large) {
            return Err(SealError::TooLarge(name.to_owned()));
        }
        let mut random = Zeroizing::new([0; 32 + KEY_BYTES + NONCE_LEN]);
        let filled = self.0.random.fill(random.as_mut_slice());
        filled.map_err(|_| SealError::Randomness)?;
        let (secret, rest) = split::<32>(&random[..]);
        let (key, rest) = split::<KEY_BYTES>(rest);
        let (nonce, _) = split::<NONCE_LEN>(rest);

        let leaf = Leaf {
            hour: hour(draft.at),
            subject: self.subject(&draft.event.subject()),
            fields: commit(&fields, &Salts::new(secret)),
        };
        let leaf = leaf.to_bytes();
        let bound = leaf_hash(&leaf);
        let key = EntryKey::from_bytes(*key);
        let (blobs, apart) = seal_blobs(&fields, &key, bound);
        let mut payload = codec::write(secret, &fields, |place| apart.get(&place).copied());
        key.seal(0, bound, &mut payload);
        let slot = self.0.wrapping.wrap(&key, *nonce, bound);
        let parts = Parts {
            leaf,
            leaf_hash: bound,
            payload,
            slot,
            blobs,
        };
        Ok(Sealed { draft, parts })
    }

    /// Under which subject entries about this are filed.
    pub fn subject(&self, subject: &Subject) -> SubjectId {
        let input = subject.vrf_input();
        let known = || {
            self.0
                .subjects
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(id) = known().get(&input) {
            return *id;
        }
        let id = SubjectId::from_output(&self.0.vrf.output(input.as_bytes()));
        let mut subjects = known();
        if subjects.len() >= SUBJECTS_KEPT_MAX {
            subjects.clear();
        }
        subjects.insert(input, id);
        id
    }

    /// Proof of [`Sealer::subject`] for a stranger who knows the log's VRF key.
    pub fn prove_subject(&self, subject: &Subject) -> (SubjectId, Proof) {
        let (output, proof) = self.0.vrf.prove(subject.vrf_input().as_bytes());
        (SubjectId::from_output(&output), proof)
    }

    /// Public key of the log's VRF, as the genesis entry names it.
    pub fn vrf_public(&self) -> [u8; 32] {
        self.0.vrf.public()
    }
}

/// Cuts fixed pieces from bytes that are long enough by their own type.
fn split<const N: usize>(bytes: &[u8]) -> (&[u8; N], &[u8]) {
    #[expect(
        clippy::expect_used,
        reason = "the one caller cuts up exactly what it has"
    )]
    bytes.split_first_chunk::<N>().expect("enough bytes")
}

/// The root over the commitments to all fields.
fn commit(fields: &Fields, salts: &Salts) -> Hash {
    let leaf = |(name, value): (&str, &[u8])| {
        let digest = commitment::digest(name, &salts.salt(name), value);
        commitment::field_leaf(name, &digest)
    };
    merkle::root(fields.iter().map(leaf))
}

/// Seals values that are too large for a frame: the blobs, and their names by the field's place.
fn seal_blobs(
    fields: &Fields,
    key: &EntryKey,
    bound: Hash,
) -> (Vec<SealedBlob>, BTreeMap<usize, Hash>) {
    let (mut blobs, mut apart) = (Vec::new(), BTreeMap::new());
    let large = fields
        .iter()
        .enumerate()
        .filter(|(_, (_, value))| value.len() > INLINE_BYTES_MAX);
    for (place, (_, value)) in large {
        let mut bytes = value.to_vec();
        key.seal(blobs.len() as u32 + 1, bound, &mut bytes);
        let hash = Hash::of(&[&bytes]);
        apart.insert(place, hash);
        blobs.push(SealedBlob { hash, bytes });
    }
    (blobs, apart)
}
