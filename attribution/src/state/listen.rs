//! Names in texts: the personas' of the line, and by how much chance others'.

use super::{NOBODY, State, Waiting};
use crate::campaigns::Group;
use crate::evidence::{Heard, Overheard};
use crate::roster::Placement;
use crate::text::{Spoken, addressees, is_han};

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
        if contact.text.is_empty() {
            return;
        }
        let script = usize::from(contact.text.chars().any(is_han));
        let chances = self.coincidence[script].chances();
        let own = self.roster.lines[line as usize].placements.clone();
        for index in &own {
            self.hear(*index, contact, spoken, chances);
        }
        let others = |list: &[u32]| -> Vec<u32> {
            let mine = |p: &u32| own.contains(p);
            list.iter().copied().filter(|p| !mine(p)).collect()
        };
        let keys = own
            .iter()
            .filter_map(|p| self.roster.placements[*p as usize].keys.as_ref());
        let mine: Vec<u64> = keys.map(|k| k.mixed()).collect();
        let mut mixed = spoken.mixed.clone();
        mixed.retain(|(digest, _)| !mine.contains(digest));
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
        for name in addressees(&contact.text) {
            if self.addressees.len() >= ADDRESSEES_MAX && !self.addressees.contains_key(&name) {
                continue;
            }
            let heard_on = self.addressees.entry(name).or_insert(line);
            if *heard_on == line {
                another = true;
            } else {
                *heard_on = NOBODY;
            }
        }
        let own = &self.roster.lines[line as usize].placements;
        another && own.iter().all(|p| heard(*p, spoken) == Heard::Not)
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
        let han = contact.text.chars().any(is_han);
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
