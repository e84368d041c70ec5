//! What outside authorities sent for checkpoints: files beside the log, by its size then.
//!
//! They prove something by themselves and are checked again wherever they are used, so nothing here
//! reads them. `anchor` entries of the log name them by digest.

use std::fs;
use std::io;
use std::path::Path;

use crate::disk::{self, Disk as _, RealDisk};
use crate::error::ReadError;
use crate::reader::Reader;

/// The longest file that is kept, in bytes.
const FILE_BYTES_MAX: usize = 128 * 1024;

/// A file that an authority sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorFile {
    /// The checkpoint's number of entries.
    pub size: u64,
    /// `checkpoint` for the note that was vouched for; else the authority's name and `.tsr` for a
    /// time-stamp, `.cosigned` for a note under its witness's line, `.pem` and `.vkey` for the root
    /// and the key that these were verified by.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Reader {
    /// Keeps a file, in place of an earlier one of its name, and returns when it is on the disk.
    ///
    /// # Errors
    /// The name is that of no plain file, the file is too long, or the disk's.
    pub fn keep_anchor(&self, file: &AnchorFile) -> Result<(), ReadError> {
        let plain = !file.name.is_empty() && !file.name.contains(['/', '\\', '\0']);
        if !plain || file.name.starts_with('.') || file.bytes.len() > FILE_BYTES_MAX {
            return Err(io::Error::other("an anchor has a bad name or is too long").into());
        }
        let folder = &self.0.folder;
        RealDisk.create_dir(&folder.anchor_dir(file.size))?;
        RealDisk.sync_dir(&folder.anchors())?;
        let path = folder.anchor(file.size, &file.name);
        Ok(disk::replace(&RealDisk, &path, &file.bytes)?)
    }

    /// The files of the checkpoint of this size, by name.
    ///
    /// # Errors
    /// The disk's.
    pub fn anchors_of(&self, size: u64) -> Result<Vec<AnchorFile>, ReadError> {
        let mut files = Vec::new();
        match fs::read_dir(self.0.folder.anchor_dir(size)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            dir => {
                for file in dir? {
                    files.extend(anchor(size, &file?)?);
                }
            }
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    /// All files, by size and name.
    ///
    /// # Errors
    /// The disk's.
    pub fn anchors(&self) -> Result<Vec<AnchorFile>, ReadError> {
        Ok(list(&self.0.folder.anchors())?)
    }
}

/// All files in a folder of anchors, by size and name; none where there is no such folder.
pub(crate) fn list(dir: &Path) -> io::Result<Vec<AnchorFile>> {
    let mut files = Vec::new();
    let dir = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        dir => dir?,
    };
    for folder in dir {
        let folder = folder?;
        let name = folder.file_name();
        // Whatever else lies there was not put there by us.
        if let Some(size) = name.to_str().and_then(|name| name.parse().ok()) {
            for file in fs::read_dir(folder.path())? {
                files.extend(anchor(size, &file?)?);
            }
        }
    }
    files.sort_by(|a, b| (a.size, &a.name).cmp(&(b.size, &b.name)));
    Ok(files)
}

fn anchor(size: u64, file: &fs::DirEntry) -> io::Result<Option<AnchorFile>> {
    let name = file.file_name().to_string_lossy().into_owned();
    // A file that was not renamed into its place is none yet.
    if name.ends_with(".new") || file.metadata()?.len() > FILE_BYTES_MAX as u64 {
        return Ok(None);
    }
    let bytes = fs::read(file.path())?;
    Ok(Some(AnchorFile { size, name, bytes }))
}
