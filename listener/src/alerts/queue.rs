//! What is sent when: throttled, summed up, one at a time for each target.

use std::collections::BTreeMap;

use honeytoken::{AlertTarget, AlertTargetId, Timestamp};

use super::channel;
use super::fold::Alerts;
use super::record::Standing;

/// One message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sending {
    pub(crate) target: AlertTargetId,
    /// The alert that it tells.
    pub(crate) raised: u64,
    /// Earlier ones that were held back and are summed up in it.
    pub(crate) summed: Vec<u64>,
    /// How often it was tried before.
    pub(crate) attempts: u32,
    /// Not before.
    pub(crate) due: Timestamp,
}

impl Alerts {
    /// What is to be sent, soonest first.
    pub(crate) fn queue(&self) -> Vec<Sending> {
        let live = |id| self.targets.get(id).filter(|t| t.disabled.is_none());
        let mut sendings: Vec<Sending> = self
            .pending
            .keys()
            .filter_map(live)
            .flat_map(|target| self.queue_of(target))
            .collect();
        sendings.sort_by_key(|sending| (sending.due, sending.raised));
        sendings
    }

    /// One message for each throttle: what was tried before as it was, or else the newest with all
    /// others summed up in it.
    fn queue_of(&self, target: &AlertTarget) -> Vec<Sending> {
        let waiting = self.pending.get(&target.target).into_iter().flatten();
        let mut groups: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for index in waiting {
            if let Some(record) = self.records.get(index) {
                groups
                    .entry(record.throttle_key())
                    .or_default()
                    .push(*index);
            }
        }
        let sending = |(key, indices): (String, Vec<u64>)| self.next_of(target, &key, indices);
        groups.into_iter().filter_map(sending).collect()
    }

    fn next_of(&self, target: &AlertTarget, key: &str, mut indices: Vec<u64>) -> Option<Sending> {
        let tried = |index: &u64| {
            let delivery = self.records.get(index)?.deliveries.get(&target.target)?;
            (delivery.attempts > 0).then_some((*index, delivery))
        };
        if let Some((raised, delivery)) = indices.iter().find_map(tried) {
            return Some(Sending {
                target: target.target.clone(),
                raised,
                summed: delivery.summed.clone(),
                attempts: delivery.attempts,
                due: delivery.next_at.unwrap_or(Timestamp::EPOCH),
            });
        }
        let raised = indices.pop()?;
        Some(Sending {
            target: target.target.clone(),
            raised,
            summed: indices,
            attempts: 0,
            due: self.not_before(target, key),
        })
    }

    /// When the throttle, and the channel's own limit, let the next one through.
    fn not_before(&self, target: &AlertTarget, key: &str) -> Timestamp {
        let Some(sent) = self.sent_at.get(&target.target) else {
            return Timestamp::EPOCH;
        };
        let throttled = sent
            .get(key)
            .map(|at| at.plus_s(i64::from(target.throttle_min) * 60));
        let gap_s = channel::find(&target.channel).map_or(0, |kind| kind.gap_s);
        let limited = sent.values().max().map(|at| at.plus_s(i64::from(gap_s)));
        throttled.max(limited).unwrap_or(Timestamp::EPOCH)
    }

    /// The targets at which an alert is dead.
    pub(crate) fn dead_at(&self, raised: u64) -> Vec<AlertTargetId> {
        let deliveries = self.records.get(&raised).map(|record| &record.deliveries);
        let dead = deliveries.into_iter().flatten();
        dead.filter(|(_, delivery)| delivery.standing == Standing::Dead)
            .map(|(target, _)| target.clone())
            .collect()
    }
}
