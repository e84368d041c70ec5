//! Notes, while the log is folded, what must outlive entries that are to be erased.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::PlatformId;

use super::reading::{Beside, Decoys, Gist, Namesake, Reading};
use super::{State, Waiting};
use crate::campaigns::{Joined, keys};
use crate::taxonomy::Whose;
use crate::text::{Handles, Spoken, UNDETERMINED, addressees, is_han, language};
use crate::topic::Topic;

/// What is noted.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    wanted: BTreeSet<u64>,
    readings: BTreeMap<u64, Reading>,
    /// The entries that had a handle first and last.
    handles: BTreeMap<u64, (u64, u64)>,
    /// The entry that addressed a name last, and which of its names that was.
    names: BTreeMap<u64, (u64, u8)>,
    /// Of each campaign the first entry, and the first that is wanted.
    members: BTreeMap<u32, (u64, Option<u64>)>,
}

impl State {
    /// Says which entries are to be erased, before any is folded.
    pub fn watch(&mut self, entries: BTreeSet<u64>) {
        let probe = Probe {
            wanted: entries,
            ..Probe::default()
        };
        self.probe = Some(Box::new(probe));
    }

    /// What was read in the entries that [`State::watch`] named, by index; nothing of those that count
    /// with another. The day that is being collected is closed for it, so the fold ends here.
    pub fn into_readings(mut self) -> BTreeMap<u64, Reading> {
        if let Some(today) = self.today {
            self.close_until(today + 1);
        }
        self.probe.map(|probe| probe.readings).unwrap_or_default()
    }

    /// Whose a contact is.
    pub(super) fn probe_whose(&mut self, entry: u64, whose: Whose, platform: Option<PlatformId>) {
        if let Some(probe) = &mut self.probe
            && probe.wanted.contains(&entry)
        {
            probe.readings.insert(entry, Reading::of(whose, platform));
        }
    }

    /// Which campaign it joined, and by what.
    pub(super) fn probe_joined(
        &mut self,
        entry: u64,
        contact: &Waiting,
        handles: &Handles,
        joined: &Joined,
    ) {
        let Some(probe) = &mut self.probe else { return };
        if contact.read.is_none() {
            probe.handles(entry, &contact.from, handles);
            probe.alike(entry, joined);
            if let Some(reading) = probe.readings.get_mut(&entry) {
                reading.linkable = joined.linkable;
                reading.exemplar = joined.exemplar;
                reading.gist = gist(&contact.text);
            }
        }
        probe.joined(entry, joined);
    }

    /// Whom it addressed, and which decoys it named.
    pub(super) fn probe_names(
        &mut self,
        entry: u64,
        contact: &Waiting,
        spoken: &Spoken,
        personal: bool,
    ) {
        let decoys = || self.decoys(entry, spoken);
        let wanted = self.probe.as_ref().map(|p| p.wanted.contains(&entry));
        let decoys = (wanted == Some(true)).then(decoys);
        let Some(probe) = self.probe.as_mut().filter(|_| contact.read.is_none()) else {
            return;
        };
        probe.addressed(entry, &contact.text);
        if let (Some(reading), Some(decoys)) = (probe.readings.get_mut(&entry), decoys) {
            reading.personal = personal;
            reading.decoys = decoys;
        }
    }

    fn decoys(&self, entry: u64, spoken: &Spoken) -> Decoys {
        let ids = |list: &[u32]| {
            let id = |p: &u32| self.roster.placements[*p as usize].honeytoken.clone();
            list.iter().map(id).collect()
        };
        let note = self.notes.binary_search_by_key(&entry, |n| n.entry);
        let line = note.map(|at| self.notes[at].line).unwrap_or_default();
        Decoys {
            whole: ids(&spoken.whole),
            sound: ids(&spoken.sound),
            part: ids(&spoken.part),
            mixed: self.mixed_of_others(line, spoken),
        }
    }
}

impl Probe {
    fn handles(&mut self, entry: u64, from: &str, handles: &Handles) {
        for key in keys(from, handles) {
            let template = handles.template == Some(key);
            let (first, last) = self.handles.get(&key).copied().unwrap_or((entry, entry));
            self.handles.insert(key, (first, entry));
            self.link(last, entry, template);
            // The last may be of a day that is not closed yet.
            if first != last && self.wanted.contains(&entry) {
                self.link(first, entry, template);
            }
        }
    }

    /// Likeness of texts links too, and the text it was found by may be one that goes.
    fn alike(&mut self, entry: u64, joined: &Joined) {
        let group = joined.known.first().filter(|_| joined.alike);
        let Some((first, wanted)) = group.and_then(|g| self.members.get(g)).copied() else {
            return;
        };
        match self.wanted.contains(&entry) {
            true => self.link(first, entry, false),
            false => wanted.into_iter().for_each(|w| self.link(w, entry, false)),
        }
    }

    fn joined(&mut self, entry: u64, joined: &Joined) {
        let wanted = self.wanted.contains(&entry).then_some(entry);
        let known = joined.known.iter().filter_map(|g| self.members.remove(g));
        let member = known.fold((entry, wanted), |a, b| {
            let wanted = a.1.into_iter().chain(b.1).min();
            (a.0.min(b.0), wanted)
        });
        self.members.insert(joined.group, member);
    }

    /// Notes with one that goes what it shares with another.
    fn link(&mut self, before: u64, entry: u64, template: bool) {
        let (goes, stays) = match self.wanted.contains(&entry) {
            true => (entry, before),
            false => (before, entry),
        };
        if before == entry || !self.wanted.contains(&goes) {
            return;
        }
        if let Some(reading) = self.readings.get_mut(&goes) {
            reading.beside.push(Beside {
                entry: stays,
                template,
            });
        }
    }

    fn addressed(&mut self, entry: u64, text: &str) {
        let names = addressees(text);
        if let Some(reading) = self.readings.get_mut(&entry) {
            reading.names = names.len() as u8;
        }
        for (name, key) in (0..).zip(names) {
            let before = self.names.insert(key, (entry, name));
            let Some((other, theirs)) = before.filter(|b| b.0 != entry) else {
                continue;
            };
            let (goes, name, stays, theirs) = match self.wanted.contains(&entry) {
                true => (entry, name, other, theirs),
                false => (other, theirs, entry, name),
            };
            if let Some(reading) = self.readings.get_mut(&goes) {
                reading.namesakes.push(Namesake {
                    name,
                    entry: stays,
                    theirs,
                });
            }
        }
    }
}

fn gist(text: &str) -> Option<Gist> {
    let language = language(text);
    (!text.is_empty()).then(|| Gist {
        topic: Topic::of(text),
        language: (language != UNDETERMINED).then(|| language.to_owned()),
        han: text.chars().any(is_han),
    })
}
