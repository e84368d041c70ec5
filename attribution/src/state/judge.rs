//! Why each contact happened, as things stand.
//!
//! Whoever says something is known by his campaign: which numbers it reaches, how often, since
//! when. Whoever says nothing is judged by the company he keeps: what else reached the line in the
//! same weeks.

use std::collections::BTreeMap;

use super::{NOBODY, Note, State};
use crate::campaigns::Group;
use crate::roster::{DAY_US, Placement};
use crate::taxonomy::Whose;
use crate::verdict::{Attribution, CampaignId, Cause};

/// Leaks come in waves: days around a contact in which others tell what it is.
const WAVE_DAYS: f64 = 18.0;
/// Those who look for a previous owner go on for long.
const OWNER_DAYS: f64 = 60.0;
/// Unknown callers within a day that make a storm.
const STORM_CALLERS: usize = 6;
/// Of a list worker's numbers, at least this share belongs to accused platforms.
const LISTED_MIN: f64 = 0.8;
/// Of the lines that a mass dialler would have reached by as many contacts, a personal caller
/// reaches at most this share.
const PERSONAL_MAX: f64 = 0.6;
/// The most lines of a personal caller.
const PERSONAL_LINES_MAX: usize = 12;
/// How much rarer than other mass contacts those are that nothing else is known of: texts that
/// nobody else got, and silence.
const MASS_FRESH: f64 = 0.15;
const MASS_SILENT: f64 = 0.6;
/// Shape of the spread of attractiveness over lines (gamma).
const APPEAL_SHAPE: f64 = 0.8;

/// A contact that was judged, by its note.
pub(super) type Judged = (u32, Attribution<u32>);

/// What is said of a contact by itself; none where only its company tells.
#[derive(Clone, Copy)]
struct Opinion {
    cause: Option<Cause>,
    platform: u32,
    silent: bool,
}

impl State {
    /// Why the contact in this note happened.
    pub(super) fn judge(&self, index: u32) -> Attribution<u32> {
        let note = &self.notes[index as usize];
        if let Some(first) = self.first_of(note) {
            return self.judge(first);
        }
        if note.line == NOBODY {
            return Attribution {
                cause: Cause::Unknown,
                platform: None,
                campaign: None,
            };
        }
        if let Some(open) = self.judge_waiting(index) {
            return open;
        }
        let all = self.judge_line(note.line);
        all.iter().find(|j| j.0 == index).map_or(
            Attribution {
                cause: Cause::Background,
                platform: None,
                campaign: None,
            },
            |j| j.1,
        )
    }

    /// Why all contacts happened, in the order of the notes.
    pub(super) fn judge_all(&self) -> Vec<Attribution<u32>> {
        let unknown = Attribution {
            cause: Cause::Unknown,
            platform: None,
            campaign: None,
        };
        let mut all = vec![unknown; self.notes.len()];
        for line in 0..self.by_line.len() {
            for (note, found) in self.judge_line(line as u32) {
                all[note as usize] = found;
            }
        }
        for waiting in &self.waiting {
            all[waiting.note as usize] = self.judge(waiting.note);
        }
        for (index, note) in self.notes.iter().enumerate() {
            if let Some(first) = self.first_of(note) {
                all[index] = all[first as usize];
            }
        }
        all
    }

    /// The contact that this one repeats, or belongs to.
    pub(super) fn first_of(&self, note: &Note) -> Option<u32> {
        let first = self.notes.get(note.first as usize)?;
        (first.entry < note.entry).then_some(note.first)
    }

    /// A contact of the day that is not closed: whose it is can be told already.
    fn judge_waiting(&self, index: u32) -> Option<Attribution<u32>> {
        let waiting = self.waiting.iter().find(|w| w.note == index)?;
        let line = self.notes[index as usize].line;
        let (whose, platform) = self.whose(line, waiting);
        let handles = crate::text::handles(&waiting.text);
        let thread = self.threads.of(self.notes[index as usize].entry);
        let group = self.campaigns.find(&waiting.from, &handles, &thread);
        let campaign = group.and_then(|g| self.campaigns.name(g)).map(CampaignId);
        let owned = |cause| Attribution {
            cause,
            platform: Some(platform),
            campaign: None,
        };
        Some(match whose {
            Whose::Transaction => owned(Cause::Transactional),
            Whose::Own => owned(Cause::FirstParty),
            Whose::Partner => owned(Cause::DisclosedPartner),
            Whose::Impostor | Whose::Stranger => {
                let listed = group
                    .and_then(|g| self.campaigns.get(g))
                    .is_some_and(|g| self.works_lists(g));
                let accused = self.accused_on(line, waiting.at).filter(|_| listed);
                let cause = if accused.is_some() {
                    Cause::Leak
                } else {
                    Cause::Background
                };
                Attribution {
                    cause,
                    platform: accused.map(|p| p.platform),
                    campaign,
                }
            }
        })
    }

    /// Everything that reached one line on closed days, in order of time.
    pub(super) fn judge_line(&self, line: u32) -> Vec<Judged> {
        let mut notes: Vec<u32> = self.by_line[line as usize].clone();
        notes.sort_by_key(|n| (self.notes[*n as usize].at, *n));
        let opinions: Vec<Opinion> = notes
            .iter()
            .map(|n| self.opinion(&self.notes[*n as usize]))
            .collect();
        let days: Vec<f64> = notes
            .iter()
            .map(|n| self.notes[*n as usize].at as f64 / DAY_US as f64)
            .collect();
        let company = Company::of(&opinions, &days);
        notes
            .iter()
            .enumerate()
            .map(|(i, n)| {
                (
                    *n,
                    self.settle_opinion(&self.notes[*n as usize], opinions[i], i, &company),
                )
            })
            .collect()
    }

    fn settle_opinion(
        &self,
        note: &Note,
        opinion: Opinion,
        i: usize,
        company: &Company<'_>,
    ) -> Attribution<u32> {
        let campaign = (note.group != NOBODY)
            .then(|| self.campaigns.name(note.group))
            .flatten()
            .map(CampaignId);
        let accused = self.accused_on(note.line, note.at).map(|p| p.platform);
        let cause = opinion
            .cause
            .unwrap_or_else(|| company.judge(i, accused.is_some()));
        let platform = match cause {
            Cause::Transactional | Cause::FirstParty | Cause::DisclosedPartner => {
                Some(opinion.platform)
            }
            Cause::Leak => accused,
            _ => None,
        };
        Attribution {
            cause,
            platform,
            campaign,
        }
    }

    fn opinion(&self, note: &Note) -> Opinion {
        let of = |cause| Opinion {
            cause,
            platform: note.platform,
            silent: note.silent,
        };
        match note.whose {
            Whose::Transaction => of(Some(Cause::Transactional)),
            Whose::Own => of(Some(Cause::FirstParty)),
            Whose::Partner => of(Some(Cause::DisclosedPartner)),
            Whose::Impostor | Whose::Stranger => of(self.stranger(note)),
        }
    }

    /// A stranger by his campaign; none if that does not tell.
    fn stranger(&self, note: &Note) -> Option<Cause> {
        let accused = self.accused_on(note.line, note.at);
        if note.named && accused.is_some() {
            return Some(Cause::Leak);
        }
        let group = self.campaigns.get(note.group).filter(|g| g.linkable)?;
        let here = group.hits.iter().find(|h| h.line == note.line);
        if here.is_some_and(|h| h.personal) {
            return Some(Cause::PreviousOwner);
        }
        if let Some(placement) = accused
            && let Some(cause) = self.on_accused(group, note, placement)
        {
            return cause;
        }
        if self.is_personal(group, note.line) {
            Some(Cause::PreviousOwner)
        } else {
            Some(Cause::Background)
        }
    }

    /// On an accused platform's number: `Some(None)` where the campaign alone does not tell.
    fn on_accused(
        &self,
        group: &Group,
        note: &Note,
        placement: &Placement,
    ) -> Option<Option<Cause>> {
        let hit = group.hits.iter().find(|h| h.line == note.line)?;
        if hit.unplaced || hit.day < placement.day() {
            return None;
        }
        let others = group
            .hits
            .iter()
            .filter(|h| h.line != note.line && (h.unplaced || !self.is_accused(h.line)));
        let contacts: u32 = others.map(|h| h.contacts).sum();
        if self.works_lists(group) {
            let sure = group.hits.len() > 1 || hit.contacts > 1;
            return Some(sure.then_some(Cause::Leak));
        }
        // A mass dialler who also bought the list: far more here than elsewhere.
        let country = self.roster.lines[note.line as usize].country;
        let all = self
            .appeal
            .country
            .get(&country)
            .copied()
            .unwrap_or(1.0)
            .max(1.0);
        let due = f64::from(contacts) * self.appeal.line[note.line as usize] / all;
        if hit.contacts >= 2 && f64::from(hit.contacts) > 3.0 * due + 1.0 {
            return Some(Some(Cause::Leak));
        }
        None
    }

    /// Far fewer lines than a mass dialler of as many contacts would have reached.
    fn is_personal(&self, group: &Group, line: u32) -> bool {
        if group.contacts < 2 || group.hits.len() > PERSONAL_LINES_MAX {
            return false;
        }
        let country = self.roster.lines[line as usize].country;
        let lines = self
            .appeal
            .country
            .get(&country)
            .copied()
            .unwrap_or(1.0)
            .max(1.0);
        let per_line = group.contacts as f64 / lines;
        let due = lines * (1.0 - libm::pow(1.0 + per_line / APPEAL_SHAPE, -APPEAL_SHAPE));
        let again = group
            .hits
            .iter()
            .any(|h| h.line == line && h.contacts > 1 && h.last > h.day);
        again && group.hits.len() as f64 <= PERSONAL_MAX * due
    }

    /// Nearly all numbers of the campaign belong to accused platforms, and none to nobody.
    pub(super) fn works_lists(&self, group: &Group) -> bool {
        let listed = group
            .hits
            .iter()
            .filter(|h| !h.unplaced && self.is_accused(h.line))
            .count();
        group.unplaced == 0 && listed as f64 >= LISTED_MIN * group.hits.len() as f64
    }

    /// The placement of an accused platform on this line by then.
    fn accused_on(&self, line: u32, at: i64) -> Option<&Placement> {
        self.roster.lines[line as usize]
            .placements
            .iter()
            .map(|p| &self.roster.placements[*p as usize])
            .find(|p| {
                p.registered <= at
                    && self.roster.platforms[p.platform as usize]
                        .case
                        .flagged
                        .is_some()
            })
    }

    pub(super) fn is_accused(&self, line: u32) -> bool {
        self.accused_on(line, i64::MAX).is_some()
    }
}

/// What else reached the line, by what is sure of it.
struct Company<'a> {
    opinions: &'a [Opinion],
    days: &'a [f64],
    sure: BTreeMap<Cause, Vec<f64>>,
    span: f64,
}

impl<'a> Company<'a> {
    fn of(opinions: &'a [Opinion], days: &'a [f64]) -> Company<'a> {
        let mut sure: BTreeMap<Cause, Vec<f64>> = BTreeMap::new();
        for (opinion, day) in opinions.iter().zip(days) {
            if let Some(cause) = opinion.cause {
                sure.entry(cause).or_default().push(*day);
            }
        }
        let span = days
            .last()
            .zip(days.first())
            .map_or(1.0, |(b, a)| (b - a).max(30.0));
        Company {
            opinions,
            days,
            sure,
            span,
        }
    }

    /// Sure contacts of a cause around a day, as a rate per day.
    fn rate(&self, cause: Cause, day: f64, around: f64) -> f64 {
        let Some(days) = self.sure.get(&cause) else {
            return 0.0;
        };
        let from = days.partition_point(|d| *d < day - around);
        let until = days.partition_point(|d| *d <= day + around);
        (until - from) as f64 / (2.0 * around).min(self.span)
    }

    fn judge(&self, i: usize, accused: bool) -> Cause {
        let day = self.days[i];
        if self.silent_around(day) >= STORM_CALLERS {
            return Cause::Background;
        }
        let fresh = !self.opinions[i].silent;
        // A text that nobody else got is rarely a mass dialler's.
        let mass = if fresh { MASS_FRESH } else { MASS_SILENT };
        let background = mass * (0.01 + self.rate(Cause::Background, day, self.span));
        let owner = 0.5 * self.rate(Cause::PreviousOwner, day, OWNER_DAYS);
        let leak = if accused {
            self.rate(Cause::Leak, day, WAVE_DAYS)
        } else {
            0.0
        };
        if leak > background.max(owner) {
            Cause::Leak
        } else if owner > background {
            Cause::PreviousOwner
        } else {
            Cause::Background
        }
    }

    fn silent_around(&self, day: f64) -> usize {
        let from = self.days.partition_point(|d| *d < day - 0.5);
        let until = self.days.partition_point(|d| *d <= day + 0.5);
        self.opinions[from..until]
            .iter()
            .filter(|o| o.cause.is_none() && o.silent)
            .count()
    }
}
