//! Which platforms share buyers: campaigns that reach both more often than chance lets them.
//!
//! Only campaigns that work lists count. One that reached `h` numbers besides platform `a`'s
//! reaches one of `b`'s by chance with probability `1 - C(U-k, h) / C(U, h)`, where `U` numbers are
//! in its country and `k` of them are `b`'s. Over all campaigns that reached `a`, the number that
//! reached `b` too is Poisson-binomial; pairs are kept by Benjamini and Hochberg at level .01.

use std::collections::{BTreeMap, BTreeSet};

use super::State;
use crate::campaigns::Group;
use crate::verdict::{CampaignId, Link};

/// False-discovery level over pairs: campaigns are not quite independent, so that a fifth of .05 is spent.
const LEVEL: f64 = 0.01;
/// The fewest campaigns in common.
const COMMON_MIN: usize = 3;

/// A campaign that works lists: its numbers by platform, and the first day of each.
struct Trade {
    id: CampaignId,
    country: u32,
    reached: BTreeMap<u32, (usize, i64)>,
}

impl State {
    pub(super) fn find_links(&self) -> Vec<Link> {
        let trades: Vec<Trade> = self
            .campaigns
            .iter()
            .filter_map(|(id, g)| self.trade(id, g))
            .collect();
        let mut pairs: BTreeSet<(u32, u32)> = BTreeSet::new();
        for trade in &trades {
            let all: Vec<u32> = trade.reached.keys().copied().collect();
            for (i, a) in all.iter().enumerate() {
                pairs.extend(all[i + 1..].iter().map(|b| (*a, *b)));
            }
        }
        let mut links: Vec<Link> = pairs
            .iter()
            .filter_map(|(a, b)| self.link(*a, *b, &trades))
            .collect();
        links.sort_by(|x, y| {
            x.p_value
                .total_cmp(&y.p_value)
                .then_with(|| x.platforms.cmp(&y.platforms))
        });
        let tested = pairs.len().max(1) as f64;
        let keep = (1..=links.len())
            .rev()
            .find(|r| links[r - 1].p_value <= LEVEL * *r as f64 / tested);
        links.truncate(keep.unwrap_or(0));
        links
    }

    fn trade(&self, id: u32, group: &Group) -> Option<Trade> {
        if !group.linkable || group.hits.len() < 2 || !self.works_lists(group) {
            return None;
        }
        let mut reached: BTreeMap<u32, (usize, i64)> = BTreeMap::new();
        for hit in &group.hits {
            let placements = &self.roster.lines[hit.line as usize].placements;
            let accused: Vec<u32> = placements
                .iter()
                .map(|p| &self.roster.placements[*p as usize])
                .filter(|p| {
                    p.day() <= hit.day
                        && self.roster.platforms[p.platform as usize]
                            .case
                            .flagged
                            .is_some()
                })
                .map(|p| p.platform)
                .collect();
            // A number that two of them were given does not tell them apart.
            if let [platform] = accused[..] {
                let entry = reached.entry(platform).or_insert((0, hit.day));
                *entry = (entry.0 + 1, entry.1.min(hit.day));
            }
        }
        let country = self.roster.lines[group.hits[0].line as usize].country;
        Some(Trade {
            id: CampaignId(id),
            country,
            reached,
        })
    }

    fn link(&self, a: u32, b: u32, trades: &[Trade]) -> Option<Link> {
        let common: Vec<&Trade> = trades
            .iter()
            .filter(|t| t.reached.contains_key(&a) && t.reached.contains_key(&b))
            .collect();
        if common.len() < COMMON_MIN {
            return None;
        }
        let one = self.by_chance(a, b, trades, common.len());
        let other = self.by_chance(b, a, trades, common.len());
        let first = |p: u32| {
            common
                .iter()
                .filter_map(|t| t.reached.get(&p))
                .map(|r| r.1)
                .min()
        };
        let order = if first(b) < first(a) { [b, a] } else { [a, b] };
        Some(Link {
            platforms: order.map(|p| self.roster.platforms[p as usize].id.clone()),
            p_value: one.max(other),
            campaigns: common.iter().map(|t| t.id).collect(),
        })
    }

    /// Probability that at least `common` of the campaigns that reached `a` reach `b` by chance.
    fn by_chance(&self, a: u32, b: u32, trades: &[Trade], common: usize) -> f64 {
        let mut tail = vec![0.0; common + 1];
        tail[0] = 1.0;
        for trade in trades.iter().filter(|t| t.reached.contains_key(&a)) {
            let total: usize = trade.reached.values().map(|r| r.0).sum();
            let own = trade.reached.get(&a).map_or(0, |r| r.0);
            let p = self.reaches(b, trade.country, total - own);
            for n in (0..=common).rev() {
                let from = if n == 0 { 0.0 } else { tail[n - 1] };
                let stays = if n == common {
                    tail[n]
                } else {
                    tail[n] * (1.0 - p)
                };
                tail[n] = stays + from * p;
            }
        }
        tail[common].min(1.0)
    }

    /// Probability that one of `draws` numbers of a country is one of the platform's.
    fn reaches(&self, platform: u32, country: u32, draws: usize) -> f64 {
        let lines = &self.roster.lines;
        let all = lines
            .iter()
            .filter(|l| l.country == country && !l.control)
            .count();
        let placements = &self.roster.platforms[platform as usize].placements;
        let theirs = placements
            .iter()
            .filter(|p| {
                lines[self.roster.placements[**p as usize].line as usize].country == country
            })
            .count();
        let misses = (0..draws.min(all)).fold(1.0, |q, i| {
            let left = all - i;
            q * left.saturating_sub(theirs) as f64 / left as f64
        });
        1.0 - misses
    }
}
