//! A campaign: whom it reached, what it says and how that varies, who calls, what was recorded.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::campaigns::about;
use super::guest::Guest;
use super::lang::{Lang, said};
use super::layout::{self, Place};
use super::parts::{contact, diff, marks, pager};
use super::visitor::Visitor;
use crate::api::attachments;
use crate::api::campaigns::{
    self, CallerOut, CampaignDetailOut, ReachedOut, TallyOut, Telling, VariantOut,
};
use crate::api::page::{ListQuery, Page, ranked};
use crate::api::parts::{Path, Query};
use crate::api::range::Asked;
use crate::app::App;
use crate::problem::Problem;

/// Contacts in a page.
const ROWS: usize = 25;
/// Texts in a page, and callers.
const TOLD: usize = 20;
/// Platforms in a page, those first reached first.
const PLATFORMS: usize = 50;
/// Of a text, so many characters are shown here; all of it is with its contact.
const TEXT_CHARS_MAX: usize = 600;

/// Where the platforms go on.
#[derive(Deserialize)]
pub(super) struct Platforms {
    platforms: Option<String>,
}

/// The page. An id that a campaign was known by leads to what it is known by now.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
    Query(telling): Query<Telling>,
    Query(more): Query<Platforms>,
) -> Result<Response, Problem> {
    let (asked, caller) = (super::tidied(query, ROWS), &visitor.caller);
    let mut campaign = campaigns::in_full(&app, caller, &id, asked, telling, TOLD).await?;
    let name = &campaign.about.campaign;
    if *name != id {
        return Ok(Redirect::to(&format!("/campaigns/{name}")).into_response());
    }
    let title = said!(visitor.guest.lang, "Campaign {name}", "团伙 {name}");
    let reached = std::mem::take(&mut campaign.platforms);
    let reached = ranked(reached, more.platforms.as_deref(), PLATFORMS)?;
    let body = markup(&app, &visitor, &title, &campaign, &reached);
    Ok(layout::page(&visitor, Place::Campaigns, &title, &body).into_response())
}

/// A file of a contact, for whoever plays it here.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(file): Path<(u64, String)>,
    range: Asked,
) -> Result<Response, Problem> {
    attachments::one(State(app), visitor.caller, Path(file), range).await
}

fn markup(
    app: &App,
    visitor: &Visitor,
    title: &str,
    campaign: &CampaignDetailOut,
    platforms: &Page<ReachedOut>,
) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let open = visitor.caller.role.may_see_personal_data();
    html! {
        p.crumbs { a href="/campaigns" { (lang.say("Campaigns", "来电团伙")) } }
        h1 { (title) }
        p.lead { (about(guest, &campaign.about)) }
        (facts(guest, campaign))
        (reached(guest, campaign, platforms))
        @if open { (variants(guest, campaign)) }
        (callers(guest, campaign))
        section aria-labelledby="contacts" {
            h2 #contacts { (lang.say("Its contacts", "来电来信")) }
            @if open && !app.recordings().is_on() { p.hint { (lang.say(
                "Recordings are not fetched: the settings' recording policy says so. What was attached by hand can be played.",
                "按录音策略，本系统不获取录音；人工附加的录音可以播放。",
            )) } }
            @if campaign.contacts.items.is_empty() { p.hint { (lang.say("None that you may see.", "没有您可以查看的联系。")) } }
            @else { (contact::table(guest, lang.say("Its contacts", "来电来信"), &campaign.contacts.items)) }
            (pager::pager(guest, campaign.contacts.next_cursor.as_deref()))
        }
    }
}

fn facts(guest: &Guest, campaign: &CampaignDetailOut) -> Markup {
    let (lang, about) = (guest.lang, &campaign.about);
    html! {
        dl.facts {
            div { dt { (lang.say("Contacts", "联系")) } dd { (about.contacts) } }
            div { dt { (lang.say("Numbers reached", "受扰号码")) } dd { (about.numbers) } }
            div { dt { (lang.say("First", "最早")) } dd { (marks::day(guest, about.first_at)) } }
            div { dt { (lang.say("Last", "最近")) } dd { (marks::day(guest, about.last_at)) } }
            div { dt { (lang.say("Callers", "主叫号码")) } dd { (campaign.callers_in_all) } }
            @if let Some(tongue) = &about.language { div { dt { (lang.say("Language", "语言")) } dd { (language(lang, tongue)) } } }
        }
        @if !about.domains.is_empty() {
            p { (lang.say("Leads to ", "落地网址：")) @for domain in &about.domains { code.beside { (domain) } } }
        }
        @if !about.known_as.is_empty() {
            p.hint { (lang.say("Known earlier as ", "曾用编号：")) (about.known_as.join(", ")) }
        }
    }
}

/// A language by its tag.
fn language(lang: Lang, tag: &str) -> &str {
    match tag {
        "zh-Hans" => lang.say("Chinese, simplified", "简体中文"),
        "zh-Hant" => lang.say("Chinese, traditional", "繁体中文"),
        "en" => lang.say("English", "英语"),
        other => other,
    }
}

fn reached(guest: &Guest, campaign: &CampaignDetailOut, platforms: &Page<ReachedOut>) -> Markup {
    let lang = guest.lang;
    let others = [
        (
            campaign.controls,
            lang.say(
                "Controls, which nobody is ever given",
                "对照号码（从不发放）",
            ),
        ),
        (
            campaign.unplaced,
            lang.say(
                "Numbers that nobody had been given yet",
                "当时尚未发放的号码",
            ),
        ),
    ];
    html! {
        section aria-labelledby="reached" {
            h2 #reached { (lang.say("Whom it reached", "联系了谁的号码")) }
            p { (meaning(guest, campaign)) }
            div.scroll tabindex="0" role="group" aria-labelledby="reached" { table {
                thead { tr {
                    th scope="col" { (lang.say("Numbers of", "号码归属")) }
                    th scope="col" { (lang.say("First", "最早")) }
                    th.number scope="col" { (lang.say("Numbers", "号码")) } th.number scope="col" { (lang.say("Contacts", "联系")) }
                } }
                tbody {
                    @for of in &platforms.items { (platform(guest, of)) }
                    @for (tally, words) in others { (other(tally, words)) }
                }
            } }
            (pager::named(guest, "platforms", "reached", platforms.next_cursor.as_deref()))
        }
    }
}

fn meaning(guest: &Guest, campaign: &CampaignDetailOut) -> &'static str {
    let lang = guest.lang;
    match (campaign.works_lists, campaign.controls.numbers + campaign.unplaced.numbers) {
        (true, _) => lang.say(
            "It works lists: nearly all numbers that it reached were given to platforms that stand accused, and none to nobody.",
            "它按名单行事：触达的号码几乎都属于被认定的平台，没有一个是从未发放的号码。",
        ),
        (false, 0) => lang.say(
            "Too little to say whether it works a list.",
            "还不足以判断它是否按名单行事。",
        ),
        (false, _) => lang.say(
            "It also reaches numbers that nobody was ever given: a mass dialler, which speaks against no platform.",
            "它也联系从未发放的号码：属于群呼，不构成对任何平台的证据。",
        ),
    }
}

fn platform(guest: &Guest, of: &ReachedOut) -> Markup {
    html! { tr {
        th scope="row" { a href={ "/platforms/" (of.platform) } { (of.platform) } }
        td { (marks::day(guest, of.first_at)) }
        td.number { (of.numbers) } td.number { (of.contacts) }
    } }
}

fn other(tally: TallyOut, words: &str) -> Markup {
    html! { tr { th scope="row" { (words) } td { "—" } td.number { (tally.numbers) } td.number { (tally.contacts) } } }
}

fn variants(guest: &Guest, campaign: &CampaignDetailOut) -> Markup {
    let (lang, all, read) = (guest.lang, campaign.variants_in_all, campaign.looked_at);
    let base = &campaign.most_frequent;
    html! {
        section aria-labelledby="says" {
            h2 #says { (lang.say("What it says", "说了什么")) }
            @if campaign.variants.is_empty() { p.hint { (lang.say("Nothing was said, or nothing was recorded.", "没有内容，或没有记录到内容。")) } }
            @else {
                p.hint { (said!(lang,
                    "{all} different texts in the newest {read} contacts, the most frequent first; what differs from it is marked.",
                    "最近 {read} 次联系中有 {all} 种不同文本；最常见的在前，与之不同之处已标出。")) }
                ol.letters { @for variant in &campaign.variants { (letter(guest, base, variant)) } }
            }
            (pager::named(guest, "variants", "says", campaign.next_variants.as_deref()))
        }
    }
}

fn letter(guest: &Guest, base: &str, variant: &VariantOut) -> Markup {
    let lang = guest.lang;
    html! { li.letter {
        p.said dir="auto" { (diff::marked(&short(base), &short(&variant.text))) }
        p.meta { (times(guest, variant.contacts)) " · "
            (marks::day(guest, variant.first_at)) @if variant.first_at != variant.last_at { " – " (marks::day(guest, variant.last_at)) }
            " · " (lang.say("entry ", "条目 ")) (variant.entry) }
    } }
}

fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn times(guest: &Guest, contacts: u64) -> String {
    match contacts {
        1 => guest.lang.say("once", "1 次").to_owned(),
        n => said!(guest.lang, "{n} times", "{n} 次"),
    }
}

fn callers(guest: &Guest, campaign: &CampaignDetailOut) -> Markup {
    let lang = guest.lang;
    html! {
        section aria-labelledby="callers" {
            h2 #callers { (lang.say("Who calls", "主叫号码")) }
            p.hint { (lang.say("As shown to us, which anybody can forge.", "以来电显示为准；来电显示可以伪造。")) }
            @if !campaign.callers.is_empty() {
                div.scroll tabindex="0" role="group" aria-labelledby="callers" { table {
                    thead { tr {
                        th scope="col" { (lang.say("Caller", "主叫")) } th.number scope="col" { (lang.say("Contacts", "联系")) }
                        th scope="col" { (lang.say("First", "最早")) } th scope="col" { (lang.say("Last", "最近")) }
                    } }
                    tbody { @for caller in &campaign.callers { (row(guest, caller)) } }
                } }
            }
            (pager::named(guest, "callers", "callers", campaign.next_callers.as_deref()))
        }
    }
}

fn row(guest: &Guest, caller: &CallerOut) -> Markup {
    html! { tr {
        th scope="row" { code { (caller.from.as_deref().unwrap_or(guest.lang.say("withheld", "未显示"))) } }
        td.number { (caller.contacts) }
        td { (marks::day(guest, caller.first_at)) } td { (marks::day(guest, caller.last_at)) }
    } }
}
