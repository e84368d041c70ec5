//! Chinese for what other parts of the program say in English alone. What a test finds without words
//! here fails the build of whoever added it.
//!
//! - [`codes`]: refusals, by their stable code. [`secrets`]: what a provider's secrets are.
//!   [`warnings`]: what is said beside something that was done.

pub(super) mod codes;
pub(super) mod secrets;
pub(super) mod warnings;
