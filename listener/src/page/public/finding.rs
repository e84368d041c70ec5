//! A finding's own page: the public report, or what stands in its place.

use axum::http::StatusCode;
use honeytoken::{ReplyStanding, Timestamp};
use maud::{Markup, html};
use report::paper::{Block, Paper};

use super::frame;
use super::front::{day, reply_word};
use super::gather::{Gathered, Published, Standing, path};
use super::site::{Media, Site};
use crate::page::lang::{Lang, said};

/// Puts it where it is for good.
pub(super) fn add(site: &mut Site, all: &Gathered, one: &Published) {
    let at = one.path();
    match &one.state {
        Standing::Superseded(newest) => site.lead(at, &path(*newest)),
        Standing::Stands(of) => site.add(at.clone(), Media::Html, |lang| {
            let [en, zh] = &of.1;
            let paper = match lang {
                Lang::En => en,
                Lang::Zh => zh,
            };
            let main = html! { (with_reason(paper, one, lang).main()) (take_it(one, lang)) };
            frame::page(all, lang, (&at, &one.title(lang)), &main)
        }),
        Standing::Moved => site.add(at.clone(), Media::Html, |lang| {
            frame::page(all, lang, (&at, &one.title(lang)), &moved(one, lang))
        }),
        Standing::Withdrawn(when, why) => {
            site.put(at.clone(), StatusCode::GONE, Media::Html, |lang| {
                let main = withdrawn(one, (*when, why), lang);
                frame::page(all, lang, (&at, &one.title(lang)), &main)
            });
        }
    }
}

/// The report, with why it did not wait for the platform, if it did not.
fn with_reason(paper: &Paper, one: &Published, lang: Lang) -> Paper {
    let mut paper = paper.clone();
    // Where it was not even told, a report that accuses says so by itself.
    let says_so = one.reply == ReplyStanding::NotOffered && one.class.is_accusing();
    let reason = one.finding.published.unheard.as_ref();
    if let Some(reason) = reason.filter(|_| !says_so) {
        let words = said!(
            lang,
            "Published before the platform had its say. The reason given: {reason}",
            "公布时平台尚未获得或尚未用完答复机会。所述理由：{reason}"
        );
        let place = paper.blocks.len().min(1);
        paper.blocks.insert(place, Block::Notice(words));
    }
    paper
}

fn moved(one: &Published, lang: Lang) -> Markup {
    let (name, on) = (&one.name, day(one.finding.at));
    let word = report::class_word(one.class, lang.language());
    html! { main {
        header { h1 { (one.name) } p.subtitle { (said!(lang, "Published on {on}: {word}", "{on} 公布：{word}")) } }
        p.notice role="note" { (said!(lang,
            "What is said of {name} has changed since this was published, and nobody has decided yet whether to publish that. Until then the particulars are not shown.",
            "公布之后，对{name}的结论已有变化，尚未决定是否公布新的结论。在此之前，不显示细节。")) }
        (answers(one, lang))
    } }
}

fn withdrawn(one: &Published, (when, why): (Timestamp, &str), lang: Lang) -> Markup {
    let (on, back) = (day(one.finding.at), day(when));
    let name = &one.name;
    html! { main {
        header { h1 { (one.title(lang)) } }
        p.lead { (said!(lang,
            "A finding on {name} that was published here on {on} was withdrawn on {back}. It should not be relied on or quoted.",
            "{on} 在此公布的关于{name}的结论已于 {back} 撤回，请勿再引用。")) }
        p { (lang.say("The reason given:", "所述理由：")) }
        figure.quote { blockquote { (why) } }
        (answers(one, lang))
    } }
}

fn answers(one: &Published, lang: Lang) -> Markup {
    html! {
        h2 { (lang.say("The platform's answer", "平台答复")) }
        p { (reply_word(one, lang)) }
        @for answer in &one.answers {
            figure.quote { blockquote { (answer.text) } figcaption { (answer.from) " " (day(answer.received_at)) } }
        }
    }
}

fn take_it(one: &Published, lang: Lang) -> Markup {
    let at = one.path();
    html! {
        nav.take aria-labelledby="take" {
            h2 #take { (lang.say("Take it with you", "下载与引用")) }
            ul {
                li { (lang.say("Permanent link: ", "永久链接：")) a href=(at) { (at) } }
                li { (lang.say("Data: ", "数据：")) a href={ (at) "/data.json" } { "JSON" } ", " a href={ (at) "/data.csv" } { "CSV" } }
                @if let Some(sha256) = &one.finding.published.bundle_sha256 {
                    li { a href={ (at) "/bundle.zip" } { (lang.say("Evidence bundle", "证据包")) }
                        (lang.say(", which anybody can check offline with canaryline verify. SHA-256 ", "，任何人都可用 canaryline verify 离线核验。SHA-256 "))
                        code { (sha256) } }
                }
                li { img src={ (at) "/badge.svg?lang=" (lang.code()) } alt=(one.title(lang)) height="20"; }
            }
        }
    }
}
