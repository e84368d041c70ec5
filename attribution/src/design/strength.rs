//! What a plan can tell apart, found by looking at every word.

/// What a plan can tell apart, where lines are reached by leaks and by nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// Platforms that may leak at once and still be told from all others, whoever they are: no word is
    /// covered by that many others.
    pub leakers: usize,
    /// For 1, 2, … leakers: the fewest lines of an honest platform's word that they leave silent.
    /// So many less one may be reached by strangers, and the platform is still cleared.
    pub margin: Vec<usize>,
    /// The most lines that two words have in common.
    pub common_max: usize,
    /// Platforms given exactly the same lines: these can only be blamed together. By position.
    pub joint: Vec<Vec<usize>>,
    /// The fewest and most platforms on one line.
    pub load: (usize, usize),
    /// The fewest lines that could tell so many leakers apart by any code at all: each line is one
    /// bit, and there must be a pattern for each set of leakers.
    pub lines_least: usize,
}

impl Strength {
    pub(super) fn of(words: &[Vec<usize>], lines: usize) -> Strength {
        let weight = words.first().map_or(0, Vec::len);
        let mut margin = vec![weight; weight];
        let mut common_max = 0;
        for p in 0..words.len() {
            let parts = parts(words, p);
            common_max = common_max.max(parts.iter().map(|m| m.count_ones()).max().unwrap_or(0));
            for (left, least) in left_silent(&parts, weight).into_iter().zip(&mut margin) {
                *least = left.min(*least);
            }
        }
        // More leakers than others there are cannot be.
        margin.truncate(words.len().saturating_sub(1).max(1));
        let alone = words.len() < 2;
        let leakers = margin.iter().take_while(|m| **m > 0).count();
        let leakers = if alone { words.len() } else { leakers };
        margin.truncate(leakers.max(1));
        Strength {
            leakers,
            margin,
            common_max: common_max as usize,
            joint: joint(words),
            load: load(words, lines),
            lines_least: lines_least(words.len(), leakers),
        }
    }
}

/// Which of a word's lines each other word has, as bits; each pattern once.
fn parts(words: &[Vec<usize>], p: usize) -> Vec<u16> {
    let own = &words[p];
    let mut seen = vec![false; 1 << own.len()];
    for (_, other) in words.iter().enumerate().filter(|(q, _)| *q != p) {
        let bits = own
            .iter()
            .enumerate()
            .filter(|(_, line)| other.binary_search(line).is_ok())
            .fold(0_usize, |bits, (i, _)| bits | 1 << i);
        seen[bits] = true;
    }
    (0..seen.len() as u16)
        .filter(|bits| seen[usize::from(*bits)])
        .collect()
}

/// Lines that 1, 2, … others leave silent at least. Other words with the same pattern may join, which
/// adds nothing.
fn left_silent(parts: &[u16], weight: usize) -> Vec<usize> {
    let mut unions = vec![false; 1 << weight];
    unions[0] = true;
    (0..weight)
        .map(|_| {
            let before: Vec<u16> = (0..unions.len() as u16)
                .filter(|u| unions[usize::from(*u)])
                .collect();
            for union in before {
                for part in parts {
                    unions[usize::from(union | part)] = true;
                }
            }
            let most = (0..unions.len()).filter(|u| unions[*u]);
            weight - most.map(usize::count_ones).max().unwrap_or(0) as usize
        })
        .collect()
}

fn joint(words: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by(|a, b| words[*a].cmp(&words[*b]).then(a.cmp(b)));
    let mut same: Vec<Vec<usize>> = order
        .chunk_by(|a, b| words[*a] == words[*b])
        .filter(|group| group.len() > 1)
        .map(<[usize]>::to_vec)
        .collect();
    same.sort();
    same
}

fn load(words: &[Vec<usize>], lines: usize) -> (usize, usize) {
    let mut load = vec![0; lines];
    for line in words.iter().flatten() {
        load[*line] += 1;
    }
    let (least, most) = (load.iter().min(), load.iter().max());
    (least.copied().unwrap_or(0), most.copied().unwrap_or(0))
}

/// Bits in the number of sets of at most `leakers` platforms, rounded up.
fn lines_least(platforms: usize, leakers: usize) -> usize {
    let (mut sets, mut choose) = (1.0_f64, 1.0_f64);
    for k in 1..=leakers.min(platforms) {
        choose *= (platforms - k + 1) as f64 / k as f64;
        sets += choose;
    }
    libm::ceil(libm::log2(sets)) as usize
}

/// How crowded words are: how often the two lines meet that meet most, then all pairs, then how
/// uneven the lines are.
pub(super) fn crowding(words: &[Vec<usize>], lines: usize) -> (u32, u64, u64) {
    let mut met = vec![0_u32; lines * lines];
    let mut load = vec![0_u64; lines];
    for word in words {
        for &a in word {
            load[a] += 1;
            for &b in word.iter().filter(|b| **b > a) {
                met[a * lines + b] += 1;
            }
        }
    }
    let most = met.iter().copied().max().unwrap_or(0);
    let squares = met.iter().map(|m| u64::from(*m) * u64::from(*m)).sum();
    (most, squares, load.iter().map(|n| n * n).sum())
}
