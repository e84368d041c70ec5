//! Which contacts are one caller's: union-find over handles, and likeness of texts.
//!
//! Incremental: a contact joins what is known, or starts something new. Ids stay: when two grow
//! together, the older one's lives on and the younger one's leads to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::{Handles, Sketch, containment, digest, jaccard, shingles, sketch};

/// The fewest shingles of a text whose likeness means anything.
const SHINGLES_MIN: usize = 10;
/// The least likeness that links.
const LIKE_MIN: f64 = 0.5;
/// A part of another text links when this much of it is contained.
const CONTAINED_MIN: f64 = 0.8;
/// The fewest shingles of a part.
const PART_SHINGLES_MIN: usize = 16;
/// Texts kept of one campaign to compare others with.
const EXEMPLARS_MAX: usize = 6;
/// Texts remembered in one bucket of the index, the newest.
const BUCKET_MAX: usize = 12;
/// Texts that a new one is compared with.
const CANDIDATES_MAX: usize = 16;
/// Lines remembered of one campaign; beyond, it is a mass dialler whatever else it is.
pub(crate) const HITS_MAX: usize = 400;

/// A line that a campaign reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hit {
    pub(crate) line: u32,
    pub(crate) day: i64,
    pub(crate) last: i64,
    pub(crate) contacts: u32,
    /// Nobody had been given the line.
    pub(crate) unplaced: bool,
    pub(crate) control: bool,
}

/// One caller's activity.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) hits: Vec<Hit>,
    pub(crate) unplaced: u32,
    /// Controls among the lines.
    pub(crate) controls: u32,
    pub(crate) contacts: u64,
    pub(crate) texts: u64,
    pub(crate) han: bool,
    /// It said something that others of its contacts can be known by.
    pub(crate) linkable: bool,
    pub(crate) first: i64,
    pub(crate) last: i64,
    exemplars: u32,
    /// Per platform whose number was the first or second: see `evidence::breadth`.
    pub(crate) bets: Vec<crate::evidence::Bet>,
}

/// All campaigns so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Campaigns {
    parents: Vec<u32>,
    groups: Vec<Option<Group>>,
    handles: BTreeMap<u64, u32>,
    buckets: BTreeMap<u64, Vec<u32>>,
    exemplars: Vec<(u32, Box<[u32]>)>,
}

/// Whom a contact belongs to.
pub(crate) struct Joined {
    pub(crate) group: u32,
    /// It has content that others of the same caller would be known by.
    pub(crate) linkable: bool,
}

impl Campaigns {
    /// The id that lives on.
    pub(crate) fn root(&self, mut id: u32) -> u32 {
        while self.parents[id as usize] != id {
            id = self.parents[id as usize];
        }
        id
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Group> {
        self.groups[self.root(id) as usize].as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Group> {
        let root = self.root(id);
        self.groups[root as usize].as_mut()
    }

    /// Living campaigns, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Group)> {
        self.groups
            .iter()
            .enumerate()
            .filter_map(|(i, g)| g.as_ref().map(|g| (i as u32, g)))
    }

    /// The same, to change them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Group> {
        self.groups.iter_mut().flatten()
    }

    /// Whom a contact would belong to, without joining it.
    pub(crate) fn find(&self, from: &str, handles: &Handles) -> Option<u32> {
        let known = keys(from, handles)
            .into_iter()
            .find_map(|k| self.handles.get(&k).copied());
        known
            .or_else(|| self.alike(&comparable(handles)).map(|(g, _)| g))
            .map(|g| self.root(g))
    }

    /// Joins a contact to its campaign, or starts one.
    pub(crate) fn join(&mut self, from: &str, handles: &Handles, day: i64) -> Joined {
        let keys = keys(from, handles);
        let mut roots: Vec<u32> = keys
            .iter()
            .filter_map(|k| self.handles.get(k))
            .map(|g| self.root(*g))
            .collect();
        let known_text = handles
            .template
            .is_some_and(|t| self.handles.contains_key(&t));
        let set = if known_text {
            Vec::new()
        } else {
            comparable(handles)
        };
        if roots.is_empty() {
            roots.extend(self.alike(&set).map(|(g, _)| self.root(g)));
        }
        let group = match roots.iter().min() {
            Some(oldest) => *oldest,
            None => self.start(day),
        };
        for other in roots {
            self.merge(group, other);
        }
        for key in keys {
            self.handles.insert(key, group);
        }
        if set.len() >= SHINGLES_MIN {
            self.remember(group, set);
        }
        Joined {
            group,
            linkable: handles.template.is_some() || !handles.strong.is_empty(),
        }
    }

    fn start(&mut self, day: i64) -> u32 {
        let id = self.parents.len() as u32;
        self.parents.push(id);
        self.groups.push(Some(Group {
            first: day,
            last: day,
            ..Group::default()
        }));
        id
    }

    fn merge(&mut self, keep: u32, other: u32) {
        if keep == other {
            return;
        }
        let Some(gone) = self.groups[other as usize].take() else {
            return;
        };
        self.parents[other as usize] = keep;
        if let Some(group) = self.groups[keep as usize].as_mut() {
            group.absorb(gone);
        }
    }

    /// The campaign whose text is most like this one, if one is like it at all.
    fn alike(&self, set: &[u32]) -> Option<(u32, f64)> {
        if set.len() < SHINGLES_MIN {
            return None;
        }
        let keys = bucket_keys(&sketch(set));
        let mut found: Vec<u32> = Vec::with_capacity(BUCKET_MAX * keys.len());
        for bucket in keys.iter().filter_map(|k| self.buckets.get(k)) {
            found.extend_from_slice(bucket);
        }
        found.sort_unstable();
        // Those that share most bands are most alike; the others are not worth a look.
        let mut candidates: Vec<(usize, u32)> = found
            .chunk_by(|a, b| a == b)
            .map(|same| (same.len(), same[0]))
            .collect();
        candidates.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(CANDIDATES_MAX);
        let mut best: Option<(u32, f64)> = None;
        for (_, candidate) in candidates {
            let (group, other) = &self.exemplars[candidate as usize];
            let like = likeness(set, other);
            if like >= LIKE_MIN && best.is_none_or(|b| like > b.1) {
                best = Some((*group, like));
            }
        }
        best
    }

    fn remember(&mut self, group: u32, set: Vec<u32>) {
        let Some(g) = self.groups[group as usize].as_mut() else {
            return;
        };
        if g.exemplars as usize >= EXEMPLARS_MAX {
            return;
        }
        g.exemplars += 1;
        let id = self.exemplars.len() as u32;
        for key in bucket_keys(&sketch(&set)) {
            let bucket = self.buckets.entry(key).or_default();
            if bucket.len() >= BUCKET_MAX {
                bucket.remove(0);
            }
            bucket.push(id);
        }
        self.exemplars.push((group, set.into_boxed_slice()));
    }
}

impl Group {
    /// Takes over what another one did.
    fn absorb(&mut self, other: Group) {
        self.contacts += other.contacts;
        self.texts += other.texts;
        self.han |= other.han;
        self.linkable |= other.linkable;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.exemplars += other.exemplars;
        for hit in other.hits {
            if let Some(known) = self.hits.iter_mut().find(|h| h.line == hit.line) {
                known.day = known.day.min(hit.day);
                known.last = known.last.max(hit.last);
                known.contacts += hit.contacts;
                known.unplaced |= hit.unplaced;
            } else if self.hits.len() < HITS_MAX {
                self.hits.push(hit);
            }
        }
        self.hits.sort_by_key(|h| (h.day, h.line));
        self.controls = self.hits.iter().filter(|h| h.control).count() as u32;
        self.unplaced = self.hits.iter().filter(|h| h.unplaced).count() as u32;
        self.bets.extend(other.bets);
    }
}

/// The shingles of a text, if it says enough to be compared.
fn comparable(handles: &Handles) -> Vec<u32> {
    if handles.template.is_some() {
        shingles(&handles.body)
    } else {
        Vec::new()
    }
}

fn likeness(a: &[u32], b: &[u32]) -> f64 {
    let like = jaccard(a, b);
    if like < LIKE_MIN && a.len().min(b.len()) >= PART_SHINGLES_MIN {
        let part = containment(a, b);
        if part >= CONTAINED_MIN {
            // A part counts, but any text that is alike as a whole counts more.
            return LIKE_MIN + 0.1 * (part - CONTAINED_MIN);
        }
    }
    like
}

fn bucket_keys(sketch: &Sketch) -> Sketch {
    std::array::from_fn(|band| sketch[band] ^ ((band as u64) << 60))
}

/// The digests that a contact is found by. Short codes are rented by many and tell nothing.
fn keys(from: &str, handles: &Handles) -> Vec<u64> {
    const SHORT_CODE_DIGITS_MAX: usize = 8;
    let mut keys = handles.strong.clone();
    keys.extend(handles.template);
    let digits = from.bytes().filter(u8::is_ascii_digit).count();
    if digits > SHORT_CODE_DIGITS_MAX {
        keys.push(digest(20, from.bytes()));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::handles;

    fn joined(list: &[(&str, &str)]) -> Vec<u32> {
        let mut all = Campaigns::default();
        let ids: Vec<u32> = list
            .iter()
            .map(|(from, text)| all.join(from, &handles(text), 1).group)
            .collect();
        ids.into_iter().map(|id| all.root(id)).collect()
    }

    #[test]
    fn handles_and_likeness_link_and_strangers_stay_apart() {
        let ids = joined(&[
            (
                "+8613111111111",
                "【品融教育】好消息，您的车险即将到期续保返现700元，加微信supochi22，拒收请回复R",
            ),
            (
                "+8613222222222",
                "好息，您的车险即到期续保返现650元，加微信suochi22，拒收请回复R",
            ),
            ("+8613222222222", ""),
            (
                "+8613333333333",
                "温馨提示，考公考编上岸班协议保过报名立减5700，成人学历提升免试入学一年半拿证",
            ),
            ("+8613444444444", ""),
        ]);
        assert_eq!(ids[0], ids[1]);
        assert_eq!(ids[0], ids[2]);
        assert_ne!(ids[0], ids[3]);
        assert_ne!(ids[3], ids[4]);
    }

    #[test]
    fn growing_together_keeps_the_older_id() {
        let ids = joined(&[
            ("+8613111111111", ""),
            ("+8613222222222", ""),
            (
                "+8613111111111",
                "新服开启上线就送礼包，打开zake739.vip/1即可领取您的礼物",
            ),
            (
                "+8613222222222",
                "新服开启上线就送礼包，打开zake739.vip/2即可领取您的礼物",
            ),
        ]);
        assert_eq!(ids, [0, 0, 0, 0]);
    }
}
