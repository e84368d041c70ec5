//! Charts, each drawn once for page, HTML report and PDF alike.
//!
//! - [`Chart`]: what was drawn, as shapes in inks; [`Chart::svg`] writes it for browsers, the PDF
//!   draws the same shapes.
//! - [`Timeline`]: contacts by cause against registration, soak and gaps.
//! - [`FirstContact`]: days from registration to the first leak contact, number by number.
//! - [`survival`]: how many numbers no leak contact had reached, over time.
//! - [`over_time`]: contacts by week and cause. [`weights`]: what each piece of evidence weighs.
//! - [`resale`]: who shares buyers with whom.
//!
//! An [`Ink`] says what a mark means; a page's style sheet says which colour that is ([`STYLE`]), in
//! light and dark. Each chart has a title and a description for those who cannot see it, and marks
//! differ in form as well as in colour.

mod axes;
mod canvas;
mod first_contact;
mod ink;
mod over_time;
mod resale;
mod survival;
mod svg;
mod timeline;
mod weights;

pub use canvas::Chart;
pub(crate) use canvas::{Align, Shape};
pub use first_contact::{FirstContact, Waited, first_contact};
pub use ink::Ink;
pub use over_time::over_time;
pub use resale::resale;
pub use survival::{Line as SurvivalLine, survival};
pub use timeline::{Row, Timeline, timeline};
pub use weights::weights;

/// The colours of all inks, for light and dark and print; to be put into a page's style sheet.
pub const STYLE: &str = include_str!("style.css");

/// A chart's width in its own units; a page shows it half as wide in CSS pixels.
pub(crate) const WIDTH: u32 = 1440;
/// Height of letters, in the same units.
pub(crate) const LETTERS: i32 = 25;
/// Rows drawn in one chart, at most; more are counted in words.
pub const ROWS_MAX: usize = 40;
