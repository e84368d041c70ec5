//! Which contacts are one caller's: union-find over handles, and likeness of texts.
//!
//! Incremental: a contact joins what is known, or starts something new. Ids stay: when two grow
//! together, the older one's lives on and the younger one's leads to it. Whoever says nothing and
//! shows a caller id that nobody saw again belongs to no campaign that can be named.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::state::Thread;
use crate::text::{Handles, Shingles, digest};

mod alike;
mod forest;
mod group;

use alike::{Alike, Compared};
use forest::Forest;
pub(crate) use group::{Group, HITS_MAX, Hit};

/// Texts kept of one campaign to compare others with.
const EXEMPLARS_MAX: u32 = 6;

/// All campaigns so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Campaigns {
    ids: Forest,
    /// By id; what grew together with an older one is gone.
    groups: Vec<Option<Box<Group>>>,
    handles: BTreeMap<u64, u32>,
    alike: Alike,
}

/// Whom a contact belongs to.
pub(crate) struct Joined {
    pub(crate) group: u32,
    /// It has content that others of the same caller would be known by.
    pub(crate) linkable: bool,
    /// What it was known by before, one or several that are one now.
    pub(crate) known: Vec<u32>,
    /// By the likeness of its text alone.
    pub(crate) alike: bool,
    /// Others will be compared with its text.
    pub(crate) exemplar: bool,
}

impl Campaigns {
    /// The id that lives on.
    pub(crate) fn root(&self, id: u32) -> u32 {
        self.ids.eldest(id)
    }

    /// The id that lives on, if there is anything that the campaign can be known by.
    pub(crate) fn name(&self, id: u32) -> Option<u32> {
        let root = self.root(id);
        let group = self.groups.get(root as usize)?.as_ref()?;
        group.has_a_name().then_some(root)
    }

    /// The same of an id that may never have been given.
    pub(crate) fn name_if_known(&self, id: u32) -> Option<u32> {
        let known = (id as usize) < self.groups.len();
        known.then(|| self.name(id)).flatten()
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Group> {
        self.groups[self.root(id) as usize].as_deref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Group> {
        let root = self.root(id);
        self.groups[root as usize].as_deref_mut()
    }

    /// Living campaigns that can be named, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Group)> {
        self.groups
            .iter()
            .enumerate()
            .filter_map(|(i, g)| g.as_deref().map(|g| (i as u32, g)))
            .filter(|(_, g)| g.has_a_name())
    }

    /// All living campaigns, to change them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Group> {
        self.groups.iter_mut().flatten().map(|g| &mut **g)
    }

    /// Whom a contact would belong to, without joining it.
    pub(crate) fn find(&self, from: &str, handles: &Handles, thread: &Thread) -> Option<u32> {
        let mut keys = keys(from, handles);
        keys.extend(thread.keys());
        let known = keys.into_iter().find_map(|k| self.handles.get(&k).copied());
        known
            .or_else(|| compared(handles).and_then(|text| self.alike.find(&text)))
            .map(|g| self.root(g))
    }

    /// Joins a contact to its campaign, or starts one.
    pub(crate) fn join(
        &mut self,
        from: &str,
        handles: &Handles,
        thread: &Thread,
        day: i64,
    ) -> Joined {
        let mut keys = keys(from, handles);
        keys.extend(thread.keys());
        let mut known = self.known(&keys);
        let mut templates = handles.template.iter().chain(&thread.templates);
        let text = match templates.any(|t| self.handles.contains_key(t)) {
            true => None,
            false => compared(handles),
        };
        let alike = text.as_ref().filter(|_| known.is_empty());
        let alike = alike.and_then(|text| self.alike.find(text));
        known.extend(alike.map(|g| self.root(g)));
        let group = self.unite(&known, keys, day);
        Joined {
            group,
            linkable: handles.template.is_some() || !handles.strong.is_empty(),
            known,
            alike: alike.is_some(),
            exemplar: text.is_some_and(|text| self.remember(group, text)),
        }
    }

    /// Joins a contact whose words are gone by what linked it.
    pub(crate) fn join_erased(
        &mut self,
        thread: &Thread,
        (linkable, exemplar): (bool, bool),
        day: i64,
    ) -> Joined {
        let keys: Vec<u64> = thread.keys().collect();
        let known = self.known(&keys);
        let group = self.unite(&known, keys, day);
        if let Some(group) = self.get_mut(group).filter(|_| exemplar) {
            group.exemplars += 1;
        }
        Joined {
            group,
            linkable,
            known,
            alike: false,
            exemplar,
        }
    }

    /// The campaigns that have these keys.
    fn known(&self, keys: &[u64]) -> Vec<u32> {
        let known = keys.iter().filter_map(|k| self.handles.get(k));
        known.map(|g| self.root(*g)).collect()
    }

    /// Makes one of them, or starts one, under these keys.
    fn unite(&mut self, known: &[u32], keys: Vec<u64>, day: i64) -> u32 {
        let group = match known.iter().min() {
            Some(oldest) => *oldest,
            None => self.start(day),
        };
        for other in known {
            self.merge(group, *other);
        }
        for key in keys {
            self.handles.insert(key, group);
        }
        group
    }

    fn start(&mut self, day: i64) -> u32 {
        self.groups.push(Some(Box::new(Group::new(day))));
        self.ids.plant()
    }

    fn merge(&mut self, a: u32, b: u32) {
        let Some((keep, gone)) = self.ids.unite(a, b) else {
            return;
        };
        let Some(other) = self.groups[gone as usize].take() else {
            return;
        };
        if let Some(group) = self.groups[keep as usize].as_mut() {
            group.absorb(gone, *other);
        }
    }

    fn remember(&mut self, group: u32, text: Compared) -> bool {
        match self.get_mut(group) {
            Some(g) if g.exemplars < EXEMPLARS_MAX => g.exemplars += 1,
            _ => return false,
        }
        let forgotten = self.alike.remember(group, text);
        if let Some(g) = forgotten.and_then(|id| self.get_mut(id)) {
            g.exemplars = g.exemplars.saturating_sub(1);
        }
        true
    }
}

/// What of a text is compared, if it says enough.
fn compared(handles: &Handles) -> Option<Compared> {
    handles.template?;
    Compared::new(Shingles::of(&handles.body), handles.signature)
}

/// The digests that a contact is found by. Short codes are rented by many and tell nothing.
pub(crate) fn keys(from: &str, handles: &Handles) -> Vec<u64> {
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
mod tests;
