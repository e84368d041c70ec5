//! Lines drawn by lot for platforms, under a committed seed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Issue, LineRecord, Refusal, Registry};
use crate::draw::{DrawKey, digest};
use crate::{DRAW_ALGORITHM, DrawSeed, Drawing, LineState, Lot, Placing, PlatformId, Timestamp};

/// A committed seed as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedRecord {
    /// The entry that committed it.
    pub index: u64,
    /// The seed.
    pub seed: DrawSeed,
    /// Draws made with it.
    pub draws: u64,
}

impl Registry {
    pub(super) fn seed_committed(&mut self, seed: &DrawSeed, index: u64) {
        self.seeds.push(SeedRecord {
            index,
            seed: seed.clone(),
            draws: 0,
        });
    }

    pub(super) fn drawn_with(&mut self, drawing: Drawing) {
        let of = |record: &&mut SeedRecord| record.index == drawing.seed;
        if let Some(record) = self.seeds.iter_mut().find(of) {
            record.draws = record.draws.max(drawing.number + 1);
        }
    }

    /// Committed seeds, oldest first; draws are made with the last.
    pub fn draw_seeds(&self) -> &[SeedRecord] {
        &self.seeds
    }

    pub(super) fn next_drawing(&self) -> Result<(Drawing, &DrawSeed), Refusal> {
        let record = self.seeds.last().ok_or(Refusal::NoDrawSeed)?;
        let drawing = Drawing {
            seed: record.index,
            number: record.draws,
        };
        Ok((drawing, &record.seed))
    }

    /// Never before the last entry, whatever the clock says.
    pub(super) fn not_before_the_last(&self, now: Timestamp) -> Timestamp {
        self.at.map_or(now, |at| now.max(at))
    }

    pub(super) fn draw_line(
        &self,
        wish: &Issue<'_>,
        now: Timestamp,
    ) -> Result<(&LineRecord, Placing), Refusal> {
        let (drawing, seed) = self.next_drawing()?;
        let now = self.not_before_the_last(now);
        let (lot, line) = self.lot(&wish.platform, wish.country.as_deref(), drawing, seed, now);
        let in_country = || wish.country.iter().map(|c| format!(" in {c}")).collect();
        match line {
            Some(line) => Ok((line, Placing::Lot(lot))),
            None => Err(Refusal::NoReadyLine {
                in_country: in_country(),
            }),
        }
    }

    pub(super) fn lot(
        &self,
        platform: &PlatformId,
        country: Option<&str>,
        drawing: Drawing,
        seed: &DrawSeed,
        now: Timestamp,
    ) -> (Lot, Option<&LineRecord>) {
        let candidates = self.candidates(platform, country, now);
        let indices: Vec<u64> = candidates.keys().copied().collect();
        let purpose = format!("platform:{platform}");
        let key = DrawKey::new(seed.seed.expose(), drawing.number, &purpose);
        let drawn = key
            .first(&indices)
            .and_then(|index| candidates.get(&index).copied());
        let lot = Lot {
            algorithm: DRAW_ALGORITHM.to_owned(),
            drawing,
            decided_at: now,
            country: country.map(str::to_owned),
            candidates: indices.len() as u64,
            candidates_sha256: digest(&indices),
        };
        (lot, drawn)
    }

    /// Whoever may be drawn for a platform: ready, clean if there is a clean one, in a block that
    /// the platform has not had if there is one, since replicates in different blocks tell a block
    /// sweep from a leak.
    fn candidates(
        &self,
        platform: &PlatformId,
        country: Option<&str>,
        now: Timestamp,
    ) -> BTreeMap<u64, &LineRecord> {
        let taken = self.blocks_of(platform);
        let fits = |record: &&LineRecord| {
            (country.is_none() || country == record.line.country.as_deref())
                && self.state(record, now) == LineState::Ready
        };
        let worth = |record: &LineRecord| {
            let block = record.line.block.as_deref();
            let again = block.is_some_and(|block| taken.contains(&block));
            (self.dirty(record).is_some(), again)
        };
        let ready: Vec<_> = self
            .lines
            .values()
            .filter(fits)
            .map(|r| (worth(r), r))
            .collect();
        let best = ready.iter().map(|(worth, _)| *worth).min();
        let best = ready.into_iter().filter(|(worth, _)| Some(*worth) == best);
        best.map(|(_, record)| (record.index, record)).collect()
    }

    fn blocks_of(&self, platform: &PlatformId) -> Vec<&str> {
        let of_it = |record: &&super::HoneytokenRecord| record.honeytoken.platform == *platform;
        let mut blocks: Vec<&str> = self
            .honeytokens
            .values()
            .filter(of_it)
            .filter_map(|held| {
                self.lines
                    .get(&held.honeytoken.number)?
                    .line
                    .block
                    .as_deref()
            })
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        blocks
    }

    pub(super) fn seed(&self, index: u64) -> Option<&SeedRecord> {
        self.seeds.iter().find(|record| record.index == index)
    }
}
