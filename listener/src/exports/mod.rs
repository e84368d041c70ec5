//! What leaves the house beside bundles, gathered from fold and log: material for exports and
//! complaint forms.
//!
//! [`gather()`] reads what a [`report::export::Order`] needs, [`Window`] narrowed, as far as a study
//! leaves it open ([`Open`]); [`facts()`] what a complaint form is filled from. [`told()`] is a
//! contact with all that followed it. What presets close is closed in `report`; that somebody took
//! it is recorded by whoever asked.

mod exposure;
mod facts;
mod gather;
mod told;

pub use facts::{CONTACTS_LISTED_MAX, facts};
pub use gather::{GatherError, Open, Window, gather};
pub use told::{Told, told};

#[cfg(test)]
pub(crate) mod tests;
