//! Who holds what: the fold of entries that decides whether a further step is allowed.
//!
//! [`Registry::apply`] never refuses: what is in the log has happened. The deciding methods never
//! change anything: they answer with the [`Event`] to append, or the [`Refusal`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Connection, ConnectionId, Contact, Entry, Event, Finding, Honeytoken, HoneytokenId, KeyCreated,
    KeyId, Line, LineState, Medium, PhoneNumber, Placing, Platform, PlatformId, Policy,
    RequestMade, Settings, Study, StudyId, Timestamp,
};

mod controls;
mod decide;
mod draws;
mod findings;
mod labels;
mod pool;
mod recount;
mod refusal;
mod replies;

pub use decide::{Issue, LineChoice};
pub use draws::SeedRecord;
pub use labels::Labelled;
pub use pool::{Dirty, PoolStratum};
pub use recount::DrawFault;
pub use refusal::Refusal;
pub use replies::{Answer, Notice, Replies, ReplyStanding};

/// A honeytoken as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoneytokenRecord {
    /// As issued.
    pub honeytoken: Honeytoken,
    /// The entry that issued it.
    pub index: u64,
    /// Whether the placement has ended.
    pub ended: bool,
    /// What the persona asked for, in order.
    pub requests: Vec<RequestMade>,
}

/// A line as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct LineRecord {
    line: Line,
    index: u64,
    retired: bool,
    honeytokens: Vec<HoneytokenId>,
    /// Contacts before any placement: its own noise.
    soak_contacts: u64,
    contacts: u64,
    last_contact_at: Option<Timestamp>,
    /// Contacts in the soak that counts, a call's stages once.
    heard_in_soak: u64,
    /// The call that was heard last in it.
    heard_session: Option<String>,
}

/// A line with its state at a moment.
#[derive(Debug, Clone)]
pub struct LineView<'a> {
    /// As added.
    pub line: &'a Line,
    /// The entry that added it.
    pub index: u64,
    /// Where it stands.
    pub state: LineState,
    /// The honeytokens on it, live ones and ended ones.
    pub honeytokens: &'a [HoneytokenId],
    /// Contacts so far, repeats included.
    pub contacts: u64,
    /// Contacts before it was first placed.
    pub soak_contacts: u64,
    /// When the last contact reached it.
    pub last_contact_at: Option<Timestamp>,
    /// What makes it dirty, if it is.
    pub dirty: Option<Dirty>,
}

/// Connections, lines, platforms, honeytokens, studies, keys and rules as the log has them.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Registry {
    connections: BTreeMap<ConnectionId, Connection>,
    lines: BTreeMap<PhoneNumber, LineRecord>,
    platforms: BTreeMap<PlatformId, Platform>,
    honeytokens: BTreeMap<HoneytokenId, HoneytokenRecord>,
    studies: BTreeMap<StudyId, Study>,
    keys: BTreeMap<KeyId, KeyCreated>,
    /// Keys of the names of all live personas.
    live_names: BTreeSet<String>,
    policy: Option<Policy>,
    /// Who was asked to answer, and who did.
    #[serde(default)]
    replies: BTreeMap<PlatformId, Replies>,
    /// What was published, oldest first.
    #[serde(default)]
    findings: Vec<Finding>,
    /// What analysts called contacts, by the contact's entry.
    #[serde(default)]
    labels: BTreeMap<u64, Labelled>,
    /// What people set last.
    #[serde(default)]
    settings: Option<Settings>,
    /// Committed seeds, oldest first; draws are made with the last.
    seeds: Vec<SeedRecord>,
    /// When the last entry was recorded.
    at: Option<Timestamp>,
}

impl Registry {
    /// An installation in which nothing has happened.
    pub fn new() -> Registry {
        Registry::default()
    }

    /// Takes the next entry in.
    pub fn apply(&mut self, entry: &Entry) {
        self.at = self.at.max(Some(entry.at));
        match &entry.event {
            Event::Contact(contact) => self.contact(contact),
            Event::ConnectionSet(c) => {
                self.connections.insert(c.connection.clone(), c.clone());
            }
            Event::ConnectionRetired(c) => {
                self.connections.remove(&c.connection);
            }
            Event::LineAdded(line) => self.line_added(line, entry.index),
            Event::LineRetired(retired) => {
                if let Some(record) = self.lines.get_mut(&retired.number) {
                    record.retired = true;
                }
            }
            Event::LineSoaked(soaked) => self.line_soaked(soaked),
            Event::ControlsDrawn(drawn) => self.controls_drawn(drawn),
            Event::DrawSeedCommitted(seed) => self.seed_committed(seed, entry.index),
            Event::PlatformDeclared(p) => {
                self.platforms.insert(p.platform.clone(), p.clone());
            }
            Event::StudySet(study) => {
                self.studies.insert(study.study.clone(), study.clone());
            }
            Event::HoneytokenIssued(token) => self.issued(token, entry.index),
            Event::HoneytokenEnded(ended) => self.ended(&ended.honeytoken),
            Event::RequestMade(request) => {
                if let Some(record) = self.honeytokens.get_mut(&request.honeytoken) {
                    record.requests.push(request.clone());
                }
            }
            Event::KeyCreated(key) => {
                self.keys.insert(key.key.clone(), key.clone());
            }
            Event::KeyRevoked(key) => {
                self.keys.remove(&key.key);
            }
            Event::ReplyNotified(_)
            | Event::ReplyReceived(_)
            | Event::ReplyPublished(_)
            | Event::ReplyLapsed(_) => self.reply(entry),
            Event::FindingPublished(_) | Event::FindingWithdrawn(_) => self.found(entry),
            Event::Policy(policy) => self.policy = Some(policy.clone()),
            Event::SettingsSet(settings) => self.settings = Some(settings.clone()),
            Event::Note(note) => self.noted(note, entry),
            Event::Genesis(_)
            | Event::AlertTargetSet(_)
            | Event::AlertTargetRemoved(_)
            | Event::AlertBaseline(_)
            | Event::AlertRaised(_)
            | Event::AlertAttempted(_)
            | Event::AlertSettled(_)
            | Event::AlertReplayed(_)
            | Event::ProviderKey(_)
            | Event::ReplyFileKept(_)
            | Event::Repeat(_)
            | Event::Unparsed(_)
            | Event::Attachment(_)
            | Event::AttachmentFailed(_)
            | Event::Reconciliation(_)
            | Event::Coverage(_)
            | Event::LineTest(_)
            | Event::LineTestMissed(_)
            | Event::ProviderListed(_)
            | Event::LineSilent(_)
            | Event::LineAlive(_)
            | Event::LineUnproven(_)
            | Event::PersonalDataRead(_)
            | Event::Operation(_)
            | Event::Erasure(_)
            | Event::Anchor(_)
            | Event::Judgement(_) => {}
        }
    }

    fn contact(&mut self, contact: &Contact) {
        // A gateway's pings and our own tests are signs of life, not contacts.
        if contact.medium == Medium::Control || contact.line_test.is_some() {
            return;
        }
        let number = contact.to.as_ref().and_then(|to| to.number());
        if let Some(record) = number.and_then(|n| self.lines.get_mut(&n)) {
            record.contacts += 1;
            record.soak_contacts += u64::from(record.honeytokens.is_empty());
            record.last_contact_at = record.last_contact_at.max(Some(contact.received_at));
            record.hear(contact);
        }
    }

    fn line_added(&mut self, line: &Line, index: u64) {
        let fresh = || LineRecord {
            line: line.clone(),
            index,
            retired: false,
            honeytokens: Vec::new(),
            soak_contacts: 0,
            contacts: 0,
            last_contact_at: None,
            heard_in_soak: 0,
            heard_session: None,
        };
        let record = self.lines.entry(line.number).or_insert_with(fresh);
        record.line = line.clone();
        record.retired = false;
        record.heard_in_soak = 0;
    }

    fn issued(&mut self, token: &Honeytoken, index: u64) {
        self.live_names.insert(token.persona.key());
        if let Some(record) = self.lines.get_mut(&token.number) {
            record.honeytokens.push(token.honeytoken.clone());
        }
        if let Some(Placing::Lot(lot)) = &token.placing {
            self.drawn_with(lot.drawing);
        }
        let record = HoneytokenRecord {
            honeytoken: token.clone(),
            index,
            ended: false,
            requests: Vec::new(),
        };
        self.honeytokens.insert(token.honeytoken.clone(), record);
    }

    fn ended(&mut self, id: &HoneytokenId) {
        if let Some(record) = self.honeytokens.get_mut(id) {
            record.ended = true;
            self.live_names.remove(&record.honeytoken.persona.key());
        }
    }

    /// The connection with this id, unless it was retired.
    pub fn connection(&self, id: &ConnectionId) -> Option<&Connection> {
        self.connections.get(id)
    }

    /// All live connections by id.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values()
    }

    /// The platform with this id.
    pub fn platform(&self, id: &PlatformId) -> Option<&Platform> {
        self.platforms.get(id)
    }

    /// All platforms by id.
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> {
        self.platforms.values()
    }

    /// The honeytoken with this id.
    pub fn honeytoken(&self, id: &HoneytokenId) -> Option<&HoneytokenRecord> {
        self.honeytokens.get(id)
    }

    /// All honeytokens by id.
    pub fn honeytokens(&self) -> impl Iterator<Item = &HoneytokenRecord> {
        self.honeytokens.values()
    }

    /// The honeytokens on a line, live ones and ended ones.
    pub fn honeytokens_on(&self, number: &PhoneNumber) -> impl Iterator<Item = &HoneytokenRecord> {
        let ids = self
            .lines
            .get(number)
            .map(|r| r.honeytokens.as_slice())
            .unwrap_or_default();
        ids.iter().filter_map(|id| self.honeytokens.get(id))
    }

    /// The line with this number, as it stands at `now`.
    pub fn line(&self, number: &PhoneNumber, now: Timestamp) -> Option<LineView<'_>> {
        self.lines.get(number).map(|record| self.view(record, now))
    }

    /// All lines by number, as they stand at `now`.
    pub fn lines(&self, now: Timestamp) -> impl Iterator<Item = LineView<'_>> {
        self.lines
            .values()
            .map(move |record| self.view(record, now))
    }

    /// The connection's line in service at `now`, if it has exactly one.
    pub fn only_line(&self, connection: &ConnectionId, now: Timestamp) -> Option<PhoneNumber> {
        let in_service = |view: &LineView<'_>| {
            view.line.connection == *connection && view.state != LineState::Retired
        };
        let mut lines = self.lines(now).filter(in_service);
        let only = lines.next()?.line.number;
        lines.next().is_none().then_some(only)
    }

    fn view<'a>(&'a self, record: &'a LineRecord, now: Timestamp) -> LineView<'a> {
        LineView {
            line: &record.line,
            index: record.index,
            state: self.state(record, now),
            honeytokens: &record.honeytokens,
            contacts: record.contacts,
            soak_contacts: record.soak_contacts,
            last_contact_at: record.last_contact_at,
            dirty: self.dirty(record),
        }
    }

    /// The study with this id.
    pub fn study(&self, id: &StudyId) -> Option<&Study> {
        self.studies.get(id)
    }

    /// All studies by id.
    pub fn studies(&self) -> impl Iterator<Item = &Study> {
        self.studies.values()
    }

    /// Whether `key` may see what belongs to `platform`: a platform in no study is open to all.
    pub fn may_see(&self, key: &KeyId, platform: &PlatformId) -> bool {
        let mut of_it = self
            .studies
            .values()
            .filter(|s| s.platforms.contains(platform))
            .peekable();
        of_it.peek().is_none() || of_it.any(|s| s.members.is_empty() || s.members.contains(key))
    }

    /// The live key whose text has this SHA-256 in lower-case hex.
    pub fn key_by_digest(&self, sha256: &str) -> Option<&KeyCreated> {
        self.keys.values().find(|key| key.sha256 == sha256)
    }

    /// The live key with this id.
    pub fn key(&self, id: &KeyId) -> Option<&KeyCreated> {
        self.keys.get(id)
    }

    /// All live keys by id.
    pub fn keys(&self) -> impl Iterator<Item = &KeyCreated> {
        self.keys.values()
    }

    /// The rules for verdicts, once set.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// What people set last, if anything: it goes before the settings file.
    pub fn settings(&self) -> Option<&Settings> {
        self.settings.as_ref()
    }
}

#[cfg(test)]
mod tests;
