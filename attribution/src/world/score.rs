//! How right a fold was about a world.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{Entry, Event, Policy, Timestamp};
use serde::{Deserialize, Serialize};

use super::files::{ContactRow, LineRow, Truth, World};
use crate::{Cause, State};

/// What one world's fold got right and wrong; counts add up over worlds.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Worlds that were added up.
    pub worlds: u32,
    /// Leaking platforms.
    pub leaking: u32,
    /// Leaking platforms accused.
    pub found: u32,
    /// Platforms accused though they do not leak.
    pub falsely: u32,
    /// Sum over worlds of the share of accusations that are false.
    pub false_share: f64,
    /// Worlds with a false accusation.
    pub worlds_falsely: u32,
    /// Leak-free platforms, for what follows.
    pub innocent: u32,
    /// Sum of the leak-free platforms' e-values at the end.
    pub innocent_e: f64,
    /// Leak-free platforms whose e-value ever reached 20.
    pub innocent_sup_20: u32,
    /// Days from the first true leak contact to the accusation, of those found.
    pub days: Vec<f64>,
    /// Contacts judged, and judged right in five classes: own, partner, leak, mass, personal.
    pub contacts: u64,
    /// Contacts judged right.
    pub causes_right: u64,
    /// Leak contacts, and those called so.
    pub leak_contacts: u64,
    /// Leak contacts called so.
    pub leak_contacts_found: u64,
    /// Contacts called leak.
    pub leak_contacts_called: u64,
    /// Pairs of contacts in one campaign, truly.
    pub pairs_true: u64,
    /// Pairs put into one campaign.
    pub pairs_called: u64,
    /// Pairs in both.
    pub pairs_right: u64,
    /// The same three, where something was said or the caller was known: only those can be linked.
    pub linkable: [u64; 3],
    /// Pairs of platforms that share a broker, those named, and those named rightly.
    pub links: [u32; 3],
    /// Per tenth of stated probability: platforms, sum of probabilities, leaking ones.
    pub reliability: [(u32, f64, u32); 10],
    /// Sum of squared errors of the probabilities.
    pub brier: f64,
    /// Accusations by "any contact of a stranger", right and all.
    pub naive_one: (u32, u32),
    /// Accusations by "two contacts of strangers", right and all.
    pub naive_two: (u32, u32),
}

/// Folds a world as an import would, to its end.
pub fn fold(world: &World) -> (State, Vec<Entry>) {
    fold_rows(&world.lines, &world.contacts)
}

/// Folds rows as an import would, to their end.
pub fn fold_rows(lines: &[LineRow], contacts: &[ContactRow]) -> (State, Vec<Entry>) {
    let entries = super::entries(lines, contacts);
    let mut state = State::new(Policy::standard());
    for entry in &entries {
        state.apply(entry);
    }
    let end = contacts.last().map_or(0, |c| c.received_at);
    state.advance(Timestamp::from_unix_s(end).plus_s(86_400));
    (state, entries)
}

/// Compares a fold of `entries` with the truth.
pub fn score(truth: &Truth, entries: &[Entry], state: &State) -> Score {
    let mut score = Score {
        worlds: 1,
        ..Score::default()
    };
    let contacts = judged(truth, entries, state);
    platforms(truth, state, &contacts, &mut score);
    causes(truth, &contacts, &mut score);
    campaigns(truth, &contacts, &mut score);
    links(truth, state, &mut score);
    score
}

/// An event's true number, its time, and what was said of it.
struct Judged {
    event: usize,
    at: i64,
    said: crate::Attribution,
    speaks: bool,
}

fn judged(_truth: &Truth, entries: &[Entry], state: &State) -> Vec<Judged> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    let causes: BTreeMap<u64, crate::Attribution> = state.causes().into_iter().collect();
    for entry in entries {
        let Event::Contact(contact) = &entry.event else {
            continue;
        };
        let Some(event) = contact
            .provider_event_id
            .as_deref()
            .and_then(|id| id.get(2..)?.parse().ok())
        else {
            continue;
        };
        if !seen.insert(event) {
            continue;
        }
        let Some(said) = causes.get(&entry.index).cloned() else {
            continue;
        };
        let speaks = contact
            .text
            .as_ref()
            .is_some_and(|t| t.chars().count() >= 14);
        all.push(Judged {
            event,
            at: contact.received_at.as_unix_s(),
            said,
            speaks,
        });
    }
    all
}

fn platforms(truth: &Truth, state: &State, contacts: &[Judged], score: &mut Score) {
    let (mut right, mut wrong) = (0, 0);
    for verdict in state.verdicts() {
        let Some(platform) = truth.platforms.get(verdict.platform.as_str()) else {
            continue;
        };
        let accused = verdict.class.is_accusing();
        right += u32::from(accused && platform.leaks);
        wrong += u32::from(accused && !platform.leaks);
        score.leaking += u32::from(platform.leaks);
        if accused && platform.leaks {
            let index: i32 = verdict.platform.as_str()[1..].parse().unwrap_or(-1);
            let first = contacts
                .iter()
                .filter(|c| {
                    truth.contact_platform[c.event] == index
                        && truth.causes[truth.contact_cause[c.event] as usize] == "leak"
                })
                .map(|c| c.at)
                .min();
            let flagged = verdict.flagged_at.map(Timestamp::as_unix_s);
            score.days.extend(
                first
                    .zip(flagged)
                    .map(|(a, b)| ((b - a) as f64 / 86_400.0).max(0.0)),
            );
        }
        if !platform.leaks {
            score.innocent += 1;
            score.innocent_e += verdict.e_value.min(1e6);
            score.innocent_sup_20 += u32::from(verdict.e_value_max >= 20.0);
        }
        let miss = verdict.probability - f64::from(u8::from(platform.leaks));
        score.brier += miss * miss;
        let bin = &mut score.reliability[((verdict.probability * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += verdict.probability;
        bin.2 += u32::from(platform.leaks);
        naive(platform.leaks, &verdict.contacts, score);
    }
    score.found += right;
    score.falsely += wrong;
    score.false_share += f64::from(wrong) / f64::from((right + wrong).max(1));
    score.worlds_falsely += u32::from(wrong > 0);
}

fn naive(leaks: bool, contacts: &BTreeMap<Cause, u64>, score: &mut Score) {
    let strangers: u64 = [Cause::Leak, Cause::Background, Cause::PreviousOwner]
        .iter()
        .map(|c| contacts.get(c).copied().unwrap_or(0))
        .sum();
    for (rule, least) in [(&mut score.naive_one, 1), (&mut score.naive_two, 2)] {
        rule.0 += u32::from(strangers >= least && leaks);
        rule.1 += u32::from(strangers >= least);
    }
}

fn true_cause(truth: &Truth, event: usize) -> &str {
    truth
        .contact_cause
        .get(event)
        .and_then(|c| truth.causes.get(*c as usize))
        .map_or("", String::as_str)
}

fn causes(truth: &Truth, contacts: &[Judged], score: &mut Score) {
    for contact in contacts {
        let right = match true_cause(truth, contact.event) {
            "otp_tx" | "first_party" => {
                matches!(contact.said.cause, Cause::Transactional | Cause::FirstParty)
            }
            "declared_partner" => contact.said.cause == Cause::DisclosedPartner,
            "leak" => contact.said.cause == Cause::Leak,
            "prev_owner" => contact.said.cause == Cause::PreviousOwner,
            _ => contact.said.cause == Cause::Background,
        };
        let leak = true_cause(truth, contact.event) == "leak";
        score.contacts += 1;
        score.causes_right += u64::from(right);
        score.leak_contacts += u64::from(leak);
        score.leak_contacts_found += u64::from(leak && right);
        score.leak_contacts_called += u64::from(contact.said.cause == Cause::Leak);
    }
}

fn campaigns(truth: &Truth, contacts: &[Judged], score: &mut Score) {
    let strangers = |c: &&Judged| {
        matches!(
            true_cause(truth, c.event),
            "leak" | "random_dial" | "sweep" | "prev_owner"
        )
    };
    let all: Vec<&Judged> = contacts.iter().filter(strangers).collect();
    let speaking: Vec<&Judged> = all.iter().copied().filter(|c| c.speaks).collect();
    let [t, c, r] = pairs(truth, &all);
    score.pairs_true += t;
    score.pairs_called += c;
    score.pairs_right += r;
    for (sum, n) in score.linkable.iter_mut().zip(pairs(truth, &speaking)) {
        *sum += n;
    }
}

fn pairs(truth: &Truth, contacts: &[&Judged]) -> [u64; 3] {
    let mut by_truth: BTreeMap<i64, u64> = BTreeMap::new();
    let mut by_said: BTreeMap<u32, u64> = BTreeMap::new();
    let mut by_both: BTreeMap<(i64, u32), u64> = BTreeMap::new();
    for contact in contacts {
        let campaign = truth.contact_campaign[contact.event];
        let said = contact
            .said
            .campaign
            .map_or(u32::MAX - contact.event as u32 % 1_000_000, |c| c.0);
        *by_truth.entry(campaign).or_default() += 1;
        *by_said.entry(said).or_default() += 1;
        *by_both.entry((campaign, said)).or_default() += 1;
    }
    let count = |n: &u64| n * (n - 1) / 2;
    [
        by_truth.values().map(count).sum(),
        by_said.values().map(count).sum(),
        by_both.values().map(count).sum(),
    ]
}

fn links(truth: &Truth, state: &State, score: &mut Score) {
    let mut true_pairs = BTreeSet::new();
    for members in truth.brokers.values() {
        for (i, a) in members.iter().enumerate() {
            true_pairs.extend(
                members[i + 1..]
                    .iter()
                    .map(|b| (a.clone().min(b.clone()), a.clone().max(b.clone()))),
            );
        }
    }
    score.links[0] += true_pairs.len() as u32;
    for link in state.links() {
        let [a, b] = link.platforms.map(|p| p.to_string());
        score.links[1] += 1;
        score.links[2] += u32::from(true_pairs.contains(&(a.clone().min(b.clone()), a.max(b))));
    }
}

impl Score {
    /// Adds another world's score to this one.
    pub fn add(&mut self, other: Score) {
        self.worlds += other.worlds;
        self.leaking += other.leaking;
        self.found += other.found;
        self.falsely += other.falsely;
        self.false_share += other.false_share;
        self.worlds_falsely += other.worlds_falsely;
        self.innocent += other.innocent;
        self.innocent_e += other.innocent_e;
        self.innocent_sup_20 += other.innocent_sup_20;
        self.days.extend(other.days);
        self.contacts += other.contacts;
        self.causes_right += other.causes_right;
        self.leak_contacts += other.leak_contacts;
        self.leak_contacts_found += other.leak_contacts_found;
        self.leak_contacts_called += other.leak_contacts_called;
        self.pairs_true += other.pairs_true;
        self.pairs_called += other.pairs_called;
        self.pairs_right += other.pairs_right;
        self.brier += other.brier;
        let sum = |a: &mut [u64; 3], b: [u64; 3]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        sum(&mut self.linkable, other.linkable);
        self.links
            .iter_mut()
            .zip(other.links)
            .for_each(|(a, b)| *a += b);
        for (a, b) in self.reliability.iter_mut().zip(other.reliability) {
            *a = (a.0 + b.0, a.1 + b.1, a.2 + b.2);
        }
        self.naive_one = (
            self.naive_one.0 + other.naive_one.0,
            self.naive_one.1 + other.naive_one.1,
        );
        self.naive_two = (
            self.naive_two.0 + other.naive_two.0,
            self.naive_two.1 + other.naive_two.1,
        );
    }

    /// Share of leaking platforms that were accused.
    pub fn recall(&self) -> f64 {
        f64::from(self.found) / f64::from(self.leaking.max(1))
    }

    /// Mean share of accusations that are false.
    pub fn false_discovery(&self) -> f64 {
        self.false_share / f64::from(self.worlds.max(1))
    }

    /// Median days from the first leak contact to the accusation.
    pub fn median_days(&self) -> f64 {
        let mut days = self.days.clone();
        days.sort_by(f64::total_cmp);
        days.get(days.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Share of contacts whose cause was right.
    pub fn cause_accuracy(&self) -> f64 {
        self.causes_right as f64 / self.contacts.max(1) as f64
    }

    /// Share of leak contacts that were called so.
    pub fn leak_recall(&self) -> f64 {
        self.leak_contacts_found as f64 / self.leak_contacts.max(1) as f64
    }

    /// Pairwise F1 of campaigns: over all strangers' contacts, and over those that said something.
    pub fn campaign_f1(&self) -> (f64, f64) {
        let f1 = |[t, c, r]: [u64; 3]| 2.0 * r as f64 / (t + c).max(1) as f64;
        (
            f1([self.pairs_true, self.pairs_called, self.pairs_right]),
            f1(self.linkable),
        )
    }

    /// Pairwise F1 over all strangers' contacts of a grouping that is right about whatever says something and
    /// keeps silent calls apart: rotating caller ids leave nothing to link those by.
    pub fn campaign_f1_of_silence_apart(&self) -> f64 {
        let speaking = self.linkable[0];
        2.0 * speaking as f64 / (self.pairs_true + speaking).max(1) as f64
    }

    /// Mean squared error of the stated probabilities.
    pub fn brier(&self) -> f64 {
        self.brier / f64::from(self.reliability.iter().map(|b| b.0).sum::<u32>().max(1))
    }
}
