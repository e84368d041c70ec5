//! The truth: append-only segment files, and beside them what can be computed from them.
//!
//! `frame` alone knows the bytes; `segments` knows where each entry lies; `journal` appends;
//! `recovery` is what opening does, which is checking; `hashes` holds the tree, `blobs` the values
//! too large for a frame.

mod blobs;
pub(crate) mod frame;
mod hashes;
mod journal;
mod recovery;
pub(crate) mod segments;

pub(crate) use blobs::Blobs;
pub(crate) use hashes::{HashFiles, HashWriter};
pub(crate) use journal::Journal;
pub use recovery::TornTail;
pub(crate) use recovery::{Recovered, Recovery, begin};
