//! Where a batch gets its place in the one order of the log.
//!
//! Every node of every engine keeps the same segments, tree and index; engines differ in who may
//! go next. Alone, it is whoever asks. On a cluster it is decided by the sequence of a stream:
//! other nodes' entries arrive first, and a claim that overlooks one of them is refused.

mod jetstream;
mod wire;

use crate::error::Fault;
use crate::payload::{Parts, Sealed};

pub use jetstream::{Acknowledge, Credentials, JetStream, JetStreamSettings, Side, SideError};
pub(crate) use jetstream::{Bringing, PLACE_FILE};

/// Bytes of frames that a batch may come to on a cluster: one message holds it, and servers take
/// 1 MiB by default.
pub(crate) const BATCH_BYTES_MAX: usize = 512 << 10;

/// A batch that has its place: where it begins, and what it holds.
pub struct Placed {
    pub(crate) first: u64,
    pub(crate) entries: Vec<Parts>,
}

/// What goes with a claim.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms {
    /// The number of the batch in this node's own outbox, so that it is placed once.
    pub mark: Option<u64>,
    /// Others are asked to wait: more follows from here at once.
    pub hold: bool,
}

/// Decides what comes next in the log.
pub trait Engine: Send {
    /// Batches that were placed since the last call, in their order. The store writes them before
    /// anything of its own; what it holds already is compared.
    ///
    /// # Errors
    /// The order cannot be learnt now.
    fn arrivals(&mut self) -> Result<Vec<Placed>, Fault>;

    /// Claims the places from `first` on for `batch`. After it returns they are the batch's for
    /// good, and wherever the batch is then missing it must be written before anything later.
    ///
    /// # Errors
    /// [`Fault::Overtaken`]: other entries came first and will arrive; fold them, decide again.
    /// [`Fault::Unreachable`]: whether the places are the batch's is not known; it arrives if so.
    fn claim(&mut self, first: u64, batch: &[Sealed], terms: Terms) -> Result<(), Fault>;

    /// All that arrived or was claimed is on this node's disk, `size` entries in all.
    fn written(&mut self, _size: u64) {}

    /// The most that a batch may come to, in bytes of frames.
    fn batch_bytes_max(&self) -> usize {
        usize::MAX
    }

    /// Whether others append to the same log.
    fn is_shared(&self) -> bool {
        false
    }

    /// The newest [`Terms::mark`] of this node that has its place.
    fn marked(&self) -> u64 {
        0
    }

    /// How far the order was followed: the sequence of the last batch that arrived or was claimed.
    fn sequence(&self) -> u64 {
        0
    }

    /// The sequence of the last batch that anybody placed.
    ///
    /// # Errors
    /// [`Fault::Unreachable`].
    fn end(&self) -> Result<u64, Fault> {
        Ok(0)
    }

    /// How long a claim waits for an answer, in milliseconds.
    fn be_patient(&mut self, _wait_ms: u64) {}

    /// What is called when something arrived.
    fn on_arrival(&mut self, _wake: Box<dyn Fn() + Send + Sync>) {}

    /// Ends the order, for everybody: nothing can be claimed ever again.
    ///
    /// # Errors
    /// [`Fault::Unreachable`].
    fn close(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether the order can be extended now.
    ///
    /// # Errors
    /// [`Fault::Unreachable`], with the reason.
    fn probe(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// One process, one folder: the next place is always free.
#[derive(Debug, Clone, Copy, Default)]
pub struct Embedded;

impl Engine for Embedded {
    fn arrivals(&mut self) -> Result<Vec<Placed>, Fault> {
        Ok(Vec::new())
    }

    fn claim(&mut self, _first: u64, _batch: &[Sealed], _terms: Terms) -> Result<(), Fault> {
        Ok(())
    }
}
