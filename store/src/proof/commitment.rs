//! Commitments to the fields of a payload, one by one, so that any of them can be opened and the
//! others stay closed.
//!
//! ```text
//! salt    = first 16 bytes of HMAC-SHA256(entry secret, name)
//! digest  = SHA-256("canaryline/field/v1\n" ‖ name ‖ "\n" ‖ salt ‖ value)
//! fields  = RFC 6962 root over the leaves name ‖ "\n" ‖ digest, names strictly ascending
//! ```
//! All names are disclosed. Names hold no line feed, so a leaf reads one way only.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Hash, merkle};

/// First part of every field digest; keeps them apart from all other uses of SHA-256.
const FIELD_DOMAIN: &[u8] = b"canaryline/field/v1\n";

/// What hides a value that could be guessed.
pub type Salt = [u8; 16];

/// Derives the salts of one entry from its secret.
pub struct Salts(Hmac<Sha256>);

impl Salts {
    /// The salts that `secret` stands for.
    pub fn new(secret: &[u8; 32]) -> Salts {
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        Salts(Hmac::new(&block.into()))
    }

    /// The salt of the field `name`.
    pub fn salt(&self, name: &str) -> Salt {
        let tag = self.0.clone().chain_update(name).finalize().into_bytes();
        let mut salt = [0; 16];
        salt.copy_from_slice(&tag[..16]);
        salt
    }
}

/// The digest that commits to a value.
pub fn digest(name: &str, salt: &Salt, value: &[u8]) -> Hash {
    Hash::of(&[FIELD_DOMAIN, name.as_bytes(), b"\n", salt, value])
}

/// The leaf, in the tree of one entry's fields, of a name and its digest.
pub fn field_leaf(name: &str, digest: &Hash) -> Hash {
    Hash::of(&[&[0x00], name.as_bytes(), b"\n", &digest.0])
}

/// A field opened: whoever has it can check it against the log.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its salt.
    pub salt: Salt,
    /// Its value, JSON, byte for byte as it was committed to.
    pub value: String,
}

/// Personal data stays out.
impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening(…)")
    }
}

/// One field as a stranger gets it: always its name, and its digest or its opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosedField {
    /// Its name.
    pub name: String,
    /// Closed or open.
    pub content: Disclosure,
}

/// Whether a field is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disclosure {
    /// Only that there is one.
    Closed(Hash),
    /// With its value.
    Open(Opening),
}

/// Why fields do not belong to a leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitmentError {
    /// Names are not strictly ascending, or hold a line feed.
    #[error("fields are not in strictly ascending order of name at {0:?}")]
    Order(String),
    /// Some field is not what the log committed to.
    #[error("fields do not lead to the root in the leaf; at least one is not what was recorded")]
    Root,
}

/// Checks fields, open or closed, against the `fields` of a leaf.
///
/// # Errors
/// Why they do not belong to it.
pub fn verify_fields(fields: &[DisclosedField], root: Hash) -> Result<(), CommitmentError> {
    let out_of_order = fields.windows(2).find(|pair| pair[0].name >= pair[1].name);
    if let Some(pair) = out_of_order {
        return Err(CommitmentError::Order(pair[1].name.clone()));
    }
    if let Some(field) = fields.iter().find(|f| f.name.contains('\n')) {
        return Err(CommitmentError::Order(field.name.clone()));
    }
    let leaves = fields.iter().map(|field| {
        let digest = match &field.content {
            Disclosure::Closed(digest) => *digest,
            Disclosure::Open(o) => digest(&field.name, &o.salt, o.value.as_bytes()),
        };
        field_leaf(&field.name, &digest)
    });
    if merkle::root(leaves) == root {
        Ok(())
    } else {
        Err(CommitmentError::Root)
    }
}
