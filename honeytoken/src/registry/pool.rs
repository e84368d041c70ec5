//! The pool: where a line stands, what makes it dirty, what it is matched by.

use std::collections::{BTreeMap, BTreeSet};

use super::{LineRecord, Refusal, Registry};
use crate::{
    Contact, DirtyAction, DirtyLines, Event, Line, LineRole, LineSoaked, LineState, PhoneNumber,
    PlatformId, Stratum, Timestamp,
};

/// Seconds in a day.
const DAY_S: i64 = 86_400;

/// Why a line is dirty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dirty {
    /// Contacts that it heard in its soak, the stages of a call once.
    pub contacts: u64,
    /// The rule that this breaks.
    pub rule: DirtyLines,
}

/// The lines of one stratum, by where they stand.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PoolStratum {
    /// How many lines stand where; retired ones are left out.
    pub states: BTreeMap<LineState, u64>,
    /// Platforms that were given lines of it.
    pub platforms: Vec<PlatformId>,
}

impl PoolStratum {
    /// Lines in this state.
    pub fn count(&self, state: LineState) -> u64 {
        self.states.get(&state).copied().unwrap_or(0)
    }

    /// All lines that are in service.
    pub fn lines(&self) -> u64 {
        self.states.values().sum()
    }
}

impl LineRecord {
    /// Counts what is heard in the soak, the stages of a call once.
    pub(super) fn hear(&mut self, contact: &Contact) {
        let soaking = self
            .line
            .soak_until
            .is_some_and(|end| contact.received_at < end);
        let stage = contact.session.is_some() && contact.session == self.heard_session;
        if soaking && self.honeytokens.is_empty() && !stage {
            self.heard_in_soak += 1;
            self.heard_session.clone_from(&contact.session);
        }
    }
}

/// What a control must share with the lines it is held against, whenever they were acquired.
fn undated(stratum: Stratum) -> Stratum {
    Stratum {
        started: String::new(),
        ..stratum
    }
}

impl Registry {
    pub(super) fn state(&self, record: &LineRecord, now: Timestamp) -> LineState {
        let soaks = record.line.soak_until.is_some_and(|end| now < end);
        let disqualified = |dirty: Dirty| dirty.rule.action == DirtyAction::Disqualify;
        match record.line.role {
            _ if record.retired => LineState::Retired,
            LineRole::Control => LineState::Control,
            LineRole::Canary if !record.honeytokens.is_empty() => LineState::Placed,
            LineRole::Canary if self.dirty(record).is_some_and(disqualified) => LineState::Dirty,
            LineRole::Canary if soaks => LineState::Soaking,
            LineRole::Canary => LineState::Ready,
        }
    }

    /// Whether a canary that was never placed heard more in its soak than the policy allows.
    pub(super) fn dirty(&self, record: &LineRecord) -> Option<Dirty> {
        let rule = self.policy.as_ref()?.dirty_lines?;
        let pooled = !record.retired
            && record.line.role == LineRole::Canary
            && record.honeytokens.is_empty();
        let dirty = Dirty {
            contacts: record.heard_in_soak,
            rule,
        };
        (pooled && dirty.contacts > u64::from(rule.contacts_max)).then_some(dirty)
    }

    /// The line with the policy's default soak from `now` on, if it says nothing of one itself.
    pub fn with_default_soak(&self, line: Line, now: Timestamp) -> Line {
        let days = self.policy.as_ref().and_then(|policy| policy.soak_days);
        let soak_until = match line.role {
            LineRole::Canary => days.map(|days| now.plus_s(i64::from(days) * DAY_S)),
            LineRole::Control => None,
        };
        Line {
            soak_until: line.soak_until.or(soak_until),
            ..line
        }
    }

    /// May this line soak anew?
    ///
    /// # Errors
    /// When it is unknown, retired, a control, or was placed.
    pub fn soak_line(&self, number: PhoneNumber, soak_until: Timestamp) -> Result<Event, Refusal> {
        match self.lines.get(&number) {
            None => Err(Refusal::UnknownLine(number)),
            Some(record) if record.retired => Err(Refusal::Retired(number)),
            Some(record) if !record.honeytokens.is_empty() => Err(Refusal::PlacedSoak(number)),
            Some(record) if record.line.role == LineRole::Control => {
                Err(Refusal::IsControl(number))
            }
            Some(_) => Ok(Event::LineSoaked(LineSoaked { number, soak_until })),
        }
    }

    pub(super) fn line_soaked(&mut self, soaked: &LineSoaked) {
        if let Some(record) = self.lines.get_mut(&soaked.number) {
            record.line.soak_until = Some(soaked.soak_until);
            record.heard_in_soak = 0;
            record.heard_session = None;
        }
    }

    pub(super) fn stratum(&self, line: &Line) -> Stratum {
        let provider = match self.connection(&line.connection) {
            Some(connection) => connection.provider.clone(),
            None => line.connection.to_string(),
        };
        Stratum {
            provider,
            country: line.country.clone(),
            block: line.block.clone(),
            started: line.acquired_at.to_string().chars().take(7).collect(),
        }
    }

    /// The lines in service, by what controls are matched by.
    pub fn strata(&self, now: Timestamp) -> BTreeMap<Stratum, PoolStratum> {
        let mut strata: BTreeMap<Stratum, PoolStratum> = BTreeMap::new();
        for record in self.lines.values().filter(|record| !record.retired) {
            let stratum = strata.entry(self.stratum(&record.line)).or_default();
            *stratum.states.entry(self.state(record, now)).or_default() += 1;
            let holders = record
                .honeytokens
                .iter()
                .filter_map(|id| self.honeytokens.get(id));
            stratum
                .platforms
                .extend(holders.map(|h| h.honeytoken.platform.clone()));
        }
        for stratum in strata.values_mut() {
            stratum.platforms.sort();
            stratum.platforms.dedup();
        }
        strata
    }

    /// Where controls are: what they share with the lines they are held against, without the month.
    pub fn matching(&self, now: Timestamp) -> BTreeSet<Stratum> {
        let control = |r: &&LineRecord| self.state(r, now) == LineState::Control;
        let controls = self.lines.values().filter(control);
        controls.map(|r| undated(self.stratum(&r.line))).collect()
    }

    /// Whether a control of the same provider, country and block is held against this line;
    /// `matching` are where controls are.
    pub fn is_matched(&self, number: &PhoneNumber, matching: &BTreeSet<Stratum>) -> bool {
        let here = self
            .lines
            .get(number)
            .map(|r| undated(self.stratum(&r.line)));
        here.is_some_and(|here| matching.contains(&here))
    }

    /// Platforms with a line in service that no control of the same provider, country and block
    /// is held against, and where that is.
    pub fn unmatched(&self, now: Timestamp) -> BTreeSet<(PlatformId, Stratum)> {
        let matching = self.matching(now);
        let strata = self
            .strata(now)
            .into_iter()
            .map(|(key, s)| (undated(key), s));
        let lacking = strata.filter(|(key, _)| !matching.contains(key));
        lacking
            .flat_map(|(key, s)| s.platforms.into_iter().map(move |p| (p, key.clone())))
            .collect()
    }
}
