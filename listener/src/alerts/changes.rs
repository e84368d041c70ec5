//! Verdicts that moved since they were last told.

use std::collections::BTreeMap;

use attribution::Verdict;
use honeytoken::{AlertBaseline, PlatformId};

use super::fold::Alerts;
use super::topic;
use super::trigger::Due;

/// Entries of a verdict's evidence that its alert names.
const EVIDENCE_NAMED_MAX: usize = 20;
/// The class of a platform that nothing was said of.
const NOTHING_YET: &str = "insufficient";

impl Alerts {
    /// Where platforms stand, when that was never noted.
    pub(super) fn baseline_due(&self, verdicts: &[Verdict]) -> Option<AlertBaseline> {
        let has_evidence = |v: &&Verdict| v.first_evidence_at.is_some();
        let class = |v: &Verdict| (v.platform.clone(), v.class.as_str().to_owned());
        (!self.begun).then(|| AlertBaseline {
            evidence: verdicts
                .iter()
                .filter(has_evidence)
                .map(|v| v.platform.clone())
                .collect(),
            classes: verdicts
                .iter()
                .map(class)
                .collect::<BTreeMap<PlatformId, String>>(),
        })
    }

    /// First evidence and changes of class that were not told.
    pub(super) fn changes(&self, verdicts: &[Verdict]) -> Vec<Due> {
        verdicts
            .iter()
            .flat_map(|v| [self.first_evidence(v), self.change(v)])
            .flatten()
            .collect()
    }

    fn first_evidence(&self, verdict: &Verdict) -> Option<Due> {
        let first = verdict.first_evidence_at?;
        let is_new = !self.evidence.contains(&verdict.platform);
        let due = || about(verdict, Due::on(topic::EVIDENCE)).with("first_evidence_at", first);
        is_new.then(due)
    }

    fn change(&self, verdict: &Verdict) -> Option<Due> {
        let before = self.classes.get(&verdict.platform);
        let before = before.map_or(NOTHING_YET, String::as_str);
        let class = verdict.class.as_str();
        let due = || {
            let due = about(verdict, Due::on(topic::VERDICT));
            due.with("class", class)
                .with("before", before)
                .with("reason_zh", &verdict.reason.zh)
                .with("reason_en", &verdict.reason.en)
        };
        (before != class).then(due)
    }
}

fn about(verdict: &Verdict, due: Due) -> Due {
    let because: Vec<u64> = verdict
        .evidence
        .iter()
        .copied()
        .take(EVIDENCE_NAMED_MAX)
        .collect();
    Due {
        platform: Some(verdict.platform.clone()),
        count: because.len() as u64,
        because,
        ..due
    }
    .with("canaries", verdict.canaries)
    .with("canaries_hit", verdict.canaries_hit)
}
