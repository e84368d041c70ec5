//! The numbers we hold: where each stands, when it was alive, and new ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use honeytoken::{LineState, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;

use super::Shown;
use super::form::Form;
use super::lang::said;
use super::layout::{self, Place};
use super::parts::{marks, pager, strip};
use super::visitor::Visitor;
use super::words;
use crate::api::lines::{self, LineOut, LinesQuery};
use crate::api::page::ListQuery;
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::life::{History, Word};
use crate::problem::Problem;

/// Lines in a page.
const ROWS: usize = 50;
/// Days in the strip of a line.
const DAYS: i64 = 30;
const STATES: [LineState; 6] = [
    LineState::Soaking,
    LineState::Ready,
    LineState::Placed,
    LineState::Control,
    LineState::Dirty,
    LineState::Retired,
];
const LIVES: [Word; 5] = [
    Word::Alive,
    Word::Silent,
    Word::Waiting,
    Word::Unproven,
    Word::Off,
];

/// Filters as the form sends them, empty where nothing is chosen.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Filters {
    state: String,
    life: String,
    connection: String,
}

/// The lines.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
    Query(filters): Query<Filters>,
) -> Result<Shown, Problem> {
    let wanted = super::tidied(query, ROWS);
    let which = LinesQuery {
        state: STATES
            .into_iter()
            .find(|state| word(state) == filters.state),
        life: LIVES.into_iter().find(|life| word(life) == filters.life),
        connection: super::form::filled(&filters.connection),
    };
    let list = lines::list(
        State(Arc::clone(&app)),
        visitor.caller.clone(),
        Query(wanted),
        Query(which),
    )
    .await?
    .0;
    let strips = strips(&app, &list.items);
    let guest = &visitor.guest;
    let lang = guest.lang;
    let title = lang.say("Lines", "号码");
    let body = html! {
        h1 { (title) }
        @if visitor.caller.role.may_work() {
            p.actions {
                a.button href="/lines/new" { (lang.say("Add numbers", "添加号码")) }
                a.button.quiet href="/power" { (lang.say("How many do I need?", "需要多少号码？")) }
            }
        }
        (filter(&visitor, &filters))
        div #lines data-live="line coverage contact" {
            @if list.items.is_empty() { p.empty { (lang.say("No line fits.", "没有符合条件的号码。")) } }
            @else { (table(&visitor, title, &list.items, &strips)) }
            (pager::pager(guest, list.next_cursor.as_deref()))
        }
        (layout::live())
    };
    Ok(layout::page(&visitor, Place::Lines, title, &body))
}

/// A word as the API has it.
fn word(word: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(word).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn filter(visitor: &Visitor, filters: &Filters) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        form.inline method="get" action="/lines" {
            div { label for="state" { (lang.say("State", "状态")) }
                select #state name="state" {
                    option value="" { (lang.say("All", "全部")) }
                    @for state in STATES { option value=(word(&state)) selected[word(&state) == filters.state] { (words::line_state(lang, state)) } }
                } }
            div { label for="life" { (lang.say("Life", "在线")) }
                select #life name="life" {
                    option value="" { (lang.say("All", "全部")) }
                    @for life in LIVES { option value=(word(&life)) selected[word(&life) == filters.life] { (words::life(lang, life)) } }
                } }
            div { label for="connection" { (lang.say("Connection", "连接")) } input #connection name="connection" value=(filters.connection) autocomplete="off"; }
            div { button type="submit" { (lang.say("Filter", "筛选")) } }
        }
    }
}

/// Hours alive by day, by the line's entry.
fn strips(app: &App, lines: &[LineOut]) -> BTreeMap<u64, Vec<f64>> {
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let shown: BTreeMap<u64, ()> = lines.iter().map(|line| (line.index, ())).collect();
    let views = state
        .registry
        .lines(now)
        .filter(|view| shown.contains_key(&view.index));
    let strip = |view: honeytoken::LineView<'_>| {
        let window = (now.plus_s(-DAYS * 86_400), now);
        let history = History::of(&state, &app.config.life, &view.line.number, window);
        let hours = history.days().into_iter().map(|(_, hours)| hours).collect();
        (view.index, hours)
    };
    views.map(strip).collect()
}

fn table(
    visitor: &Visitor,
    label: &str,
    lines: &[LineOut],
    strips: &BTreeMap<u64, Vec<f64>>,
) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(label) { table {
            thead { tr {
                th scope="col" { (lang.say("Number", "号码")) }
                th scope="col" { (lang.say("State", "状态")) }
                th scope="col" { (lang.say("Life", "在线")) }
                th scope="col" { (said!(lang, "Alive, last {DAYS} days", "近 {DAYS} 天在线")) }
                th.number scope="col" { (lang.say("Contacts", "联系")) }
                th scope="col" { (lang.say("Platform", "平台")) }
                th scope="col" { (lang.say("Connection", "连接")) }
            } }
            tbody { @for line in lines { (row(visitor, line, strips.get(&line.index))) } }
        } }
    }
}

fn row(visitor: &Visitor, line: &LineOut, strip: Option<&Vec<f64>>) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let open = visitor.caller.role.may_see_personal_data();
    html! { tr {
        th scope="row" {
            @if open { a href={ "/lines/" (line.number) } { code { (line.number) } } } @else { code { (line.number) } }
            @if let Some(country) = &line.country { " " span.hint { (country) } }
        }
        td { (words::line_state(lang, line.state))
            @if line.state == LineState::Soaking && let Some(until) = line.soak_until { br; span.hint { (lang.say("until", "至")) " " (marks::day(guest, until)) } } }
        td { (life(visitor, line.life, line.silent_since)) }
        td { @if let Some(hours) = strip { (strip::strip(lang, hours)) } }
        td.number { (line.contacts) }
        td { @for (at, platform) in line.platforms.iter().enumerate() { @if at > 0 { ", " } a href={ "/platforms/" (platform) } { (platform) } } }
        td { (line.connection) }
    } }
}

fn life(visitor: &Visitor, word: Word, since: Option<Timestamp>) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let shape = match word {
        Word::Alive => "●",
        Word::Silent => "▲",
        Word::Waiting => "◌",
        Word::Unproven => "?",
        Word::Off => "–",
    };
    html! {
        span class={ "mark life-" (self::word(&word)) } { span.shape aria-hidden="true" { (shape) } (words::life(lang, word)) }
        @if let Some(since) = since { br; span.hint { (lang.say("since", "自")) " " (marks::time(guest, since)) } }
    }
}

/// One line.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(number): Path<String>,
) -> Result<Shown, Problem> {
    visitor.caller.may_see_personal_data()?;
    let query = ListQuery {
        limit: Some(1),
        line: Some(number),
        ..ListQuery::default()
    };
    let asked = (
        State(Arc::clone(&app)),
        visitor.caller.clone(),
        Query(query),
        Query(LinesQuery::default()),
    );
    let list = lines::list(asked.0, asked.1, asked.2, asked.3).await?.0;
    let Some(line) = list.items.into_iter().next() else {
        return Err(Problem::not_found("no such line"));
    };
    let hours = strips(&app, std::slice::from_ref(&line))
        .remove(&line.index)
        .unwrap_or_default();
    let title = line.number.clone();
    Ok(layout::page(
        &visitor,
        Place::Lines,
        &title,
        &line_page(&visitor, &line, &hours),
    ))
}

fn line_page(visitor: &Visitor, line: &LineOut, hours: &[f64]) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    let none = || html! { "—" };
    html! {
        p.crumbs { a href="/lines" { (lang.say("Lines", "号码")) } }
        h1 { code { (line.number) } }
        dl.sums {
            div { dt { (lang.say("State", "状态")) } dd { (words::line_state(lang, line.state)) } }
            div { dt { (lang.say("For", "用途")) } dd { (words::line_role(lang, line.role)) } }
            div { dt { (lang.say("Life", "在线")) } dd { (life(visitor, line.life, line.silent_since)) } }
            div { dt { (lang.say("Last sign of life", "最近一次在线迹象")) } dd { (line.alive_at.map_or_else(none, |at| marks::time(guest, at))) } }
            div { dt { (lang.say("Held since", "持有自")) } dd { (marks::day(guest, line.acquired_at)) } }
            div { dt { (lang.say("Soaks until", "静默至")) } dd { (line.soak_until.map_or_else(none, |at| marks::time(guest, at))) } }
            div { dt { (lang.say("Contacts, of them in its soak", "联系数（其中静默期）")) } dd { (line.contacts) " (" (line.soak_contacts) ")" } }
            div { dt { (lang.say("Connection", "连接")) } dd { (line.connection) } }
            @if let Some(block) = &line.block { div { dt { (lang.say("Block", "号段")) } dd { (block) } } }
        }
        @if let Some(dirty) = &line.dirty { p.notice.warn { (dirty.reason) } }
        h2 { (said!(lang, "Alive, last {DAYS} days", "近 {DAYS} 天在线")) }
        div.wide { (strip::strip(lang, hours)) }
        p.actions { a href={ "/contacts?line=" (line.number.replace('+', "%2B")) } { (lang.say("What reached it", "收到的来电来信")) } }
        @if visitor.caller.role.may_work() && line.state != LineState::Retired {
            form.actions method="post" action={ "/lines/" (line.number) "/retire" } data-ask=(lang.say("Take this line out of service?", "停用此号码？")) {
                (layout::token(visitor))
                button.quiet.danger type="submit" { (lang.say("Take out of service", "停用")) }
            }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Takes a line out of service.
pub(super) async fn retire(
    State(app): State<Arc<App>>,
    Path(number): Path<String>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    lines::retire(State(app), visitor.caller, Path(number)).await?;
    Ok(Redirect::to("/lines"))
}
