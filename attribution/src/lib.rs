//! Judgement: which platform passed on the numbers it was given, and how sure that is.
//!
//! A pure fold of entries. [`State`] takes in one entry after another and answers with verdicts,
//! causes, campaigns and links. The same entries give the same answers, bit for bit, on every
//! machine: floats go through `libm`, maps are ordered, no clock and no chance is read.
//!
//! Rooms inside, in the order that a contact passes through them:
//! `roster` who holds what and when it lived; `taxonomy` whose message it is; `text` and `campaigns` who called;
//! `background` what a number gets anyway; `evidence` what speaks against a platform; `decision`
//! whom to accuse; `state` the fold itself; [`amount`] says numbers in words. `power` what a study can
//! hope to find. [`design`] plans who is given which shared number;
//! [`world`] makes worlds of known truth to test all that.
//!
//! The method, its assumptions and its limits stand in `docs/METHOD.md`. In short: numbers are
//! placed with platforms by lot, so that callers who know nothing of a platform cannot prefer its
//! numbers. Against that null, four e-processes bet: on activity that begins with registration, on
//! a call within the hour, on campaigns that go from one of its numbers to its others, on the
//! decoy's name being spoken. Their product is an e-value that may be looked at any day; e-BH over
//! all platforms keeps the expected share of false accusations below the policy's level.
//!
//! Deliberately not here: I/O, time, chance of its own, knowledge of how evidence is stored.

pub mod amount;
mod background;
mod campaigns;
mod decision;
pub mod design;
mod evidence;
mod graph;
mod judgement;
mod leak_date;
mod power;
mod roster;
mod state;
mod taxonomy;
mod text;
pub mod topic;
mod verdict;
pub mod world;

pub use graph::{Broker, BrokerId, Source};
pub use judgement::{Contradiction, recompute};
pub use leak_date::LeakDate;
pub use power::{Plan, PlanError, Power, Setting, power};
pub use state::activity::Activity;
pub use state::{Held, Reach, Reached, ReachedNumber, Reading, State};
pub use text::call_back_numbers;
pub use verdict::{
    Attribution, Campaign, CampaignId, Cause, Class, EVIDENCE_MAX, Factor, Flag, Link, Reason,
    Verdict,
};
