//! The fold of everything about alerts: targets, news that no alert says yet, the queue.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{
    AlertAttempted, AlertBaseline, AlertOutcome, AlertRaised, AlertReplayed, AlertSettled,
    AlertTarget, AlertTargetId, Entry, Event, PlatformId, Registry, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::record::{Delivery, Record, Standing};
use super::topic;
use super::trigger::{Due, news};

/// Alerts kept in memory for lists and replays; the log keeps all. Those that wait are never
/// forgotten.
const RECORDS_MAX: usize = 5_000;
/// Alerts that may wait for one target. Beyond it the oldest is given up for each new one: it
/// stands among the dead and can be replayed.
pub(super) const PENDING_PER_TARGET_MAX: usize = 500;
/// News of different kinds that wait to be raised; more are not alerted one by one.
const DUE_MAX: usize = 1_000;

/// Everything about alerts, as of the last entry folded.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Alerts {
    pub(super) targets: BTreeMap<AlertTargetId, AlertTarget>,
    pub(super) due: Vec<Due>,
    /// Whether it is known where platforms stood when alerts began.
    pub(super) begun: bool,
    /// Platforms whose first evidence was told.
    pub(super) evidence: BTreeSet<PlatformId>,
    /// The class that was last told of each platform.
    pub(super) classes: BTreeMap<PlatformId, String>,
    /// Troubles that were told and are not over.
    pub(super) troubles: BTreeSet<String>,
    pub(super) records: BTreeMap<u64, Record>,
    /// What waits, by target.
    pub(super) pending: BTreeMap<AlertTargetId, BTreeSet<u64>>,
    /// When something was last delivered, by target and throttle.
    pub(super) sent_at: BTreeMap<AlertTargetId, BTreeMap<String, Timestamp>>,
    /// Deliveries so far.
    delivered: u64,
}

impl Alerts {
    /// Takes the next entry in; `registry` has it already.
    pub fn apply(&mut self, entry: &Entry, registry: &Registry) {
        match &entry.event {
            Event::AlertTargetSet(target) => self.target_set(target),
            Event::AlertTargetRemoved(gone) => {
                self.targets.remove(&gone.target);
                self.sent_at.remove(&gone.target);
                self.give_up(&gone.target, Standing::Dropped, "target was removed");
            }
            Event::AlertBaseline(baseline) => self.baseline(baseline),
            Event::AlertRaised(raised) => self.raised(entry, raised),
            Event::AlertAttempted(attempted) => self.attempted(attempted),
            Event::AlertSettled(settled) => self.settled(entry.at, settled),
            Event::AlertReplayed(replayed) => self.replayed(replayed),
            event => self.take_news(entry.index, event, registry),
        }
    }

    /// Without targets there is nobody to tell, and nothing is due.
    fn take_news(&mut self, index: u64, event: &Event, registry: &Registry) {
        if self.targets.is_empty() {
            return;
        }
        for fresh in news(event, registry) {
            let place = self.due.iter().position(|due| due.same(&fresh));
            let place = place.unwrap_or_else(|| {
                self.due.push(fresh);
                self.due.len() - 1
            });
            self.due[place].join(index);
            self.due.truncate(DUE_MAX);
        }
    }

    fn target_set(&mut self, target: &AlertTarget) {
        self.targets.insert(target.target.clone(), target.clone());
        match &target.disabled {
            Some(reason) => self.give_up(&target.target, Standing::Dead, reason),
            None => self.hurry(&target.target),
        }
    }

    /// What failed under the old settings is tried under the new ones now.
    fn hurry(&mut self, target: &AlertTargetId) {
        for index in self.pending.get(target).cloned().unwrap_or_default() {
            if let Some(delivery) = self.delivery(index, target) {
                delivery.next_at = None;
            }
        }
    }

    /// Ends everything that waits for a target.
    fn give_up(&mut self, target: &AlertTargetId, standing: Standing, reason: &str) {
        for index in self.pending.remove(target).unwrap_or_default() {
            self.end(index, target, standing, Some(reason));
        }
    }

    fn baseline(&mut self, baseline: &AlertBaseline) {
        self.begun = true;
        self.evidence.extend(baseline.evidence.iter().cloned());
        self.classes.extend(baseline.classes.clone());
    }

    fn raised(&mut self, entry: &Entry, raised: &AlertRaised) {
        let said =
            |due: &Due| due.topic == raised.topic && due.because.first() == raised.because.first();
        self.due.retain(|due| !said(due));
        self.told(raised);
        let fresh = |target: &AlertTargetId| (target.clone(), Delivery::new());
        let record = Record {
            at: entry.at,
            raised: raised.clone(),
            deliveries: raised.targets.iter().map(fresh).collect(),
        };
        self.records.insert(entry.index, record);
        for target in &raised.targets {
            self.enqueue(entry.index, target);
        }
        self.forget();
    }

    fn enqueue(&mut self, index: u64, target: &AlertTargetId) {
        let waiting = self.pending.entry(target.clone()).or_default();
        waiting.insert(index);
        let over = waiting.len() > PENDING_PER_TARGET_MAX;
        if let Some(oldest) = waiting.first().copied().filter(|_| over) {
            self.end(
                oldest,
                target,
                Standing::Dead,
                Some("queue of this target is full"),
            );
        }
    }

    fn told(&mut self, raised: &AlertRaised) {
        let detail = |name: &str| raised.details.get(name).cloned();
        match (raised.topic.as_str(), &raised.platform) {
            (topic::EVIDENCE, Some(platform)) => {
                self.evidence.insert(platform.clone());
            }
            (topic::VERDICT, Some(platform)) => {
                let class = detail("class").unwrap_or_default();
                self.classes.insert(platform.clone(), class);
            }
            (topic::LOG, None) => match (detail("trouble"), detail("over")) {
                (Some(trouble), None) => {
                    self.troubles.insert(trouble);
                }
                (Some(trouble), Some(_)) => {
                    self.troubles.remove(&trouble);
                }
                (None, _) => {}
            },
            _ => {}
        }
    }

    fn attempted(&mut self, attempted: &AlertAttempted) {
        if let Some(delivery) = self.delivery(attempted.raised, &attempted.target) {
            delivery.attempts = attempted.attempts;
            delivery.next_at = Some(attempted.next_at);
            delivery.reason = Some(attempted.reason.clone());
            delivery.summed.clone_from(&attempted.summed);
        }
    }

    fn settled(&mut self, at: Timestamp, settled: &AlertSettled) {
        let target = &settled.target;
        let (standing, others) = match settled.outcome {
            AlertOutcome::Delivered => (Standing::Delivered, Standing::Summed),
            AlertOutcome::Dead => (Standing::Dead, Standing::Dead),
        };
        let reason = settled.reason.as_deref();
        for index in &settled.summed {
            self.end(*index, target, others, reason);
        }
        self.end(settled.raised, target, standing, reason);
        if let Some(delivery) = self.delivery(settled.raised, target) {
            delivery.attempts = settled.attempts;
            delivery.summed.clone_from(&settled.summed);
        }
        if standing == Standing::Delivered {
            self.delivered += 1;
            if let Some(record) = self.records.get(&settled.raised) {
                let sent = self.sent_at.entry(target.clone()).or_default();
                sent.insert(record.throttle_key(), at);
            }
        }
    }

    fn end(
        &mut self,
        index: u64,
        target: &AlertTargetId,
        standing: Standing,
        reason: Option<&str>,
    ) {
        if let Some(waiting) = self.pending.get_mut(target) {
            waiting.remove(&index);
        }
        if let Some(delivery) = self.delivery(index, target) {
            delivery.standing = standing;
            delivery.next_at = None;
            delivery.reason = reason.map(str::to_owned);
        }
    }

    fn replayed(&mut self, replayed: &AlertReplayed) {
        for target in &replayed.targets {
            if let Some(delivery) = self.delivery(replayed.raised, target) {
                *delivery = Delivery::new();
                self.enqueue(replayed.raised, target);
            }
        }
    }

    fn delivery(&mut self, index: u64, target: &AlertTargetId) -> Option<&mut Delivery> {
        self.records.get_mut(&index)?.deliveries.get_mut(target)
    }

    /// Keeps memory bounded: the oldest that are over go first.
    fn forget(&mut self) {
        if self.records.len() <= RECORDS_MAX {
            return;
        }
        let waits = |record: &Record| {
            let mut all = record.deliveries.values();
            all.any(|delivery| delivery.standing == Standing::Pending)
        };
        let over = self.records.iter().find(|(_, record)| !waits(record));
        if let Some(index) = over.map(|(index, _)| *index) {
            self.records.remove(&index);
        }
    }

    /// All targets by id.
    pub fn targets(&self) -> impl Iterator<Item = &AlertTarget> {
        self.targets.values()
    }

    /// The target with this id.
    pub fn target(&self, id: &AlertTargetId) -> Option<&AlertTarget> {
        self.targets.get(id)
    }

    /// The alerts that are remembered, by entry, oldest first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = (u64, &Record)> {
        self.records.iter().map(|(index, record)| (*index, record))
    }

    /// The alert that this entry raised, if it is remembered.
    pub fn record(&self, index: u64) -> Option<&Record> {
        self.records.get(&index)
    }

    /// Deliveries that wait, were taken, and are dead and remembered.
    pub fn counts(&self) -> (u64, u64, u64) {
        let pending = self.pending.values().map(|waiting| waiting.len() as u64);
        let all = self.records.values().flat_map(|r| r.deliveries.values());
        let dead = all.filter(|d| d.standing == Standing::Dead).count() as u64;
        (pending.sum(), self.delivered, dead)
    }

    /// When the oldest alert that waits was raised.
    pub fn oldest_pending(&self) -> Option<Timestamp> {
        let first = self.pending.values().filter_map(|waiting| waiting.first());
        first
            .min()
            .and_then(|index| Some(self.records.get(index)?.at))
    }
}
