//! Proof of life: what shows that a line would hear a call, and who is told when nothing does.
//!
//! A silent line must never pass for a clean app. So a verdict counts only hours that were proven
//! ([`Basis::is_exposure`](honeytoken::Basis::is_exposure)), and a line that falls silent is said to.
//!
//! - Signs are folded in [`crate::ledger`]; here is decided what they prove (`coverage`), who fell silent
//!   and who is back (`silence`), who is tested by whom (`testing`): functions of fold, time and settings
//!   whose answers are appended, and only then true.
//! - `settings`: how long a sign proves, and why. `chores`: when all this is looked at. `asking`: what is
//!   asked of providers. `marking`: how our own tests are known when they come back.
//! - `standing`: where each line stands; `history`: when it was proven alive. For the API, the metrics and
//!   `doctor`.
//!
//! What this part deliberately does not do: judge. Tests between own lines are no contacts to anyone.

pub(crate) mod asking;
pub(crate) mod chores;
mod coverage;
mod history;
mod marking;
mod settings;
mod silence;
mod standing;
mod testing;
#[cfg(test)]
mod tests;

pub(crate) use chores::write_coverage;
pub(crate) use history::History;
pub(crate) use marking::mark;
pub use settings::{LifeConfig, Minutes};
pub(crate) use standing::Looks;
pub use standing::{Standing, Word, counts, standing};
