//! Simulated worlds whose truth is known: platforms, numbers, strangers and what they said.
//!
//! A [`Scenario`] and a seed make a [`World`]: the rows of `lines.jsonl` and `contacts.jsonl` as
//! `canaryline import` reads them, and the [`Truth`] behind them. The same seed makes the same
//! world on every machine. Parameters follow published measurements where there are any
//! (Pandit et al., Who's Calling?, USENIX Security 2020; Gupta et al., Phoneypot, NDSS 2015;
//! Vekaria et al., arXiv 2604.06759); the rest are assumptions, said so in `docs/METHOD.md`.
//!
//! Deliberately not here: anything that judges. Truth never reaches the fold.

mod cast;
pub(crate) mod chance;
mod draft;
mod entries;
mod files;
mod names;
mod noise;
mod oracle;
mod own;
mod scenario;
mod score;
mod script;
mod sounds;
mod trade;

pub use entries::entries;
pub use files::{
    ContactRow, LineRow, NumberTruth, PartnerRow, PersonaRow, PlatformTruth, RequestRow, Truth,
    World,
};
pub use oracle::{Oracle, oracle};
pub use scenario::{Scenario, names, scenario};
pub use score::{Score, fold, fold_rows, score};

use cast::Cast;
pub(crate) use chance::Chance;
use draft::Draft;

/// The world of this scenario and seed.
pub fn generate(scenario: &Scenario, seed: u64) -> World {
    let (cast, draft) = draw(scenario, seed);
    files::world(scenario, seed, &cast, draft, &mut Chance::new(seed, 11))
}

/// Who is in it, and what happens.
fn draw(scenario: &Scenario, seed: u64) -> (Cast, Draft) {
    let mut cast = Cast::draw(scenario, &mut Chance::new(seed, 1));
    cast::ask(&mut cast, scenario, &mut Chance::new(seed, 12));
    let mut draft = Draft::new(scenario);
    let crowd = noise::mass(&cast, scenario, &mut Chance::new(seed, 2), &mut draft);
    noise::sweeps(&cast, scenario, &mut Chance::new(seed, 3), &mut draft);
    noise::storms(&cast, scenario, &mut Chance::new(seed, 4), &mut draft);
    noise::previous_owners(&cast, scenario, &mut Chance::new(seed, 5), &mut draft);
    noise::wrong_numbers(&cast, scenario, &mut Chance::new(seed, 6), &mut draft);
    own::messages(&cast, scenario, &mut Chance::new(seed, 7), &mut draft);
    own::partners(&cast, scenario, &mut Chance::new(seed, 8), &mut draft);
    trade::leaks(
        &cast,
        scenario,
        &crowd,
        &mut Chance::new(seed, 9),
        &mut draft,
    );
    trade::supply(&cast, scenario, &mut Chance::new(seed, 10), &mut draft);
    noise::impostors(&cast, scenario, &mut Chance::new(seed, 13), &mut draft);
    (cast, draft)
}

#[cfg(test)]
mod tests;
