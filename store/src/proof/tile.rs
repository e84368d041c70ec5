//! Names of tiles (<https://c2sp.org/tlog-tiles>): the static pieces in which a log is served.
//!
//! ```text
//! tile/<level>/<index>[.p/<width>]      up to 256 hashes: leaf hashes at level 0, above it the
//!                                       roots of full tiles of the level below
//! tile/entries/<index>[.p/<width>]      up to 256 leaves, each after its length in two bytes
//! index = groups of three digits, all but the last after an x: 1234067 = x001/x234/067
//! ```
//! A full tile never changes; a partial one is named by its width and never changes either.

use std::fmt;
use std::str::FromStr;

/// Hashes or leaves in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Levels of the tree in one tile.
pub const TILE_HEIGHT: u32 = 8;
/// The highest level; a tree of 2^64 leaves needs no more than eight.
const LEVEL_MAX: u8 = 63;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileKind {
    /// Hashes of this level.
    Hashes(u8),
    /// The leaves themselves.
    Entries,
}

/// The name of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// What it holds.
    pub kind: TileKind,
    /// Its place among those of its kind.
    pub index: u64,
    /// How many hashes or leaves, 1 to 256.
    pub width: u16,
}

/// A path that names no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "path names no tile; expected tile/<level>/<index> or tile/entries/<index>, with .p/<width> for a partial one"
)]
pub struct TileError;

impl Tile {
    /// Whether a log of `size` leaves has all of this tile.
    pub fn is_within(&self, size: u64) -> bool {
        let level = match self.kind {
            TileKind::Hashes(level) => u32::from(level),
            TileKind::Entries => 0,
        };
        let nodes = size.checked_shr(TILE_HEIGHT * level).unwrap_or(0);
        let end = self
            .index
            .checked_mul(TILE_WIDTH)
            .map(|s| s + u64::from(self.width));
        end.is_some_and(|end| end <= nodes)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => write!(f, "tile/entries/")?,
        }
        write_index(f, self.index)?;
        if u64::from(self.width) < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let mut groups = vec![index % 1000];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(rest % 1000);
        rest /= 1000;
    }
    let (last, first) = groups.split_first().unwrap_or((&0, &[]));
    first
        .iter()
        .rev()
        .try_for_each(|group| write!(f, "x{group:03}/"))?;
    write!(f, "{last:03}")
}

impl FromStr for Tile {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Tile, TileError> {
        let rest = path.strip_prefix("tile/").ok_or(TileError)?;
        let (kind, rest) = rest.split_once('/').ok_or(TileError)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().map_err(|_| TileError)?),
        };
        if matches!(kind, TileKind::Hashes(level) if level > LEVEL_MAX) {
            return Err(TileError);
        }
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().map_err(|_| TileError)?),
            None => (rest, TILE_WIDTH as u16),
        };
        if width == 0 || u64::from(width) > TILE_WIDTH {
            return Err(TileError);
        }
        let tile = Tile {
            kind,
            index: parse_index(index)?,
            width,
        };
        // One path for one tile: leading zeros, plus signs and the like do not come back.
        if tile.to_string() == path {
            Ok(tile)
        } else {
            Err(TileError)
        }
    }
}

fn parse_index(text: &str) -> Result<u64, TileError> {
    text.split('/').try_fold(0u64, |index, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let group: u64 = digits.parse().map_err(|_| TileError)?;
        index
            .checked_mul(1000)
            .and_then(|i| i.checked_add(group))
            .ok_or(TileError)
    })
}
