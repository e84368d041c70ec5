//! The page around what is published: no script, no cookie, both languages a link away.

use maud::{DOCTYPE, Markup, html};

use super::gather::Gathered;
use crate::page::assets::href;
use crate::page::lang::Lang;

/// A path of this site, in a language.
pub(super) fn in_language(path: &str, lang: Lang) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}lang={}", lang.code())
}

/// A page. `path` is where it is; `main` is its whole content.
pub(super) fn page(
    all: &Gathered,
    lang: Lang,
    (path, title): (&str, &str),
    main: &Markup,
) -> Vec<u8> {
    let other = lang.other();
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (all.brand) }
                link rel="canonical" href={ (all.base) (path) };
                link rel="alternate" hreflang=(other.tag()) href={ (all.base) (in_language(path, other)) };
                link rel="alternate" type="application/atom+xml" title=(all.brand) href={ "/public/feed.atom?lang=" (lang.code()) };
                link rel="alternate" type="application/feed+json" title=(all.brand) href={ "/public/feed.json?lang=" (lang.code()) };
                link rel="icon" href=(href("mark.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(href("paper.css"));
                link rel="stylesheet" href=(href("public.css"));
            }
            body.paper {
                a.skip href="#main" { (lang.say("Skip to content", "跳到正文")) }
                nav.public aria-label=(lang.say("This site", "本站")) {
                    a href={ "/public?lang=" (lang.code()) } { (all.brand) }
                    a href=(in_language(path, other)) lang=(other.tag()) hreflang=(other.tag()) { (other.say("English", "中文")) }
                }
                div #main tabindex="-1" { (main) }
            }
        }
    };
    page.into_string().into_bytes()
}
