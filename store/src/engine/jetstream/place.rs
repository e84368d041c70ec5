//! How far a node has written the stream down. A place that lags is harmless: what the folder
//! holds already is compared with what arrives again.

use std::io;
use std::path::{Path, PathBuf};

use crate::disk;

const WORD: &str = "canaryline-cluster-v1";
/// The file's name in the data folder.
pub(crate) const FILE: &str = "cluster";

/// Everything up to the message `written` is in the first `size` entries on this node's disk.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    prefix: String,
    /// The last message that arrived or was claimed.
    pub(crate) sequence: u64,
    /// The last of which all is on the disk: only that is written down.
    pub(crate) written: u64,
    pub(crate) size: u64,
    /// The newest mark of this node that the stream holds.
    pub(crate) marked: u64,
}

impl Place {
    /// Reads the file; the beginning if there is none, or it cannot be understood.
    pub(crate) fn read(dir: &Path, prefix: &str) -> io::Result<Place> {
        let path = dir.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let (sequence, size, marked) = parse(&text, prefix).unwrap_or_default();
        Ok(Place {
            path,
            prefix: prefix.to_owned(),
            sequence,
            written: sequence,
            size,
            marked,
        })
    }

    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }

    pub(crate) fn write(&self) {
        if let Err(error) = self.try_write() {
            tracing::warn!(%error, "place in the stream cannot be written down; more is read again");
        }
    }

    pub(crate) fn try_write(&self) -> io::Result<()> {
        let (prefix, sequence, size) = (&self.prefix, self.written, self.size);
        let text = format!("{WORD} {prefix} {sequence} {size} {}\n", self.marked);
        disk::replace(&disk::RealDisk, &self.path, text.as_bytes())
    }
}

fn parse(text: &str, prefix: &str) -> Option<(u64, u64, u64)> {
    let mut words = text.split_whitespace();
    if (words.next()?, words.next()?) != (WORD, prefix) {
        return None;
    }
    let mut number = || words.next()?.parse().ok();
    Some((number()?, number()?, number()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_and_another_cluster_s_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut place = Place::read(dir.path(), "a").unwrap();
        assert_eq!((place.sequence, place.size, place.marked), (0, 0, 0));
        (place.written, place.size, place.marked) = (7, 300, 2);
        // Arrived, and not on the disk yet.
        place.sequence = 8;
        place.write();
        let back = Place::read(dir.path(), "a").unwrap();
        assert_eq!((back.sequence, back.size, back.marked), (7, 300, 2));
        assert_eq!(Place::read(dir.path(), "b").unwrap().sequence, 0);
    }
}
