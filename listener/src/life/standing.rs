//! Where a line stands: heard, silent, or without anything that could prove its life.

use std::collections::BTreeMap;

use honeytoken::{Basis, LineState, LineView, TestMedium, Timestamp};
use serde::{Deserialize, Serialize};

use super::LifeConfig;
use crate::import;
use crate::ledger::{Condition, State};

/// Where a line stands, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It gave a sign within its time.
    Alive,
    /// It gave none for too long, and the log says so.
    Silent,
    /// It has something that could prove its life, and gave no sign yet.
    Waiting,
    /// It has nothing that could.
    Unproven,
    /// It is out of service, or was never at a provider (imports).
    Off,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// In a word.
    pub word: Word,
    /// The strongest kind of sign that it is known or set up to give.
    pub expects: Option<Basis>,
    /// The last sign, contacts included.
    pub last: Option<Timestamp>,
    /// Since when it is silent.
    pub silent_since: Option<Timestamp>,
    /// Which kind of sign is missing on a silent line.
    pub missing: Option<Basis>,
}

/// Where a line stands by the log.
pub fn standing(state: &State, settings: &LifeConfig, view: &LineView<'_>) -> Standing {
    Looks::new(state, settings).at(view)
}

/// How many lines stand where.
pub fn counts(state: &State, settings: &LifeConfig) -> BTreeMap<Word, u64> {
    Looks::new(state, settings).counts()
}

/// What looking at many lines has in common.
pub(crate) struct Looks<'a> {
    state: &'a State,
    settings: &'a LifeConfig,
    /// Lines of connections that are tested, by medium.
    tested: BTreeMap<TestMedium, usize>,
}

impl<'a> Looks<'a> {
    pub(crate) fn new(state: &'a State, settings: &'a LifeConfig) -> Looks<'a> {
        let mut tested: BTreeMap<TestMedium, usize> = BTreeMap::new();
        if !settings.test_connections.is_empty() {
            let lines = state.registry.lines(Timestamp::EPOCH);
            for view in lines.filter(|view| view.state != LineState::Retired) {
                if let Some(medium) = settings.test_connections.get(&view.line.connection) {
                    *tested.entry(*medium).or_default() += 1;
                }
            }
        }
        Looks {
            state,
            settings,
            tested,
        }
    }

    /// How many lines stand where.
    pub(crate) fn counts(&self) -> BTreeMap<Word, u64> {
        let mut counts = BTreeMap::new();
        for view in self.state.registry.lines(Timestamp::EPOCH) {
            *counts.entry(self.at(&view).word).or_default() += 1;
        }
        counts
    }

    /// A line cannot test itself: two are needed.
    fn can_be_tested(&self, view: &LineView<'_>) -> bool {
        let medium = self.settings.test_connections.get(&view.line.connection);
        medium.is_some_and(|medium| self.tested.get(medium).is_some_and(|lines| *lines >= 2))
    }

    /// The strongest kind of sign that the line is known or set up to give.
    pub(super) fn expects(&self, view: &LineView<'_>) -> Option<Basis> {
        let connection = &view.line.connection;
        if self.can_be_tested(view) {
            return Some(Basis::TestMessage);
        }
        let gave = |basis: &Basis| {
            let life = self.state.lives.of(&view.line.number);
            life.and_then(|life| life.last(*basis)).is_some()
        };
        let listed = self.settings.list_connections.contains(connection);
        [Basis::Device, Basis::Heartbeat]
            .into_iter()
            .find(gave)
            .or(listed.then_some(Basis::ProviderList))
    }

    /// Whether anything is expected of a line at all.
    pub(super) fn is_on(&self, view: &LineView<'_>) -> bool {
        let connection = self.state.registry.connection(&view.line.connection);
        view.state != LineState::Retired
            && connection.is_some_and(|c| !import::is_past(&c.provider))
    }

    /// Where the line stands by the log.
    pub(crate) fn at(&self, view: &LineView<'_>) -> Standing {
        let life = self.state.lives.of(&view.line.number);
        let expects = self.expects(view);
        let last = life.and_then(|life| life.last_of_all());
        let condition = life.map(|life| life.condition()).unwrap_or_default();
        let heard = life.zip(expects).and_then(|(l, basis)| l.since(basis));
        let silence = match condition {
            Condition::Silent { since, missing } if self.is_on(view) => Some((since, missing)),
            _ => None,
        };
        let word = match expects {
            _ if !self.is_on(view) => Word::Off,
            _ if silence.is_some() => Word::Silent,
            None => Word::Unproven,
            Some(_) if heard.is_none() => Word::Waiting,
            Some(_) => Word::Alive,
        };
        Standing {
            word,
            expects,
            last,
            silent_since: silence.map(|s| s.0),
            missing: silence.map(|s| s.1),
        }
    }
}
