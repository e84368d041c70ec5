//! How much happened when, for charts.

use std::collections::BTreeMap;

use honeytoken::{PhoneNumber, PlatformId, Timestamp};

use super::{NOBODY, State};
use crate::roster::DAY_US;
use crate::verdict::{Attribution, Cause};

/// Contacts of one day and cause that came through one platform, or through none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Days since the epoch, UTC.
    pub day: i64,
    /// Through which platform, if through one.
    pub platform: Option<PlatformId>,
    /// Why.
    pub cause: Cause,
    /// How many; repeats and later stages of a call are not counted.
    pub contacts: u64,
}

impl State {
    /// When what reached a line, and why, oldest first. Costs as much as all its contacts.
    pub fn contacts_of(&self, number: &PhoneNumber) -> Vec<(Timestamp, Cause)> {
        let Some(line) = self.roster.line(number) else {
            return Vec::new();
        };
        let closed = self.judge_line(line).into_iter();
        let open = self.waiting.iter().map(|w| w.note);
        let open = open.filter(|note| self.notes[*note as usize].line == line);
        let open = open.map(|note| (note, self.judge(note)));
        let at = |note: u32| Timestamp::from_micros(self.notes[note as usize].happened);
        let mut found: Vec<_> = closed
            .chain(open)
            .map(|(note, judged)| (at(note), judged.cause))
            .collect();
        found.sort_by_key(|(at, _)| *at);
        found
    }

    /// The entries that reached a line, and why, ascending; erased ones and later stages of a call left
    /// out. Costs as much as all its contacts.
    pub fn entries_of(&self, number: &PhoneNumber) -> Vec<(u64, Attribution)> {
        let line = self.roster.line(number);
        let judged = line.map_or_else(Vec::new, |line| self.judged(line));
        let gone = |entry: u64| {
            self.ghosts
                .values()
                .flatten()
                .any(|g| g.note.entry == entry)
        };
        let counts = judged
            .into_iter()
            .filter(|(note, _)| self.first_of(note).is_none() && !gone(note.entry));
        let mut found: Vec<_> = counts
            .map(|(note, found)| (note.entry, self.attribute(found)))
            .collect();
        found.sort_by_key(|(entry, _)| *entry);
        found
    }

    /// What reached our lines since then, by day. Costs as much as all contacts.
    pub fn activity(&self, since: Timestamp) -> Vec<Activity> {
        let mut sums: BTreeMap<(i64, Option<u32>, Cause), u64> = BTreeMap::new();
        for (found, note) in self.judge_all().into_iter().zip(&self.notes) {
            let counts = note.line != NOBODY && self.first_of(note).is_none();
            if counts && note.happened >= since.as_micros() {
                let day = note.happened.div_euclid(DAY_US);
                *sums.entry((day, found.platform, found.cause)).or_default() += 1;
            }
        }
        let of = |p: u32| self.roster.platforms[p as usize].id.clone();
        sums.into_iter()
            .map(|((day, platform, cause), contacts)| Activity {
                day,
                platform: platform.map(of),
                cause,
                contacts,
            })
            .collect()
    }
}
