//! The list of what is published, and what to think of it.

use honeytoken::Timestamp;
use maud::{Markup, html};

use super::frame;
use super::gather::{Gathered, Published, Standing};
use crate::page::lang::{Lang, said};

/// The list.
pub(super) fn page(all: &Gathered, lang: Lang) -> Vec<u8> {
    let title = lang.say("Published findings", "已公布的结论");
    let listed: Vec<&Published> = all.findings.iter().filter(|f| f.is_listed()).collect();
    let at = day(all.at);
    let as_of = said!(lang, "As of {at}", "截至 {at}");
    let main = html! { main {
        header { p.brand { (all.brand) } h1 { (title) }
            p.subtitle { (as_of) } }
        (what_it_means(all, lang))
        @if listed.is_empty() { p { (lang.say("Nothing is published now.", "目前没有公布任何结论。")) } }
        @else { (table(&listed, lang)) }
        (take_it(lang))
    } };
    frame::page(all, lang, ("/public", title), &main)
}

/// What is nowhere.
pub(super) fn nowhere(all: &Gathered, lang: Lang) -> Vec<u8> {
    let title = lang.say("There is nothing here", "这里什么也没有");
    let main = html! { main {
        header { h1 { (title) } }
        p { (lang.say("The address may be wrong. What was published and taken back still has its page, which says why.",
            "地址可能有误。已公布而后撤回的结论仍保留页面，并说明原因。")) }
        p { a href="/public" { (lang.say("All published findings", "全部已公布的结论")) } }
    } };
    frame::page(all, lang, ("/public", title), &main)
}

fn what_it_means(all: &Gathered, lang: Lang) -> Markup {
    let level = all.policy.alpha * 100.0;
    html! {
        p.lead { (lang.say(
            "Each platform was given phone numbers that nobody else was given. Here is what reached them, as far as somebody decided to publish it: after the platform was told and had time to answer, or with a reason why not.",
            "每个平台都得到过只给过它一家的电话号码。此处公布这些号码后来收到了什么：逐条决定公布，公布前平台已获告知并有时间答复，否则写明理由。",
        )) }
        ul {
            li { (said!(lang,
                "Of the platforms that stand accused at any one moment, at most {level:.1} % are expected to be accused wrongly. That is a promise about the list, not about any one platform on it.",
                "在任一时刻，被认定泄露的平台中预期判错的不超过 {level:.1} %。这是对整张名单的保证，不是对其中某一个平台的。")) }
            li { (lang.say(
                "That numbers were passed on does not say by whom, by which way, or whether on purpose: an employee, a contractor, a break-in or a sale look the same from outside.",
                "号码被传出，不说明是谁、经由哪条途径、是否故意：员工、外包、入侵和出售，从外面看是一样的。",
            )) }
            li { (lang.say(
                "That nothing was found does not prove that nothing left. A platform that is not listed was not cleared, and may not have been looked at.",
                "没有发现不等于没有泄露。未列出的平台并非“清白”，可能从未被观察。",
            )) }
            li { (lang.say(
                "Each finding says how many numbers it rests on. Few numbers are little to go by.",
                "每条结论都写明依据多少个号码。号码少，依据就少。",
            )) }
        }
    }
}

fn table(listed: &[&Published], lang: Lang) -> Markup {
    html! {
        h2 #list { (lang.say("Findings", "结论")) }
        div.table tabindex="0" role="group" aria-labelledby="list" { table {
            thead { tr {
                th scope="col" { (lang.say("Platform", "平台")) } th scope="col" { (lang.say("Finding", "结论")) }
                th scope="col" { (lang.say("Numbers reached", "受扰号码")) }
                th scope="col" { (lang.say("Published", "公布")) } th scope="col" { (lang.say("Platform's answer", "平台答复")) }
            } }
            tbody { @for one in listed { tr {
                td { a href={ (one.path()) "?lang=" (lang.code()) } { (one.name) } }
                td { (match one.state { Standing::Moved => lang.say("under review", "复核中"), _ => report::class_word(one.class, lang.language()) }) }
                td { @if let Standing::Stands(of) = &one.state { (of.0.canaries_hit) " / " (of.0.canaries) } @else { "—" } }
                td.whole { time datetime=(one.finding.at) { (day(one.finding.at)) } }
                td { (reply_word(one, lang)) }
            } } }
        } }
    }
}

/// Where the platform's right of reply stands, in a few words.
pub(super) fn reply_word(one: &Published, lang: Lang) -> &'static str {
    use honeytoken::ReplyStanding::{Answered, NotOffered, Open, Unanswered};
    match one.reply {
        NotOffered => lang.say("was not asked", "未征询"),
        Open { .. } => lang.say("has time to answer", "答复期内"),
        Unanswered { .. } => lang.say("did not answer", "未答复"),
        Answered {
            published: true, ..
        } => lang.say("answered; in full with the finding", "已答复，全文附后"),
        Answered { .. } => lang.say("answered, not for publication", "已答复，不公开"),
    }
}

fn take_it(lang: Lang) -> Markup {
    html! {
        h2 { (lang.say("Take it with you", "下载与订阅")) }
        ul {
            li { a href={ "/public/feed.atom?lang=" (lang.code()) } { "Atom" } ", " a href={ "/public/feed.json?lang=" (lang.code()) } { "JSON Feed" } }
            li { (lang.say("All findings as ", "全部结论：")) a href="/public/findings.json" { "JSON" } ", " a href="/public/findings.csv" { "CSV" } }
        }
    }
}

/// A moment's day, UTC.
pub(super) fn day(at: Timestamp) -> String {
    let text = at.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
