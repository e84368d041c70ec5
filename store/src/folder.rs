//! A data folder: where its parts are, who holds it, and its keys.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use crate::disk::{self, Disk};
use crate::error::OpenError;
use crate::payload::DataKey;

/// First word of the file with the seed of the key that signs checkpoints.
const NODE_KEY: &str = "canaryline-node-key-v1";
/// First word of the file with the data key.
const DATA_KEY: &str = "canaryline-data-key-v1";

/// The layout of a data folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(dir: &Path) -> Folder {
        Folder(dir.to_owned())
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    /// The segments: the truth. Whoever can change it can be caught by any earlier checkpoint.
    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// Large values, sealed. Whoever can change them can make them unreadable, not different.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.0.join("blobs")
    }

    /// The newest signed checkpoint. Whoever can put back an older one together with the log can
    /// hide its end from us, not from those who saw the newer one.
    pub(crate) fn checkpoint(&self) -> PathBuf {
        self.0.join("checkpoint")
    }

    /// Hashes of the tree; computed again from the log when they differ.
    pub(crate) fn tile(&self) -> PathBuf {
        self.0.join("tile")
    }

    /// Time-stamps and cosignatures, by tree size.
    pub(crate) fn anchors(&self) -> PathBuf {
        self.0.join("anchors")
    }

    /// What authorities sent for the checkpoint of `size` entries.
    pub(crate) fn anchor_dir(&self, size: u64) -> PathBuf {
        self.anchors().join(format!("{size:012}"))
    }

    /// One of these files.
    pub(crate) fn anchor(&self, size: u64, name: &str) -> PathBuf {
        self.anchor_dir(size).join(name)
    }

    /// Look-ups; rebuilt from the log when they are missing.
    pub(crate) fn index(&self) -> PathBuf {
        self.0.join("index")
    }

    /// Which entries are erased. Kept apart from backups, so that restoring one does not bring
    /// their payloads back.
    pub(crate) fn erased(&self) -> PathBuf {
        self.0.join("erased")
    }

    /// Signs checkpoints. Whoever has it can speak for the log.
    pub(crate) fn node_key(&self) -> PathBuf {
        self.0.join("node.key")
    }

    /// Opens payloads. Whoever has it and the log reads everything that is not erased.
    pub(crate) fn data_key(&self) -> PathBuf {
        self.0.join("data.key")
    }

    /// How far a node has written its cluster's stream down; its presence says whose folder it is.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.0.join(crate::engine::PLACE_FILE)
    }

    /// What a node took and its cluster does not hold yet.
    pub(crate) fn outbox(&self) -> PathBuf {
        self.0.join("outbox")
    }

    /// A file's name as messages give it.
    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.0)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    /// Makes the folders that are missing.
    pub(crate) fn make(&self, disk: &dyn Disk) -> Result<(), OpenError> {
        for dir in [self.log(), self.blobs(), self.tile(), self.anchors()] {
            disk.create_dir(&dir)
                .map_err(OpenError::io("create", &dir))?;
        }
        for dir in [disk::parent(&self.0), &self.0] {
            disk.sync_dir(dir).map_err(OpenError::io("sync", dir))?;
        }
        Ok(())
    }

    /// Takes the folder for this process, until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File, OpenError> {
        let path = self.0.join("lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&path).map_err(OpenError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(OpenError::Held(self.0.clone())),
            Err(TryLockError::Error(error)) => Err(OpenError::io("lock", &path)(error)),
        }
    }

    /// The keys, made where a file is missing.
    pub(crate) fn make_keys(
        &self,
        disk: &dyn Disk,
        data: Option<&DataKey>,
    ) -> Result<Keys, OpenError> {
        let node = self.node_key();
        if !node.exists() {
            write_key(disk, &node, NODE_KEY, &*random()?)?;
        }
        let path = self.data_key();
        if data.is_none() && !path.exists() {
            write_key(disk, &path, DATA_KEY, &*random()?)?;
        }
        self.keys(data)
    }

    /// The keys; `data` stands for the file of the data key if it comes from elsewhere.
    pub(crate) fn keys(&self, data: Option<&DataKey>) -> Result<Keys, OpenError> {
        Ok(Keys {
            node: self.node_seed()?,
            data: self.data(data)?,
        })
    }

    /// The seed of the key that signs checkpoints.
    pub(crate) fn node_seed(&self) -> Result<Zeroizing<[u8; 32]>, OpenError> {
        read_key(&self.node_key(), NODE_KEY)
    }

    /// The data key, unless it comes from elsewhere.
    pub(crate) fn data(&self, elsewhere: Option<&DataKey>) -> Result<DataKey, OpenError> {
        match elsewhere {
            Some(key) => Ok(key.clone()),
            None => Ok(DataKey::from_bytes(*read_key(&self.data_key(), DATA_KEY)?)),
        }
    }
}

/// The keys of a log.
pub(crate) struct Keys {
    /// Seed of the key that signs checkpoints.
    pub(crate) node: Zeroizing<[u8; 32]>,
    pub(crate) data: DataKey,
}

fn random() -> Result<Zeroizing<[u8; 32]>, OpenError> {
    let mut key = Zeroizing::new([0; 32]);
    SystemRandom::new()
        .fill(key.as_mut_slice())
        .map_err(|_| crate::SealError::Randomness)?;
    Ok(key)
}

fn write_key(disk: &dyn Disk, path: &Path, word: &str, key: &[u8; 32]) -> Result<(), OpenError> {
    let text = Zeroizing::new(format!("{word} {}\n", BASE64_STANDARD.encode(key)));
    disk::write_new(disk, path, text.as_bytes()).map_err(OpenError::io("write", path))
}

fn read_key(path: &Path, word: &str) -> Result<Zeroizing<[u8; 32]>, OpenError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(OpenError::KeyMissing(path.to_owned()));
        }
        Err(error) => return Err(OpenError::io("read", path)(error)),
    };
    let base64 = text
        .trim_end()
        .strip_prefix(word)
        .and_then(|rest| rest.strip_prefix(' '));
    let bytes = base64
        .and_then(|base64| BASE64_STANDARD.decode(base64).ok())
        .map(Zeroizing::new);
    let key = bytes
        .and_then(|bytes| bytes.as_slice().try_into().ok())
        .map(Zeroizing::new);
    key.ok_or_else(|| OpenError::KeyWrong {
        file: path.to_owned(),
        what: format!("expected one line, {word:?} and 44 characters of base64"),
    })
}
