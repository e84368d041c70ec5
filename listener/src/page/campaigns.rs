//! All campaigns, those last heard of first.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use report::CampaignOut;
use serde::Deserialize;

use super::Shown;
use super::guest::Guest;
use super::layout::{self, Place};
use super::parts::{marks, pager};
use super::visitor::Visitor;
use crate::api::campaigns;
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// Campaigns in a page.
const ROWS: usize = 50;

/// What is asked of the list.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// `lists`, or all.
    #[serde(default)]
    which: Which,
    platform: Option<String>,
    cursor: Option<String>,
}

/// Which campaigns.
#[derive(Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// Those that work lists with numbers of accused platforms.
    #[default]
    Lists,
    /// All.
    All,
}

/// The list.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Shown, Problem> {
    let list = ListQuery {
        platform: asked.platform,
        cursor: asked.cursor,
        ..ListQuery::default()
    };
    let wanted = super::tidied(list, ROWS);
    let platform = wanted.platform.clone().unwrap_or_default();
    let listed = asked.which == Which::Lists;
    let list = campaigns::newest(&app, &visitor.caller, wanted, listed).await?;
    let guest = &visitor.guest;
    let lang = guest.lang;
    let title = lang.say("Campaigns", "来电团伙");
    let body = html! {
        h1 { (title) }
        p.lead { (lang.say(
            "A campaign is one caller's activity, as far as contacts could be linked: by number, by text, by where it leads.",
            "把可以关联的来电来信（号码、文本、落地网址相同或相近）归为同一个推广方，即一个“团伙”。",
        )) }
        p { a href="/graph" { (lang.say("Who shares a buyer: the resale graph", "转售关系图：谁和谁共有买家")) } }
        form.inline method="get" action="/campaigns" {
            div { label for="which" { (lang.say("Show", "显示")) }
                select #which name="which" {
                    option value="lists" selected[listed] { (lang.say("Those that work leaked lists", "使用泄露名单的")) }
                    option value="all" selected[!listed] { (lang.say("All", "全部")) }
                } }
            div { label for="platform" { (lang.say("Platform", "平台")) }
                input #platform name="platform" value=(platform) autocomplete="off"; }
            div { button type="submit" { (lang.say("Filter", "筛选")) } }
        }
        div #list data-live="verdict" {
            @if list.items.is_empty() { p.empty { (nothing(guest, listed)) } }
            @else { (table(guest, title, &list.items)) }
            (pager::pager(guest, list.next_cursor.as_deref()))
        }
        (layout::live())
    };
    Ok(layout::page(&visitor, Place::Campaigns, title, &body))
}

fn nothing(guest: &Guest, listed: bool) -> &'static str {
    match listed {
        true => guest.lang.say(
            "No campaign works a list that an accused platform's numbers are on. Mass dialling and spam are under “All”.",
            "没有团伙使用含被指控平台号码的名单。群呼和垃圾短信见“全部”。",
        ),
        false => guest
            .lang
            .say("Nobody has called yet.", "还没有任何来电来信。"),
    }
}

fn table(guest: &Guest, title: &str, campaigns: &[CampaignOut]) -> Markup {
    let lang = guest.lang;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (lang.say("Campaign", "团伙")) }
                th scope="col" { (lang.say("About", "内容")) }
                th scope="col" { (lang.say("First", "最早")) } th scope="col" { (lang.say("Last", "最近")) }
                th.number scope="col" { (lang.say("Contacts", "联系")) } th.number scope="col" { (lang.say("Numbers", "号码")) }
                th scope="col" { (lang.say("Platforms", "平台")) }
            } }
            tbody { @for campaign in campaigns { tr {
                th scope="row" { (link(&campaign.campaign)) }
                td { (about(guest, campaign)) }
                td { (marks::day(guest, campaign.first_at)) } td { (marks::day(guest, campaign.last_at)) }
                td.number { (campaign.contacts) } td.number { (campaign.numbers) }
                td.text { @for id in &campaign.platforms { a.beside href={ "/platforms/" (id) } { (id) } }
                    @if campaign.platforms.is_empty() { "—" } }
            } } }
        } }
    }
}

/// What a campaign is about, in the terms of the reader's authority.
pub(super) fn about(guest: &Guest, campaign: &CampaignOut) -> &'static str {
    guest
        .lang
        .say(campaign.category_ftc, campaign.category_12321)
}

/// The way to a campaign.
pub(in crate::page) fn link(id: &str) -> Markup {
    html! { a href={ "/campaigns/" (id) } { code { (id) } } }
}
