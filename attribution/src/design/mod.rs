//! Fewer numbers than platforms: which shared lines each platform is given, and when.
//!
//! Every platform gets a *word*: `weight` lines out of all. A leak of one platform lights up the lines
//! of its word; leaks of several, the union of their words. Who leaked can be read off as long as no
//! honest platform's word is covered by the words of those that leak. [`design`] draws words that
//! share as few lines as the budget allows, spread over blocks and evenly over lines, and sets the
//! registrations on each line apart in time, which separates platforms as well. [`Strength`] is found
//! by looking at every word, not by a bound: it holds for this plan.
//!
//! What a plan promises is about lines that are reached by leaks and by nothing else. Real lines are
//! also dialled by strangers, and not every buyer reaches them: [`Strength::margin`] says how many
//! lines may be lost, and judgement itself weighs campaigns, names and times instead of lines that
//! ring or do not.
//!
//! Kautz and Singleton 1964 (superimposed codes); Du and Hwang, Combinatorial Group Testing, 2000.

use crate::world::chance::Chance;

mod strength;

pub use strength::Strength;

/// Platforms, and lines, of one design; more are refused.
pub const DESIGN_SIDE_MAX: usize = 2_000;
/// Lines given to one platform; more are refused.
pub const WEIGHT_LINES_MAX: usize = 8;
/// Days over which registrations may be spread; more are refused.
pub const SPAN_DAYS_MAX: u32 = 3_650;
/// Steps spent on drawing again, to keep the best draw of at most [`DRAWS_MAX`]: some milliseconds.
const STEPS_MAX: usize = 4_000_000;
const DRAWS_MAX: usize = 400;

/// Why no plan can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DesignError {
    /// Nobody to give numbers to, or too many.
    #[error(
        "platforms: 1 to {DESIGN_SIDE_MAX} are expected, {0} were given; plan more in several designs"
    )]
    Platforms(usize),
    /// Too few or too many lines.
    #[error(
        "lines: {weight} (the weight) to {DESIGN_SIDE_MAX} are expected, {given} were given; add lines or lower the weight"
    )]
    Lines {
        /// Lines given.
        given: usize,
        /// Lines that each platform needs.
        weight: usize,
    },
    /// No such word.
    #[error(
        "weight: 1 to {WEIGHT_LINES_MAX} lines a platform are expected, {0} was given; 3 is a good start"
    )]
    Weight(usize),
    /// Too long.
    #[error("span_days: at most {SPAN_DAYS_MAX} are expected, {0} were given")]
    Span(u32),
}

/// What a plan is made for. Platforms and lines are known by their position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// How many platforms.
    pub platforms: usize,
    /// The block of each line; a platform's lines are drawn from different ones where possible.
    pub blocks: Vec<u32>,
    /// Lines given to each platform.
    pub weight: usize,
    /// Days over which the registrations on one line are spread.
    pub span_days: u32,
    /// The same seed gives the same plan.
    pub seed: u64,
}

/// One registration of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Day of registration, from the start of the plan.
    pub day: u32,
    /// Which line.
    pub line: usize,
}

/// Who is given which lines, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// By platform, in order of time.
    pub words: Vec<Vec<Slot>>,
    /// What the plan can tell apart.
    pub strength: Strength,
}

/// Draws a plan.
///
/// # Errors
/// If the budget is empty, too large, or has fewer lines than the weight.
pub fn design(budget: &Budget) -> Result<Plan, DesignError> {
    check(budget)?;
    let lines = budget.blocks.len();
    let steps = budget.platforms * lines * budget.weight;
    let draws = (STEPS_MAX / steps).clamp(1, DRAWS_MAX) as u64;
    // Every other draw does without evenness: words that are apart first leave none that fit later.
    let draw = |n| words(budget, n % 2 == 0, &mut Chance::new(budget.seed, n));
    let mut best = draw(0);
    for n in 1..draws {
        let other = draw(n);
        if strength::crowding(&other, lines) < strength::crowding(&best, lines) {
            best = other;
        }
    }
    Ok(Plan {
        strength: Strength::of(&best, lines),
        words: dates(&best, budget),
    })
}

fn check(budget: &Budget) -> Result<(), DesignError> {
    let (platforms, given, weight) = (budget.platforms, budget.blocks.len(), budget.weight);
    if !(1..=DESIGN_SIDE_MAX).contains(&platforms) {
        return Err(DesignError::Platforms(platforms));
    }
    if !(1..=WEIGHT_LINES_MAX).contains(&weight) {
        return Err(DesignError::Weight(weight));
    }
    if !(weight..=DESIGN_SIDE_MAX).contains(&given) {
        return Err(DesignError::Lines { given, weight });
    }
    if budget.span_days > SPAN_DAYS_MAX {
        return Err(DesignError::Span(budget.span_days));
    }
    Ok(())
}

/// A word for each platform, one after another.
fn words(budget: &Budget, evenly: bool, chance: &mut Chance) -> Vec<Vec<usize>> {
    let lines = budget.blocks.len();
    let mut met = vec![0_u16; lines * lines];
    let mut load = vec![0_u32; lines];
    let mut words = Vec::with_capacity(budget.platforms);
    for _ in 0..budget.platforms {
        let word = word(budget, &met, &load, chance);
        for &a in &word {
            load[a] += u32::from(evenly);
            for &b in word.iter().filter(|b| **b != a) {
                met[a * lines + b] += 1;
            }
        }
        words.push(word);
    }
    words
}

/// The next line is the one that meets those chosen already in the fewest other words, then in a
/// fresh block, then the one with the fewest platforms, then any.
fn word(budget: &Budget, met: &[u16], load: &[u32], chance: &mut Chance) -> Vec<usize> {
    let lines = budget.blocks.len();
    let mut word: Vec<usize> = Vec::with_capacity(budget.weight);
    while word.len() < budget.weight {
        let mut best = (u32::MAX, true, u32::MAX, 1.0);
        let mut next = 0;
        for line in (0..lines).filter(|l| !word.contains(l)) {
            let common = word.iter().map(|w| u32::from(met[line * lines + w])).sum();
            let near = word
                .iter()
                .any(|w| budget.blocks[*w] == budget.blocks[line]);
            let cost = (common, near, load[line], chance.unit());
            if cost < best {
                (best, next) = (cost, line);
            }
        }
        word.push(next);
    }
    word.sort_unstable();
    word
}

/// Registrations on one line lie as far apart as the span lets them, in an order by lot.
fn dates(words: &[Vec<usize>], budget: &Budget) -> Vec<Vec<Slot>> {
    let mut chance = Chance::new(budget.seed, u64::MAX);
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); budget.blocks.len()];
    for (platform, word) in words.iter().enumerate() {
        for line in word {
            holders[*line].push(platform);
        }
    }
    let mut plan: Vec<Vec<Slot>> = vec![Vec::new(); words.len()];
    for (line, mut holders) in holders.into_iter().enumerate() {
        chance.shuffle(&mut holders);
        let apart = f64::from(budget.span_days) / holders.len().max(1) as f64;
        for (rank, platform) in holders.into_iter().enumerate() {
            let day = (apart * rank as f64) as u32;
            plan[platform].push(Slot { day, line });
        }
    }
    for slots in &mut plan {
        slots.sort_unstable();
    }
    plan
}

#[cfg(test)]
mod tests;
