//! Everything that is told: the fold of the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use attribution::State as Judgement;
use honeytoken::{
    Basis, Connection, ConnectionId, Contact, Entry, Event, PhoneNumber, PlatformId, Policy,
    Registry, Timestamp, Unfinished,
};
use serde::{Deserialize, Serialize};
use store::Lookup;

use super::anchoring::Anchoring;
use super::erase::{Gone, GoneEntry, erased_lookup};
use super::life::{Life, Lives};
use super::lookups::{
    attached_to, by_its_way, custody, dedupe, nonces, own_business, parts, reconciliations_of,
    repeats_of, session, test_code,
};
use crate::alerts::Alerts;
use crate::provider::Provider;

/// The most messages remembered per connection for finding repeats under a new id; beyond it the
/// oldest are forgotten, so that a flood costs memory only once.
const RECENT_MESSAGES_MAX: usize = 4096;

/// Registry, judgement and the links between entries, as of the last entry folded.
#[derive(Serialize, Deserialize)]
pub struct State {
    /// Who holds what.
    pub registry: Registry,
    /// Campaigns, evidence, verdicts.
    pub judgement: Judgement,
    /// Contacts that repeat an earlier one in substance: index → index of the first.
    duplicates: BTreeMap<u64, u64>,
    /// What reached connections lately whose phones repeat messages under new ids.
    recent: BTreeMap<ConnectionId, BTreeMap<String, (u64, Timestamp)>>,
    /// What outside authorities vouched for.
    pub anchoring: Anchoring,
    /// Long messages of which parts are missing.
    unfinished: Unfinished,
    /// Later parts of long messages: index → index of the part that came first.
    joined: BTreeMap<u64, u64>,
    /// Who is told of what, and what waits to be sent.
    pub alerts: Alerts,
    /// Signs of life of all lines.
    pub(crate) lives: Lives,
    /// Distinct contacts so far.
    contacts: u64,
    /// The class that the last judgement on record gives each platform.
    #[serde(default)]
    judged: BTreeMap<PlatformId, String>,
    /// Entries that were erased when they were folded.
    #[serde(default)]
    erased: BTreeSet<u64>,
    /// Entries folded.
    size: u64,
}

/// Where an entry stands: what the index files it under, and what it belongs to.
#[derive(Debug, Default)]
pub struct Filed {
    /// Under what it can be looked up.
    pub lookups: Vec<Lookup>,
    /// The call that it belongs to.
    pub follows: Option<u64>,
}

impl State {
    /// Before the first entry.
    pub fn new() -> State {
        State {
            registry: Registry::new(),
            judgement: Judgement::new(Policy::standard()),
            duplicates: BTreeMap::new(),
            recent: BTreeMap::new(),
            anchoring: Anchoring::default(),
            unfinished: Unfinished::default(),
            joined: BTreeMap::new(),
            alerts: Alerts::default(),
            lives: Lives::default(),
            contacts: 0,
            judged: BTreeMap::new(),
            erased: BTreeSet::new(),
            size: 0,
        }
    }

    /// Takes the next entry in and says where it is filed. `first` answers which entry before this
    /// one was the first under a look-up.
    pub fn apply(&mut self, entry: &Entry, first: &dyn Fn(&Lookup) -> Option<u64>) -> Filed {
        self.size = entry.index + 1;
        self.registry.apply(entry);
        self.anchoring.apply(entry);
        self.alerts.apply(entry, &self.registry);
        match &entry.event {
            Event::Contact(contact) => self.contact(entry, contact, first),
            event => {
                self.judgement.apply(entry);
                self.lives.apply(entry, false);
                if let Event::Judgement(j) = event {
                    self.judged.insert(j.platform.clone(), j.class.clone());
                }
                if let Event::Coverage(c) = event
                    && c.basis.is_exposure()
                    && c.basis != Basis::Asserted
                {
                    // A line that lives and is silent is news too: the days up to here are over.
                    self.judgement.advance(c.until);
                }
                Filed {
                    lookups: self.lookups(event),
                    follows: None,
                }
            }
        }
    }

    /// Says what was read in entries that are gone, before anything is folded.
    pub(super) fn foresee(&mut self, gone: &Gone) {
        for (entry, reading) in gone.readings() {
            self.judgement.foresee(entry, reading);
        }
    }

    /// Takes in what is left of an erased entry, where it stood.
    pub(super) fn apply_gone(&mut self, index: u64, left: Option<&GoneEntry>) {
        self.size = index + 1;
        self.erased.insert(index);
        let Some(left) = left else { return };
        let entry = &left.entry;
        self.registry.apply(entry);
        self.anchoring.apply(entry);
        self.alerts.apply(entry, &self.registry);
        if let Event::Contact(contact) = &entry.event {
            let is_first = left.repeats.is_none() && left.follows.is_none();
            self.contacts += u64::from(is_first && is_anyones(contact));
        }
        if let Some(of) = left.repeats {
            self.duplicates.insert(index, of);
        } else {
            self.judgement.apply_erased(entry, left.reading.as_ref());
        }
        self.lives.apply(entry, left.repeats.is_some());
    }

    /// Joins nothing that comes to these entries, as a fold without them would not.
    pub(super) fn forget(&mut self, gone: &BTreeSet<u64>) {
        for recent in self.recent.values_mut() {
            recent.retain(|_, (index, _)| !gone.contains(index));
        }
        self.unfinished.forget(gone);
    }

    /// The class that the last judgement on record gives a platform, if there is one.
    pub fn judged(&self, platform: &PlatformId) -> Option<&str> {
        self.judged.get(platform).map(String::as_str)
    }

    /// The judgements that are due: of platforms whose class is not what the last one on record says.
    /// That nothing can be said yet need not be said.
    pub fn judgements_due(&self, program: &str) -> Vec<Event> {
        let moved = |verdict: &attribution::Verdict| {
            let class = verdict.class.as_str();
            match self.judged.get(&verdict.platform) {
                Some(before) => before != class,
                None => verdict.class != attribution::Class::Insufficient,
            }
        };
        let moved = self.judgement.verdicts().into_iter().filter(moved);
        let judgement =
            |v: attribution::Verdict| self.judgement.judgement(&v.platform, self.size, program);
        moved.filter_map(judgement).map(Event::Judgement).collect()
    }

    /// Entries that were erased when they were folded.
    pub(super) fn erased(&self) -> &BTreeSet<u64> {
        &self.erased
    }

    /// Contacts that repeat an earlier one in substance, with the first.
    pub(super) fn told_again_all(&self) -> Vec<(u64, u64)> {
        let all = self.duplicates.iter();
        all.map(|(later, first)| (*later, *first)).collect()
    }

    fn contact(
        &mut self,
        entry: &Entry,
        contact: &Contact,
        first: &dyn Fn(&Lookup) -> Option<u64>,
    ) -> Filed {
        let earlier = |lookup: &Lookup| first(lookup).filter(|index| *index < entry.index);
        let key = dedupe(contact);
        let repeated = earlier(&key).or_else(|| self.told_again(entry.index, contact));
        let session = session(contact);
        let joins = match repeated {
            None => self.unfinished.take(entry.index, contact),
            Some(_) => None,
        };
        let follows = session.as_ref().and_then(earlier).or(joins);
        self.joined.extend(joins.map(|first| (entry.index, first)));
        if let Some(of) = repeated {
            self.duplicates.insert(entry.index, of);
        } else {
            self.judgement.apply(entry);
        }
        let is_first = repeated.is_none() && follows.is_none();
        self.contacts += u64::from(is_first && is_anyones(contact));
        self.lives.apply(entry, repeated.is_some());
        let single = [
            Some(key),
            session,
            parts(contact, joins.unwrap_or(entry.index)),
            own_business(contact),
            by_its_way(contact),
        ];
        let mut lookups: Vec<Lookup> = single.into_iter().flatten().collect();
        lookups.extend(nonces(&contact.connection, contact.nonce.as_deref()));
        if follows.is_none() && is_anyones(contact) {
            lookups.extend(self.contact_lookups(contact));
        }
        Filed { lookups, follows }
    }

    /// The index of the same message under another id, where phones are known to repeat so.
    fn told_again(&mut self, index: u64, contact: &Contact) -> Option<u64> {
        let connection = self.registry.connection(&contact.connection)?;
        let window_s = redelivery_window_s(connection)?;
        // Without the provider's time two equal messages cannot be told from one told twice.
        contact.claimed_at?;
        let recent = self.recent.entry(contact.connection.clone()).or_default();
        recent.retain(|_, (_, at)| contact.received_at.seconds_since(*at) <= f64::from(window_s));
        while recent.len() >= RECENT_MESSAGES_MAX {
            let oldest = recent
                .iter()
                .min_by_key(|(_, seen)| **seen)
                .map(|(k, _)| k.clone());
            recent.remove(&oldest?);
        }
        let fingerprint = fingerprint(contact);
        match recent.get(&fingerprint) {
            Some((first, _)) => Some(*first),
            None => {
                recent.insert(fingerprint, (index, contact.received_at));
                None
            }
        }
    }

    fn contact_lookups(&self, contact: &Contact) -> Vec<Lookup> {
        let number = contact.to.as_ref().and_then(|to| to.number());
        let mut platforms: Vec<&PlatformId> = number
            .iter()
            .flat_map(|n| self.registry.honeytokens_on(n))
            .map(|record| &record.honeytoken.platform)
            .collect();
        platforms.sort();
        platforms.dedup();
        let platforms = platforms.into_iter().cloned().map(Lookup::Platform);
        std::iter::once(Lookup::Contacts)
            .chain(number.map(Lookup::Line))
            .chain(platforms)
            .collect()
    }

    fn lookups(&self, event: &Event) -> Vec<Lookup> {
        let kind = Lookup::Kind(event.kind());
        match event {
            Event::Repeat(r) => [kind, repeats_of(r.repeats)]
                .into_iter()
                .chain(nonces(&r.connection, r.nonce.as_deref()))
                .collect(),
            Event::Unparsed(u) => std::iter::once(kind)
                .chain(nonces(&u.connection, u.nonce.as_deref()))
                .collect(),
            Event::Contact(_) => vec![kind],
            Event::LineTest(test) => vec![kind, custody(), test_code(&test.code)],
            Event::Attachment(a) => vec![kind, custody(), attached_to(a.contact)],
            Event::Erasure(e) => [kind, custody()]
                .into_iter()
                .chain(erased_lookup(e))
                .collect(),
            Event::Reconciliation(r) => {
                vec![kind, custody(), reconciliations_of(&r.connection)]
            }
            _ => vec![kind, custody()],
        }
    }

    /// Everything that a contact may be filed under and that goes with it when it is erased. The
    /// number used once stays: it is no personal data, and its signature may still be young.
    pub fn filed_under(&self, index: u64, contact: &Contact) -> Vec<Lookup> {
        let single = [
            Some(dedupe(contact)),
            session(contact),
            parts(contact, self.joined.get(&index).copied().unwrap_or(index)),
            own_business(contact),
            by_its_way(contact),
        ];
        single
            .into_iter()
            .flatten()
            .chain(self.contact_lookups(contact))
            .collect()
    }

    /// The contact that this one repeats, if it repeats one.
    pub fn duplicate_of(&self, index: u64) -> Option<u64> {
        self.duplicates.get(&index).copied()
    }

    /// The part that came first of the long message that this contact is a part of; none if it is
    /// the first, or no part.
    pub fn part_of(&self, index: u64) -> Option<u64> {
        self.joined.get(&index).copied()
    }

    /// The platform that a contact came through, or else the only one that holds the number.
    pub fn platform_of(
        &self,
        contact: &Contact,
        through: Option<PlatformId>,
    ) -> Option<PlatformId> {
        through.or_else(|| self.only_holder(&contact.to.as_ref()?.number()?))
    }

    /// The platform that alone was ever given a number.
    pub fn only_holder(&self, number: &PhoneNumber) -> Option<PlatformId> {
        let mut holders = self.registry.honeytokens_on(number);
        let holder = holders.next()?.honeytoken.platform.clone();
        holders.next().is_none().then_some(holder)
    }

    /// When the line last gave a sign of life.
    pub fn alive_at(&self, number: &PhoneNumber) -> Option<Timestamp> {
        self.lives.of(number).and_then(Life::last_of_all)
    }

    /// Distinct contacts so far, later stages of a call not counted.
    pub fn contacts(&self) -> u64 {
        self.contacts
    }

    /// Entries folded.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Default for State {
    fn default() -> State {
        State::new()
    }
}

/// Whether somebody else reached us, neither the gateway nor we ourselves.
fn is_anyones(contact: &Contact) -> bool {
    own_business(contact).is_none()
}

/// Within how many seconds this connection's phones repeat messages under new ids.
fn redelivery_window_s(connection: &Connection) -> Option<u32> {
    Provider::find(&connection.provider)
        .ok()?
        .redelivers_with_new_id_within_s
}

/// What of a contact its provider would repeat under a new id.
pub(super) fn fingerprint(contact: &Contact) -> String {
    crate::provider::fingerprint(
        contact.medium,
        &contact.phase,
        contact.to.as_ref(),
        contact.from.as_ref(),
        contact.text.as_deref(),
        contact.claimed_at,
    )
}

/// Look-ups of entries that are folded but not yet in the index.
#[derive(Debug, Default)]
pub(super) struct Overlay(HashMap<Lookup, u64>);

impl Overlay {
    /// The first of them under a look-up.
    pub(super) fn first(&self, lookup: &Lookup) -> Option<u64> {
        self.0.get(lookup).copied()
    }

    /// Notes where an entry is filed.
    pub(super) fn note(&mut self, index: u64, filed: &Filed) {
        let single = |l: &&Lookup| matches!(l, Lookup::Dedupe { .. } | Lookup::Session { .. });
        for lookup in filed.lookups.iter().filter(single) {
            self.0.entry(lookup.clone()).or_insert(index);
        }
    }

    /// Forgets all: they are in the index now.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
