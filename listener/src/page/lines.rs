//! The numbers we hold: where each stands, when it was alive, and new ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use honeytoken::{LineState, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;

use super::Shown;
use super::lang::said;
use super::layout::{self, Place};
use super::parts::{marks, pager, strip};
use super::visitor::Visitor;
use super::words;
use crate::api::lines::{self, LineOut, LinesQuery};
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::app::App;
use crate::life::{History, Word};
use crate::problem::Problem;

/// Lines in a page.
const ROWS: usize = 50;
/// Days in the strip of a line.
pub(super) const DAYS: i64 = 30;
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
                form method="post" action="/lines/draw-controls"
                    data-ask=(lang.say("Draw a quarter of the free lines by lot, to be controls for good?", "随机抽取四分之一的空闲号码永久作为对照？")) {
                    (layout::token(&visitor))
                    button.quiet type="submit" { (lang.say("Draw controls by lot", "随机抽取对照")) }
                }
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
pub(super) fn strips(app: &App, lines: &[LineOut]) -> BTreeMap<u64, Vec<f64>> {
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
        td { (life(visitor, line.life, line.silent_since))
            @if let Some(at) = line.alive_at.filter(|_| line.silent_since.is_none()) { br; span.hint { (lang.say("last sign", "最近信号")) " " (marks::time(guest, at)) } } }
        td { @if let Some(hours) = strip { (strip::strip(lang, hours)) } }
        td.number { (line.contacts) }
        td { @for (at, platform) in line.platforms.iter().enumerate() { @if at > 0 { ", " } a href={ "/platforms/" (platform) } { (platform) } } }
        td { (line.connection) }
    } }
}

pub(super) fn life(visitor: &Visitor, word: Word, since: Option<Timestamp>) -> Markup {
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
