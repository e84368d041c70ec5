//! Who takes complaints.

use super::words::Lang;
use super::{Case, Medium, Sheet, cn_12321, cnil, dpa, fcc, ftc, ico, itg};

/// What an authority has a form for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// Calls.
    pub calls: bool,
    /// Messages.
    pub messages: bool,
    /// Platforms that let data out.
    pub platforms: bool,
}

impl Takes {
    pub(super) const fn medium(self, medium: Medium) -> bool {
        match medium {
            Medium::Call => self.calls,
            Medium::Message => self.messages,
        }
    }

    pub(super) const fn in_words(self) -> &'static str {
        match (self.calls, self.messages, self.platforms) {
            (true, true, true) => "calls, messages and platforms",
            (true, true, false) => "calls and messages",
            (true, false, _) => "calls",
            (false, true, _) => "messages",
            (false, false, _) => "platforms",
        }
    }
}

/// An authority and its form.
pub struct Authority {
    /// The word in addresses and arguments.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Where the form is.
    pub address: &'static str,
    /// What it has a form for.
    pub takes: Takes,
    /// ISO 3166 code of the country whose numbers it cares for, if one.
    pub(super) country: Option<&'static str>,
    pub(super) languages: &'static [Lang],
    pub(super) sheet: fn(&Case<'_>, Lang) -> Sheet,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// All of them.
pub const AUTHORITIES: [&Authority; 7] = [
    &cn_12321::AUTHORITY,
    &ftc::AUTHORITY,
    &fcc::AUTHORITY,
    &itg::AUTHORITY,
    &ico::AUTHORITY,
    &cnil::AUTHORITY,
    &dpa::AUTHORITY,
];

/// A word that is no authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("authority {word:?} is unknown; use one of {known}")]
pub struct UnknownAuthority {
    word: String,
    known: String,
}

impl Authority {
    /// The authority of this word.
    ///
    /// # Errors
    /// There is none.
    pub fn find(word: &str) -> Result<&'static Authority, UnknownAuthority> {
        let found = AUTHORITIES
            .into_iter()
            .find(|authority| authority.id == word);
        found.ok_or_else(|| UnknownAuthority {
            word: word.to_owned(),
            known: AUTHORITIES.map(|authority| authority.id).join(", "),
        })
    }
}
