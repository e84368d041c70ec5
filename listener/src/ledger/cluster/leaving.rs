//! Out of a cluster: the stream is ended for all, the rest of it is folded, and the folder goes on
//! alone.

use std::time::{Duration, Instant};

use store::Fault;

use super::super::{Ledger, LedgerError};
use super::{LOOK_MS, open_error};

/// How long it is tried to empty the outbox first, in seconds.
const OUTBOX_WAIT_S: u64 = 30;

impl Ledger {
    /// Ends the cluster's stream and makes this folder one that is alone; how many entries it
    /// holds. May be repeated after a crash.
    ///
    /// # Errors
    /// What this node took has no place yet; the cluster's; the disk's.
    pub fn leave(mut self, progress: &dyn Fn(u64)) -> Result<u64, LedgerError> {
        self.empty_outbox()?;
        self.store.close_stream().map_err(store::OpenError::from)?;
        let until = self.stream_end()?;
        self.follow_to(until, progress)?;
        self.snapshot();
        Ok(self.store.leave()?)
    }

    fn empty_outbox(&mut self) -> Result<(), store::OpenError> {
        let began = Instant::now();
        loop {
            let drained = self.fold_arrivals().and_then(|_| self.drain());
            let waits = self.among.as_ref().is_some_and(|a| !a.outbox.is_empty());
            match drained {
                Ok(()) if !waits => return Ok(()),
                Err(error) if !error.is_passing() => return Err(open_error(error)),
                _ if began.elapsed() > Duration::from_secs(OUTBOX_WAIT_S) => {
                    let what = "what this node took cannot be placed in the cluster; nothing is \
                                changed: try again when a majority of its servers answers";
                    return Err(Fault::Cluster(what.into()).into());
                }
                _ => std::thread::sleep(Duration::from_millis(LOOK_MS)),
            }
        }
    }

    fn stream_end(&mut self) -> Result<u64, LedgerError> {
        let end = self.store.engine().end().map_err(store::OpenError::from)?;
        Ok(end)
    }
}
