//! The pool of lines in bulk: sheets of lines in, many lines in one group commit, news of where
//! lines stand.
//!
//! - [`sheet`]: a CSV file row by row, each cell that does not fit named.
//! - [`add`]: lines decided and appended in batches, or only decided.
//! - [`dice`]: the seed that draws are made with.
//! - `news`: the stream hears of lines whose state changes, also by time alone.
//!
//! Which line may be added, drawn or soaked anew is the registry's business.

pub mod add;
pub mod dice;
pub(crate) mod news;
pub mod sheet;
