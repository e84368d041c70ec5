//! What is remembered of one campaign: bounded, whatever it does.

use serde::{Deserialize, Serialize};

/// Lines remembered of one campaign; beyond, it is a mass dialler whatever else it is.
pub(crate) const HITS_MAX: usize = 400;
/// Ids remembered that a campaign was known by before it grew together with an older one.
const NAMES_MAX: usize = 64;

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
    /// It asked there for somebody else, by name.
    pub(crate) personal: bool,
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
    /// Its texts that others are compared with.
    pub(super) exemplars: u32,
    /// Younger ids that led here, the oldest ones.
    pub(crate) known_as: Vec<u32>,
    /// Per platform whose number was the first or second: see `evidence::breadth`.
    pub(crate) bets: Vec<crate::evidence::Bet>,
}

impl Group {
    pub(super) fn new(day: i64) -> Group {
        Group {
            first: day,
            last: day,
            ..Group::default()
        }
    }

    /// Takes over what another one did, and its name.
    pub(super) fn absorb(&mut self, name: u32, other: Group) {
        self.contacts += other.contacts;
        self.texts += other.texts;
        self.han |= other.han;
        self.linkable |= other.linkable;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.exemplars += other.exemplars;
        self.bets.extend(other.bets);
        self.take_names(name, other.known_as);
        self.take_hits(other.hits);
    }

    fn take_names(&mut self, name: u32, more: Vec<u32>) {
        self.known_as.push(name);
        self.known_as.extend(more);
        self.known_as.sort_unstable();
        self.known_as.truncate(NAMES_MAX);
    }

    /// Each line once; of too many lines the first reached stay.
    fn take_hits(&mut self, more: Vec<Hit>) {
        self.hits.extend(more);
        self.hits.sort_by_key(|h| (h.line, h.day));
        self.hits.dedup_by(|later, first| {
            let same = later.line == first.line;
            if same {
                first.last = first.last.max(later.last);
                first.contacts += later.contacts;
                first.unplaced |= later.unplaced;
                first.personal |= later.personal;
            }
            same
        });
        self.hits.sort_by_key(|h| (h.day, h.line));
        self.hits.truncate(HITS_MAX);
        self.controls = self.hits.iter().filter(|h| h.control).count() as u32;
        self.unplaced = self.hits.iter().filter(|h| h.unplaced).count() as u32;
    }

    /// It is known by something that another contact could share: a text, or a caller who came again.
    pub(super) fn has_a_name(&self) -> bool {
        self.linkable || self.contacts > 1
    }
}
