//! What judgement read in a contact that was erased since, without who and what: enough for a fold
//! from zero to take it in where it stood, and to come to the same verdicts then and later.
//!
//! What links contacts is digests of caller ids, links, texts and names. Such a digest can be guessed, so
//! none is kept: in its place stands which other entries shared it.

use std::collections::BTreeMap;

use honeytoken::{HoneytokenId, PlatformId};
use serde::{Deserialize, Serialize};

use crate::taxonomy::Whose;
use crate::text::digest;
use crate::topic::Topic;

/// What was read in one contact. Made by [`crate::State::into_readings`], taken in by
/// [`crate::State::apply_erased`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub(super) whose: Whose,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) platform: Option<PlatformId>,
    /// It had content that others of the same caller are known by.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) linkable: bool,
    /// Others were compared with its text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) exemplar: bool,
    /// It asked for somebody else, by name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) personal: bool,
    /// None if nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) gist: Option<Gist>,
    /// How many names it addressed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub(super) names: u8,
    #[serde(default, skip_serializing_if = "Decoys::is_empty")]
    pub(super) decoys: Decoys,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) beside: Vec<Beside>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) namesakes: Vec<Namesake>,
}

impl Reading {
    /// One that says whose the contact was, and nothing else.
    pub(super) fn of(whose: Whose, platform: Option<PlatformId>) -> Reading {
        Reading {
            whose,
            platform,
            linkable: false,
            exemplar: false,
            personal: false,
            gist: None,
            names: 0,
            decoys: Decoys::default(),
            beside: Vec::new(),
            namesakes: Vec::new(),
        }
    }
}

fn is_none(count: &u8) -> bool {
    *count == 0
}

/// What a text was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gist {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) topic: Option<Topic>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// It held Han characters.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) han: bool,
}

/// The decoys whose names a text spoke.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Decoys {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) whole: Vec<HoneytokenId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) sound: Vec<HoneytokenId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) part: Vec<HoneytokenId>,
    /// Names put together of pieces of decoys' names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) mixed: Vec<(u64, u64)>,
}

impl Decoys {
    fn is_empty(&self) -> bool {
        *self == Decoys::default()
    }
}

/// An entry that shared a handle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beside {
    pub(super) entry: u64,
    /// The handle was the text itself, numbers and links taken out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) template: bool,
}

/// An entry that addressed the same name: by which of its own names, and which of that entry's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Namesake {
    pub(super) name: u8,
    pub(super) entry: u64,
    pub(super) theirs: u8,
}

/// What links entries to erased ones, by entry.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Threads(BTreeMap<u64, Thread>);

/// What one entry is linked by beside its own words: stands for what it shared with erased ones.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct Thread {
    pub(crate) handles: Vec<u64>,
    pub(crate) templates: Vec<u64>,
    pub(super) names: Vec<(u8, u64)>,
}

impl Thread {
    /// The keys that stand for handles.
    pub(crate) fn keys(&self) -> impl Iterator<Item = u64> {
        self.handles.iter().chain(&self.templates).copied()
    }

    /// The keys that stand for one of its names.
    pub(super) fn name(&self, name: usize) -> impl Iterator<Item = u64> {
        let of_it = self.names.iter().filter(move |n| usize::from(n.0) == name);
        of_it.map(|n| n.1)
    }
}

impl Threads {
    /// Takes in what an erased entry was linked with.
    pub(super) fn add(&mut self, entry: u64, reading: &Reading) {
        for other in &reading.beside {
            let key = between(40, (entry, 0), (other.entry, 0));
            for end in [entry, other.entry] {
                let thread = self.0.entry(end).or_default();
                match other.template {
                    true => thread.templates.push(key),
                    false => thread.handles.push(key),
                }
            }
        }
        for other in &reading.namesakes {
            let (mine, theirs) = ((entry, other.name), (other.entry, other.theirs));
            let key = between(41, mine, theirs);
            for (end, name) in [mine, theirs] {
                self.0.entry(end).or_default().names.push((name, key));
            }
        }
    }

    /// What this entry is linked by.
    pub(super) fn of(&self, entry: u64) -> Thread {
        self.0.get(&entry).cloned().unwrap_or_default()
    }
}

/// The key that stands for what two entries shared.
fn between(salt: u64, a: (u64, u8), b: (u64, u8)) -> u64 {
    let bytes = |end: (u64, u8)| end.0.to_le_bytes().into_iter().chain([end.1]);
    digest(salt, bytes(a.min(b)).chain(bytes(a.max(b))))
}
