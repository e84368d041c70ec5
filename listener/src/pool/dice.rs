//! The seed that draws are made with: committed to before anything is drawn.

use honeytoken::{DrawSeed, Event, Timestamp};
use ring::rand::{SecureRandom as _, SystemRandom};
use store::SealError;

use crate::ledger::{Ledger, RecordError};

/// A fresh seed from the system's randomness, to be committed.
///
/// # Errors
/// When the system has no randomness.
pub fn fresh_seed() -> Result<Event, SealError> {
    let mut bytes = [0; 32];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| SealError::Randomness)?;
    Ok(Event::DrawSeedCommitted(DrawSeed::from_random(bytes)))
}

/// Commits to a seed, unless the log has one.
///
/// # Errors
/// As [`Ledger::record`].
pub fn ensure_seed(ledger: &mut Ledger, now: Timestamp) -> Result<(), RecordError> {
    if !ledger.has_turn() {
        return ledger.in_turn(|ledger| ensure_seed(ledger, now))?;
    }
    if ledger.view().state().registry.draw_seeds().is_empty() {
        ledger.record(now, None, vec![fresh_seed()?])?;
    }
    Ok(())
}
