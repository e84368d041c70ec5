//! The two languages of everything that a person reads: both stand side by side where they are used,
//! so that a missing translation does not compile.

use axum::http::{HeaderMap, header};
use honeytoken::Language;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Chinese, simplified.
    Zh,
}

impl Lang {
    /// As a BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        self.say("en", "zh-CN")
    }

    /// As queries and cookies have it.
    pub(crate) const fn code(self) -> &'static str {
        self.say("en", "zh")
    }

    /// As reports and the log have it.
    pub(crate) const fn language(self) -> Language {
        match self {
            Lang::En => Language::En,
            Lang::Zh => Language::Zh,
        }
    }

    /// The other one.
    pub(crate) const fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Zh,
            Lang::Zh => Lang::En,
        }
    }

    /// The one of the two that is in this language.
    pub(crate) const fn say<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// A tag's language, if it is one of the two.
    pub(crate) fn parse(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', ';']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// What a browser prefers. Browsers send languages in the order in which they are liked, so
    /// that weights add nothing.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Lang> {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        accepted.split(',').find_map(Lang::parse)
    }
}

/// A sentence with values in it, in either language.
macro_rules! said {
    ($lang:expr, $en:literal, $zh:literal) => {
        match $lang {
            $crate::page::lang::Lang::En => format!($en),
            $crate::page::lang::Lang::Zh => format!($zh),
        }
    };
}
pub(crate) use said;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_speak_is_taken() {
        let accepted = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            Lang::accepted(&headers)
        };
        assert_eq!(accepted("zh-CN,zh;q=0.9,en;q=0.8"), Some(Lang::Zh));
        assert_eq!(accepted("fr;q=0.9, EN-gb"), Some(Lang::En));
        assert_eq!(accepted("fr, zhx"), None);
    }
}
