//! What everybody may see.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use honeytoken::{ConnectionId, Entry, Nonce};
use store::{Fault, Index, Lookup, Reader, Sealer};

use super::lookups::{nonce, nonce_with_body};
use super::{LedgerError, Standing, State, first_in};

/// Entries that are looked up in one step.
const STEP_ENTRIES: usize = 1024;

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
    pub(super) folds_anew: AtomicBool,
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

    /// All entries of a kind, oldest first: for kinds of which there are few. Erased ones are passed over.
    ///
    /// # Errors
    /// When index or log cannot be read.
    pub(crate) fn all_of(&self, kind: &'static str) -> Result<Vec<Entry>, LedgerError> {
        let mut entries = Vec::new();
        self.each(&Lookup::Kind(kind), |entry| entries.push(entry))?;
        Ok(entries)
    }

    /// Every entry under a look-up, oldest first; erased ones are passed over.
    ///
    /// # Errors
    /// When index or log cannot be read.
    pub(crate) fn each(
        &self,
        lookup: &Lookup,
        mut take: impl FnMut(Entry),
    ) -> Result<(), LedgerError> {
        let mut from = 0;
        loop {
            let step = self.index.oldest(lookup, from, STEP_ENTRIES)?;
            let Some(last) = step.last() else {
                return Ok(());
            };
            from = last + 1;
            for index in step {
                self.reader.entry(index)?.into_iter().for_each(&mut take);
            }
        }
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
