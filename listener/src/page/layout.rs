//! The frame around every page: header, navigation, language, who is here.

use axum::response::Html;
use maud::{DOCTYPE, Markup, html};

use super::Shown;
use super::assets::href;
use super::guest::{Guest, LANG_QUERY};
use super::lang::said;
use super::visitor::Visitor;
use super::words;

/// Which part of the installation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Overview,
    Issue,
    Platforms,
    Lines,
    Contacts,
    Campaigns,
    Evidence,
    Settings,
}

/// The navigation: place, address, English, Chinese.
const NAVIGATION: [(Place, &str, &str, &str); 8] = [
    (Place::Overview, "/", "Overview", "总览"),
    (Place::Issue, "/honeytokens", "Honeytokens", "蜜标"),
    (Place::Platforms, "/platforms", "Platforms", "平台"),
    (Place::Contacts, "/contacts", "Contacts", "来电来信"),
    (Place::Campaigns, "/campaigns", "Campaigns", "团伙"),
    (Place::Lines, "/lines", "Lines", "号码"),
    (Place::Evidence, "/evidence", "Evidence", "证据"),
    (Place::Settings, "/settings", "Settings", "设置"),
];

/// A page for somebody who is signed in.
pub(super) fn page(visitor: &Visitor, place: Place, title: &str, body: &Markup) -> Shown {
    let lang = visitor.guest.lang;
    let header = html! {
        nav aria-label=(lang.say("Main", "主导航")) {
            ul {
                @for (there, to, en, zh) in NAVIGATION {
                    li { a href=(to) aria-current=[(there == place).then_some("page")] { (lang.say(en, zh)) } }
                }
            }
        }
        div.who {
            (language(&visitor.guest))
            form method="post" action="/sign-out" {
                (token(visitor))
                span.role title=(visitor.caller.key) { (words::role(lang, visitor.caller.role)) }
                button.quiet type="submit" { (lang.say("Sign out", "退出")) }
            }
        }
    };
    document(&visitor.guest, title, &header, body)
}

/// A page for anybody.
pub(super) fn bare(guest: &Guest, title: &str, body: &Markup) -> Shown {
    let header = html! { div.who { (language(guest)) } };
    document(guest, title, &header, &html! { div.narrow { (body) } })
}

/// What makes a form ours.
pub(super) fn token(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name="csrf" value=(visitor.session.csrf); }
}

fn document(guest: &Guest, title: &str, header: &Markup, body: &Markup) -> Shown {
    let lang = guest.lang;
    let zone = guest.zone_name();
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · Canaryline" }
                link rel="icon" href=(href("mark.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(href("chart.css"));
                link rel="stylesheet" href=(href("page.css"));
                script type="module" src=(href("page.js")) {}
            }
            body {
                a.skip href="#main" { (lang.say("Skip to content", "跳到正文")) }
                header.top {
                    a.brand href="/" {
                        img src=(href("mark.svg")) alt="" width="24" height="24";
                        span { "Canaryline" }
                    }
                    (header)
                }
                main #main tabindex="-1" { (body) }
                footer {
                    p { (said!(lang, "Times in {zone}", "时间按 {zone}")) }
                }
            }
        }
    };
    Html(page.into_string())
}

fn language(guest: &Guest) -> Markup {
    let other = guest.lang.other();
    html! {
        a.language href=(guest.again(LANG_QUERY, other.code())) lang=(other.tag()) hreflang=(other.tag()) {
            (other.say("English", "中文"))
        }
    }
}

/// What renews the parts of a page that live; without scripts the page is as old as it was loaded.
pub(super) fn live() -> Markup {
    html! { script type="module" src=(href("live.js")) {} }
}
