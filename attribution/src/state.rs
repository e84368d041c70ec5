//! The fold: entries in, verdicts out.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{Contact, Entry, Event, Medium, Part, PlatformId, Policy, Timestamp, Unfinished};
use serde::{Deserialize, Serialize};

use crate::background::Background;
use crate::campaigns::Campaigns;
use crate::evidence::{Coincidence, Decay};
use crate::graph::Broker;
use crate::roster::{DAY_US, Roster};
use crate::taxonomy::Whose;
use crate::text::{TEXT_CHARS_MAX, digest, is_han};
use crate::verdict::{Attribution, Campaign, Link, Verdict};

pub(crate) mod activity;
mod close;
mod dating;
mod decide;
mod explain;
mod graph;
mod held;
mod joint;
mod judge;
mod judgement;
mod links;
mod listen;
mod next;
mod note;
mod observe;
mod placing;
mod probe;
mod reach;
mod reading;
mod residue;
mod walks;
mod words;

pub use held::{Held, Reached};
pub(crate) use note::{Note, Proof};
use probe::Probe;
pub use reach::{Reach, ReachedNumber};
pub use reading::Reading;
use reading::Threads;
pub(crate) use reading::{Gist, Thread};

/// No line of ours.
pub(crate) const NOBODY: u32 = u32::MAX;
/// A gap in event time longer than this is skipped, not lived through day by day.
const GAP_DAYS_MAX: i64 = 800;

/// A contact of the day that is not closed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) note: u32,
    pub(crate) at: i64,
    pub(crate) from: String,
    pub(crate) text: String,
    pub(crate) call: bool,
    /// The parts of a long message that have come so far, by their number.
    parts: Vec<(u32, String)>,
    /// What was read in it, if it was erased since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read: Option<Box<Reading>>,
}

impl Waiting {
    /// Nothing was said.
    fn says_nothing(&self) -> bool {
        match &self.read {
            Some(read) => read.gist.is_none(),
            None => self.text.is_empty(),
        }
    }

    /// It holds Han characters.
    fn is_han(&self) -> bool {
        match self.read.as_ref().map(|read| &read.gist) {
            Some(gist) => gist.as_ref().is_some_and(|gist| gist.han),
            None => self.text.chars().any(is_han),
        }
    }

    /// Another part came: the text is all parts in their order.
    fn join(&mut self, part: &Part, text: String) {
        let place = self
            .parts
            .partition_point(|(number, _)| *number <= part.number);
        self.parts.insert(place, (part.number, text));
        self.text = self.parts.iter().map(|(_, text)| text.as_str()).collect();
    }
}

/// Everything that verdicts follow from; the fold of all entries applied so far.
///
/// Decides at the end of each day of event time (UTC), from what was received until then and
/// nothing later. A day is over when an entry of a later day arrives, or [`State::advance`] says so.
/// Within a day the order of arrival does not matter.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    pub(crate) policy: Policy,
    pub(crate) roster: Roster,
    pub(crate) campaigns: Campaigns,
    pub(crate) background: Background,
    /// Names that texts address, by digest: the line where, or nobody's if on several.
    pub(crate) addressees: BTreeMap<u64, u32>,
    /// By script: Latin, Han.
    pub(crate) coincidence: [Coincidence; 2],
    pub(crate) notes: Vec<Note>,
    pub(crate) waiting: Vec<Waiting>,
    /// Contacts of closed days by line, each once.
    pub(crate) by_line: Vec<Vec<u32>>,
    /// Contacts that were erased, by line.
    pub(crate) ghosts: BTreeMap<u32, Vec<residue::Ghost>>,
    /// The day being collected, since the epoch.
    pub(crate) today: Option<i64>,
    #[serde(with = "pairs")]
    keys: BTreeMap<(u64, u64), u32>,
    #[serde(with = "pairs")]
    sessions: BTreeMap<(u64, u64), u32>,
    /// Long messages of which parts are missing.
    unfinished: Unfinished,
    /// Placements whose first hour was not judged yet.
    pub(crate) unjudged: Vec<u32>,
    /// Of those, after how many microseconds the first stranger came.
    pub(crate) instant: BTreeMap<u32, i64>,
    /// Platforms whose evidence changed on the day being closed.
    pub(crate) touched: BTreeSet<u32>,
    /// Logarithms of the platforms' e-values when they were last looked at.
    pub(crate) looks: Vec<f64>,
    /// Attractiveness of each line to mass diallers, and sums of it by country and block.
    pub(crate) appeal: Appeal,
    /// What links entries to erased ones.
    #[serde(default)]
    pub(crate) threads: Threads,
    #[serde(skip)]
    pub(crate) decay: Decay,
    /// What is noted for entries that are to be erased.
    #[serde(skip)]
    probe: Option<Box<Probe>>,
}

/// Attractiveness of lines, refreshed once a week.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Appeal {
    pub(crate) line: Vec<f64>,
    pub(crate) country: BTreeMap<u32, f64>,
    pub(crate) block: BTreeMap<u32, f64>,
    /// Of those sums, what lines are of that were given to accused platforms alone.
    pub(crate) accused_country: BTreeMap<u32, f64>,
    pub(crate) accused_block: BTreeMap<u32, f64>,
    /// Controls and other lines by country.
    pub(crate) census: BTreeMap<u32, (u32, u32)>,
    /// Where callers who do not care go next.
    pub(crate) walks: walks::Walks,
}

impl State {
    /// Nothing seen yet, under this policy.
    pub fn new(policy: Policy) -> State {
        State {
            policy,
            roster: Roster::default(),
            campaigns: Campaigns::default(),
            background: Background::default(),
            addressees: BTreeMap::new(),
            coincidence: Default::default(),
            notes: Vec::new(),
            waiting: Vec::new(),
            by_line: Vec::new(),
            ghosts: BTreeMap::new(),
            today: None,
            keys: BTreeMap::new(),
            sessions: BTreeMap::new(),
            unfinished: Unfinished::default(),
            unjudged: Vec::new(),
            instant: BTreeMap::new(),
            touched: BTreeSet::new(),
            looks: Vec::new(),
            appeal: Appeal::default(),
            threads: Threads::default(),
            probe: None,
            decay: Decay::default(),
        }
    }

    /// Takes in the next entry. Entries come in the order of the log.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.event {
            Event::LineAdded(line) => {
                self.roster.add_line(line);
                self.appeal.add(&self.roster);
                self.by_line.resize(self.roster.lines.len(), Vec::new());
            }
            Event::ControlsDrawn(drawn) => self.roster.become_controls(&drawn.numbers),
            Event::PlatformDeclared(platform) => self.roster.declare(platform),
            Event::HoneytokenIssued(token) => self.issue(token),
            Event::RequestMade(made) => self.roster.request(made),
            Event::Coverage(coverage) => self.cover(coverage),
            // What we sent ourselves to test a line says nothing about anybody.
            Event::Contact(contact) if contact.line_test.is_some() => {}
            Event::Contact(contact) => self.contact(entry.index, contact, None),
            Event::Repeat(repeat) => self.repeat(entry.index, repeat.repeats),
            Event::Erasure(erasure) => self.carry(erasure),
            Event::Policy(policy) => self.policy = policy.clone(),
            // Ends and retirements change what may happen next, not what happened: a
            // number once given away stays given away, and what was folded stays folded.
            _ => {}
        }
    }

    /// Says, before anything is folded, what was read in an entry that was erased since: others are
    /// linked to it.
    pub fn foresee(&mut self, entry: u64, reading: &Reading) {
        self.threads.add(entry, reading);
    }

    /// Takes in an entry whose payload was erased, as it stood: what is left of the event, and what
    /// was read in it if it counted for itself.
    pub fn apply_erased(&mut self, entry: &Entry, reading: Option<&Reading>) {
        match &entry.event {
            Event::Contact(contact) if contact.line_test.is_none() => {
                self.contact(entry.index, contact, Some(reading));
            }
            _ => self.apply(entry),
        }
    }

    /// Says that it is `now` in event time: days that are over are closed.
    pub fn advance(&mut self, now: Timestamp) {
        if self.today.is_some() {
            self.close_until(now.as_micros().div_euclid(DAY_US));
        }
    }

    /// The verdict on every platform, by id.
    pub fn verdicts(&self) -> Vec<Verdict> {
        self.explain_all()
    }

    /// The verdict on one platform.
    pub fn verdict(&self, platform: &PlatformId) -> Option<Verdict> {
        let index = self.roster.platform(platform)?;
        Some(self.explain(index))
    }

    /// Why the contact in this entry happened; none if the entry is no contact. Costs as much as
    /// all contacts of its line; for many, ask [`State::causes`].
    pub fn cause(&self, entry_index: u64) -> Option<Attribution> {
        let at = self
            .notes
            .binary_search_by_key(&entry_index, |n| n.entry)
            .ok()?;
        Some(self.attribute(self.judge(at as u32)))
    }

    /// Why every contact happened, by entry index, ascending. Cheaper than asking one by one.
    pub fn causes(&self) -> Vec<(u64, Attribution)> {
        let judged = self.judge_all();
        judged
            .into_iter()
            .zip(&self.notes)
            .map(|(found, note)| (note.entry, self.attribute(found)))
            .collect()
    }

    /// All campaigns, oldest first.
    pub fn campaigns(&self) -> Vec<Campaign> {
        self.list_campaigns()
    }

    /// Pairs of platforms that share buyers beyond chance.
    pub fn links(&self) -> Vec<Link> {
        self.find_links()
    }

    /// Brokers behind those pairs, by id.
    pub fn brokers(&self) -> Vec<Broker> {
        self.find_brokers()
    }

    fn issue(&mut self, token: &honeytoken::Honeytoken) {
        let before = self.roster.placements.len();
        self.roster.issue(token);
        if self.roster.placements.len() > before {
            let placement = &self.roster.placements[before];
            if let Some(keys) = &placement.keys {
                self.coincidence[usize::from(keys.han)].name();
            }
            let (platform, day) = (placement.platform as usize, placement.day());
            self.roster.platforms[platform].case.rate.register(day);
            self.unjudged.push(before as u32);
        }
    }

    /// `erased` holds what was read in it, if anything, where its words are gone.
    fn contact(&mut self, entry: u64, contact: &Contact, erased: Option<Option<&Reading>>) {
        let at = self.event_time(contact.received_at);
        let repeats = self.repeat_of(contact);
        let happened = happened(contact, at);
        let line = contact
            .to
            .as_ref()
            .filter(|_| contact.medium != Medium::Control)
            .and_then(|to| to.number())
            .and_then(|number| self.roster.line(&number))
            .filter(|line| !self.is_of_another_time(*line, happened, at));
        let note = self.notes.len() as u32;
        let follows = if repeats.is_none() {
            self.follow_up(contact, note)
                .or_else(|| self.earlier_part(entry, contact))
        } else {
            None
        };
        self.notes.push(Note {
            entry,
            at,
            happened,
            line: line.unwrap_or(NOBODY),
            platform: NOBODY,
            group: NOBODY,
            whose: Whose::Stranger,
            silent: false,
            named: false,
            first: repeats.or(follows).unwrap_or(NOBODY),
            proof: Proof::of(contact.authentication),
        });
        match erased {
            _ if repeats.is_some() || line.is_none() => {}
            None => self.wait(note, at, contact, follows),
            Some(reading) => self.wait_erased(note, at, contact, reading),
        }
    }

    /// Whether the line was placed between what happened and our learning of it: then it says
    /// nothing about those who hold the number now.
    fn is_of_another_time(&self, line: u32, happened: i64, at: i64) -> bool {
        let placements = self.roster.lines[line as usize].placements.iter();
        let mut registered = placements.map(|p| self.roster.placements[*p as usize].registered);
        happened < at && registered.any(|placed| happened < placed && placed <= at)
    }

    /// The same contact told again: it is what its first is.
    fn repeat(&mut self, entry: u64, first: u64) {
        let Ok(at) = self.notes.binary_search_by_key(&first, |n| n.entry) else {
            return;
        };
        let note = Note {
            entry,
            first: at as u32,
            ..self.notes[at].clone()
        };
        self.notes.push(note);
    }

    /// Late contacts count on the day they arrive: closed days stay closed.
    fn event_time(&mut self, received: Timestamp) -> i64 {
        let at = received.as_micros();
        let day = at.div_euclid(DAY_US);
        match self.today {
            None => self.begin(day),
            Some(_) => self.close_until(day),
        }
        let today = self.today.unwrap_or(day);
        at.max(today.saturating_mul(DAY_US))
    }

    /// The first contact told under the same key, if this one is not the first.
    fn repeat_of(&mut self, contact: &Contact) -> Option<u32> {
        let salted = |salt| {
            let parts = [contact.connection.as_str(), "\u{0}", &contact.dedupe_key];
            digest(salt, parts.into_iter().flat_map(str::bytes))
        };
        let next = self.notes.len() as u32;
        let first = *self.keys.entry((salted(30), salted(31))).or_insert(next);
        (first != next).then_some(first)
    }

    /// The contact that began the same call.
    fn follow_up(&mut self, contact: &Contact, note: u32) -> Option<u32> {
        let session = contact.session.as_deref()?;
        let salted = |salt| {
            let parts = [contact.connection.as_str(), "\u{0}", session];
            digest(salt, parts.into_iter().flat_map(str::bytes))
        };
        let first = *self
            .sessions
            .entry((salted(32), salted(33)))
            .or_insert(note);
        (first != note).then_some(first)
    }

    /// The part that came first of the same long message.
    fn earlier_part(&mut self, entry: u64, contact: &Contact) -> Option<u32> {
        let first = self.unfinished.take(entry, contact)?;
        let at = self.notes.binary_search_by_key(&first, |n| n.entry).ok()?;
        u32::try_from(at).ok()
    }

    /// Puts a contact with the others of its day; later parts of a call bring their words to it.
    fn wait(&mut self, note: u32, at: i64, contact: &Contact, follows: Option<u32>) {
        let said = contact.text.as_deref().unwrap_or_default();
        let text: String = said.chars().take(TEXT_CHARS_MAX).collect();
        if let Some(first) = follows {
            if let Some(waiting) = self.waiting.iter_mut().find(|w| w.note == first) {
                match &contact.part {
                    Some(part) => waiting.join(part, text),
                    None if waiting.text.len() < text.len() => waiting.text = text,
                    None => {}
                }
                return;
            }
            if text.is_empty() {
                return;
            }
        }
        let from = contact
            .from
            .as_ref()
            .map(|f| f.as_str().to_owned())
            .unwrap_or_default();
        let call = contact.medium != Medium::Sms;
        let parts = contact
            .part
            .iter()
            .map(|p| (p.number, text.clone()))
            .collect();
        self.waiting.push(Waiting {
            note,
            at,
            from,
            text,
            call,
            parts,
            read: None,
        });
    }

    /// One whose words are gone; what counted with another then does so still.
    fn wait_erased(&mut self, note: u32, at: i64, contact: &Contact, reading: Option<&Reading>) {
        self.waiting.extend(reading.map(|reading| Waiting {
            note,
            at,
            from: String::new(),
            text: String::new(),
            call: contact.medium != Medium::Sms,
            parts: Vec::new(),
            read: Some(Box::new(reading.clone())),
        }));
    }
}

/// When a contact happened: for one found afterwards in the provider's list, by the provider's
/// clock; for every other, when it reached us.
fn happened(contact: &Contact, at: i64) -> i64 {
    let claimed = contact.claimed_at.filter(|_| contact.backfilled);
    claimed.map_or(at, |claimed| claimed.as_micros().min(at))
}

impl Appeal {
    /// A new line is as attractive as any.
    pub(crate) fn add(&mut self, roster: &Roster) {
        for line in roster.lines.iter().skip(self.line.len()) {
            self.line.push(1.0);
            *self.country.entry(line.country).or_default() += 1.0;
            *self.block.entry(line.block).or_default() += 1.0;
            let census = self.census.entry(line.country).or_default();
            if line.control {
                census.0 += 1;
            } else {
                census.1 += 1;
            }
        }
    }
}

/// Maps whose keys are no strings, as lists of pairs: every format can hold those.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    type Map = BTreeMap<(u64, u64), u32>;

    pub(super) fn serialize<S: Serializer>(map: &Map, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Map, D::Error> {
        Ok(Vec::<((u64, u64), u32)>::deserialize(d)?
            .into_iter()
            .collect())
    }
}
