//! A folder of what waits for the server: a file each, whole or not there.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use listener::Clock;
use serde::{Deserialize, Serialize};

/// The most runs that wait; a further one is sent at once or not at all.
const SPOOL_RUNS_MAX: usize = 10_000;
/// The largest file that is read, in bytes; what the daemon tells is a few kilobytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
const ENDING: &str = "run";
/// For what cannot be read, so that it stands in nobody's way.
const UNREADABLE: &str = "unreadable";

/// What waits: an id that stays, and the body to sign at each attempt.
#[derive(Serialize, Deserialize)]
pub(super) struct Spooled {
    pub(super) id: String,
    pub(super) body: String,
}

pub(super) struct Spool(PathBuf);

impl Spool {
    /// Opens the folder, or makes it, for its owner alone.
    pub(super) fn open(dir: &Path) -> anyhow::Result<Spool> {
        let made = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir);
        made.with_context(|| format!("make spool {}", dir.display()))?;
        Ok(Spool(dir.to_owned()))
    }

    /// Makes what waits durable; false if the spool is full. Told twice, it waits once.
    pub(super) fn keep(&self, spooled: &Spooled) -> anyhow::Result<bool> {
        let waiting = self.waiting();
        let ending = format!("-{}.{ENDING}", spooled.id);
        let is_same = |path: &PathBuf| path.to_string_lossy().ends_with(&ending);
        if waiting.iter().any(is_same) {
            return Ok(true);
        }
        if waiting.len() >= SPOOL_RUNS_MAX {
            return Ok(false);
        }
        // Names sort by time, so that the oldest is sent first.
        let name = format!("{:020}{ending}", Clock::system().now().as_micros());
        let written = self.write(&self.0.join(name), &serde_json::to_vec(spooled)?);
        written.with_context(|| format!("write into spool {}", self.0.display()))?;
        Ok(true)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let partial = path.with_extension("part");
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        File::open(&self.0)?.sync_all()
    }

    /// What waits, oldest first.
    pub(super) fn waiting(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let is_run = |path: &PathBuf| path.extension().is_some_and(|end| end == ENDING);
        let mut waiting: Vec<PathBuf> = files.map(|file| file.path()).filter(is_run).collect();
        waiting.sort();
        waiting
    }

    pub(super) fn read(path: &Path) -> Option<Spooled> {
        let length = fs::metadata(path).ok()?.len();
        let bytes = (length <= FILE_BYTES_MAX).then(|| fs::read(path).ok())??;
        serde_json::from_slice(&bytes).ok()
    }

    /// The server has it. One that cannot be removed is sent again, which the server notices.
    pub(super) fn done(&self, path: &Path) {
        let _ = fs::remove_file(path);
    }

    /// Whether it was there to be set aside: another run may have sent it meanwhile.
    pub(super) fn set_aside(&self, path: &Path) -> bool {
        fs::rename(path, path.with_extension(UNREADABLE)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled(id: usize) -> Spooled {
        Spooled {
            id: format!("gammu_{id}"),
            body: "{}".to_owned(),
        }
    }

    #[test]
    fn the_oldest_comes_first_and_the_same_waits_once() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(&dir.path().join("spool")).unwrap();
        for id in [3, 1, 3, 2] {
            assert!(spool.keep(&spooled(id)).unwrap());
        }
        let read = |path: &PathBuf| Spool::read(path).unwrap().id;
        let ids: Vec<String> = spool.waiting().iter().map(read).collect();
        assert_eq!(ids, ["gammu_3", "gammu_1", "gammu_2"]);
    }

    #[test]
    fn a_full_spool_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        for n in 0..SPOOL_RUNS_MAX {
            File::create(dir.path().join(format!("{n:020}-x.{ENDING}"))).unwrap();
        }
        assert!(!spool.keep(&spooled(1)).unwrap());
        assert_eq!(spool.waiting().len(), SPOOL_RUNS_MAX);
    }

    #[test]
    fn what_cannot_be_read_stands_in_nobodys_way() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        let path = dir.path().join(format!("1-x.{ENDING}"));
        fs::write(&path, "half a fi").unwrap();
        assert!(Spool::read(&path).is_none());
        assert!(spool.set_aside(&path));
        assert!(spool.waiting().is_empty() && fs::read_dir(dir.path()).unwrap().count() == 1);
    }
}
