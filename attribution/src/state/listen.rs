//! Names in texts: the personas' of the line, and by how much chance others'.

use honeytoken::HoneytokenId;

use super::{NOBODY, State, Waiting};
use crate::campaigns::Group;
use crate::evidence::{Heard, Overheard};
use crate::roster::Placement;
use crate::text::{Spoken, addressees};

/// How far callers are taken for list workers who reached numbers that nobody was given, or who
/// were there before the platform.
const LEAN_MASS: f64 = 0.05;
const LEAN_BEFORE: f64 = 0.02;
/// How much less by each number of others that the caller reached.
const LEAN_ELSEWHERE: f64 = 0.5;
/// How far a text in another script than the name's is believed to be a list worker's.
const LEAN_FOREIGN: f64 = 0.05;

/// The most names that are remembered.
const ADDRESSEES_MAX: usize = 500_000;

impl State {
    /// Takes in the names that a stranger's text speaks.
    pub(super) fn listen(&mut self, line: u32, contact: &Waiting, spoken: &Spoken) {
        if contact.says_nothing() {
            return;
        }
        let script = usize::from(contact.is_han());
        let chances = self.coincidence[script].chances();
        let own = self.roster.lines[line as usize].placements.clone();
        for index in &own {
            self.hear(*index, contact, spoken, chances);
        }
        let others = |list: &[u32]| -> Vec<u32> {
            let mine = |p: &u32| own.contains(p);
            list.iter().copied().filter(|p| !mine(p)).collect()
        };
        let mixed = self.mixed_of_others(line, spoken);
        self.coincidence[script].text(&Overheard {
            line,
            whole: &others(&spoken.whole),
            mixed: &mixed,
            sound: others(&spoken.sound).len() as u64,
            part: others(&spoken.part).len() as u64,
        });
    }

    /// Whether a text addresses somebody by a name that is spoken on this number alone, and is none
    /// of ours: whoever had the number before.
    pub(super) fn asks_for_another(
        &mut self,
        line: u32,
        contact: &Waiting,
        spoken: &Spoken,
    ) -> bool {
        let mut another = false;
        for keys in self.addressed(contact) {
            another |= self.is_heard_here_alone(line, &keys);
        }
        if let Some(read) = &contact.read {
            return read.personal;
        }
        let own = &self.roster.lines[line as usize].placements;
        another && own.iter().all(|p| heard(*p, spoken) == Heard::Not)
    }

    /// The names that a text addresses, each by its keys: its digest, and what it shared with texts
    /// that are gone.
    fn addressed(&self, contact: &Waiting) -> Vec<Vec<u64>> {
        let thread = self.threads.of(self.notes[contact.note as usize].entry);
        let keys = |(name, digest): (usize, Option<u64>)| {
            let all = digest.into_iter().chain(thread.name(name));
            all.collect::<Vec<u64>>()
        };
        match &contact.read {
            Some(read) => (0..usize::from(read.names))
                .map(|name| keys((name, None)))
                .collect(),
            None => {
                let digests = addressees(&contact.text).into_iter().map(Some);
                digests.enumerate().map(keys).collect()
            }
        }
    }

    /// Whether a name was spoken on this number and no other.
    fn is_heard_here_alone(&mut self, line: u32, keys: &[u64]) -> bool {
        let full = self.addressees.len() >= ADDRESSEES_MAX;
        if full && keys.iter().any(|k| !self.addressees.contains_key(k)) {
            return false;
        }
        let mut heard = keys.iter().filter_map(|k| self.addressees.get(k));
        let here = heard.all(|on| *on == line);
        let on = if here { line } else { NOBODY };
        for key in keys {
            self.addressees.insert(*key, on);
        }
        here
    }

    /// The decoys that a contact names.
    pub(super) fn spoken(&self, contact: &Waiting) -> Spoken {
        let Some(read) = &contact.read else {
            return self.roster.spoken.spoken(&contact.text);
        };
        let indices = |ids: &[HoneytokenId]| {
            let mut all: Vec<u32> = ids.iter().filter_map(|id| self.roster.index(id)).collect();
            all.sort_unstable();
            all
        };
        Spoken {
            whole: indices(&read.decoys.whole),
            sound: indices(&read.decoys.sound),
            part: indices(&read.decoys.part),
            mixed: read.decoys.mixed.clone(),
        }
    }

    /// Names put together of pieces of decoys' names, those of the line itself left out.
    pub(super) fn mixed_of_others(&self, line: u32, spoken: &Spoken) -> Vec<(u64, u64)> {
        let own = &self.roster.lines[line as usize].placements;
        let keys = own
            .iter()
            .filter_map(|p| self.roster.placements[*p as usize].keys.as_ref());
        let mine: Vec<u64> = keys.map(|k| k.mixed()).collect();
        let mut mixed = spoken.mixed.clone();
        mixed.retain(|(digest, _)| !mine.contains(digest));
        mixed
    }

    /// What the text means for one name that this line bears.
    fn hear(&mut self, index: u32, contact: &Waiting, spoken: &Spoken, chances: [f64; 3]) {
        let heard = heard(index, spoken);
        let lean = self.lean(index, contact);
        let placement = &mut self.roster.placements[index as usize];
        if placement.registered > contact.at {
            placement.name_void |= matches!(heard, Heard::Whole | Heard::Sound);
            placement.part_heard |= heard == Heard::Part;
            return;
        }
        if placement.keys.is_none() || placement.name_void || placement.name_heard {
            return;
        }
        if heard == Heard::Part && std::mem::replace(&mut placement.part_heard, true) {
            return;
        }
        let name = matches!(heard, Heard::Whole | Heard::Sound);
        placement.name_heard = name;
        self.notes[contact.note as usize].named |= name;
        let case = &mut self.roster.platforms[placement.platform as usize].case;
        case.token.text(heard, lean, chances);
        self.touched.insert(placement.platform);
    }

    /// How far the caller may be taken for one who works the platform's list, of 0 to 1.
    fn lean(&self, index: u32, contact: &Waiting) -> f64 {
        let placement = &self.roster.placements[index as usize];
        let han = contact.is_han();
        let script = if placement.keys.as_ref().is_some_and(|k| k.han == han) {
            1.0
        } else {
            LEAN_FOREIGN
        };
        let group = self.notes[contact.note as usize].group;
        script
            * self
                .campaigns
                .get(group)
                .map_or(1.0, |g| self.lean_of(g, placement))
    }

    fn lean_of(&self, group: &Group, placement: &Placement) -> f64 {
        let here = group.hits.iter().find(|h| h.line == placement.line);
        if here.is_some_and(|h| h.personal || h.day < placement.day()) {
            return LEAN_BEFORE;
        }
        if group.unplaced > 0 {
            return LEAN_MASS;
        }
        let ours = &self.roster.platforms[placement.platform as usize].placements;
        let is_ours = |line| {
            ours.iter()
                .any(|p| self.roster.placements[*p as usize].line == line)
        };
        let others = group
            .hits
            .iter()
            .filter(|h| !is_ours(h.line) && !self.is_accused(h.line))
            .count();
        1.0 / (1.0 + LEAN_ELSEWHERE * others as f64)
    }
}

fn heard(index: u32, spoken: &Spoken) -> Heard {
    let has = |list: &[u32]| list.binary_search(&index).is_ok();
    if has(&spoken.whole) {
        Heard::Whole
    } else if has(&spoken.sound) {
        Heard::Sound
    } else if has(&spoken.part) {
        Heard::Part
    } else {
        Heard::Not
    }
}
