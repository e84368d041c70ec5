//! Values too large for the log, each sealed in a file named by the SHA-256 of its sealed bytes.
//!
//! The name binds the content, so that damage shows without any key; and as every entry seals
//! under its own key, no two entries share a file and erasing one leaves the others alone.

use std::io;
use std::path::PathBuf;

use crate::disk::{self, Disk};
use crate::payload::SealedBlob;
use crate::proof::Hash;

/// The folder of blobs.
pub(crate) struct Blobs(pub(crate) PathBuf);

impl Blobs {
    pub(crate) fn path(&self, hash: Hash) -> PathBuf {
        self.0.join(hash.to_string())
    }

    /// Writes a blob and returns when it is on the disk.
    pub(crate) fn write(&self, disk: &dyn Disk, blob: &SealedBlob) -> io::Result<()> {
        disk::write_new(disk, &self.path(blob.hash), &blob.bytes)
    }

    /// Reads a blob; `InvalidData` if it is not what its name says.
    pub(crate) fn read(&self, hash: Hash) -> io::Result<Vec<u8>> {
        let bytes = std::fs::read(self.path(hash))?;
        let intact = Hash::of(&[&bytes]) == hash;
        if intact {
            Ok(bytes)
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    }

    /// Removes a blob, if it is there.
    pub(crate) fn remove(&self, disk: &dyn Disk, hash: Hash) -> io::Result<()> {
        match disk.remove(&self.path(hash)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// The names of all blobs.
    pub(crate) fn list(&self) -> io::Result<Vec<Hash>> {
        let mut hashes = Vec::new();
        if !self.0.exists() {
            return Ok(hashes);
        }
        for file in std::fs::read_dir(&self.0)? {
            hashes.extend(file?.file_name().to_str().and_then(Hash::from_hex));
        }
        Ok(hashes)
    }
}
