//! The evidence bundle: one file by which a stranger checks a finding, offline, with public tools.
//!
//! [`gather`] takes from the log what belongs to a platform and packs it ([`Archive`]) under a
//! [`Manifest`] that the log signs; a [`Preset`] says what is opened for whom. [`verify`] trusts
//! nothing in it but what it can check, and says of every check what it means. The format is in
//! `docs/bundle-format.md`, well enough for another verifier; `docs/verifier/verify_bundle.py` is one.
//!
//! What this does not do: sign (the log's key is the store's), ask the time, decide what is exported.

mod archive;
mod erased;
mod gather;
mod lines;
mod manifest;
mod preset;
mod refold;
mod said;
mod texts;
pub mod verify;

pub use crate::preset::{Preset, UnknownPreset, names as decoy_names};
pub use archive::{ARCHIVE_BYTES_MAX, Archive, ArchiveError};
pub use gather::{BundleError, Unsigned, Wish, gather};
pub use manifest::{FileDigest, Manifest};
