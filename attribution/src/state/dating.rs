//! What the date of a leak is read from.

use std::collections::BTreeMap;

use super::{NOBODY, Note, State};
use crate::leak_date::{Exposed, LeakDate, SEEN_CONTACTS_MAX, estimate};
use crate::roster::{DAY_US, Platform};

impl State {
    /// When the numbers of an accused platform left.
    pub(super) fn leak_date(&self, platform: &Platform, leaks: &[&Note]) -> Option<LeakDate> {
        platform.case.flagged?;
        let firsts = self.first_contacts(leaks);
        let days = |at: i64| at as f64 / DAY_US as f64;
        let numbers: Vec<Exposed> = platform
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
            .map(|p| Exposed {
                registered: days(p.registered),
                contacts: firsts
                    .iter()
                    .filter(|f| f.1 == p.line && f.0 >= p.registered)
                    .map(|f| days(f.0))
                    .collect(),
            })
            .collect();
        estimate(&numbers, self.today? as f64)
    }

    /// When, and on which line, each campaign came first; what nobody can be named for counts each
    /// time. The earliest.
    fn first_contacts(&self, leaks: &[&Note]) -> Vec<(i64, u32)> {
        let mut firsts: BTreeMap<(u32, u64), i64> = BTreeMap::new();
        for note in leaks {
            let campaign = (note.group != NOBODY)
                .then(|| self.campaigns.name(note.group))
                .flatten();
            // Entries begin far below the half of all numbers: the two kinds never meet.
            let who = campaign.map_or(note.entry | 1 << 63, u64::from);
            let first = firsts.entry((note.line, who)).or_insert(note.at);
            *first = note.at.min(*first);
        }
        let mut firsts: Vec<(i64, u32)> = firsts.into_iter().map(|(k, at)| (at, k.0)).collect();
        firsts.sort_unstable();
        firsts.truncate(SEEN_CONTACTS_MAX);
        firsts
    }
}
