//! What everybody may see.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use honeytoken::{ConnectionId, Nonce};
use store::{Fault, Index, Reader, Sealer};

use super::state::{nonce, nonce_with_body};
use super::{Standing, State, first_in};

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
    /// How this node stands in its cluster; none alone.
    pub standing: Option<Arc<Standing>>,
}

impl View {
    /// The fold; held for as short as possible, never across a wait.
    pub fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the log holds requests under this number used once, and none with this body.
    pub fn has_nonce_of_other_bodies(&self, connection: &ConnectionId, used: &Nonce) -> bool {
        let is_filed = |lookup| first_in(&self.index, &lookup).is_some();
        is_filed(nonce(connection, used)) && !is_filed(nonce_with_body(connection, used))
    }

    /// Why nothing can be written any more, if so.
    pub fn fault(&self) -> Option<String> {
        self.fault
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_fault(&self, fault: &Fault) {
        // Others were faster, or do not answer now: nothing is broken here.
        if matches!(fault, Fault::Overtaken | Fault::Unreachable(_)) {
            return;
        }
        let mut slot = self.fault.write().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(fault.to_string());
    }
}
