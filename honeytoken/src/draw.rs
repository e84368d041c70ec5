//! Drawing by lot so that a stranger can draw again.
//!
//! A *seed* is put into the log before anything is drawn with it. The n-th draw under a seed has a
//! key of its own; the candidates, named by the entries that added them, are ranked by a MAC of
//! their index under that key, and the least are drawn:
//!
//! ```text
//! key(n, purpose) = HMAC-SHA256(seed text, "canaryline/draw/v1" LF n LF purpose)
//! rank(candidate) = HMAC-SHA256(key, index of the entry that added it, in decimal)
//! ```
//!
//! Draws are numbered and not drawn from the log's size, so that entries made up for the purpose do
//! not move the lot. Whoever knows the seed can still choose *when* to draw; what they cannot do
//! is draw something else, or leave a draw out.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{PhoneNumber, Secret, Timestamp};

/// The name of the way of drawing described above.
pub const DRAW_ALGORITHM: &str = "hmac-sha256-rank-1";
/// What the key of a draw begins with.
const KEY_LABEL: &str = "canaryline/draw/v1\n";

/// A seed, fixed before anything is drawn with it: its entry commits to it, and says its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawSeed {
    /// SHA-256 of the seed's text, in lower-case hex: what may be told at once.
    pub sha256: String,
    /// The seed: 64 lower-case hex digits, told when nothing more is drawn with it.
    pub seed: Secret,
}

impl DrawSeed {
    /// The seed with these random bytes.
    pub fn from_random(bytes: [u8; 32]) -> DrawSeed {
        let text = hex(&bytes);
        DrawSeed {
            sha256: hex(&Sha256::digest(&text)),
            seed: Secret::new(text),
        }
    }

    /// Whether the digest is the seed's.
    pub fn is_consistent(&self) -> bool {
        hex(&Sha256::digest(self.seed.expose())) == self.sha256
    }
}

/// Which draw under which committed seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// The entry that committed the seed.
    pub seed: u64,
    /// How many draws went before it under this seed.
    pub number: u64,
}

/// How a placement's line was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placing {
    /// Somebody named it: not by lot, which verdicts mention.
    Chosen,
    /// By lot.
    Lot(Lot),
}

/// A line drawn by lot: enough to draw again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// How: [`DRAW_ALGORITHM`].
    pub algorithm: String,
    /// With what.
    pub drawing: Drawing,
    /// When it was decided who was ready; no later than the entry itself.
    pub decided_at: Timestamp,
    /// The country that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// How many lines could have been drawn.
    pub candidates: u64,
    /// Which: SHA-256 of the indices of the entries that added them, ascending, in decimal, each
    /// ended by LF; lower-case hex.
    pub candidates_sha256: String,
}

/// Where a seed of controls comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrawSource {
    /// The log committed to it earlier.
    Committed(Drawing),
    /// Whoever asked gave it: a number that others saw drawn, say.
    Given(String),
}

/// Lines that are alike in what a control is matched by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stratum {
    /// The provider of their connection.
    pub provider: String,
    /// ISO 3166 code, or none.
    pub country: Option<String>,
    /// Block of neighbouring numbers, or none.
    pub block: Option<String>,
    /// Month in which they were acquired, such as `2026-11`, UTC.
    pub started: String,
}

/// What was drawn in one stratum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumDrawn {
    /// Which.
    pub stratum: Stratum,
    /// Lines that could have been drawn.
    pub candidates: u64,
    /// Lines that were.
    pub drawn: u64,
}

/// Lines became controls by lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlsDrawn {
    /// How: [`DRAW_ALGORITHM`], in each stratum.
    pub algorithm: String,
    /// With what.
    pub source: DrawSource,
    /// When it was decided who was in the pool; no later than the entry itself.
    pub decided_at: Timestamp,
    /// Share of all lines that shall be controls.
    pub share: f64,
    /// In how many in each stratum.
    pub strata: Vec<StratumDrawn>,
    /// How many lines could have been drawn.
    pub candidates: u64,
    /// Which, as in [`Lot`].
    pub candidates_sha256: String,
    /// What was drawn: the entries that added them, ascending.
    pub drawn: Vec<u64>,
    /// Their numbers, in the same order.
    pub numbers: Vec<PhoneNumber>,
}

impl DrawSource {
    /// The key of a draw of controls, given the seed that a committed one names.
    pub(crate) fn key(&self, committed: Option<&DrawSeed>) -> Option<DrawKey> {
        match self {
            DrawSource::Committed(drawing) => Some(DrawKey::new(
                committed?.seed.expose(),
                drawing.number,
                CONTROLS,
            )),
            DrawSource::Given(text) => Some(DrawKey::new(text, 0, CONTROLS)),
        }
    }
}

/// The purpose of a draw of controls.
const CONTROLS: &str = "controls";

/// The key of one draw.
#[derive(Clone)]
pub(crate) struct DrawKey(Hmac<Sha256>);

impl DrawKey {
    /// The key of the draw of this number, for this purpose, under a seed.
    pub(crate) fn new(seed: &str, number: u64, purpose: &str) -> DrawKey {
        let message = format!("{KEY_LABEL}{number}\n{purpose}");
        let key = keyed(seed.as_bytes()).chain_update(message.as_bytes());
        DrawKey(keyed(&key.finalize().into_bytes()))
    }

    fn rank(&self, candidate: u64) -> [u8; 32] {
        let text = candidate.to_string();
        self.0
            .clone()
            .chain_update(text.as_bytes())
            .finalize()
            .into_bytes()
            .into()
    }

    /// The `count` candidates of least rank, ascending by index.
    pub(crate) fn draw(&self, candidates: &[u64], count: usize) -> Vec<u64> {
        let mut ranked: Vec<([u8; 32], u64)> =
            candidates.iter().map(|c| (self.rank(*c), *c)).collect();
        ranked.sort_unstable();
        let mut drawn: Vec<u64> = ranked.into_iter().take(count).map(|(_, c)| c).collect();
        drawn.sort_unstable();
        drawn
    }

    /// The candidate of least rank; none of none.
    pub(crate) fn first(&self, candidates: &[u64]) -> Option<u64> {
        candidates.iter().copied().min_by_key(|c| self.rank(*c))
    }
}

/// HMAC takes keys of any length: longer ones than a block are hashed first (RFC 2104).
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    Hmac::new(&block.into())
}

/// The digest of a set of candidates, ascending.
pub(crate) fn digest(candidates: &[u64]) -> String {
    let mut sha = Sha256::new();
    for candidate in candidates {
        sha.update(format!("{candidate}\n"));
    }
    hex(&sha.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
