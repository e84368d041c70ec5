//! The list of what is published, and what to think of it.

use honeytoken::Timestamp;
use maud::{Markup, html};

use super::frame::{self, in_language};
use super::gather::{Gathered, Published, Standing};
use super::site::{LIST, Site, list_path};
use crate::page::lang::{Lang, said};

/// Findings in a page of the list.
const ROWS: usize = 50;

/// Puts the list where it is, page by page.
pub(super) fn add(site: &mut Site, all: &Gathered) {
    let listed: Vec<&Published> = all.findings.iter().filter(|f| f.is_listed()).collect();
    let (mut rest, mut before) = (listed.as_slice(), None);
    loop {
        let (rows, after) = rest.split_at(rest.len().min(ROWS));
        let last = rows.last().filter(|_| !after.is_empty());
        let next = last.map(|one| one.finding.index);
        site.add_list(before, |lang| page(all, rows, (before, next), lang));
        if next.is_none() {
            return;
        }
        (rest, before) = (after, next);
    }
}

/// A page of the list, of findings before one and with where it goes on.
fn page(
    all: &Gathered,
    listed: &[&Published],
    (before, next): (Option<u64>, Option<u64>),
    lang: Lang,
) -> Vec<u8> {
    let title = lang.say("Published findings", "已公布的结论");
    let at = day(all.at);
    let as_of = said!(lang, "As of {at}", "截至 {at}");
    let main = html! { main {
        header { p.brand { (all.brand) } h1 { (title) }
            p.subtitle { (as_of) } }
        (what_it_means(all, lang))
        @if listed.is_empty() { p { (lang.say("Nothing is published now.", "目前没有公布任何结论。")) } }
        @else { (table(listed, lang)) (pager(before, next, lang)) }
        (take_it(lang))
    } };
    frame::page(all, lang, (&list_path(before), title), &main)
}

fn pager(before: Option<u64>, next: Option<u64>, lang: Lang) -> Markup {
    html! {
        @if before.is_some() || next.is_some() {
            nav.pager aria-label=(lang.say("Pages of the list", "列表翻页")) {
                @if before.is_some() { a href=(in_language(LIST, lang)) { (lang.say("First page", "第一页")) } " " }
                @if next.is_some() { a rel="next" href=(in_language(&list_path(next), lang)) { (lang.say("Next page", "下一页")) } }
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::HeaderMap;
    use honeytoken::{Finding, FindingPublished, Policy, ReplyStanding};

    use super::*;

    fn published(index: u64) -> Published {
        let published = FindingPublished {
            platform: "acme".parse().unwrap(),
            class: "leaked".to_owned(),
            judgement: 0,
            bundle_sha256: None,
            unheard: None,
        };
        Published {
            finding: Finding {
                index,
                at: Timestamp::EPOCH,
                published,
                withdrawn: None,
            },
            name: "Acme".to_owned(),
            class: attribution::Class::Leaked,
            state: Standing::Moved,
            reply: ReplyStanding::NotOffered,
            answers: vec![],
        }
    }

    fn gathered(findings: u64) -> Gathered {
        Gathered {
            base: String::new(),
            brand: "Number Watch".to_owned(),
            findings: (0..findings).rev().map(published).collect(),
            log: None,
            policy: Policy::standard(),
            at: Timestamp::EPOCH,
        }
    }

    async fn text(site: &Site, path: &str) -> String {
        let answer = site.answer(path, Lang::En, &HeaderMap::new());
        assert_eq!(answer.status(), 200, "{path}");
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
        String::from_utf8(bytes.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_list_goes_on_page_by_page_and_leaves_nothing_out() {
        let mut site = Site::default();
        add(&mut site, &gathered(120));
        let (mut path, mut seen, mut pages) = (LIST.to_owned(), BTreeSet::new(), 0);
        loop {
            let page = text(&site, &path).await;
            pages += 1;
            let rows = page.split("href=\"/public/f/").skip(1);
            let rows: Vec<u64> = rows
                .map(|r| r.split('?').next().unwrap().parse().unwrap())
                .collect();
            assert!(rows.len() <= ROWS);
            seen.extend(rows);
            let Some((_, next)) = page.split_once("rel=\"next\" href=\"/public?before=") else {
                break;
            };
            let before: u64 = next.split('&').next().unwrap().parse().unwrap();
            path = site.list(before);
            assert_eq!(path, list_path(Some(before)));
        }
        assert_eq!((pages, seen.len()), (3, 120));
        // A link of before something was published.
        assert_eq!(site.list(60), list_path(Some(70)));
        assert_eq!(site.list(1_000), LIST);
    }

    #[test]
    fn what_is_under_review_is_not_titled_as_a_leak() {
        let mut one = published(1);
        for state in [Standing::Moved, Standing::Superseded(2)] {
            one.state = state;
            assert_eq!(one.title(Lang::En), "Acme: under review");
            assert_eq!(one.title(Lang::Zh), "Acme：复核中");
        }
    }
}
