//! From evidence to words: causes, classes, reasons.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{Basis, PlatformId, Timestamp};

use super::words::Findings;
use super::{NOBODY, Note, State};
use crate::campaigns::Group;
use crate::decision::{levels, posterior};
use crate::judgement;
use crate::roster::{DAY_US, Platform};
use crate::taxonomy::Whose;
use crate::verdict::{
    Attribution, Campaign, CampaignId, Cause, Class, EVIDENCE_MAX, Factor, Flag, Verdict,
};

/// Contacts for somebody else that make a number one that was used before.
const RECYCLED_CONTACTS_MIN: usize = 4;

impl State {
    pub(super) fn explain_all(&self) -> Vec<Verdict> {
        let fdr = self.fdr();
        let mut all: Vec<Verdict> = (0..self.roster.platforms.len())
            .map(|p| self.verdict_of(p as u32, fdr[p]))
            .collect();
        all.sort_by(|a, b| a.platform.cmp(&b.platform));
        all
    }

    pub(super) fn explain(&self, platform: u32) -> Verdict {
        self.verdict_of(platform, self.fdr()[platform as usize])
    }

    fn fdr(&self) -> Vec<f64> {
        let logs: Vec<f64> = self
            .roster
            .platforms
            .iter()
            .map(|p| p.case.log_e())
            .collect();
        let mut order: Vec<usize> = (0..logs.len()).collect();
        order.sort_by(|a, b| logs[*b].total_cmp(&logs[*a]).then(a.cmp(b)));
        let sorted: Vec<f64> = order.iter().map(|p| logs[*p]).collect();
        let watched = self.watched();
        let mut fdr = vec![1.0; logs.len()];
        for (p, level) in order.into_iter().zip(levels(&sorted, watched)) {
            fdr[p] = level;
        }
        fdr
    }

    /// What was judged on a line, for platforms that had been given it.
    pub(super) fn judged(&self, line: u32) -> Vec<(&Note, Attribution<u32>)> {
        let all = self
            .judge_line(line)
            .into_iter()
            .map(|(n, found)| (&self.notes[n as usize], found));
        let open = self
            .waiting
            .iter()
            .filter(|w| self.notes[w.note as usize].line == line);
        let ghosts = self.ghosts.get(&line).map_or(&[][..], Vec::as_slice);
        let erased = |entry: u64| ghosts.iter().any(|g| g.note.entry == entry);
        all.chain(open.map(|w| (&self.notes[w.note as usize], self.judge(w.note))))
            .filter(|(note, _)| !erased(note.entry))
            .chain(ghosts.iter().map(|g| (&g.note, g.found)))
            .collect()
    }

    /// The platform's lines, each once, and since when it had them: one may have been placed twice.
    pub(super) fn given(&self, platform: &Platform) -> BTreeMap<u32, i64> {
        let mut given: BTreeMap<u32, i64> = BTreeMap::new();
        let placements = platform.placements.iter();
        for placement in placements.map(|p| &self.roster.placements[*p as usize]) {
            let since = given.entry(placement.line).or_insert(placement.registered);
            *since = placement.registered.min(*since);
        }
        given
    }

    /// What proved the platform's numbers alive.
    fn bases(&self, platform: &Platform) -> BTreeSet<Basis> {
        let placements = platform.placements.iter();
        let lines = placements.map(|p| self.roster.placements[*p as usize].line);
        lines
            .flat_map(|l| self.roster.lines[l as usize].bases.iter().copied())
            .filter(|b| b.is_exposure())
            .collect()
    }

    fn verdict_of(&self, index: u32, fdr: f64) -> Verdict {
        let platform = &self.roster.platforms[index as usize];
        let case = &platform.case;
        let mut contacts: BTreeMap<Cause, u64> = BTreeMap::new();
        let (mut leaks, mut notes): (Vec<&Note>, Vec<&Note>) = (Vec::new(), Vec::new());
        let mut recycled = false;
        for (line, registered) in self.given(platform) {
            let judged = self.judged(line);
            recycled |= is_recycled(&judged);
            for (note, found) in judged {
                if note.at < registered || found.platform.is_some_and(|p| p != index) {
                    continue;
                }
                notes.push(note);
                *contacts.entry(found.cause).or_default() += 1;
                if found.cause == Cause::Leak {
                    leaks.push(note);
                }
            }
        }
        let class = self.class(platform, &contacts, &leaks);
        let first = leaks.iter().map(|n| n.happened).min();
        let log_e = case.log_e();
        let micros = Timestamp::from_micros;
        let mut lines: Vec<u32> = leaks.iter().map(|n| n.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let mut evidence: Vec<u64> = leaks.iter().map(|n| n.entry).collect();
        evidence.sort_unstable();
        evidence.truncate(EVIDENCE_MAX);
        let mut flags = self.flags(platform, &notes);
        if recycled {
            flags.push(Flag::Recycled);
        }
        let joint = self.joint_with(index, &leaks);
        if !joint.is_empty() {
            flags.push(Flag::JointBlame);
        }
        let id = |p: &u32| self.roster.platforms[*p as usize].id.clone();
        let mut joint: Vec<PlatformId> = joint.iter().map(id).collect();
        joint.sort();
        let factors = factors(platform);
        let reason = Findings {
            class,
            contacts: &contacts,
            hit: lines.len(),
            canaries: platform.placements.len(),
            log_e,
            factors: &factors,
            evidence: &evidence,
            exposure_days: self.exposure_days(platform),
            sure: sure(&leaks),
            bases: &self.bases(platform),
            joint: joint.len(),
        }
        .reason();
        Verdict {
            platform: platform.id.clone(),
            class,
            probability: posterior(self.policy.prior, log_e),
            e_value: libm::exp(log_e.min(690.0)),
            e_value_max: libm::exp(case.highest.max(log_e).min(690.0)),
            fdr,
            first_evidence_at: first.map(micros),
            flagged_at: case.flagged.map(micros),
            days_to_detection: case
                .flagged
                .map(|f| first.map_or(0.0, |first| ((f - first) as f64 / DAY_US as f64).max(0.0))),
            exposure_days: self.exposure_days(platform),
            live_hours: 24.0 * self.exposure_days(platform),
            canaries: platform.placements.len() as u32,
            canaries_chosen: self.chosen(platform),
            canaries_hit: lines.len() as u32,
            flags,
            leak_between: self.leak_between(platform, &leaks),
            leak_date: self.leak_date(platform, &leaks),
            joint_with: joint,
            factors,
            reason: super::placing::mention(reason, self.chosen(platform)),
            contacts,
            evidence,
        }
    }

    /// Settled exposure, and what was proven since, up to the day being collected.
    fn exposure_days(&self, platform: &Platform) -> f64 {
        let today = self.today.unwrap_or(0).saturating_mul(DAY_US);
        let open: i64 = platform
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
            .map(|p| {
                let line = &self.roster.lines[p.line as usize];
                line.proven.held_us((p.settled, today))
            })
            .sum();
        (platform.case.exposure_us + open) as f64 / DAY_US as f64
    }

    fn class(
        &self,
        platform: &Platform,
        contacts: &BTreeMap<Cause, u64>,
        leaks: &[&Note],
    ) -> Class {
        let flagged = platform.case.flagged.is_some();
        if flagged && platform.case.resold {
            return Class::Resold;
        }
        let began = self.buyers_began(leaks);
        judgement::class(flagged, &began, contacts, self.exposure_days(platform))
    }

    /// From the last registration that leaked, or the common date that explains most, to the
    /// first contact that followed.
    fn leak_between(&self, platform: &Platform, leaks: &[&Note]) -> Option<(Timestamp, Timestamp)> {
        platform.case.flagged?;
        let first = leaks.iter().map(|n| n.happened).min()?;
        let registered = platform
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
            .filter(|p| p.registered <= first && leaks.iter().any(|n| n.line == p.line))
            .map(|p| p.registered)
            .max()?;
        let date = platform
            .case
            .rate
            .common_date()
            .map_or(registered, |day| day.saturating_mul(DAY_US));
        let from = registered.max(date.min(first));
        Some((Timestamp::from_micros(from), Timestamp::from_micros(first)))
    }

    /// When each campaign among these contacts began.
    pub(super) fn buyers_began(&self, leaks: &[&Note]) -> Vec<Timestamp> {
        let mut starts: BTreeMap<u32, i64> = BTreeMap::new();
        for note in leaks.iter().filter(|n| n.group != NOBODY && !n.silent) {
            let start = starts
                .entry(self.campaigns.root(note.group))
                .or_insert(note.at);
            *start = note.at.min(*start);
        }
        starts.into_values().map(Timestamp::from_micros).collect()
    }

    fn flags(&self, platform: &Platform, notes: &[&Note]) -> Vec<Flag> {
        let mut flags = Vec::new();
        let after = |note: &Note, when: fn(&crate::roster::Placement) -> Option<i64>| {
            platform
                .placements
                .iter()
                .map(|p| &self.roster.placements[*p as usize])
                .any(|p| p.line == note.line && when(p).is_some_and(|t| note.at > t))
        };
        let own = |n: &&&Note| matches!(n.whose, Whose::Own | Whose::Partner);
        if notes.iter().filter(own).any(|n| after(n, |p| p.opted_out)) {
            flags.push(Flag::OptOutViolated);
        }
        let any = |n: &&&Note| matches!(n.whose, Whose::Own | Whose::Partner | Whose::Transaction);
        if notes.iter().filter(any).any(|n| after(n, |p| p.erased)) {
            flags.push(Flag::ErasureIgnored);
        }
        if notes.iter().any(|n| n.whose == Whose::Impostor) {
            flags.push(Flag::Impersonated);
        }
        if self.is_supply_side(notes) {
            flags.push(Flag::SupplySide);
        }
        flags
    }

    pub(super) fn attribute(&self, found: Attribution<u32>) -> Attribution {
        Attribution {
            cause: found.cause,
            platform: found
                .platform
                .map(|p| self.roster.platforms[p as usize].id.clone()),
            campaign: found.campaign,
        }
    }

    pub(super) fn list_campaigns(&self) -> Vec<Campaign> {
        self.campaigns
            .iter()
            .map(|(id, group)| self.campaign(id, group))
            .collect()
    }

    pub(super) fn campaign(&self, id: u32, group: &Group) -> Campaign {
        let day = |d: i64| Timestamp::from_micros(d.saturating_mul(DAY_US));
        let mut platforms: Vec<_> = if self.works_lists(group) {
            let lines = group
                .hits
                .iter()
                .flat_map(|h| &self.roster.lines[h.line as usize].placements);
            lines
                .map(|p| {
                    &self.roster.platforms[self.roster.placements[*p as usize].platform as usize]
                })
                .filter(|p| p.case.flagged.is_some())
                .map(|p| p.id.clone())
                .collect()
        } else {
            Vec::new()
        };
        platforms.sort();
        platforms.dedup();
        let said = group.said.as_deref();
        Campaign {
            campaign: CampaignId(id),
            first_at: day(group.first),
            last_at: day(group.last),
            contacts: group.contacts,
            numbers: group.hits.len() as u32,
            unplaced: group.unplaced,
            platforms,
            language: said.and_then(|s| s.language()).map(str::to_owned),
            topic: said.and_then(|s| s.topic()),
            silent: group.texts == 0,
            domains: said.map(|s| s.domains.clone()).unwrap_or_default(),
            known_as: group.known_as.iter().copied().map(CampaignId).collect(),
        }
    }
}

pub(super) fn factors(platform: &Platform) -> Vec<Factor> {
    let case = &platform.case;
    [
        ("rate", case.rate.log_e()),
        ("instant", case.instant.log_e()),
        ("breadth", case.breadth.log_e()),
        ("token", case.token.log_e()),
    ]
    .map(|(name, log_e)| Factor {
        name: name.into(),
        log_e,
    })
    .into()
}

/// Whether a number is called for somebody who had it before us; a call or two may be a wrong number's.
fn is_recycled(judged: &[(&Note, Attribution<u32>)]) -> bool {
    let owners = judged.iter().filter(|j| j.1.cause == Cause::PreviousOwner);
    owners.count() >= RECYCLED_CONTACTS_MIN
}

/// Contacts by how sure it is who handed them in.
fn sure(leaks: &[&Note]) -> [usize; 3] {
    let mut counts = [0; 3];
    leaks.iter().for_each(|n| counts[n.proof as usize] += 1);
    counts
}
