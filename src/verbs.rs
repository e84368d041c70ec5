//! A file per verb.

pub(crate) mod alerts;
pub(crate) mod backfill;
pub(crate) mod backup;
pub(crate) mod bench;
pub(crate) mod bundle;
pub(crate) mod complaint;
pub(crate) mod completions;
pub(crate) mod controls;
pub(crate) mod demo;
pub(crate) mod design;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod export;
pub(crate) mod gammu;
mod history;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod lines;
pub(crate) mod numbers;
pub(crate) mod power;
pub(crate) mod reparse;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod verdicts;
pub(crate) mod verify;
pub(crate) mod webhook;
