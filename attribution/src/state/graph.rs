//! Brokers behind links: groups of platforms of which nearly every two share buyers.
//!
//! Links are taken the most significant first. Each that no group holds yet begins one; a platform
//! joins if it is linked to most of those who are in it. A platform may be in several groups, since
//! it may sell to several brokers.

use std::collections::BTreeSet;

use honeytoken::Timestamp;

use super::State;
use super::links::{Pair, Trade};
use crate::graph::{Broker, BrokerId, Source};
use crate::roster::DAY_US;

/// Share of a group's platforms that a further one is linked to.
const LINKED_MIN: f64 = 0.6;

impl State {
    pub(super) fn find_brokers(&self) -> Vec<Broker> {
        let trades = self.trades();
        let pairs = self.linked(&trades);
        let mut brokers: Vec<Broker> = groups(&pairs)
            .iter()
            .map(|members| self.broker(members, &pairs, &trades))
            .collect();
        brokers.sort_by_key(|b| b.broker);
        brokers
    }

    fn broker(&self, members: &BTreeSet<u32>, pairs: &[Pair], trades: &[Trade]) -> Broker {
        let buys = |trade: &&Trade| {
            let reached = trade.reached.keys().filter(|p| members.contains(p));
            reached.count() >= 2
        };
        let buyers: Vec<&Trade> = trades.iter().filter(buys).collect();
        let mut sources: Vec<Source> = members
            .iter()
            .map(|p| self.source(*p, members, pairs, &buyers))
            .collect();
        sources.sort_by(|a, b| (a.first_at, &a.platform).cmp(&(b.first_at, &b.platform)));
        Broker {
            broker: BrokerId(buyers.first().map_or(0, |t| t.id.0)),
            sources,
            buyers: buyers.iter().map(|t| t.id).collect(),
        }
    }

    fn source(
        &self,
        platform: u32,
        members: &BTreeSet<u32>,
        pairs: &[Pair],
        buyers: &[&Trade],
    ) -> Source {
        let reached = || {
            buyers
                .iter()
                .filter_map(|t| Some((t.id, t.reached.get(&platform)?)))
        };
        let first = reached().map(|(_, r)| r.first).min().unwrap_or(0);
        let links = pairs.iter().filter(|pair| {
            let (a, b) = pair.platforms;
            (a == platform && members.contains(&b)) || (b == platform && members.contains(&a))
        });
        Source {
            platform: self.roster.platforms[platform as usize].id.clone(),
            campaigns: reached().map(|(id, _)| id).collect(),
            contacts: reached().map(|(_, r)| r.contacts).sum(),
            first_at: Timestamp::from_micros(first.saturating_mul(DAY_US)),
            p_value: links.map(|pair| pair.p_value).fold(0.0, f64::max),
        }
    }
}

/// Groups that hold every link between them, the most significant first.
fn groups(pairs: &[Pair]) -> Vec<BTreeSet<u32>> {
    let links: BTreeSet<(u32, u32)> = pairs.iter().map(|p| p.platforms).collect();
    let linked = |a: u32, b: u32| links.contains(&(a.min(b), a.max(b)));
    let everyone: BTreeSet<u32> = links.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let mut groups: Vec<BTreeSet<u32>> = Vec::new();
    for pair in pairs {
        let (a, b) = pair.platforms;
        if groups.iter().any(|g| g.contains(&a) && g.contains(&b)) {
            continue;
        }
        let mut group = BTreeSet::from([a, b]);
        loop {
            let ties = |p: &u32| group.iter().filter(|m| linked(*p, **m)).count();
            let next = everyone
                .iter()
                .filter(|p| !group.contains(p))
                .max_by_key(|p| (ties(p), std::cmp::Reverse(**p)));
            match next {
                Some(p) if ties(p) as f64 >= LINKED_MIN * group.len() as f64 && ties(p) > 1 => {
                    group.insert(*p);
                }
                _ => break,
            }
        }
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_hold_all_links_and_may_share_a_platform() {
        let pair = |a, b, p_value| Pair {
            platforms: (a, b),
            p_value,
            common: Vec::new(),
        };
        // One broker of 1 to 4 of which a link was missed, another of 4 and 9.
        let pairs = [
            pair(1, 2, 1e-9),
            pair(2, 3, 1e-8),
            pair(1, 3, 1e-7),
            pair(2, 4, 1e-6),
            pair(3, 4, 1e-6),
            pair(4, 9, 1e-5),
        ];
        let found = groups(&pairs);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], BTreeSet::from([1, 2, 3, 4]));
        assert_eq!(found[1], BTreeSet::from([4, 9]));
        assert!(groups(&[]).is_empty());
    }
}
