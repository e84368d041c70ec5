//! The evidence log: append once, durable; anyone can check it, nobody can change it unseen.
//!
//! The truth is append-only segment files with one fdatasync per group commit. An entry is a public
//! leaf, hashed into a Merkle tree under signed checkpoints, and a private payload, sealed under a
//! key of its own; the leaf commits to every field of the payload one by one. Everything else in a
//! data folder (look-ups, snapshots, tree hashes) can be computed again from the segments.
//!
//! - [`proof`]: what a stranger checks, as pure functions over bytes.
//! - `payload`: from a [`Draft`] to sealed bytes and back; [`Sealer`] runs in many threads.
//! - `log`: segments, tree hashes, blobs; opening them is checking them.
//! - [`Index`]: look-ups in sled, never the only copy of anything.
//! - [`Engine`]: who may go next; alone, or by the order of a cluster's stream ([`JetStream`]).
//! - [`Outbox`]: what a node of a cluster took and the cluster does not hold yet.
//! - [`Store`], the one writer; [`Reader`], as many as you like; [`verify`], which only reads.
//!
//! What this room does not do: HTTP, judging, asking the time. It blocks, and spawns no threads of
//! its own but the one that holds the connection to a cluster.

mod anchors;
mod backup;
mod disk;
mod engine;
mod erasure;
mod error;
mod folder;
mod index;
mod joining;
mod log;
mod migrating;
mod opening;
mod outbox;
mod payload;
pub mod proof;
mod reader;
mod store;
mod vault;
mod verify;

pub use anchors::AnchorFile;
pub use backup::{BackupKeys, restore};
pub use disk::{Disk, DiskFile, FaultyDisk, RealDisk};
pub use engine::{
    Acknowledge, Credentials, Embedded, Engine, JetStream, JetStreamSettings, Placed, Side,
    SideError, Terms,
};
pub use error::{Damage, Fault, IndexFault, OpenError, ReadError};
pub use index::{Index, Lookup, Snapshot};
pub use joining::Joined;
pub use log::TornTail;
pub use log::frame::FORMAT;
pub use outbox::Outbox;
pub use payload::{
    DataKey, Draft, Field, INLINE_BYTES_MAX, Opened, PayloadError, Remains, SealError, Sealed,
    Sealer, VALUE_BYTES_MAX, entry_of,
};
pub use reader::{Head, Reader};
pub use store::{Creation, Options, Store, Visit};
pub use verify::{Trust, Verification, verify};
