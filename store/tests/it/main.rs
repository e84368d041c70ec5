//! The evidence log from outside: what is promised, played out on real folders.

mod erasing;
mod opening;
mod power;
mod proofs;
mod reading;
mod support;
mod tampering;
