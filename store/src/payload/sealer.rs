//! From a draft to bytes that can be appended: pure computation, made to run in many request
//! handlers at once while the one writer does nothing but write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use honeytoken::{Event, KeyId, Subject, Timestamp};
use ring::aead::NONCE_LEN;
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::fields::{self, AT, Field};
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
pub(crate) struct SealedBlob {
    pub(crate) hash: Hash,
    pub(crate) bytes: Vec<u8>,
}

/// An entry ready to be appended: everything but its index.
pub struct Sealed {
    pub(crate) draft: Draft,
    pub(crate) leaf: Vec<u8>,
    pub(crate) leaf_hash: Hash,
    pub(crate) payload: Vec<u8>,
    pub(crate) slot: Slot,
    pub(crate) blobs: Vec<SealedBlob>,
    /// What follows is kept to seal it again at a later time without committing anew to every
    /// field.
    committed: Committed,
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
}

/// Contents stay out.
impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("leaf_hash", &self.leaf_hash)
            .finish_non_exhaustive()
    }
}

/// Fields and the commitments to them.
struct Committed {
    secret: Zeroizing<[u8; 32]>,
    fields: Vec<Field>,
    leaves: Vec<Hash>,
    subject: SubjectId,
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
        let fields = fields::of_entry(draft.at, draft.by.as_ref(), &draft.event)?;
        if let Some(field) = fields.iter().find(|f| f.value.len() > VALUE_BYTES_MAX) {
            return Err(SealError::TooLarge(field.name.to_string()));
        }
        let secret = Zeroizing::new(self.random::<32>()?);
        let salts = Salts::new(&secret);
        let leaves = fields
            .iter()
            .map(|field| field_leaf(field, &salts))
            .collect();
        let subject = self.subject(&draft.event.subject());
        self.finish(
            draft,
            Committed {
                secret,
                fields,
                leaves,
                subject,
            },
        )
    }

    /// Seals the same event again as of `at`, under a new key: the old form was never written.
    pub(crate) fn redate(&self, sealed: Sealed, at: Timestamp) -> Result<Sealed, SealError> {
        let Sealed {
            mut draft,
            mut committed,
            ..
        } = sealed;
        draft.at = at;
        if let Some(place) = committed.fields.iter().position(|field| field.name == AT) {
            let field = fields::field(AT, &at)?;
            committed.leaves[place] = field_leaf(&field, &Salts::new(&committed.secret));
            committed.fields[place] = field;
        }
        self.finish(draft, committed)
    }

    fn finish(&self, draft: Draft, committed: Committed) -> Result<Sealed, SealError> {
        let Committed {
            secret,
            fields,
            leaves,
            subject,
        } = &committed;
        let fields_root = merkle::root(leaves.iter().copied());
        let leaf = Leaf {
            hour: hour(draft.at),
            subject: *subject,
            fields: fields_root,
        }
        .to_bytes();
        let bound = leaf_hash(&leaf);
        let random = Zeroizing::new(self.random::<{ KEY_BYTES + NONCE_LEN }>()?);
        let (mut key, mut nonce) = (Zeroizing::new([0; KEY_BYTES]), [0; NONCE_LEN]);
        key.copy_from_slice(&random[..KEY_BYTES]);
        nonce.copy_from_slice(&random[KEY_BYTES..]);
        let key = EntryKey::from_bytes(*key);

        let mut blobs = Vec::new();
        let mut hashes = vec![None; fields.len()];
        for (place, field) in fields.iter().enumerate() {
            if field.value.len() > INLINE_BYTES_MAX {
                let mut bytes = field.value.clone().into_bytes();
                key.seal(blobs.len() as u32 + 1, bound, &mut bytes);
                let hash = Hash::of(&[&bytes]);
                hashes[place] = Some(hash);
                blobs.push(SealedBlob { hash, bytes });
            }
        }
        let mut payload = codec::write(secret, fields, |place| hashes[place]);
        key.seal(0, bound, &mut payload);
        let slot = self.0.wrapping.wrap(&key, nonce, bound);
        Ok(Sealed {
            draft,
            leaf,
            leaf_hash: bound,
            payload,
            slot,
            blobs,
            committed,
        })
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

    fn random<const N: usize>(&self) -> Result<[u8; N], SealError> {
        let mut bytes = [0; N];
        self.0
            .random
            .fill(&mut bytes)
            .map_err(|_| SealError::Randomness)?;
        Ok(bytes)
    }
}

fn field_leaf(field: &Field, salts: &Salts) -> Hash {
    let salt = salts.salt(&field.name);
    let digest = commitment::digest(&field.name, &salt, field.value.as_bytes());
    commitment::field_leaf(&field.name, &digest)
}
