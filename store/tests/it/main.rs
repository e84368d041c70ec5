//! The evidence log from outside: what is promised, played out on real folders.

#[cfg(test)]
mod draws;
#[cfg(test)]
mod erasing;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod power;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tampering;
