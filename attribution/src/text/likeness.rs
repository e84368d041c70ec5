//! How alike two texts are: shingles, and sketches that find candidates (Broder 1997).

use serde::{Deserialize, Serialize};

use super::{digest_chars, is_han, mix};

/// Hash functions in a sketch.
const HASHES: usize = 24;
/// Hashes that must agree for one band to agree.
const ROWS: usize = 2;
/// Bands of a sketch: two texts of Jaccard likeness .5 share a band with probability .97.
pub(crate) const BANDS: usize = HASHES / ROWS;
/// The most shingles of a text that are kept.
const SHINGLES_MAX: usize = 400;

/// The bands of a text: candidates for likeness share at least one.
pub(crate) type Sketch = [u64; BANDS];

/// The shingles of a text, sorted, each once: two characters where it is Han, else five.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shingles {
    /// The text is Han, and its shingles are of two characters.
    pub(crate) han: bool,
    sorted: Box<[u32]>,
}

impl Shingles {
    /// Of a text without what varies.
    pub(crate) fn of(body: &[char]) -> Shingles {
        let han = body.iter().filter(|c| is_han(**c)).count() * 3 >= body.len();
        let size = if han { 2 } else { 5 };
        let dense: Vec<char> = body.iter().copied().filter(|c| !han || *c != ' ').collect();
        let mut sorted: Vec<u32> = dense
            .windows(size)
            .take(SHINGLES_MAX)
            .map(|w| digest_chars(6, w) as u32)
            .collect();
        sorted.sort_unstable();
        sorted.dedup();
        Shingles {
            han,
            sorted: sorted.into_boxed_slice(),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The bands of the text; no band's keys are another's.
    pub(crate) fn sketch(&self) -> Sketch {
        let mut least = [u64::MAX; HASHES];
        for s in &self.sorted {
            let base = mix(u64::from(*s));
            let step = mix(base) | 1;
            let mut value = base;
            for slot in &mut least {
                value = value.wrapping_add(step);
                let spread = value ^ (value >> 29);
                *slot = (*slot).min(spread);
            }
        }
        std::array::from_fn(|b| {
            mix(least[b * ROWS] ^ mix(least[b * ROWS + 1] ^ (b as u64) << 56)) ^ ((b as u64) << 60)
        })
    }

    fn common(&self, other: &Shingles) -> usize {
        let (a, b) = (&self.sorted, &other.sorted);
        let (mut i, mut j, mut n) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            match a[i].cmp(&b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    n += 1;
                    i += 1;
                    j += 1;
                }
            }
        }
        n
    }

    /// Shared shingles among all shingles of both.
    pub(crate) fn jaccard(&self, other: &Shingles) -> f64 {
        let n = self.common(other);
        n as f64 / (self.len() + other.len() - n).max(1) as f64
    }

    /// Shared shingles among those of the shorter text: one may be a part of the other.
    pub(crate) fn containment(&self, other: &Shingles) -> f64 {
        self.common(other) as f64 / self.len().min(other.len()).max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::handles;

    fn set(text: &str) -> Shingles {
        Shingles::of(&handles(text).body)
    }

    #[test]
    fn recognition_noise_keeps_likeness() {
        let clean = set(
            "好消息，为感谢支持赠送您700万元意外险一份，您的车险即将到期续保返现700元，加微信supochi22",
        );
        let noisy =
            set("好息，为感谢持送您6500万元意外险一份，您的车险即将续保返现650元，加微信supochi22");
        let other =
            set("温馨提示，考公考编上岸班协议保过报名立减5700，成人学历提升免试入学一年半拿证");
        assert!(clean.jaccard(&noisy) > 0.5);
        assert!(clean.jaccard(&other) < 0.1);
        let shares = |a: &Shingles, b: &Shingles| {
            let (a, b) = (a.sketch(), b.sketch());
            a.iter().zip(b).any(|(x, y)| *x == y)
        };
        assert!(shares(&clean, &noisy));
        assert!(!shares(&clean, &other));
    }

    #[test]
    fn a_late_start_is_contained() {
        let whole = set(
            "hello this is river direct your home warranty file will be closed unless you renew call now",
        );
        let part = set("your home warranty file will be closed unless you renew call now");
        assert!(whole.containment(&part) > 0.9);
    }
}
