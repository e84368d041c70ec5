//! Texts that are nearly the same: an index of sketches over the latest texts of each campaign.
//!
//! Bounded: [`TEXTS_MAX`] texts are remembered, the oldest is forgotten first. A campaign that goes on
//! is remembered again by its next text.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::text::{Shingles, Sketch};

/// The fewest shingles of a text whose likeness means anything.
const SHINGLES_MIN: usize = 10;
/// The least likeness (Jaccard) that links, where texts are Han and where they are not. Han texts
/// are compared by two characters at a time, so that one that recognition missed costs more.
const LIKE_HAN_MIN: f64 = 0.45;
const LIKE_MIN: f64 = 0.6;
/// The same for texts under different signatures: trades share their wording.
const LIKE_SIGNED_MIN: f64 = 0.8;
/// A part of another text links when this much of it is contained.
const CONTAINED_HAN_MIN: f64 = 0.7;
const CONTAINED_MIN: f64 = 0.9;
/// The fewest shingles of a part.
const PART_SHINGLES_MIN: usize = 16;
/// Texts remembered in one bucket of the index, the newest.
const BUCKET_TEXTS_MAX: usize = 12;
/// Texts that a new one is compared with.
const COMPARED_TEXTS_MAX: usize = 16;
/// Texts remembered in all: some 50 MiB if each is as long as any may be.
const TEXTS_MAX: usize = 32_768;

/// A text that others are compared with.
#[derive(Debug, Serialize, Deserialize)]
struct Exemplar {
    campaign: u32,
    signature: Option<u64>,
    shingles: Shingles,
}

/// The texts remembered, by number, and where to find them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Alike {
    buckets: BTreeMap<u64, Vec<u32>>,
    texts: VecDeque<Exemplar>,
    /// The number of the oldest text.
    first: u32,
}

/// What is compared of a text.
pub(super) struct Compared {
    signature: Option<u64>,
    shingles: Shingles,
    sketch: Sketch,
}

impl Compared {
    /// None if the text says too little to be compared.
    pub(super) fn new(shingles: Shingles, signature: Option<u64>) -> Option<Compared> {
        (shingles.len() >= SHINGLES_MIN).then(|| Compared {
            sketch: shingles.sketch(),
            signature,
            shingles,
        })
    }

    /// How alike it is to another text; none if not enough to link them. What is alike as a whole
    /// counts more than any part.
    fn likeness(&self, other: &Exemplar) -> Option<f64> {
        let (a, b) = (&self.shingles, &other.shingles);
        if a.han != b.han {
            return None;
        }
        let whole = a.jaccard(b);
        let strangers = self.signature.is_some()
            && other.signature.is_some()
            && self.signature != other.signature;
        if strangers {
            return (whole >= LIKE_SIGNED_MIN).then_some(whole);
        }
        let (like, contained) = if a.han {
            (LIKE_HAN_MIN, CONTAINED_HAN_MIN)
        } else {
            (LIKE_MIN, CONTAINED_MIN)
        };
        if whole >= like {
            return Some(whole);
        }
        let part = || (a.len().min(b.len()) >= PART_SHINGLES_MIN).then(|| a.containment(b));
        part().filter(|p| *p >= contained).map(|p| p * like)
    }
}

impl Alike {
    fn get(&self, number: u32) -> Option<&Exemplar> {
        self.texts.get(number.wrapping_sub(self.first) as usize)
    }

    /// The campaign whose text is most like this one, if one is like it at all.
    pub(super) fn find(&self, text: &Compared) -> Option<u32> {
        let mut best: Option<(f64, u32)> = None;
        for other in self.candidates(&text.sketch) {
            if let Some(like) = text.likeness(other)
                && best.is_none_or(|b| like > b.0)
            {
                best = Some((like, other.campaign));
            }
        }
        best.map(|b| b.1)
    }

    /// Those that share most bands are most alike; the others are not worth a look.
    fn candidates(&self, sketch: &Sketch) -> impl Iterator<Item = &Exemplar> {
        let mut found: Vec<u32> = Vec::new();
        for bucket in sketch.iter().filter_map(|k| self.buckets.get(k)) {
            found.extend_from_slice(bucket);
        }
        found.sort_unstable();
        let mut candidates: Vec<(usize, u32)> = found
            .chunk_by(|a, b| a == b)
            .map(|same| (same.len(), same[0]))
            .collect();
        candidates.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(COMPARED_TEXTS_MAX);
        candidates.into_iter().filter_map(|c| self.get(c.1))
    }

    /// Remembers a text of a campaign; returns the campaign whose oldest text had to go for it.
    pub(super) fn remember(&mut self, campaign: u32, text: Compared) -> Option<u32> {
        let number = self.first.wrapping_add(self.texts.len() as u32);
        for key in text.sketch {
            let bucket = self.buckets.entry(key).or_default();
            if bucket.len() >= BUCKET_TEXTS_MAX {
                bucket.remove(0);
            }
            bucket.push(number);
        }
        self.texts.push_back(Exemplar {
            campaign,
            signature: text.signature,
            shingles: text.shingles,
        });
        (self.texts.len() > TEXTS_MAX)
            .then(|| self.forget())
            .flatten()
    }

    fn forget(&mut self) -> Option<u32> {
        let oldest = self.texts.pop_front()?;
        for key in oldest.shingles.sketch() {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.retain(|number| *number != self.first);
                if bucket.is_empty() {
                    self.buckets.remove(&key);
                }
            }
        }
        self.first = self.first.wrapping_add(1);
        Some(oldest.campaign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::handles;

    fn compared(text: &str) -> Compared {
        let handles = handles(text);
        Compared::new(Shingles::of(&handles.body), handles.signature).unwrap()
    }

    #[test]
    fn at_its_limit_the_oldest_text_is_forgotten_and_nothing_else_grows() {
        let word = |n: usize| {
            let letter = |i: usize| char::from(b'a' + (n >> (4 * i)) as u8 % 16);
            (0..5).map(letter).collect::<String>()
        };
        let said = |n: usize| {
            let n = n * 97;
            format!("{} {} {}", word(n), word(n + 31), word(n + 57))
        };
        let mut alike = Alike::default();
        for n in 0..TEXTS_MAX {
            assert_eq!(alike.remember(n as u32, compared(&said(n))), None);
        }
        assert_eq!(alike.find(&compared(&said(0))), Some(0));
        assert_eq!(alike.remember(9, compared(&said(TEXTS_MAX))), Some(0));
        assert_eq!(alike.texts.len(), TEXTS_MAX);
        assert_ne!(alike.find(&compared(&said(0))), Some(0));
        assert_eq!(alike.find(&compared(&said(TEXTS_MAX))), Some(9));
        let kept: usize = alike.buckets.values().map(Vec::len).sum();
        assert!(kept <= TEXTS_MAX * crate::text::BANDS);
    }

    #[test]
    fn trades_share_their_wording_and_signatures_tell_them_apart() {
        let mut alike = Alike::default();
        let text = |sign: &str, rest: &str| {
            compared(&format!(
                "【{sign}】您有一个国际包裹被海关扣留，请核实身份，{rest}"
            ))
        };
        alike.remember(1, text("普森严选", "快递丢失可双倍理赔"));
        assert_eq!(alike.find(&text("普森严选", "加理赔专员")), Some(1));
        assert_eq!(alike.find(&text("凯诚速递", "加理赔专员")), None);
    }
}
