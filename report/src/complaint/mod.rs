//! Complaint forms, filled from a finding: for people to read, complete, sign and send. Nothing here
//! is ever sent by itself.
//!
//! [`Facts`] is the one record that all forms are filled from. A file per authority, the same parts in
//! the same order: what it takes and where that is written, `AUTHORITY`, its sheet. [`fill()`] makes a
//! [`Complaint`]; [`Complaint::write`] writes it as data (JSON, CSV) or as a document (HTML, text, PDF). What
//! a form asks for and the log cannot know stands in it as missing.
//!
//! Wording: data given to one platform alone, on a date, reached a caller. Not that it was sold.

mod authority;
mod clock;
mod cn_12321;
mod cnil;
mod data;
mod document;
mod dpa;
mod facts;
mod fcc;
mod ftc;
mod ico;
mod itg;
mod letter;
mod pages;
mod sheet;
mod words;

pub use authority::{AUTHORITIES, Authority, Takes, UnknownAuthority};
pub use data::PaperFormat;
pub use facts::{About, ContactFacts, Facts, Medium, PlatformFacts, Registration};
pub use sheet::{Complaint, Field, Sheet};

use words::Lang;

/// Why a form is not filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComplaintError {
    /// The authority has no form for this.
    #[error("{authority} takes {takes} only; choose another authority or another contact")]
    NotTaken {
        /// Which authority.
        authority: &'static str,
        /// What it takes.
        takes: &'static str,
    },
}

/// Fills an authority's form, in each of its languages.
///
/// # Errors
/// The authority has no form for this.
pub fn fill(authority: &'static Authority, facts: &Facts) -> Result<Complaint, ComplaintError> {
    let is_platform = matches!(facts.about, About::Platform(_)) && authority.takes.platforms;
    let stands_for_all = |c: &&ContactFacts| is_platform || authority.takes.medium(c.medium);
    let contact = facts.contacts.iter().find(stands_for_all);
    if contact.is_none() && !is_platform {
        return Err(ComplaintError::NotTaken {
            authority: authority.id,
            takes: authority.takes.in_words(),
        });
    }
    let case = Case {
        facts,
        contact,
        is_platform,
    };
    let sheet = |lang: &Lang| (authority.sheet)(&case, *lang).with_common(authority, &case, *lang);
    Ok(Complaint {
        authority,
        about: facts.about.clone(),
        made_at: facts.made_at,
        sheets: authority.languages.iter().map(sheet).collect(),
    })
}

/// What a sheet is filled from.
struct Case<'a> {
    facts: &'a Facts,
    /// The contact that is complained of, or that stands for the others.
    contact: Option<&'a ContactFacts>,
    /// Whether the complaint is against the platform.
    is_platform: bool,
}

#[cfg(test)]
mod tests;
