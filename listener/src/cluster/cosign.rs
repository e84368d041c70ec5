//! Checkpoints under the signatures of a majority of nodes.
//!
//! One note under one name gathers signatures, by compare-and-swap: whoever finds none begins it
//! with its own log as it stands, whoever holds that much of the log and the same tree adds its
//! signature. With a majority it becomes the published one, again by compare-and-swap on the one
//! before, and never a shorter one. A node whose tree differs says so and signs nothing more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use store::proof::{SignedCheckpoint, VerifierKey};
use store::{Side, SideError};

use crate::app::App;
use crate::ledger::Standing;

/// Where signatures are gathered.
const GATHERING: &str = "gathering";
/// What is published.
const PUBLISHED: &str = "checkpoint";
/// The nodes' keys, one a line.
const KEYS: &str = "keys";
/// How often a node looks, in milliseconds.
const EVERY_MS: u64 = 1_000;

/// Why there is nothing new to publish.
#[derive(Debug, thiserror::Error)]
enum CosignError {
    #[error(transparent)]
    Side(#[from] SideError),
    #[error("note cannot be read: {0}")]
    Note(String),
    #[error("log cannot be read: {0}")]
    Log(String),
    #[error("{0}")]
    Disagrees(String),
}

struct Cosigner {
    app: Arc<App>,
    side: Side,
    standing: Arc<Standing>,
    keys: BTreeMap<String, VerifierKey>,
}

/// Signs with others, as long as the trees agree.
pub(super) async fn run(app: Arc<App>, side: Side) {
    let Some(standing) = app.recorder.view().standing.clone() else {
        return;
    };
    let mut cosigner = Cosigner {
        app,
        side,
        standing,
        keys: BTreeMap::new(),
    };
    loop {
        tokio::time::sleep(Duration::from_millis(EVERY_MS)).await;
        match cosigner.step().await {
            Ok(()) | Err(CosignError::Side(SideError::Conflict)) => {}
            Err(CosignError::Disagrees(what)) => {
                tracing::error!(what, "this node's log differs from the others': {what}");
                cosigner.standing.set_disagrees(what);
                return;
            }
            Err(error) => tracing::debug!(%error, "checkpoint is not cosigned now"),
        }
    }
}

impl Cosigner {
    async fn step(&mut self) -> Result<(), CosignError> {
        self.know_keys().await?;
        let published = self.side.get(PUBLISHED).await?;
        let (version, newest) = match published {
            Some((version, text)) => (version, Some(read(&text)?)),
            None => (0, None),
        };
        let since = newest.as_ref().map_or(0, |n| n.checkpoint().size);
        if let Some(newest) = newest {
            self.take(newest)?;
        }
        let signed = self.gather(since).await?;
        let Some(signed) = signed.filter(|signed| self.is_majority(signed)) else {
            return Ok(());
        };
        let text = Bytes::from(signed.to_string());
        self.side.put(PUBLISHED, text, version).await?;
        self.take(signed)
    }

    /// Adds our signature to what is gathered, or begins; none if there is nothing to sign.
    async fn gather(&self, since: u64) -> Result<Option<SignedCheckpoint>, CosignError> {
        let found = self.side.get(GATHERING).await?;
        let (version, open) = match found {
            Some((version, text)) => (version, Some(read(&text)?)),
            None => (0, None),
        };
        let open = open.filter(|open| open.checkpoint().size > since);
        let ours = match &open {
            None => self.sign(self.app.recorder.view().reader.size()).await?,
            Some(open) => {
                let size = open.checkpoint().size;
                if self.has_ours(open) || size > self.app.recorder.view().reader.size() {
                    return Ok(Some(open.clone()));
                }
                self.sign(size).await?
            }
        };
        // What only some signed and is not our tree is put aside: the majority's stays.
        let open = open.filter(|open| {
            let agrees = self.agree(open);
            if let Err(error) = &agrees {
                tracing::error!(%error, "another node signed another tree");
            }
            agrees.is_ok()
        });
        let Some(ours) = ours.filter(|ours| ours.checkpoint().size > since) else {
            return Ok(None);
        };
        let joined = match open {
            None => ours,
            Some(open) => open.joined(&ours).map_err(note)?,
        };
        let text = Bytes::from(joined.to_string());
        self.side.put(GATHERING, text, version).await?;
        Ok(Some(joined))
    }

    /// Takes what a majority signed, if this node holds that much and the same.
    fn take(&self, signed: SignedCheckpoint) -> Result<(), CosignError> {
        let known = self.standing.cosigned();
        let size = signed.checkpoint().size;
        if known.is_some_and(|known| known.checkpoint().size >= size)
            || size > self.app.recorder.view().reader.size()
            || !self.is_majority(&signed)
        {
            return Ok(());
        }
        self.agree(&signed)?;
        self.standing.set_cosigned(Arc::new(signed));
        Ok(())
    }

    fn agree(&self, signed: &SignedCheckpoint) -> Result<(), CosignError> {
        let theirs = signed.checkpoint();
        let reader = &self.app.recorder.view().reader;
        let root = reader.root_at(theirs.size);
        let root = root.map_err(|e| CosignError::Log(e.to_string()))?;
        match root {
            Some(root) if root == theirs.root => Ok(()),
            _ => Err(CosignError::Disagrees(format!(
                "others signed another root of the first {} entries; this node signs nothing \
                 more: compare `verify --data` on each node, and let the one that differs join anew",
                theirs.size
            ))),
        }
    }

    async fn sign(&self, size: u64) -> Result<Option<SignedCheckpoint>, CosignError> {
        let signed = self
            .app
            .recorder
            .run(move |l| l.store().checkpoint_of(size));
        let signed = signed.await.map_err(|e| CosignError::Log(e.to_string()))?;
        signed.map_err(|e| CosignError::Log(e.to_string()))
    }

    fn has_ours(&self, signed: &SignedCheckpoint) -> bool {
        let ours = self.keys.get(&self.standing.node);
        ours.is_some_and(|key| signed.verify(key).is_ok())
    }

    fn is_majority(&self, signed: &SignedCheckpoint) -> bool {
        let signers = self.keys.values().filter(|key| signed.verify(key).is_ok());
        signers.count() > usize::from(self.app.nodes) / 2
    }

    /// Learns the nodes' keys, each time, since a node that joins anew has another; and adds ours.
    async fn know_keys(&mut self) -> Result<(), CosignError> {
        let (version, text) = match self.side.get(KEYS).await? {
            Some((version, text)) => (version, String::from_utf8_lossy(&text).into_owned()),
            None => (0, String::new()),
        };
        self.keys = text
            .lines()
            .filter_map(|line| line.parse().ok())
            .map(|key: VerifierKey| (key.node(), key))
            .collect();
        if self.keys.contains_key(&self.standing.node) {
            return Ok(());
        }
        let ours = self
            .app
            .recorder
            .run(|ledger| ledger.store().verifier_key());
        let ours = ours.await.map_err(|e| CosignError::Log(e.to_string()))?;
        let text = Bytes::from(format!("{text}{ours}\n"));
        self.side.put(KEYS, text, version).await?;
        Ok(())
    }
}

fn read(text: &[u8]) -> Result<SignedCheckpoint, CosignError> {
    let text = std::str::from_utf8(text).map_err(note)?;
    text.parse().map_err(note)
}

fn note(error: impl std::fmt::Display) -> CosignError {
    CosignError::Note(error.to_string())
}
