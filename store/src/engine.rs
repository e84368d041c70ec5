//! Where a batch gets its place in the one order of the log.
//!
//! Every node of every engine keeps the same segments, tree and index; engines differ in who may
//! go next. Alone, it is whoever asks. On a cluster it is decided by the sequence of a stream:
//! other nodes' entries arrive first, and a claim that overlooks one of them is refused.

use crate::error::Fault;
use crate::payload::Sealed;

/// Decides what comes next in the log.
pub trait Engine: Send {
    /// Entries that other nodes placed since the last call, in their order. The store writes them
    /// before anything of its own.
    ///
    /// # Errors
    /// The order cannot be learnt now.
    fn arrivals(&mut self) -> Result<Vec<Sealed>, Fault>;

    /// Claims the places from `first` on for `batch`. After it returns they are the batch's for
    /// good, and wherever the batch is then missing it must be written before anything later.
    ///
    /// # Errors
    /// [`Fault::Overtaken`]: other entries came first and will arrive; fold them, decide again.
    fn claim(&mut self, first: u64, batch: &[Sealed]) -> Result<(), Fault>;
}

/// One process, one folder: the next place is always free.
#[derive(Debug, Clone, Copy, Default)]
pub struct Embedded;

impl Engine for Embedded {
    fn arrivals(&mut self) -> Result<Vec<Sealed>, Fault> {
        Ok(Vec::new())
    }

    fn claim(&mut self, _first: u64, _batch: &[Sealed]) -> Result<(), Fault> {
        Ok(())
    }
}
