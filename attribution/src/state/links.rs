//! Which platforms share buyers: campaigns that reach both more often than chance lets them.
//!
//! Only campaigns count that work lists: most of their numbers are accused platforms', none is
//! nobody's, and they sweep no block. Of the numbers that one reached besides platform `a`'s, so many
//! are `b`'s by chance as in draws without replacement from all numbers of its country that had been
//! given away by then. Their sum over all campaigns that reached `a` is held against what was seen;
//! the larger p-value of both directions counts, since a campaign may work the list of one and meet
//! the other by chance. Pairs are kept by Benjamini and Hochberg over all pairs of accused platforms
//! that such campaigns reached.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::Timestamp;

use super::State;
use crate::campaigns::Group;
use crate::roster::DAY_US;
use crate::verdict::{CampaignId, Link};

/// False-discovery level over pairs: campaigns are not quite independent, so that a fifth of .05 is
/// spent.
const LEVEL: f64 = 0.01;
/// The fewest campaigns in common.
const COMMON_MIN: usize = 3;
/// The share of a campaign's numbers that belong to accused platforms. A trade's other members may
/// not stand accused yet.
const LISTED_MIN: f64 = 0.6;
/// Numbers of a campaign beyond which it works no list.
const LINES_MAX: usize = 60;
/// A campaign of so many numbers that lie in one block to this share is a sweep.
const SWEEP_LINES_MIN: usize = 3;
const SWEEP_SHARE: f64 = 0.6;

/// What a campaign did with one platform's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    /// Numbers.
    pub(super) lines: usize,
    pub(super) contacts: u64,
    /// Day of the first contact.
    pub(super) first: i64,
}

/// A campaign that may work lists.
pub(super) struct Trade {
    pub(super) id: CampaignId,
    country: u32,
    last: i64,
    pub(super) reached: BTreeMap<u32, Reached>,
}

/// Two platforms that share buyers.
pub(super) struct Pair {
    pub(super) platforms: (u32, u32),
    pub(super) p_value: f64,
    /// Positions in the list of trades.
    pub(super) common: Vec<usize>,
}

type GivenAway = BTreeMap<u32, Vec<i64>>;

impl State {
    pub(super) fn find_links(&self) -> Vec<Link> {
        let trades = self.trades();
        let pairs = self.linked(&trades);
        let mut links: Vec<Link> = pairs.iter().map(|p| self.told(p, &trades)).collect();
        links.sort_by(|x, y| {
            x.p_value
                .total_cmp(&y.p_value)
                .then_with(|| x.platforms.cmp(&y.platforms))
        });
        links
    }

    /// Campaigns that may work lists, oldest first.
    pub(super) fn trades(&self) -> Vec<Trade> {
        self.campaigns
            .iter()
            .filter_map(|(id, group)| self.trade(id, group))
            .collect()
    }

    /// Pairs that share buyers beyond chance, by platform.
    pub(super) fn linked(&self, trades: &[Trade]) -> Vec<Pair> {
        let given = self.given_away();
        let mut common: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        for (at, trade) in trades.iter().enumerate() {
            let all: Vec<u32> = trade.reached.keys().copied().collect();
            for (i, a) in all.iter().enumerate() {
                for b in &all[i + 1..] {
                    common.entry((*a, *b)).or_default().push(at);
                }
            }
            seen.extend(all);
        }
        let test = |(platforms, common): ((u32, u32), Vec<usize>)| {
            let (a, b) = platforms;
            let chance = |a, b| self.by_chance(a, b, trades, &given);
            let p_value = chance(a, b).max(chance(b, a));
            Pair {
                platforms,
                p_value,
                common,
            }
        };
        let tested = common.into_iter().filter(|c| c.1.len() >= COMMON_MIN);
        kept(tested.map(test).collect(), seen.len())
    }

    fn trade(&self, id: u32, group: &Group) -> Option<Trade> {
        let few = (2..=LINES_MAX).contains(&group.hits.len());
        if !group.linkable || !few || !self.is_of_lists(group) || self.is_sweep(group) {
            return None;
        }
        let mut reached: BTreeMap<u32, Reached> = BTreeMap::new();
        for hit in &group.hits {
            let day = hit.day;
            // A number that two of them were given does not tell them apart.
            let [platform] = self.blamed(hit.line, day)[..] else {
                continue;
            };
            let with = reached.entry(platform).or_insert(Reached {
                lines: 0,
                contacts: 0,
                first: day,
            });
            with.lines += 1;
            with.contacts += u64::from(hit.contacts);
            with.first = with.first.min(day);
        }
        let country = self.roster.lines[group.hits[0].line as usize].country;
        (!reached.is_empty()).then_some(Trade {
            id: CampaignId(id),
            country,
            last: group.last,
            reached,
        })
    }

    /// The accused platforms that had been given the line by then.
    fn blamed(&self, line: u32, day: i64) -> Vec<u32> {
        self.roster.lines[line as usize]
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
            .filter(|p| p.day() <= day)
            .map(|p| p.platform)
            .filter(|p| self.roster.platforms[*p as usize].case.flagged.is_some())
            .collect()
    }

    /// Most of its numbers are accused platforms', and none is nobody's.
    fn is_of_lists(&self, group: &Group) -> bool {
        let listed = group
            .hits
            .iter()
            .filter(|h| self.is_accused(h.line))
            .count();
        group.unplaced == 0 && listed as f64 >= LISTED_MIN * group.hits.len() as f64
    }

    fn is_sweep(&self, group: &Group) -> bool {
        let mut blocks: BTreeMap<u32, usize> = BTreeMap::new();
        for hit in &group.hits {
            *blocks
                .entry(self.roster.lines[hit.line as usize].block)
                .or_default() += 1;
        }
        let most = blocks.values().copied().max().unwrap_or(0);
        most >= SWEEP_LINES_MIN && most as f64 >= SWEEP_SHARE * group.hits.len() as f64
    }

    /// Days on which the numbers of each country were first given away, ascending.
    fn given_away(&self) -> GivenAway {
        let mut given = GivenAway::new();
        for line in &self.roster.lines {
            let days = line.placements.iter();
            let first = days
                .map(|p| self.roster.placements[*p as usize].day())
                .min();
            if let Some(day) = first {
                given.entry(line.country).or_default().push(day);
            }
        }
        for days in given.values_mut() {
            days.sort_unstable();
        }
        given
    }

    /// Probability that the campaigns that reached `a` reach so many of `b`'s numbers by chance.
    fn by_chance(&self, a: u32, b: u32, trades: &[Trade], given: &GivenAway) -> f64 {
        let of_a = || trades.iter().filter_map(|t| Some((t, t.reached.get(&a)?)));
        let seen: usize = of_a()
            .filter_map(|(t, _)| Some(t.reached.get(&b)?.lines))
            .sum();
        let mut sums = Sums::new(seen);
        for (trade, own) in of_a() {
            let others: usize = trade.reached.values().map(|r| r.lines).sum();
            let days = given.get(&trade.country).map_or(&[][..], Vec::as_slice);
            let all = days.partition_point(|day| *day <= trade.last);
            let theirs = self.given_to(b, trade);
            sums.add(all.saturating_sub(own.lines), theirs, others - own.lines);
        }
        sums.at_least()
    }

    /// The platform's numbers in the campaign's country by its end.
    fn given_to(&self, platform: u32, trade: &Trade) -> usize {
        self.roster.platforms[platform as usize]
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
            .filter(|p| {
                p.day() <= trade.last && self.roster.lines[p.line as usize].country == trade.country
            })
            .count()
    }

    fn told(&self, pair: &Pair, trades: &[Trade]) -> Link {
        let (a, b) = pair.platforms;
        let first = |p: u32| {
            let days = pair
                .common
                .iter()
                .filter_map(|t| trades[*t].reached.get(&p));
            days.map(|r| r.first).min().unwrap_or(0)
        };
        let order = if first(b) < first(a) { [b, a] } else { [a, b] };
        let day = |p| Timestamp::from_micros(first(p).saturating_mul(DAY_US));
        Link {
            platforms: order.map(|p| self.roster.platforms[p as usize].id.clone()),
            p_value: pair.p_value,
            first_at: order.map(day),
            campaigns: pair.common.iter().map(|t| trades[*t].id).collect(),
        }
    }
}

/// Benjamini and Hochberg over all pairs of so many platforms.
fn kept(mut pairs: Vec<Pair>, platforms: usize) -> Vec<Pair> {
    pairs.sort_by(|x, y| {
        x.p_value
            .total_cmp(&y.p_value)
            .then(x.platforms.cmp(&y.platforms))
    });
    let tested = (platforms * platforms.saturating_sub(1) / 2).max(1) as f64;
    let keep = (1..=pairs.len())
        .rev()
        .find(|r| pairs[r - 1].p_value <= LEVEL * *r as f64 / tested);
    pairs.truncate(keep.unwrap_or(0));
    pairs
}

/// The distribution of a sum of hypergeometric counts, up to the sum that was seen.
struct Sums {
    /// By sum; the last one stands for all from there.
    chances: Vec<f64>,
}

impl Sums {
    fn new(seen: usize) -> Sums {
        let mut chances = vec![0.0; seen + 1];
        chances[0] = 1.0;
        Sums { chances }
    }

    /// One more count: of `all` numbers `theirs` are the platform's, and `draws` are drawn.
    fn add(&mut self, all: usize, theirs: usize, draws: usize) {
        let top = self.chances.len() - 1;
        let mut next = vec![0.0; top + 1];
        for (k, chance) in drawn(all, theirs, draws).into_iter().enumerate() {
            for (sum, before) in self.chances.iter().enumerate() {
                next[(sum + k).min(top)] += before * chance;
            }
        }
        self.chances = next;
    }

    fn at_least(&self) -> f64 {
        self.chances.last().copied().unwrap_or(1.0).min(1.0)
    }
}

/// Probabilities of drawing 0, 1, … of `theirs` among `all` in `draws` draws without replacement.
fn drawn(all: usize, theirs: usize, draws: usize) -> Vec<f64> {
    let (theirs, draws) = (theirs.min(all), draws.min(all));
    let mut chances = vec![1.0];
    for i in 0..draws {
        let left = (all - i) as f64;
        let mut next = vec![0.0; chances.len() + 1];
        for (k, chance) in chances.iter().enumerate() {
            let hit = theirs.saturating_sub(k) as f64 / left;
            next[k] += chance * (1.0 - hit);
            next[k + 1] += chance * hit;
        }
        next.truncate(theirs + 1);
        chances = next;
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_without_replacement() {
        let chances = drawn(10, 3, 4);
        // C(3,2) C(7,2) / C(10,4) = 63 / 210.
        assert!((chances[2] - 0.3).abs() < 1e-12, "{chances:?}");
        assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!(drawn(3, 0, 2), [1.0]);
    }

    #[test]
    fn sums_add_up() {
        let mut sums = Sums::new(2);
        sums.add(4, 2, 1);
        sums.add(4, 2, 1);
        assert!((sums.at_least() - 0.25).abs() < 1e-12);
        assert!((Sums::new(0).at_least() - 1.0).abs() < 1e-12);
    }
}
