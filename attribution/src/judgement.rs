//! A verdict as numbers that say it again: what is committed to in a `judgement` entry, and the few
//! rules by which anybody gets from these numbers to the word.

use std::collections::BTreeMap;

use honeytoken::{Judgement, Timestamp};

use crate::decision::{levels, posterior};
use crate::verdict::{Cause, Class};

/// Days of exposure, over all numbers, below which nothing can be said.
pub(crate) const EXPOSURE_DAYS_MIN: f64 = 45.0;
/// So many campaigns…
const BUYERS_MIN: usize = 3;
/// …that began over so many days are several buyers, or one trade that goes on.
const SPREAD_DAYS: i64 = 30;
/// How far a float may be from the one that was written, relative to it: other machines' and
/// languages' logarithms may differ in the last bit.
const TOLERANCE: f64 = 1e-9;

/// The class that follows from what is known of a platform.
pub(crate) fn class(
    flagged: bool,
    buyers_began: &[Timestamp],
    contacts: &BTreeMap<Cause, u64>,
    exposure_days: f64,
) -> Class {
    let count = |cause| contacts.get(&cause).copied().unwrap_or(0);
    if flagged && is_resold(buyers_began) {
        Class::Resold
    } else if flagged {
        Class::Leaked
    } else if count(Cause::DisclosedPartner) > 0 {
        Class::Disclosed
    } else if count(Cause::FirstParty) > 1 {
        Class::FirstParty
    } else if exposure_days < EXPOSURE_DAYS_MIN {
        Class::Insufficient
    } else {
        Class::Quiet
    }
}

fn is_resold(buyers_began: &[Timestamp]) -> bool {
    let (first, last) = (buyers_began.iter().min(), buyers_began.iter().max());
    let days = first.zip(last).map_or(0, |(first, last)| {
        (last.as_unix_s() - first.as_unix_s()) / 86_400
    });
    buyers_began.len() >= BUYERS_MIN && days >= SPREAD_DAYS
}

/// Where a judgement does not follow from its own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction(pub &'static str);

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "judgement's {} does not follow from its numbers", self.0)
    }
}

/// Says the verdict again from the statistics in a judgement.
///
/// # Errors
/// The first thing that does not follow.
pub fn recompute(judgement: &Judgement) -> Result<Class, Contradiction> {
    let j = judgement;
    let sum: f64 = j.factors.values().sum();
    let follows = |what, holds| {
        if holds {
            Ok(())
        } else {
            Err(Contradiction(what))
        }
    };
    follows(
        "log_e",
        j.frozen || (sum - j.log_e).abs() <= TOLERANCE * sum.abs().max(1.0),
    )?;
    follows(
        "probability",
        near(posterior(j.policy.prior, j.log_e), j.probability),
    )?;
    let descending = j.all_log_e.is_sorted_by(|a, b| a >= b);
    follows("all_log_e", descending)?;
    let place = j.all_log_e.iter().position(|log_e| *log_e == j.log_e);
    let levels = levels(&j.all_log_e, j.watched as usize);
    let level = place.and_then(|place| levels.get(place));
    follows("fdr", level.is_some_and(|level| near(*level, j.fdr)))?;
    let causes = causes(j).ok_or(Contradiction("causes"))?;
    let contacts = contacts(j).ok_or(Contradiction("contacts"))?;
    follows("contacts", causes == contacts)?;
    let flagged = j.flagged_at.is_some();
    let class = match class(flagged, &j.buyers_began, &contacts, j.exposure_days) {
        Class::Leaked if j.resold_before => Class::Resold,
        class => class,
    };
    follows("class", class.as_str() == j.class)?;
    Ok(class)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
}

fn cause(word: &str) -> Option<Cause> {
    Cause::ALL.iter().copied().find(|c| c.as_str() == word)
}

fn causes(judgement: &Judgement) -> Option<BTreeMap<Cause, u64>> {
    let mut counted = BTreeMap::new();
    for word in judgement.causes.values() {
        *counted.entry(cause(word)?).or_default() += 1;
    }
    Some(counted)
}

fn contacts(judgement: &Judgement) -> Option<BTreeMap<Cause, u64>> {
    let pair = |(word, count): (&String, &u64)| Some((cause(word)?, *count));
    judgement.contacts.iter().map(pair).collect()
}
