//! What leaves the house: verdicts, campaigns and links in the shapes that machines read, and
//! tables that people load into their tools.
//!
//! - [`VerdictOut`], [`CampaignOut`], [`LinkOut`]: the JSON of the API and of `--json`.
//! - [`GraphOut`]: who sells to whom, as nodes and edges.
//! - [`DesignOut`]: a plan of shared lines.
//! - [`PowerOut`]: what a study can hope to find.
//! - [`bundle`]: evidence that a stranger can check, packed and checked.
//! - [`chart`]: charts, drawn once for page, HTML and PDF. [`survival`]: the curve behind one.
//! - [`dossier`]: reports on a platform, a study, all platforms.
//! - [`paper`]: documents for people, as HTML and PDF.
//! - [`complaint`]: forms of authorities, filled from a finding.
//! - [`signature`]: providers' public-key signatures, which anybody can check again.
//! - [`csv`]: comma-separated values, harmless in a spreadsheet.
//! - [`export`]: tables and exchange formats for the tools of other trades.
//!
//! What this room does not do: decide anything, write to the log, speak a network.

mod answers;
pub mod bundle;
pub mod chart;
pub mod complaint;
pub mod csv;
mod designs;
pub mod dossier;
pub mod export;
mod graph;
pub mod paper;
mod power;
mod preset;
pub mod signature;
pub mod survival;
mod words;

pub use answers::{CampaignOut, LinkOut, ReplyOut, VerdictOut};
pub use designs::{DesignOut, DesignedOut, DesignedSlotOut};
pub use graph::{EdgeOut, GraphOut, NodeOut};
pub use power::{ByDay, PowerOut, RestsOn};
pub use preset::{Preset, UnknownPreset};
pub use words::{cause_word, class_word, flag_words};
