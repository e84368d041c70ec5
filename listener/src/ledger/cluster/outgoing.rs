//! Contacts on their way out: into the outbox, to their place, out of the outbox.

use std::time::{Duration, Instant};

use store::{Acknowledge, Draft, Fault, Sealed, Terms};

use super::super::{Ledger, RecordError, Recorded};

/// How long batches leave the outbox in one go, in milliseconds: others wait meanwhile, and gather
/// into larger batches, so that it empties also under load.
const DRAIN_FOR_MS: u64 = 500;
/// How long a batch that leaves the outbox waits for an answer, in milliseconds: shorter than a
/// provider's patience by far.
const DRAIN_WAIT_MS: u64 = 400;
/// The largest entry of a contact that a message takes, in bytes.
const ENTRY_BYTES_MAX: usize = 900_000;

impl Ledger {
    /// Takes contacts: placed in the log, or on this node's own disk with their place to come.
    ///
    /// # Errors
    /// When this node's disk fails, or the outbox is full.
    pub fn keep(&mut self, batch: Vec<Sealed>) -> Result<Vec<Recorded>, RecordError> {
        if self.among.is_none() {
            return self.append(batch);
        }
        if let Some(why) = self.store.poisoned() {
            // What the outbox would hold could not be placed from here.
            return Err(Fault::Poisoned(why.to_owned()).into());
        }
        let mut recorded = Vec::with_capacity(batch.len());
        for part in self.in_messages(batch) {
            recorded.extend(self.keep_part(part)?);
        }
        self.tell_standing();
        Ok(recorded)
    }

    /// Cuts a batch into such as fit into a message each.
    pub(super) fn in_messages(&mut self, batch: Vec<Sealed>) -> Vec<Vec<Sealed>> {
        let bytes_max = self.store.engine().batch_bytes_max();
        let (mut parts, mut part, mut bytes) = (Vec::new(), Vec::new(), 0);
        for sealed in batch {
            bytes += sealed.frame_bytes();
            if bytes > bytes_max && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
                bytes = sealed.frame_bytes();
            }
            part.push(sealed);
        }
        parts.push(part);
        parts
    }

    fn keep_part(&mut self, part: Vec<Sealed>) -> Result<Vec<Recorded>, RecordError> {
        let Some(among) = &mut self.among else {
            return self.append(part);
        };
        if part
            .iter()
            .any(|sealed| sealed.frame_bytes() > ENTRY_BYTES_MAX)
        {
            let what = "contact is larger than an entry of a cluster may be (900,000 bytes)";
            return Err(Fault::Refused(what).into());
        }
        let behind = !among.outbox.is_empty() || among.standing.degraded().is_some();
        let mark = among.outbox.push(part.iter().map(Sealed::draft))?;
        let kept = vec![Recorded::Kept; part.len()];
        if behind || among.ways.acknowledge == Acknowledge::Local {
            return Ok(kept);
        }
        let wait_ms = among.ways.quorum_wait_ms;
        self.store.engine().be_patient(wait_ms);
        match self.place(&part, Some(mark), wait_ms) {
            Ok(recorded) => {
                self.forget_placed()?;
                Ok(recorded)
            }
            Err(error) if error.is_passing() => {
                self.degrade(&error);
                self.set_head(mark, part);
                Ok(kept)
            }
            Err(error) => Err(error),
        }
    }

    /// Places facts behind whatever others placed. Within a turn nobody should have come between.
    pub(in crate::ledger) fn append_among_others(
        &mut self,
        batch: Vec<Sealed>,
    ) -> Result<Vec<Recorded>, RecordError> {
        if self
            .among
            .as_ref()
            .is_some_and(|among| among.turn.is_some())
        {
            return self.append_in_turn(batch);
        }
        let wait_ms = self.among.as_ref().map_or(0, |a| a.ways.quorum_wait_ms);
        self.store.engine().be_patient(wait_ms);
        let mut recorded = Vec::with_capacity(batch.len());
        for part in self.in_messages(batch) {
            recorded.extend(self.place(&part, None, wait_ms)?);
        }
        Ok(recorded)
    }

    /// Places a batch behind whatever comes first, for up to a time.
    fn place(
        &mut self,
        batch: &[Sealed],
        mark: Option<u64>,
        wait_ms: u64,
    ) -> Result<Vec<Recorded>, RecordError> {
        let began = Instant::now();
        loop {
            self.fold_arrivals()?;
            if mark.is_some_and(|mark| mark <= self.store.engine().marked()) {
                // An earlier try was taken after all, and has just arrived.
                return Ok(vec![Recorded::Kept; batch.len()]);
            }
            let terms = Terms { mark, hold: false };
            match self.append_on(batch.to_vec(), terms) {
                Err(RecordError::Fault(Fault::Overtaken))
                    if began.elapsed() < Duration::from_millis(wait_ms) => {}
                outcome => return outcome,
            }
        }
    }

    pub(super) fn drain(&mut self) -> Result<(), RecordError> {
        self.forget_placed()?;
        self.store.engine().be_patient(DRAIN_WAIT_MS);
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(DRAIN_FOR_MS) {
            let Some(among) = &mut self.among else { break };
            let Some(mark) = among.outbox.oldest_mark() else {
                return self.recover();
            };
            let sealed = match among.head.take() {
                Some((of, sealed)) if of == mark => sealed,
                _ => self.seal_oldest()?,
            };
            let placed = self.place(&sealed, Some(mark), DRAIN_WAIT_MS);
            if let Err(error) = placed {
                self.set_head(mark, sealed);
                return Err(error);
            }
            self.forget_placed()?;
        }
        Ok(())
    }

    /// Kept sealed until the next try: large values that were sent already are found by their names.
    fn set_head(&mut self, mark: u64, sealed: Vec<Sealed>) {
        if let Some(among) = &mut self.among {
            among.head = Some((mark, sealed));
        }
    }

    fn seal_oldest(&self) -> Result<Vec<Sealed>, RecordError> {
        let oldest = match &self.among {
            Some(among) => among.outbox.oldest()?,
            None => None,
        };
        let drafts = oldest.map(|(_, drafts)| drafts).unwrap_or_default();
        // The log's time does not go back, and what is sealed again has other names.
        let at = self.view.reader.head().at;
        let draft = |draft: Draft| Draft {
            at: draft.at.max(at),
            ..draft
        };
        let sealed = drafts
            .into_iter()
            .map(draft)
            .map(|d| self.view.sealer.seal(d));
        Ok(sealed.collect::<Result<Vec<_>, _>>()?)
    }

    /// The stream holds these already.
    pub(super) fn forget_placed(&mut self) -> Result<(), Fault> {
        let marked = self.store.engine().marked();
        match &mut self.among {
            Some(among) => among.outbox.done(marked),
            None => Ok(()),
        }
    }

    fn recover(&mut self) -> Result<(), RecordError> {
        let Some(among) = &self.among else {
            return Ok(());
        };
        if among.standing.degraded().is_some() {
            self.store.engine().probe()?;
            tracing::info!("cluster answers again; nothing waits in the outbox");
            among.standing.set_degraded(None);
        }
        Ok(())
    }
}
