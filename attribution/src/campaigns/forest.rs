//! Which ids mean the same campaign: a union-find that keeps the oldest id as the name of all.

use serde::{Deserialize, Serialize};

/// What is known of a root: the oldest id under it, and how many ids there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Root {
    eldest: u32,
    size: u32,
}

/// Ids and what they grew together to. The smaller tree hangs under the larger one, so that no id is
/// more than log2 of their number away from its root, however they grow together.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Forest {
    parents: Vec<u32>,
    roots: Vec<Root>,
}

impl Forest {
    /// A new id, known by nothing else.
    pub(super) fn plant(&mut self) -> u32 {
        let id = self.parents.len() as u32;
        self.parents.push(id);
        self.roots.push(Root {
            eldest: id,
            size: 1,
        });
        id
    }

    fn top(&self, mut id: u32) -> u32 {
        while self.parents[id as usize] != id {
            id = self.parents[id as usize];
        }
        id
    }

    /// The oldest id that means the same.
    pub(super) fn eldest(&self, id: u32) -> u32 {
        self.roots[self.top(id) as usize].eldest
    }

    /// Makes two mean the same; returns the older id and the one that is no name any more, unless
    /// they meant the same already.
    pub(super) fn unite(&mut self, a: u32, b: u32) -> Option<(u32, u32)> {
        let (a, b) = (self.top(a), self.top(b));
        if a == b {
            return None;
        }
        let (x, y) = (self.roots[a as usize], self.roots[b as usize]);
        let (above, below) = if x.size < y.size { (b, a) } else { (a, b) };
        self.parents[below as usize] = above;
        let (kept, gone) = (x.eldest.min(y.eldest), x.eldest.max(y.eldest));
        self.roots[above as usize] = Root {
            eldest: kept,
            size: x.size + y.size,
        };
        Some((kept, gone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_name_lives_on_and_paths_stay_short() {
        let mut forest = Forest::default();
        let ids: Vec<u32> = (0..1 << 12).map(|_| forest.plant()).collect();
        // The order that makes the longest paths where the older id is always put above.
        for pair in ids.windows(2).rev() {
            assert_eq!(forest.unite(pair[1], pair[0]), Some((pair[0], pair[1])));
        }
        let depth = |mut id: u32| {
            let mut steps = 0;
            while forest.parents[id as usize] != id {
                id = forest.parents[id as usize];
                steps += 1;
            }
            steps
        };
        assert!(ids.iter().all(|id| depth(*id) <= 12));
        assert!(ids.iter().all(|id| forest.eldest(*id) == 0));
        assert_eq!(forest.unite(5, 9), None);
    }
}
