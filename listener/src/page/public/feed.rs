//! What is new, for readers of feeds: Atom ([RFC 4287](https://www.rfc-editor.org/rfc/rfc4287)) and
//! [JSON Feed 1.1](https://www.jsonfeed.org/version/1.1/). What was taken back is news too.

use honeytoken::Timestamp;
use maud::{Markup, PreEscaped, html};
use serde_json::json;

use super::front::{day, reply_word};
use super::gather::{Gathered, Published, Standing};
use crate::page::lang::{Lang, said};

/// Entries in a feed, the newest.
const ENTRIES_MAX: usize = 100;

/// Those that are news, the last changed first.
fn news(all: &Gathered) -> Vec<&Published> {
    let told = |one: &&Published| !matches!(one.state, Standing::Superseded(_));
    let mut news: Vec<_> = all.findings.iter().filter(told).collect();
    news.sort_by_key(|one| std::cmp::Reverse((one.changed_at(), one.finding.index)));
    news.truncate(ENTRIES_MAX);
    news
}

fn updated(news: &[&Published], all: &Gathered) -> Timestamp {
    news.first().map_or(all.at, |one| one.changed_at())
}

fn words(one: &Published, lang: Lang) -> String {
    let reply = reply_word(one, lang);
    match &one.state {
        Standing::Withdrawn(at, reason) => {
            let at = day(*at);
            said!(lang, "Withdrawn on {at}. {reason}", "{at} 撤回。{reason}")
        }
        Standing::Stands(of) => {
            let (hit, all, name) = (of.0.canaries_hit, of.0.canaries, &one.name);
            let word = report::class_word(one.class, lang.language());
            said!(
                lang,
                "{word}. {hit} of {all} phone numbers that only {name} had been given were reached by third parties that it had not declared. The platform: {reply}. The page says what this does not show.",
                "{word}。只给过{name}的 {all} 个号码中，有 {hit} 个收到它未声明的第三方的联系。平台：{reply}。页面写明这不说明什么。"
            )
        }
        Standing::Moved | Standing::Superseded(_) => {
            lang.say("Under review.", "复核中。").to_owned()
        }
    }
}

/// As Atom.
pub(super) fn atom(all: &Gathered, lang: Lang) -> Vec<u8> {
    let news = news(all);
    let base = &all.base;
    let feed = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang=(lang.tag()) {
            id { (base) "/public" }
            title { (all.brand) }
            updated { (updated(&news, all)) }
            (link("self", &format!("{base}/public/feed.atom?lang={}", lang.code())))
            (link("alternate", &format!("{base}/public?lang={}", lang.code())))
            author { name { (all.brand) } }
            @for one in &news { entry {
                id { (base) (one.path()) }
                title { (one.title(lang)) }
                published { (one.finding.at) }
                updated { (one.changed_at()) }
                (link("alternate", &format!("{base}{}?lang={}", one.path(), lang.code())))
                summary { (words(one, lang)) }
            } }
        }
    };
    feed.into_string().into_bytes()
}

/// XML has no elements that end by themselves.
fn link(rel: &str, href: &str) -> Markup {
    html! { (PreEscaped("<link rel=\"")) (rel) (PreEscaped("\" href=\"")) (href) (PreEscaped("\"/>")) }
}

/// As JSON Feed.
pub(super) fn json(all: &Gathered, lang: Lang) -> Vec<u8> {
    let base = &all.base;
    let item = |one: &&Published| {
        let url = format!("{base}{}", one.path());
        json!({
            "id": url, "url": format!("{url}?lang={}", lang.code()), "title": one.title(lang),
            "content_text": words(one, lang), "language": lang.tag(),
            "date_published": one.finding.at.to_string(), "date_modified": one.changed_at().to_string(),
        })
    };
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1", "title": all.brand, "language": lang.tag(),
        "home_page_url": format!("{base}/public"),
        "feed_url": format!("{base}/public/feed.json?lang={}", lang.code()),
        "items": news(all).iter().map(item).collect::<Vec<_>>(),
    });
    feed.to_string().into_bytes()
}
