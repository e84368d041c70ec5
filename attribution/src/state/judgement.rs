//! A verdict with the statistics that it follows from.

use std::collections::BTreeMap;

use honeytoken::{Judgement, PlatformId, Timestamp};

use super::State;
use super::explain::factors;
use crate::verdict::Cause;

impl State {
    /// The verdict on a platform, with the numbers to say it again; `entries` and `program` say of
    /// what and by what.
    pub fn judgement(
        &self,
        platform: &PlatformId,
        entries: u64,
        program: &str,
    ) -> Option<Judgement> {
        let index = self.roster.platform(platform)?;
        let verdict = self.explain(index);
        let case = &self.roster.platforms[index as usize].case;
        let mut all_log_e: Vec<f64> = self
            .roster
            .platforms
            .iter()
            .map(|p| p.case.log_e())
            .collect();
        all_log_e.sort_by(|a, b| b.total_cmp(a));
        let (causes, buyers_began) = self.causes_on(index);
        let factors = factors(&self.roster.platforms[index as usize]);
        Some(Judgement {
            platform: platform.clone(),
            entries,
            program: program.to_owned(),
            policy: self.policy.clone(),
            class: verdict.class.as_str().to_owned(),
            probability: verdict.probability,
            fdr: verdict.fdr,
            log_e: case.log_e(),
            factors: factors.into_iter().map(|f| (f.name, f.log_e)).collect(),
            frozen: case.live() != case.log_e(),
            all_log_e,
            watched: self.watched() as u32,
            flagged_at: verdict.flagged_at,
            resold_before: case.resold,
            exposure_days: verdict.exposure_days,
            canaries: verdict.canaries,
            contacts: count(&causes),
            causes,
            buyers_began,
            flags: verdict
                .flags
                .iter()
                .map(|flag| flag.as_str().to_owned())
                .collect(),
            evidence: verdict.evidence,
        })
    }

    /// Why each contact since its numbers were given away happened, and when each campaign that
    /// worked them began.
    fn causes_on(&self, index: u32) -> (BTreeMap<u64, String>, Vec<Timestamp>) {
        let (mut causes, mut leaks) = (BTreeMap::new(), Vec::new());
        for (line, registered) in self.given(&self.roster.platforms[index as usize]) {
            for (note, found) in self.judged(line) {
                if note.at < registered || found.platform.is_some_and(|p| p != index) {
                    continue;
                }
                causes.insert(note.entry, found.cause.as_str().to_owned());
                if found.cause == Cause::Leak {
                    leaks.push(note);
                }
            }
        }
        (causes, self.buyers_began(&leaks))
    }
}

/// Contacts by cause, each once.
fn count(causes: &BTreeMap<u64, String>) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    for cause in causes.values() {
        *counted.entry(cause.clone()).or_default() += 1;
    }
    counted
}
