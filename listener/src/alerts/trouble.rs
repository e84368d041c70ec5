//! The installation's own trouble, which no entry tells: noted where it is met, raised as an alert
//! when it begins and when it is over.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Less free space than this on the log's disk is trouble, in bytes.
const FREE_BYTES_MIN: u64 = 1 << 30;
/// It is over when so much is free again, in bytes: between the two nothing is said.
const FREE_BYTES_ENOUGH: u64 = 2 << 30;

/// A kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// A checkpoint cannot be signed.
    Checkpoint,
    /// The log's disk is nearly full.
    DiskLow,
    /// An outside authority vouches for nothing any more.
    Anchor,
}

impl Trouble {
    /// The word in an alert's details.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Trouble::Checkpoint => "checkpoint",
            Trouble::DiskLow => "disk_low",
            Trouble::Anchor => "anchor",
        }
    }
}

/// What is wrong now, as far as it was looked at in this process.
#[derive(Debug, Default)]
pub(crate) struct Troubles(Mutex<BTreeMap<Trouble, bool>>);

impl Troubles {
    /// Notes whether there is this trouble.
    pub(crate) fn note(&self, trouble: Trouble, is_there: bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(trouble, is_there);
    }

    /// All that was looked at, with whether it is there.
    pub(crate) fn seen(&self) -> Vec<(Trouble, bool)> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter()
            .map(|(trouble, there)| (*trouble, *there))
            .collect()
    }

    /// Looks at the disk that holds `dir`; one that cannot be asked says nothing.
    pub(crate) fn look_at_disk(&self, dir: &Path) {
        if let Ok(disk) = rustix::fs::statvfs(dir) {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            if let Some(low) = is_low(free) {
                self.note(Trouble::DiskLow, low);
            }
        }
    }
}

fn is_low(free_bytes: u64) -> Option<bool> {
    match free_bytes {
        ..FREE_BYTES_MIN => Some(true),
        FREE_BYTES_ENOUGH.. => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_low_and_enough_nothing_is_said() {
        let said = [0, FREE_BYTES_MIN - 1, FREE_BYTES_MIN, FREE_BYTES_ENOUGH].map(is_low);
        assert_eq!(said, [Some(true), Some(true), None, Some(false)]);
    }
}
