//! A folder as a node's of a cluster: made from the stream, or opened and held against it.

use std::path::Path;

use honeytoken::{Entry, Event};

use crate::disk;
use crate::engine::{Engine as _, JetStream, JetStreamSettings, Placed, Side, Terms};
use crate::error::{Fault, OpenError};
use crate::folder::{Folder, Keys};
use crate::log::Blobs;
use crate::outbox::Outbox;
use crate::payload::{Draft, ERASED, Parts, Sealed, Sealer};
use crate::proof::leaf_hash;
use crate::store::{Creation, Options, Store, Visit, genesis};
use crate::vault::Vault;

/// A node's store, and what belongs to it.
pub struct Joined {
    /// The one writer of this node.
    pub store: Store,
    /// What it took and the cluster does not hold yet.
    pub outbox: Outbox,
    /// What nodes tell each other.
    pub side: Side,
    /// The name of this node's key, in eight hexadecimal digits.
    pub node: String,
    /// The stream's end when it joined: it is up to date when it followed so far.
    pub until: u64,
}

impl Store {
    /// Opens a node's folder, or makes it: the first node begins the log that `creation` names,
    /// any other takes the log of the stream. What the stream holds beyond the folder is not
    /// written yet: [`Store::arrivals`] brings it.
    ///
    /// # Errors
    /// The cluster's, the folder's, or they hold different logs.
    pub fn join(
        dir: &Path,
        creation: &Creation,
        options: Options,
        visit: &mut dyn Visit,
        settings: &JetStreamSettings,
        outbox_bytes_max: u64,
    ) -> Result<Joined, OpenError> {
        let (store, engine, node) = match Store::exists(dir) {
            true => reopen(dir, options, visit, settings)?,
            false => found(dir, creation, options, settings)?,
        };
        let key = store.shared.folder.data(store.options.data_key.as_ref())?;
        let disk = store.options.disk.clone();
        let path = store.shared.folder.outbox();
        let outbox = Outbox::open(path, &key, &*disk, outbox_bytes_max)?;
        let until = engine.end()?;
        let side = engine.side();
        let mut store = store.with_engine(Box::new(engine));
        let size = store.reader().size();
        store.engine().written(size);
        Ok(Joined {
            store,
            outbox,
            side,
            node,
            until,
        })
    }

    /// Entries that this node does not hold yet; what it holds is compared.
    pub(crate) fn fresh(&mut self, arrived: Vec<Placed>) -> Result<Vec<Parts>, Fault> {
        let reader = self.reader();
        let (size, mut next) = (reader.size(), reader.size());
        let mut fresh = Vec::new();
        for Placed { first, entries } in arrived {
            for (index, parts) in (first..).zip(entries) {
                let fits = if index < size {
                    let known = reader
                        .leaf(index)
                        .map_err(|error| self.poison_unread(error))?;
                    known.is_some_and(|leaf| leaf_hash(&leaf) == parts.leaf_hash)
                } else {
                    index == next
                };
                if !fits {
                    let what = format!(
                        "stream has another entry {index} than this node, which holds {next}: one \
                         of them was changed or put back; take this node's folder aside and let it \
                         join anew, if the others agree among themselves"
                    );
                    return Err(self.poison("fold the stream", std::io::Error::other(what)));
                }
                if index == next {
                    fresh.push(parts);
                    next += 1;
                }
            }
        }
        Ok(fresh)
    }

    /// What was erased before this node heard of it came without its key.
    pub(crate) fn note_erased(&mut self, first: u64, fresh: &[Parts]) -> Result<(), Fault> {
        let indices = (first..).zip(fresh);
        let gone = indices.filter(|(_, parts)| parts.slot == ERASED);
        let gone: Vec<u64> = gone.map(|(index, _)| index).collect();
        match gone.is_empty() {
            true => Ok(()),
            false => self.add_erased(&gone),
        }
    }
}

/// A folder that was this node's before, or a log that is brought into the cluster.
fn reopen(
    dir: &Path,
    options: Options,
    visit: &mut dyn Visit,
    settings: &JetStreamSettings,
) -> Result<(Store, JetStream, String), OpenError> {
    let store = Store::open_folder(dir, options, visit)?;
    let node = store.verifier_key().node();
    let size = store.reader().size();
    let engine = JetStream::start(settings, dir, node.clone(), size)?;
    // The first entry tells logs apart; a node that is up to date was compared when it wrote.
    let first = store.reader().leaf(0).map_err(Fault::from)?;
    let same = engine.first_leaf(&mut |leaf| first.as_deref() == Some(leaf))?;
    match same {
        Some(true) => Ok((store, engine, node)),
        _ => Err(OpenError::OtherLog(dir.to_owned())),
    }
}

/// A folder of this node's own, with the first entry of the stream.
fn found(
    dir: &Path,
    creation: &Creation,
    options: Options,
    settings: &JetStreamSettings,
) -> Result<(Store, JetStream, String), OpenError> {
    let (folder, disk) = (Folder::new(dir), options.disk.clone());
    disk.create_dir(dir).map_err(OpenError::io("create", dir))?;
    let lock = folder.lock()?;
    folder.make(&*disk)?;
    let key_is_here = options.data_key.is_some() || folder.data_key().exists();
    // The node is named by its key, which needs no log yet.
    let mut engine = JetStream::start(settings, dir, String::new(), 0)?;
    let begun = engine.first()?;
    if begun.is_some() && !key_is_here {
        return Err(OpenError::KeyOfCluster(folder.data_key()));
    }
    let keys = folder.make_keys(&*disk, options.data_key.as_ref())?;
    let first = match begun {
        Some(placed) => placed,
        None => begin_stream(&mut engine, creation, &keys, key_is_here, &folder)?,
    };
    let sealed = first_entry(&folder, &keys, first)?;
    let Event::Genesis(genesis) = &sealed.draft.event else {
        return Err(OpenError::OtherLog(dir.to_owned()));
    };
    let origin = genesis.origin.clone();
    let store = Store::begin(folder, keys, options, lock, &origin, &sealed)?;
    let node = store.verifier_key().node();
    engine.be(node.clone());
    // The first message is compared with what was just made of it.
    Ok((store, engine, node))
}

/// Begins the log, unless another node is faster.
fn begin_stream(
    engine: &mut JetStream,
    creation: &Creation,
    keys: &Keys,
    key_is_here: bool,
    folder: &Folder,
) -> Result<Placed, OpenError> {
    let sealed = Sealer::new(&keys.data).seal(genesis(creation, &keys.data))?;
    match engine.claim(0, std::slice::from_ref(&sealed), Terms::default()) {
        Ok(()) => Ok(Placed {
            first: 0,
            entries: vec![sealed.parts],
        }),
        Err(Fault::Overtaken) if key_is_here => {
            let first = engine.first()?;
            let gone = || Fault::Unreachable("first message does not arrive".into());
            Ok(first.ok_or_else(gone)?)
        }
        Err(Fault::Overtaken) => {
            // The key that was just made opens nothing.
            let made = folder.data_key();
            disk::Disk::remove(&disk::RealDisk, &made).map_err(OpenError::io("remove", &made))?;
            Err(OpenError::KeyOfCluster(made))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The first entry as this node's key opens it.
fn first_entry(folder: &Folder, keys: &Keys, placed: Placed) -> Result<Sealed, OpenError> {
    let wrong = |what: &str| OpenError::KeyWrong {
        file: folder.data_key(),
        what: what.to_owned(),
    };
    let vault = Vault {
        wrapping: keys.data.wrapping(),
        blobs: Blobs(folder.blobs()),
    };
    let parts = placed.entries.into_iter().next();
    let parts = parts.ok_or_else(|| OpenError::NotAStore(folder.dir().to_owned()))?;
    let opened = vault.whole_entry(0, &parts);
    let opened =
        opened.map_err(|_| wrong("expected the one that the cluster's log was begun with"))?;
    let entry = opened.ok_or_else(|| wrong("the first entry has no key"))?;
    let Entry { at, by, event, .. } = entry;
    Ok(Sealed {
        draft: Draft { at, by, event },
        parts,
    })
}
