//! Draws made again by whoever checks them.

use super::{Registry, SeedRecord};
use crate::{
    ControlsDrawn, DRAW_ALGORITHM, DrawSource, Drawing, Entry, Event, Honeytoken, Lot, Placing,
    Timestamp,
};

/// Why a draw does not follow from its seed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawFault {
    /// No such seed had been committed.
    #[error("its draw names entry {0}, which committed no seed before it")]
    NoSeed(u64),
    /// A digest that is not the seed's.
    #[error("it commits to a seed whose digest it is not")]
    Digest,
    /// A draw was left out, or drawn twice.
    #[error("its draw is number {said} under its seed, though {made} were made before it")]
    Number {
        /// What it says.
        said: u64,
        /// What the log holds.
        made: u64,
    },
    /// Decided at another time than it could have been.
    #[error("its draw was decided at {0}, which is not between the entry before it and itself")]
    Time(Timestamp),
    /// Drawn among others than there were.
    #[error("its draw was among other lines than could have been drawn then")]
    Candidates,
    /// Something else follows from the seed.
    #[error("what it drew does not follow from its seed")]
    Drawn,
    /// Another way of drawing.
    #[error("its draw follows {0:?}, which this version does not know; a newer one may")]
    Algorithm(String),
}

impl Registry {
    /// Whether what an entry drew by lot follows from a seed that was committed before it, judged
    /// by the fold of all entries before it. None: the entry drew nothing.
    ///
    /// # Errors
    /// What does not follow. Where contacts were erased before it, [`DrawFault::Candidates`] may
    /// come of that: they count in a line's soak no more.
    pub fn check_draw(&self, entry: &Entry) -> Option<Result<(), DrawFault>> {
        match &entry.event {
            Event::DrawSeedCommitted(seed) if !seed.is_consistent() => Some(Err(DrawFault::Digest)),
            Event::HoneytokenIssued(token) => match &token.placing {
                Some(Placing::Lot(lot)) => Some(self.check_lot(entry, token, lot)),
                _ => None,
            },
            Event::ControlsDrawn(drawn) => Some(self.check_controls(entry, drawn)),
            _ => None,
        }
    }

    fn check_lot(&self, entry: &Entry, token: &Honeytoken, lot: &Lot) -> Result<(), DrawFault> {
        let record = self.check_terms(entry, &lot.algorithm, lot.decided_at, Some(lot.drawing))?;
        let seed = record
            .map(|r| &r.seed)
            .ok_or(DrawFault::NoSeed(lot.drawing.seed))?;
        let country = lot.country.as_deref();
        let (again, line) = self.lot(&token.platform, country, lot.drawing, seed, lot.decided_at);
        if again != *lot {
            return Err(DrawFault::Candidates);
        }
        let number = line.map(|record| record.line.number);
        (number == Some(token.number))
            .then_some(())
            .ok_or(DrawFault::Drawn)
    }

    fn check_controls(&self, entry: &Entry, drawn: &ControlsDrawn) -> Result<(), DrawFault> {
        let drawing = match &drawn.source {
            DrawSource::Committed(drawing) => Some(*drawing),
            DrawSource::Given(_) => None,
        };
        self.check_terms(entry, &drawn.algorithm, drawn.decided_at, drawing)?;
        let again = self.controls(drawn.share, drawn.source.clone(), drawn.decided_at);
        let again = again.map_err(|_| DrawFault::Drawn)?;
        if again.candidates_sha256 != drawn.candidates_sha256 {
            return Err(DrawFault::Candidates);
        }
        (again == *drawn).then_some(()).ok_or(DrawFault::Drawn)
    }

    /// What all draws have in common; the seed, where it was committed.
    fn check_terms(
        &self,
        entry: &Entry,
        algorithm: &str,
        decided_at: Timestamp,
        drawing: Option<Drawing>,
    ) -> Result<Option<&SeedRecord>, DrawFault> {
        if algorithm != DRAW_ALGORITHM {
            return Err(DrawFault::Algorithm(algorithm.to_owned()));
        }
        if decided_at > entry.at || self.at.is_some_and(|before| decided_at < before) {
            return Err(DrawFault::Time(decided_at));
        }
        let Some(drawing) = drawing else {
            return Ok(None);
        };
        let record = self
            .seed(drawing.seed)
            .ok_or(DrawFault::NoSeed(drawing.seed))?;
        match record.draws == drawing.number {
            true => Ok(Some(record)),
            false => Err(DrawFault::Number {
                said: drawing.number,
                made: record.draws,
            }),
        }
    }
}
