//! Alerts: people hear of what matters without asking.
//!
//! - `topic`: what there is to hear of. `trigger`: which entry makes news, one row each.
//!   `changes`: verdicts that moved. `trouble`: the installation's own.
//! - [`Alerts`]: the fold: targets, news that no entry says yet, and the queue, which is raised
//!   minus settled. `raise` decides what is appended; `queue` says what is sent when.
//! - `words`: an alert in Chinese or English. `channel`: the forms it is sent in, one file each.
//! - `wire`: how it leaves the house. `courier`: what sends, waits and tries again.
//!
//! Every alert, every failure and every end is an entry, so that a kill loses none: what was sent
//! and not yet written down is sent again, under the same id. The one exception is a log that
//! cannot be written, which is told at once and cannot be noted.
//!
//! What this module does not do: judge (attribution), or show personal data: numbers are masked
//! before they come here.

mod changes;
pub(crate) mod channel;
pub(crate) mod courier;
pub(crate) mod fault;
mod fold;
mod queue;
pub(crate) mod raise;
mod record;
mod schedule;
mod target;
mod terms;
pub(crate) mod topic;
mod trigger;
pub(crate) mod trouble;
pub(crate) mod wire;
pub(crate) mod words;

pub use crate::address::AddressError;
pub use fold::Alerts;
pub use record::{Delivery, Record, Standing};
pub use target::{AlertConfig, TargetError, from_settings, known, set_targets};
pub(crate) use target::{Draft, checked};
pub(crate) use trouble::Trouble;

#[cfg(test)]
mod tests;
