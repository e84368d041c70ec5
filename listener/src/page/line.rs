//! One line: where it stands, when it was alive, and what may be done with it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use honeytoken::{DirtyAction, LineState};
use maud::{Markup, html};
use serde::Deserialize;

use super::Shown;
use super::form::{self, Form};
use super::lang::{Lang, said};
use super::layout::{self, Place};
use super::lines::{DAYS, life, strips};
use super::parts::{marks, strip};
use super::visitor::Visitor;
use super::words;
use crate::api::coverage::{self, CoverageIn};
use crate::api::json::Body;
use crate::api::lines::{self, DirtyOut, LineOut, LinesQuery, SoakIn};
use crate::api::page::ListQuery;
use crate::api::parts::{Path, Query};
use crate::api::pool::{self, DrawIn};
use crate::app::App;
use crate::problem::Problem;

/// The longest soak that the form takes, in days.
const SOAK_DAYS_MAX: u32 = 366;

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
        @if let Some(dirty) = &line.dirty { p.notice.warn { (why_dirty(lang, dirty)) } }
        h2 { (said!(lang, "Alive, last {DAYS} days", "近 {DAYS} 天在线")) }
        div.wide { (strip::strip(lang, hours)) }
        p.actions { a href={ "/contacts?line=" (line.number.replace('+', "%2B")) } { (lang.say("What reached it", "收到的来电来信")) } }
        @if visitor.caller.role.may_work() && line.state != LineState::Retired {
            (say_alive(visitor, line))
            (soak_anew(visitor, line))
            form.actions method="post" action={ "/lines/" (line.number) "/retire" } data-ask=(lang.say("Take this line out of service?", "停用此号码？")) {
                (layout::token(visitor))
                button.quiet.danger type="submit" { (lang.say("Take out of service", "停用")) }
            }
        }
    }
}

/// Why a line is dirty, as the API says it in English.
fn why_dirty(lang: Lang, dirty: &DirtyOut) -> String {
    let (heard, most) = (dirty.contacts, dirty.contacts_max);
    let follows = match dirty.action {
        DirtyAction::Disqualify => "不再发放；可重新静默或停用",
        DirtyAction::Mark => "没有干净的号码可用时才会发放",
    };
    match lang {
        Lang::En => dirty.reason.clone(),
        Lang::Zh => format!("静默期内收到 {heard} 次联系，多于 {most} 次：{follows}"),
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

fn say_alive(visitor: &Visitor, line: &LineOut) -> Markup {
    let (lang, zone) = (visitor.guest.lang, visitor.guest.zone_name());
    html! {
        details {
            summary { (lang.say("Say that it was alive", "声明它曾在线")) }
            form.stack method="post" action={ "/lines/" (line.number) "/alive" } {
                (layout::token(visitor))
                p.hint { (lang.say(
                    "Where heartbeats and tests prove nothing; the log says that it is your word alone.",
                    "用于心跳和测试都无法证明的时段；日志会注明这仅为您的声明。",
                )) }
                label for="from" { (said!(lang, "From the beginning of ({zone})", "自该日零时起（{zone}）")) }
                input #from name="from" type="date" required;
                label for="until" { (said!(lang, "To the end of ({zone})", "至该日结束（{zone}）")) }
                input #until name="until" type="date" required;
                button type="submit" { (lang.say("Write down", "记录")) }
            }
        }
    }
}

fn soak_anew(visitor: &Visitor, line: &LineOut) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        @if line.platforms.is_empty() && line.state != LineState::Control {
            details {
                summary { (lang.say("Let it soak anew", "重新静默")) }
                form.inline method="post" action={ "/lines/" (line.number) "/soak" } {
                    (layout::token(visitor))
                    div { label for="days" { (lang.say("Days", "天数")) }
                        input #days name="days" type="number" min="1" max=(SOAK_DAYS_MAX) value="30" required; }
                    div { button type="submit" { (lang.say("Soak", "静默")) } }
                }
            }
        }
    }
}

/// Whole days.
#[derive(Deserialize)]
pub(super) struct Days {
    from: String,
    until: String,
}

/// Says that a line was alive, whole days of it; today until now.
pub(super) async fn alive(
    State(app): State<Arc<App>>,
    Path(number): Path<String>,
    Form { visitor, fields }: Form<Days>,
) -> Result<Redirect, Problem> {
    let back = format!("/lines/{number}");
    let day = |name: &str, text: &str| {
        let missing = || Problem::bad_request("bad_coverage", format!("{name} is missing"));
        form::day(text, &visitor.guest.zone)?.ok_or_else(missing)
    };
    let now = app.recorder.clock().now();
    let until = day("until", &fields.until)?.end.min(now);
    let body = CoverageIn {
        number,
        from: day("from", &fields.from)?.start.to_string(),
        until: until.to_string(),
    };
    coverage::assert(State(app), visitor.caller, Body(body))
        .await
        .map(drop)?;
    Ok(Redirect::to(&back))
}

/// For how long.
#[derive(Deserialize)]
pub(super) struct Soak {
    days: u32,
}

/// Lets a line soak anew.
pub(super) async fn soak(
    State(app): State<Arc<App>>,
    Path(number): Path<String>,
    Form { visitor, fields }: Form<Soak>,
) -> Result<Redirect, Problem> {
    let back = format!("/lines/{number}");
    let body = SoakIn {
        soak_until: None,
        soak_days: Some(fields.days),
    };
    lines::soak(State(app), visitor.caller, Path(number), Body(body))
        .await
        .map(drop)?;
    Ok(Redirect::to(&back))
}

/// Draws controls by lot.
pub(super) async fn draw_controls(
    State(app): State<Arc<App>>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    let body = DrawIn {
        share: None,
        seed: None,
    };
    pool::draw_controls(State(app), visitor.caller, Body(body))
        .await
        .map(drop)?;
    Ok(Redirect::to("/lines?state=control"))
}
