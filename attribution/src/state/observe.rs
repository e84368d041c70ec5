//! What the day's contacts show: whose they are, which campaign, which names, which number next.

use super::close::{Active, HOUR_US};
use super::{NOBODY, State, Waiting};
use crate::background::{AGAIN, NEW, SILENT};
use crate::campaigns::{HITS_MAX, Hit, Joined};
use crate::roster::DAY_US;
use crate::taxonomy::{Seen, Whose};
use crate::text::handles;

/// Days within which a campaign that comes back works the same list.
const AGAIN_DAYS_MAX: i64 = 30;
/// Contacts of a campaign with one line that may each tell that it comes again.
const AGAIN_CONTACTS_MAX: u32 = 3;
/// The most lines of a campaign that may work a list.
const LIST_LINES_MAX: usize = 24;

impl State {
    /// Takes in the day's contacts in order of time, whatever order they arrived in.
    pub(super) fn observe(&mut self) -> Active {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by(|a, b| {
            let line = |w: &Waiting| self.notes[w.note as usize].line;
            (a.at, line(a), &a.from, &a.text, a.note).cmp(&(
                b.at,
                line(b),
                &b.from,
                &b.text,
                b.note,
            ))
        });
        let mut active = Active::new();
        for contact in waiting {
            if let Some((line, stream)) = self.take_in(&contact) {
                active
                    .entry((line, stream))
                    .and_modify(|at| *at = contact.at.max(*at))
                    .or_insert(contact.at);
            }
        }
        active
    }

    fn take_in(&mut self, contact: &Waiting) -> Option<(u32, usize)> {
        let line = self.notes[contact.note as usize].line;
        let (whose, platform) = self.whose(line, contact);
        let note = &mut self.notes[contact.note as usize];
        let entry = note.entry;
        (note.whose, note.platform) = (whose, platform);
        if note.first == NOBODY {
            self.by_line[line as usize].push(contact.note);
        }
        let holder = self.roster.platforms.get(platform as usize);
        self.probe_whose(entry, whose, holder.map(|p| p.id.clone()));
        if matches!(whose, Whose::Transaction | Whose::Own | Whose::Partner) {
            return None;
        }
        let spoken = self.spoken(contact);
        let personal = self.asks_for_another(line, contact, &spoken);
        self.probe_names(entry, contact, &spoken, personal);
        let active = self.follow(line, contact, personal);
        if active.is_some_and(|(_, stream)| stream != AGAIN) {
            self.ring_at_once(line, contact.at);
        }
        self.listen(line, contact, &spoken);
        active
    }

    /// Whose a contact is; the platform too, where it is not a stranger's.
    pub(super) fn whose(&self, line: u32, contact: &Waiting) -> (Whose, u32) {
        let placements = &self.roster.lines[line as usize].placements;
        if let Some(read) = &contact.read {
            let platform = read.platform.as_ref();
            let index = platform.and_then(|id| self.roster.platform(id));
            return (read.whose, index.unwrap_or(NOBODY));
        }
        let mut best = (Whose::Stranger, NOBODY);
        if placements.is_empty() {
            return best;
        }
        let seen = Seen::new(&contact.from, &contact.text, contact.call);
        for placement in placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
        {
            if placement.registered <= contact.at {
                let whose = self.roster.platforms[placement.platform as usize]
                    .profile
                    .judge(&seen);
                if whose < best.0 {
                    best = (whose, placement.platform);
                }
            }
        }
        best
    }

    fn ring_at_once(&mut self, line: u32, at: i64) {
        for index in &self.unjudged {
            let placement = &self.roster.placements[*index as usize];
            let after = at - placement.registered;
            if placement.line == line && (0..=HOUR_US).contains(&after) {
                self.instant.entry(*index).or_insert(after);
            }
        }
    }

    /// Joins the contact to its campaign, and says which stream it makes active.
    fn follow(&mut self, line: u32, contact: &Waiting, personal: bool) -> Option<(u32, usize)> {
        let day = contact.at.div_euclid(DAY_US);
        let joined = self.join(contact, day);
        let follows = self.notes[contact.note as usize].first != NOBODY;
        self.notes[contact.note as usize].group = joined.group;
        let unplaced = !self.roster.is_placed(line, contact.at);
        let control = self.roster.lines[line as usize].control;
        let group = self.campaigns.get_mut(joined.group)?;
        let known = group.contacts > 0;
        group.contacts += u64::from(!follows);
        match contact.read.as_ref().and_then(|read| read.gist.as_ref()) {
            Some(gist) => group.hear_gist(gist),
            None => group.hear(&contact.text),
        }
        group.last = day;
        group.linkable |= joined.linkable;
        if let Some(hit) = group.hits.iter_mut().find(|h| h.line == line) {
            let before = std::mem::replace(&mut hit.last, day);
            hit.contacts += 1;
            hit.personal |= personal;
            if hit.personal {
                return None;
            }
            let again = (2..=AGAIN_CONTACTS_MAX).contains(&hit.contacts)
                && (1..=AGAIN_DAYS_MAX).contains(&(day - before));
            let seen_elsewhere = group.controls > u32::from(control);
            let candidate = again && group.linkable && !seen_elsewhere;
            let counts = candidate
                && !self.sweeps(joined.group, line)
                && !self.reached_beside(joined.group, line, contact.at).1;
            return counts.then_some((line, AGAIN));
        }
        let silent = !joined.linkable && group.texts == 0;
        let seen_by_controls = group.controls > 0;
        if group.hits.len() < HITS_MAX {
            self.reach(
                joined.group,
                Hit {
                    line,
                    day,
                    last: day,
                    contacts: 1,
                    unplaced,
                    control,
                    personal,
                },
            );
        }
        if personal {
            return None;
        }
        if silent || (!joined.linkable && !known) {
            self.notes[contact.note as usize].silent = true;
            self.roster.lines[line as usize].record.silent_today += 1;
            return Some((line, SILENT));
        }
        if seen_by_controls {
            self.roster.lines[line as usize].record.mass += 1;
            return None;
        }
        // The platform's second number is the breadth's business: a sweep is one surprise.
        (!self.reached_beside(joined.group, line, contact.at).0).then_some((line, NEW))
    }

    /// The campaign of a contact: by its words, or what is left of them.
    fn join(&mut self, contact: &Waiting, day: i64) -> Joined {
        let entry = self.notes[contact.note as usize].entry;
        let thread = self.threads.of(entry);
        let handles = handles(&contact.text);
        let joined = match &contact.read {
            Some(read) => {
                let was = (read.linkable, read.exemplar);
                self.campaigns.join_erased(&thread, was, day)
            }
            None => self.campaigns.join(&contact.from, &handles, &thread, day),
        };
        self.probe_joined(entry, contact, &handles, &joined);
        joined
    }

    /// Whether the campaign reached the line's neighbours as well, or many lines: what sweeps a
    /// block comes back to all of it.
    fn sweeps(&self, group: u32, line: u32) -> bool {
        let Some(group) = self.campaigns.get(group) else {
            return false;
        };
        let block = self.roster.lines[line as usize].block;
        let mut others = group
            .hits
            .iter()
            .filter(|h| h.line != line && !self.is_accused(h.line));
        let many = group.hits.len() > LIST_LINES_MAX;
        many || others.any(|h| self.roster.lines[h.line as usize].block == block)
    }

    /// Whether the campaign reached another number of the same platform, and came back there.
    fn reached_beside(&self, group: u32, line: u32, at: i64) -> (bool, bool) {
        let [placement] = self.roster.lines[line as usize].placements[..] else {
            return (false, false);
        };
        let placement = &self.roster.placements[placement as usize];
        let Some(group) = self
            .campaigns
            .get(group)
            .filter(|_| placement.registered <= at)
        else {
            return (false, false);
        };
        let ours = &self.roster.platforms[placement.platform as usize].placements;
        let beside = |l: u32| {
            l != line
                && ours
                    .iter()
                    .any(|p| self.roster.placements[*p as usize].line == l)
        };
        let mut hits = group.hits.iter().filter(|h| beside(h.line)).peekable();
        (
            hits.peek().is_some(),
            hits.any(|h| h.contacts > 1 && h.last > h.day),
        )
    }
}
