//! What a stranger needs to check the log: pure functions over bytes, no files, no secrets of ours.
//!
//! A [`leaf::Leaf`] is the public part of an entry; [`commitment`] binds the entry's fields to it
//! one by one; [`vrf`] binds a number to the subject it is filed under; [`merkle`] binds all leaves
//! to one root; a [`checkpoint`] is that root in a signed [`note`]; a [`receipt`] is a leaf's way up
//! to one; a [`tile`] is a piece of the tree as it is served; a [`time_stamp`] is an outside
//! authority's word that some bytes existed by then; a [`witness`] says that it saw a checkpoint
//! and none at odds with it.
//!
//! What is not here: where the bytes come from.

pub mod checkpoint;
pub mod commitment;
pub(crate) mod hash;
pub mod leaf;
pub mod merkle;
pub mod note;
pub mod receipt;
pub mod tile;
pub mod time_stamp;
pub mod vrf;
pub mod witness;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use hash::Hash;
pub use leaf::{Leaf, SubjectId};
pub use merkle::{leaf_hash, node_hash};
pub use note::{KeyType, Note, NoteError, SigningKey, VerifierKey};
pub use receipt::Receipt;
pub use tile::{Tile, TileKind};
