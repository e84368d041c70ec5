//! What everybody may see.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use store::{Fault, Index, Reader, Sealer};

use super::State;

/// What everybody may see.
pub struct View {
    pub(super) state: RwLock<State>,
    /// Entries, leaves, proofs, tiles.
    pub reader: Reader,
    /// Look-ups.
    pub index: Arc<Index>,
    /// Seals drafts, in parallel.
    pub sealer: Sealer,
    pub(super) fault: RwLock<Option<String>>,
}

impl View {
    /// The fold; held for as short as possible, never across a wait.
    pub fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing can be written any more, if so.
    pub fn fault(&self) -> Option<String> {
        self.fault
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_fault(&self, fault: &Fault) {
        let mut slot = self.fault.write().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(fault.to_string());
    }
}
