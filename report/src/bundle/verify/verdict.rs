//! The verdict from its numbers; exposure in numbers.

use std::collections::{BTreeMap, BTreeSet};

use attribution::{Class, recompute};
use honeytoken::{Basis, Judgement, Timestamp};

use super::super::refold;
use super::entries::{Entries, Entry};
use super::finding::{Check, Finding, Problem, Words};
use super::parts::Parts;

/// A verdict that follows from its numbers.
pub(super) struct Verdict {
    judgement: Judgement,
    class: Class,
}

pub(super) fn check(parts: &Parts, entries: &Entries) -> Result<Verdict, Problem> {
    let wrong = |what: String| Problem(Check::Verdict, what);
    let index = parts.manifest.judgement;
    let entry = entries.get(index).and_then(|entry| entry.fields.as_ref());
    let judgement = entry.and_then(|fields| refold::judgement(index, fields));
    let judgement =
        judgement.ok_or_else(|| wrong(format!("entry {index} is no open judgement")))?;
    if judgement.platform != parts.manifest.platform || judgement.entries > index {
        return Err(wrong(
            "the judgement is of another platform, or of entries after it".to_owned(),
        ));
    }
    let class = recompute(&judgement).map_err(|contradiction| wrong(contradiction.to_string()))?;
    let verdict = Verdict { judgement, class };
    verdict.rests_on_entries(entries).map_err(wrong)?;
    Ok(verdict)
}

impl Verdict {
    /// The contacts that it counts, and the numbers, are those in the bundle.
    fn rests_on_entries(&self, entries: &Entries) -> Result<(), String> {
        let judgement = &self.judgement;
        let placements = entries.placements(&judgement.platform);
        let then = placements
            .iter()
            .filter(|p| p.index < judgement.entries)
            .count();
        if then != judgement.canaries as usize {
            return Err(format!(
                "it counts {} numbers, the bundle holds {then}",
                judgement.canaries
            ));
        }
        let numbers: BTreeSet<_> = placements.iter().map(|p| p.subject).collect();
        let counts = |entry: &Entry| {
            let told = entry.fields.is_none()
                || ["contact", "repeat", "attachment"].contains(&entry.kind().as_str());
            told && numbers.contains(&entry.subject) && entry.index < judgement.entries
        };
        let missing = judgement
            .causes
            .keys()
            .find(|index| !entries.get(**index).is_some_and(counts));
        let uncounted = judgement
            .evidence
            .iter()
            .find(|index| !judgement.causes.contains_key(index));
        match missing.or(uncounted) {
            None => Ok(()),
            Some(index) => Err(format!(
                "it counts entry {index}, which is no contact on the platform's numbers"
            )),
        }
    }

    pub(super) fn findings(
        &self,
        parts: &Parts,
        entries: &Entries,
    ) -> Result<Vec<Finding>, Problem> {
        let j = &self.judgement;
        let e = j.log_e.min(690.0).exp();
        let said = Words::new(
            format!(
                "{}：{}（概率 {:.4}，e 值 {e:.3e}，误报率水平 {:.2e}），由承诺的统计量重新算出",
                j.platform, self.class, j.probability, j.fdr
            ),
            format!(
                "{} is {} (probability {:.4}, e-value {e:.3e}, false-discovery level {:.2e}), computed again from the committed statistics",
                j.platform, self.class, j.probability, j.fdr
            ),
        );
        Ok(vec![
            Finding::holds(Check::Verdict, said),
            self.refold(parts, entries)?,
            coverage(parts, entries),
        ])
    }

    fn refold(&self, parts: &Parts, entries: &Entries) -> Result<Finding, Problem> {
        if !parts.manifest.whole_log {
            let words = Words::new(
                "此包只含与该平台有关的条目；要从头重新判断，请索取全日志包",
                "this bundle holds the entries about this platform alone; ask for the whole-log bundle to judge again from the first entry",
            );
            return Ok(Finding::not_shown(Check::Refold, words));
        }
        let open = entries
            .all
            .iter()
            .filter_map(|e| Some((e.index, e.fields.clone()?)));
        refold::again(open, &self.judgement).map_err(|what| Problem(Check::Refold, what))?;
        let n = self.judgement.entries;
        let words = Words::new(format!("{n} 个条目"), format!("{n} entries"));
        Ok(Finding::holds(Check::Refold, words))
    }
}

/// How long the platform's numbers were proven alive since they were placed.
fn coverage(parts: &Parts, entries: &Entries) -> Finding {
    let mut days: BTreeMap<&str, f64> = BTreeMap::new();
    let mut gaps = 0;
    for placement in entries.placements(&parts.manifest.platform) {
        let mut last: Option<Timestamp> = None;
        for entry in entries.of(placement.subject).filter(|e| e.is("coverage")) {
            let (from, until) = (
                entry.get::<Timestamp>("from"),
                entry.get::<Timestamp>("until"),
            );
            let (Some(from), Some(until)) = (from, until) else {
                continue;
            };
            let word = match entry.get("basis") {
                Some(Basis::Asserted) => "asserted",
                _ => "proven",
            };
            *days.entry(word).or_default() += until.days_since(from).max(0.0);
            gaps += usize::from(last.is_some_and(|last| from > last));
            last = last.max(Some(until));
        }
    }
    let of = |word| days.get(word).copied().unwrap_or_default();
    let (proven, asserted) = (of("proven"), of("asserted"));
    let words = Words::new(
        format!("以心跳或联系证明 {proven:.1} 天，运营者声称 {asserted:.1} 天，间断 {gaps} 处"),
        format!(
            "{proven:.1} days by signs of life, {asserted:.1} days asserted by the operator, {gaps} gaps"
        ),
    );
    match days.is_empty() {
        true => Finding::not_shown(
            Check::Coverage,
            Words::new("没有记录", "none on the record"),
        ),
        false => Finding::holds(Check::Coverage, words),
    }
}
