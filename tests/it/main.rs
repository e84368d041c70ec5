//! The whole program from outside: a real process, real sockets, real signals, real folders.
//!
//! - `harness`: starts the program, speaks HTTP byte for byte, signs as providers sign. Every
//!   answer of the API is held against the API's own description.
//! - `journey`, `issuing`, `lists`, `stream`, `roles`, `custody`, `log`, `anchors`, `tls`, `vectors`,
//!   `providers`, `gammu`, `pbx`, `description`, `designs`, `pool`: what the program promises to those
//!   who use it.
//! - `accounts`: numbers, backfill, recordings, with a server that speaks like a provider.
//! - `bad_input`, `corpus`, `limits`, `disk`: what it does with those who do not, and when the disk fails.
//! - `pages`: what people see, without scripts; `browser`: the same in a real browser.
//! - `bundles`: what a stranger can check. `exports`, `complaints`: what leaves the house beside them.
//! - `erasure`: what is gone for good.
//! - `reports`: what people read, and the right of reply.
//! - `kill`, `damage`, `index`, `durability`: what is left after the worst.
//! - `alerts`, `alert_targets`, `silence`: who is told, also after a kill.
//! - `reparse`: what could not be read when it came.
//! - `cluster`: three nodes over three servers of a NATS cluster, with faults.
//! - `cli`, `worlds`, `folders`, `past`: the verbs. `arrows`: which room may know which.
//!
//! Nothing here is timed: waiting is polling, with limits that only a hang reaches. What cannot be
//! tried on a machine (no strace, no openssl, no nats-server, no vectors beside the project) is passed over, and
//! says so.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod alert_targets;
#[cfg(test)]
mod alerts;
#[cfg(test)]
mod anchors;
#[cfg(test)]
mod arrows;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod bundles;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod complaints;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod custody;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod description;
#[cfg(test)]
mod designs;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod erasure;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod folders;
#[cfg(test)]
mod gammu;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod index;
#[cfg(test)]
mod issuing;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod life;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod log;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod past;
#[cfg(test)]
mod pbx;
#[cfg(test)]
mod pool;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod public;
#[cfg(test)]
mod reparse;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod silence;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod worlds;
