//! How a node stands in its cluster, for whoever asks.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use store::proof::SignedCheckpoint;

/// How a node stands in its cluster.
#[derive(Debug)]
pub struct Standing {
    /// The name of this node's key.
    pub node: String,
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    degraded: Option<String>,
    disagrees: Option<String>,
    mistrusts: Option<String>,
    outbox_entries: usize,
    sequence: u64,
    on_duty: bool,
    cosigned: Option<Arc<SignedCheckpoint>>,
    stream_erased: u64,
}

impl Standing {
    pub(super) fn new(node: String) -> Standing {
        Standing {
            node,
            inner: RwLock::default(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why contacts are taken on this node's disk alone and nothing is decided; none if all is
    /// well.
    pub fn degraded(&self) -> Option<String> {
        self.read().degraded.clone()
    }

    pub(super) fn set_degraded(&self, why: Option<String>) {
        self.write().degraded = why;
    }

    pub(super) fn tell(&self, sequence: u64, outbox_entries: usize) {
        let mut inner = self.write();
        (inner.sequence, inner.outbox_entries) = (sequence, outbox_entries);
    }

    /// Messages of the stream that this node has folded.
    pub fn sequence(&self) -> u64 {
        self.read().sequence
    }

    /// Contacts that were acknowledged and have no place in the log yet.
    pub fn outbox_entries(&self) -> usize {
        self.read().outbox_entries
    }

    /// Whether this node does what one node does for all: alerts, time-stamps, backfill.
    pub fn on_duty(&self) -> bool {
        self.read().on_duty
    }

    pub(crate) fn set_on_duty(&self, on_duty: bool) {
        self.write().on_duty = on_duty;
    }

    /// How this node's tree differs from what the others signed; it signs nothing then.
    pub fn disagrees(&self) -> Option<String> {
        self.read().disagrees.clone()
    }

    pub(crate) fn set_disagrees(&self, what: String) {
        self.write().disagrees = Some(what);
    }

    /// The newest checkpoint under the signatures of a majority of nodes.
    pub fn cosigned(&self) -> Option<Arc<SignedCheckpoint>> {
        self.read().cosigned.clone()
    }

    pub(crate) fn set_cosigned(&self, signed: Arc<SignedCheckpoint>) {
        self.write().cosigned = Some(signed);
    }

    /// Up to which entry the log's erasures are carried out in the stream, as far as this node did it.
    pub fn stream_erased(&self) -> u64 {
        self.read().stream_erased
    }

    pub(crate) fn set_stream_erased(&self, until: u64) {
        self.write().stream_erased = until;
    }

    /// What is wrong with a server's settings, or with a clock.
    pub fn mistrusts(&self) -> Option<String> {
        self.read().mistrusts.clone()
    }

    pub(crate) fn set_mistrusts(&self, what: Option<String>) {
        self.write().mistrusts = what;
    }
}
