//! A node's turn to decide: a message without entries asks the others to wait, then it decides, and
//! on. Safety does not rest on their waiting.

use std::time::{Duration, Instant};

use store::{Acknowledge, Fault, Sealed, Terms};

use super::super::{Ledger, RecordError, Recorded};

/// Where webhooks are acknowledged by this node alone, a decision waits no longer than this, in
/// milliseconds.
const LOCAL_DECIDE_WAIT_MS: u64 = 1_000;
/// The end of a turn is told for no longer than this, in milliseconds: the others go on by
/// themselves soon after.
const END_WAIT_MS: u64 = 1_000;

/// This node's turn to decide.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    /// Whether the others are asked to wait still.
    held: bool,
    /// Whether the next append ends it.
    last: bool,
}

impl Ledger {
    /// Whether a decision may be made now without asking others to wait.
    pub(crate) fn has_turn(&self) -> bool {
        self.among.as_ref().is_none_or(|among| among.turn.is_some())
    }

    /// Decides and records while no other node does.
    ///
    /// # Errors
    /// [`Fault::Unreachable`]: no majority answers, so nothing can be decided here.
    pub fn in_turn<T>(&mut self, work: impl FnOnce(&mut Ledger) -> T) -> Result<T, RecordError> {
        if self.has_turn() {
            return Ok(work(self));
        }
        self.begin_turn().inspect_err(|error| self.degrade(error))?;
        let outcome = work(self);
        self.end_turn();
        Ok(outcome)
    }

    fn begin_turn(&mut self) -> Result<(), RecordError> {
        let Some(among) = &self.among else {
            return Ok(());
        };
        if let Some(why) = among.standing.degraded() {
            return Err(Fault::Unreachable(why).into());
        }
        let wait_ms = among.ways.decide_wait_ms;
        // Webhooks wait behind a decision, and this node's disk is enough for them.
        let wait_ms = match among.ways.acknowledge {
            Acknowledge::Local => wait_ms.min(LOCAL_DECIDE_WAIT_MS),
            Acknowledge::Quorum => wait_ms,
        };
        let wait = Duration::from_millis(wait_ms);
        let began = Instant::now();
        self.store.engine().be_patient(wait_ms);
        let terms = Terms {
            mark: None,
            hold: true,
        };
        loop {
            self.fold_arrivals()?;
            match self.store.append_on(Vec::new(), terms) {
                Ok(_) => break,
                Err(Fault::Overtaken) if began.elapsed() < wait => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        self.set_turn(Some(Turn {
            held: true,
            last: false,
        }));
        Ok(())
    }

    fn set_turn(&mut self, turn: Option<Turn>) {
        if let Some(among) = &mut self.among {
            among.turn = turn;
        }
    }

    /// Says that the next append is the last of this turn.
    pub fn append_last(&mut self) {
        if let Some(turn) = self.among.as_mut().and_then(|among| among.turn.as_mut()) {
            turn.last = true;
        }
    }

    pub(super) fn append_in_turn(
        &mut self,
        batch: Vec<Sealed>,
    ) -> Result<Vec<Recorded>, RecordError> {
        let parts = self.in_messages(batch);
        let (mut recorded, count) = (Vec::new(), parts.len());
        for (place, part) in parts.into_iter().enumerate() {
            let turn = self.among.as_ref().and_then(|among| among.turn);
            let ends = turn.is_some_and(|turn| turn.last) && place + 1 == count;
            let terms = Terms {
                mark: None,
                hold: !ends,
            };
            recorded.extend(self.append_on(part, terms)?);
            self.set_turn(turn.map(|turn| Turn {
                held: !ends,
                ..turn
            }));
        }
        Ok(recorded)
    }

    /// Lets the others go on.
    fn end_turn(&mut self) {
        let held = self.among.as_ref().and_then(|among| among.turn);
        self.set_turn(None);
        if held.is_some_and(|turn| turn.held) {
            self.store.engine().be_patient(END_WAIT_MS);
            // If this fails, they go on after a second and a half.
            let _ = self.store.append_on(Vec::new(), Terms::default());
        }
    }
}
