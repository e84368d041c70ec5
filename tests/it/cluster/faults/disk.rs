//! A disk in a file, from a copy of which things go on after a power cut: the copy holds what was
//! synced, and whatever else happened to reach it. Needs root and loop devices.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::folder::Folder;

/// How large it is, in MiB.
const DISK_MIB: u64 = 2_048;

/// A mounted disk; unmounted when dropped.
pub(super) struct Disk {
    dir: tempfile::TempDir,
}

fn run(program: &str, arguments: &[&Path]) -> bool {
    let status = Command::new(program).args(arguments).status();
    status.is_ok_and(|status| status.success())
}

impl Disk {
    /// Makes and mounts one; none where that is not allowed, which is said.
    pub(super) fn make() -> Option<Disk> {
        let dir = tempfile::tempdir().unwrap();
        let disk = Disk { dir };
        let file = std::fs::File::create(disk.image()).unwrap();
        file.set_len(DISK_MIB << 20).unwrap();
        std::fs::create_dir(disk.mounted()).unwrap();
        let quiet = [Path::new("-q"), Path::new("-F"), &disk.image()].map(Path::to_owned);
        let quiet: Vec<&Path> = quiet.iter().map(PathBuf::as_path).collect();
        if run("mkfs.ext4", &quiet) && disk.mount() {
            return Some(disk);
        }
        println!("passed over: no disk in a file can be mounted here, so there are no power cuts");
        None
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn mounted(&self) -> PathBuf {
        self.dir.path().join("disk")
    }

    fn mount(&self) -> bool {
        // Nothing is written back but what is synced.
        let how = [Path::new("-o"), Path::new("loop,commit=600")];
        run("mount", &[how[0], how[1], &self.image(), &self.mounted()])
    }

    /// A folder on it.
    pub(super) fn folder(&self) -> Folder {
        Folder::within(&self.mounted())
    }

    /// A copy of what is on it now; whoever writes to it stands still.
    pub(super) fn copy(&self) -> PathBuf {
        let saved = self.dir.path().join("saved");
        let sparse = Path::new("--sparse=always");
        assert!(run("cp", &[sparse, &self.image(), &saved]));
        saved
    }

    /// Goes on from a copy; nobody may have a file open on it.
    pub(super) fn go_on_from(&mut self, saved: PathBuf) {
        assert!(run("umount", &[&self.mounted()]));
        std::fs::rename(saved, self.image()).unwrap();
        assert!(self.mount());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let lazily = Path::new("-l");
        run("umount", &[lazily, &self.mounted()]);
    }
}
