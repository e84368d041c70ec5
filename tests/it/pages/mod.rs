//! The pages, as a browser without scripts sees them: who comes in, who may do what, what a form must
//! carry.

mod attention;
mod campaigns;
mod door;
mod lists;
mod platform;
mod seen;
mod settings;
mod who;

/// What a form sends: names and values.
type Fields = &'static [(&'static str, &'static str)];
