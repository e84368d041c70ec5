//! Which entries hold somebody's data.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{Contact, Entry, Event, NoteTopic, Persona, Timestamp};
use store::{IndexFault, Lookup};

use super::{EraseError, Scope};
use crate::ledger::View;
use crate::ledger::attachments::{files_of, followers};
use crate::ledger::lookups::parts;
use crate::ledger::together;

/// Entries looked up in one step.
const STEP_ENTRIES: usize = 1024;
/// Entries that are listed as beyond reach.
const BEYOND_MAX: usize = 100;
/// A piece of a name that is shorter stands in too many texts to mean the decoy, in characters.
const NAME_CHARS_MIN: usize = 2;
/// The fewest digits of a number that is looked for in texts.
const DIGITS_MIN: usize = 7;

/// An entry that is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Its index.
    pub index: u64,
    /// Its kind.
    pub kind: &'static str,
    /// The call or message that it belongs to.
    pub follows: Option<u64>,
    /// The contact that it tells again.
    pub repeats: Option<u64>,
}

/// Data that erasing does not reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Entries that say it was exported or backed up since.
    pub copied: Vec<u64>,
    /// Contacts of others whose texts name the number.
    pub named_by_others: Vec<u64>,
}

/// What was chosen.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) targets: BTreeMap<u64, Target>,
    pub(super) beyond: Beyond,
}

/// What of an entry makes it go.
pub(super) enum Wanted {
    Contact(u64),
    Caller { shown: String, digits: String },
    Decoy { issued: u64, names: Vec<String> },
    Due(BTreeSet<u64>),
}

impl Wanted {
    pub(super) fn by(view: &View, scope: &Scope) -> Result<Wanted, EraseError> {
        Ok(match scope {
            Scope::Contact(index) => {
                let entry = view.reader.entry(*index)?.ok_or(EraseError::Nothing)?;
                match entry.event {
                    Event::Contact(_) => Wanted::Contact(*index),
                    _ => return Err(EraseError::NotAContact),
                }
            }
            Scope::Caller(shown) if is_ours(view, shown) => return Err(EraseError::OurLine),
            Scope::Caller(shown) => Wanted::Caller {
                shown: shown.clone(),
                digits: shown.chars().filter(char::is_ascii_digit).collect(),
            },
            Scope::Honeytoken(id) => {
                let state = view.state();
                let record = state.registry.honeytoken(id);
                let record = record.ok_or_else(|| EraseError::NoHoneytoken(id.clone()))?;
                Wanted::Decoy {
                    issued: record.index,
                    names: names(&record.honeytoken.persona),
                }
            }
            Scope::Due(entries) => Wanted::Due(entries.iter().copied().collect()),
        })
    }

    /// Whether the log has to be gone through.
    fn is_sought(&self) -> bool {
        matches!(self, Wanted::Caller { .. } | Wanted::Decoy { .. })
    }

    /// Whether an entry holds the data.
    fn holds(&self, view: &View, entry: &Entry) -> bool {
        match self {
            Wanted::Contact(index) => entry.index == *index,
            Wanted::Due(entries) => entries.contains(&entry.index),
            Wanted::Caller { shown, .. } => match &entry.event {
                Event::Contact(contact) => {
                    let party = [&contact.from, &contact.to];
                    party.into_iter().flatten().any(|p| p.as_str() == shown)
                }
                _ => self.is_named(view, entry),
            },
            Wanted::Decoy { issued, .. } => entry.index == *issued || self.is_named(view, entry),
        }
    }

    /// Whether an entry's words name whom it is about.
    fn is_named(&self, view: &View, entry: &Entry) -> bool {
        match &entry.event {
            Event::Contact(contact) => self.names(contact.text.as_deref().unwrap_or_default()),
            Event::Note(note) => self.names(&note.text),
            Event::Unparsed(_) => {
                let opened = view.reader.opened(entry.index).ok().flatten();
                let body = opened.and_then(|o| o.value("raw_body").map(|body| self.names(body)));
                body.unwrap_or(false)
            }
            _ => false,
        }
    }

    fn names(&self, text: &str) -> bool {
        match self {
            Wanted::Caller { digits, .. } => {
                let said: String = text.chars().filter(char::is_ascii_digit).collect();
                digits.len() >= DIGITS_MIN && said.contains(digits.as_str())
            }
            Wanted::Decoy { names, .. } => {
                let said = text.to_lowercase();
                names.iter().any(|name| said.contains(name.as_str()))
            }
            Wanted::Contact(_) | Wanted::Due(_) => false,
        }
    }

    /// Whether one of these entries, which came since, has to go as well.
    pub(super) fn is_in(&self, view: &View, from: u64) -> Result<bool, EraseError> {
        for entry in view.reader.entries(from) {
            if self.holds(view, &entry?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a number is a line of ours: then whoever called it is meant by nobody.
fn is_ours(view: &View, shown: &str) -> bool {
    let number = shown.parse().ok();
    let state = view.state();
    number.is_some_and(|n| state.registry.line(&n, Timestamp::EPOCH).is_some())
}

/// What only the decoy is called, in lower case.
fn names(persona: &Persona) -> Vec<String> {
    let whole = [
        Some(&persona.name),
        persona.romanised.as_ref(),
        persona.email.as_ref(),
    ];
    let mut names: Vec<String> = whole
        .into_iter()
        .flatten()
        .map(|n| n.to_lowercase())
        .collect();
    names.retain(|name| name.chars().count() >= NAME_CHARS_MIN);
    names
}

/// All entries that hold the data, with everything that belongs to them.
pub(super) fn choose(view: &View, wanted: &Wanted) -> Result<Chosen, EraseError> {
    let mut chosen = Chosen::default();
    let size = view.reader.size();
    let found: Vec<u64> = match wanted {
        Wanted::Contact(index) => vec![*index],
        Wanted::Due(entries) => entries.iter().copied().collect(),
        sought => seek(view, sought, size, &mut chosen)?,
    };
    let links = Links::of(view)?;
    for index in found {
        if let Some(entry) = view.reader.entry(index)? {
            chosen.add(view, &entry, &links)?;
        }
    }
    if chosen.targets.is_empty() && !wanted.is_sought() {
        return Err(EraseError::Nothing);
    }
    chosen.copied(view)?;
    Ok(chosen)
}

fn seek(
    view: &View,
    wanted: &Wanted,
    size: u64,
    chosen: &mut Chosen,
) -> Result<Vec<u64>, EraseError> {
    let mut found = Vec::new();
    for index in 0..size {
        let Some(entry) = view.reader.entry(index)? else {
            continue;
        };
        if wanted.holds(view, &entry) {
            found.push(index);
        } else if matches!(entry.event, Event::Contact(_)) && wanted.is_named(view, &entry) {
            chosen.beyond.named_by_others.push(index);
            chosen.beyond.named_by_others.truncate(BEYOND_MAX);
        }
    }
    Ok(found)
}

/// What belongs to entries, by entry.
#[derive(Default)]
struct Links {
    /// Contacts that told it again in other words.
    again: BTreeMap<u64, Vec<u64>>,
    /// What analysts noted of it.
    notes: BTreeMap<u64, Vec<u64>>,
}

impl Links {
    fn of(view: &View) -> Result<Links, EraseError> {
        let mut links = Links::default();
        for (later, first) in view.state().told_again_all() {
            links.again.entry(first).or_default().push(later);
        }
        for index in all(view, &Lookup::Kind("note"))? {
            if let Some(Event::Note(note)) = view.reader.entry(index)?.map(|e| e.event)
                && let NoteTopic::Entry(of) = note.topic
            {
                links.notes.entry(of).or_default().push(index);
            }
        }
        Ok(links)
    }
}

impl Chosen {
    fn add(&mut self, view: &View, entry: &Entry, links: &Links) -> Result<(), EraseError> {
        match &entry.event {
            Event::Contact(_) => {
                let mut todo = vec![entry.index];
                while let Some(index) = todo.pop() {
                    todo.extend(self.contact(view, index, links)?);
                }
                Ok(())
            }
            event => {
                self.insert(entry.index, event.kind(), None, None);
                Ok(())
            }
        }
    }

    fn insert(
        &mut self,
        index: u64,
        kind: &'static str,
        follows: Option<u64>,
        repeats: Option<u64>,
    ) {
        self.targets.entry(index).or_insert(Target {
            index,
            kind,
            follows,
            repeats,
        });
    }

    /// A contact goes with its whole call or message, however often it was told, and with what was
    /// fetched for it or noted of it. Returns the other contacts that came in the same requests, whose
    /// bodies hold its words.
    fn contact(&mut self, view: &View, index: u64, links: &Links) -> Result<Vec<u64>, EraseError> {
        let told = view.state().duplicate_of(index).unwrap_or(index);
        let mut others = Vec::new();
        let Some(first) = first_stage(view, told)? else {
            return Ok(others);
        };
        for stage in stages(view, first)? {
            let follows = (stage != first).then_some(first);
            self.insert(stage, "contact", follows, None);
            for later in links.again.get(&stage).into_iter().flatten() {
                self.insert(*later, "contact", None, Some(stage));
                others.extend(self.beside(view, *later, links)?);
            }
            others.extend(self.beside(view, stage, links)?);
        }
        others.retain(|other| !self.targets.contains_key(other));
        Ok(others)
    }

    /// Returns the contacts that came in the same requests.
    fn beside(&mut self, view: &View, index: u64, links: &Links) -> Result<Vec<u64>, EraseError> {
        let mut contacts = Vec::new();
        for other in together::holding(view, index)? {
            match view.reader.entry(other)?.map(|entry| entry.event) {
                Some(Event::Repeat(_)) => self.insert(other, "repeat", None, None),
                Some(Event::Unparsed(_)) => self.insert(other, "unparsed", None, None),
                Some(Event::Contact(_)) => contacts.push(other),
                _ => {}
            }
        }
        for (file, _) in files_of(view, index)? {
            self.insert(file, "attachment", None, None);
        }
        for note in links.notes.get(&index).into_iter().flatten() {
            self.insert(*note, "note", None, None);
        }
        Ok(contacts)
    }

    /// Exports and backups that were made since the first of them was recorded.
    fn copied(&mut self, view: &View) -> Result<(), EraseError> {
        let Some(first) = self.targets.keys().next().copied() else {
            return Ok(());
        };
        for index in all(view, &Lookup::Kind("operation"))? {
            if index < first || self.beyond.copied.len() >= BEYOND_MAX {
                continue;
            }
            if let Some(Event::Operation(o)) = view.reader.entry(index)?.map(|e| e.event)
                && matches!(o.operation.as_str(), "export" | "backup")
            {
                self.beyond.copied.push(index);
            }
        }
        Ok(())
    }
}

fn contact_at(view: &View, index: u64) -> Result<Option<Contact>, EraseError> {
    Ok(match view.reader.entry(index)?.map(|entry| entry.event) {
        Some(Event::Contact(contact)) => Some(contact),
        _ => None,
    })
}

/// The entry that a call or long message began with.
fn first_stage(view: &View, index: u64) -> Result<Option<u64>, EraseError> {
    let Some(contact) = contact_at(view, index)? else {
        return Ok(None);
    };
    let session = crate::ledger::lookups::session(&contact);
    let began = match session {
        Some(lookup) => view.index.first(&lookup)?,
        None => view.state().part_of(index),
    };
    Ok(Some(began.unwrap_or(index).min(index)))
}

/// All entries of a call, or all parts of a message, by its first.
fn stages(view: &View, first: u64) -> Result<Vec<u64>, EraseError> {
    let Some(contact) = contact_at(view, first)? else {
        return Ok(Vec::new());
    };
    let mut stages = followers(view, first, &contact)?;
    if let Some(lookup) = parts(&contact, first) {
        stages.extend(all(view, &lookup)?);
    }
    stages.sort_unstable();
    stages.dedup();
    stages.retain(|stage| !view.reader.is_erased(*stage));
    Ok(stages)
}

/// Everything under a look-up that is not erased.
fn all(view: &View, lookup: &Lookup) -> Result<Vec<u64>, IndexFault> {
    let (mut found, mut from) = (Vec::new(), 0);
    loop {
        let step = view.index.oldest(lookup, from, STEP_ENTRIES)?;
        let Some(last) = step.last() else { break };
        from = last + 1;
        found.extend(step);
    }
    found.retain(|index| !view.reader.is_erased(*index));
    Ok(found)
}
