//! Room.

pub mod provider;
