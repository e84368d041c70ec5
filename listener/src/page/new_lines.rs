//! Numbers enter the pool: a few by hand, many as a sheet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use honeytoken::LineRole;
use maud::{Markup, html};
use serde::Deserialize;

use super::chinese::warnings::warning;
use super::form::{Form, filled};
use super::lang::said;
use super::layout::{self, Place};
use super::visitor::Visitor;
use super::{Shown, connections, problem, words};
use crate::api::adding::{self, AddingQuery, LineIn, LinesBody, LinesIn, LinesOut};
use crate::api::connections::ConnectionOut;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// Soak that is suggested, in days.
const SOAK_DAYS: u32 = 30;
/// The longest, in days.
const SOAK_DAYS_MAX: u32 = 366;
/// Refused rows that are shown one by one.
const REFUSED_MAX: usize = 100;

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    numbers: String,
    connection: String,
    role: String,
    country: String,
    block: String,
    soak_days: String,
}

/// The form.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(mut wish): Query<Wish>,
) -> Result<Shown, Problem> {
    visitor.caller.may_work()?;
    if wish.soak_days.is_empty() {
        wish.soak_days = SOAK_DAYS.to_string();
    }
    let connections = connections::all(&app, &visitor).await?;
    Ok(page(&visitor, &wish, &connections, &html! {}))
}

/// Adds them.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Form {
        visitor,
        fields: wish,
    }: Form<Wish>,
) -> Result<Response, Problem> {
    visitor.caller.may_work()?;
    let connections = connections::all(&app, &visitor).await?;
    let added = add(&app, &visitor, &wish).await;
    let lang = visitor.guest.lang;
    Ok(match added {
        Ok(outcome) => {
            let told = told(&visitor, &outcome);
            let rest = Wish {
                numbers: String::new(),
                ..wish
            };
            page(&visitor, &rest, &connections, &told).into_response()
        }
        Err(refused) if refused.status == 400 => {
            let why =
                html! { p.notice.alarm role="alert" { (problem::explained(lang, &refused)) } };
            (
                StatusCode::BAD_REQUEST,
                page(&visitor, &wish, &connections, &why),
            )
                .into_response()
        }
        Err(refused) => return Err(refused),
    })
}

async fn add(app: &Arc<App>, visitor: &Visitor, wish: &Wish) -> Result<LinesOut, Problem> {
    let body = match is_sheet(&wish.numbers) {
        true => LinesBody::Sheet(Bytes::from(wish.numbers.clone())),
        false => LinesBody::Json(listed(app, wish)?),
    };
    let query = AddingQuery {
        dry_run: false,
        connection: filled(&wish.connection),
    };
    let made = adding::create(
        State(Arc::clone(app)),
        visitor.caller.clone(),
        Query(query),
        body,
    )
    .await?;
    Ok(made.1.0)
}

/// A sheet names its columns in its first line; a number has none of their letters.
fn is_sheet(text: &str) -> bool {
    let first = text
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap_or_default();
    first.chars().any(char::is_alphabetic)
}

fn listed(app: &App, wish: &Wish) -> Result<LinesIn, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_line", detail);
    let days: u32 = match filled(&wish.soak_days) {
        None => 0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|days| *days <= SOAK_DAYS_MAX)
            .ok_or_else(|| bad(format!("soak is not 0 to {SOAK_DAYS_MAX} days")))?,
    };
    let until = app.recorder.clock().now().plus_s(i64::from(days) * 86_400);
    let line = |number: String| LineIn {
        number,
        connection: wish.connection.clone(),
        role: if wish.role == "control" {
            LineRole::Control
        } else {
            LineRole::Canary
        },
        block: filled(&wish.block),
        country: filled(&wish.country),
        acquired_at: None,
        soak_until: (days > 0).then(|| until.to_string()),
        shared: false,
    };
    let lines: Vec<LineIn> = wish.numbers.lines().filter_map(filled).map(line).collect();
    match lines.is_empty() {
        true => Err(bad("no number; write one a line".to_owned())),
        false => Ok(LinesIn { lines }),
    }
}

fn told(visitor: &Visitor, outcome: &LinesOut) -> Markup {
    let lang = visitor.guest.lang;
    let (added, refused) = (outcome.added, outcome.refused);
    let wrong = outcome
        .lines
        .iter()
        .filter(|line| line.error.is_some())
        .take(REFUSED_MAX);
    html! {
        @if added > 0 {
            p.notice role="status" { "✓ " (said!(lang, "{added} added.", "已添加 {added} 个。")) " "
                a href="/lines" { (lang.say("See all lines", "查看所有号码")) } " · "
                a href="/honeytokens/new" { (lang.say("Issue a honeytoken", "发放蜜标")) } }
        }
        @if refused > 0 {
            div.notice.alarm role="alert" {
                p { strong { (said!(lang, "{refused} were not added.", "{refused} 个未添加。")) } }
                ul { @for line in wrong { li {
                    @if let Some(row) = line.row { (lang.say("Row", "第")) " " (row) (lang.say(": ", " 行：")) }
                    code { (line.number) } " " @if let Some(error) = &line.error { (problem::explained(lang, error)) }
                } } }
            }
        }
        @for (said, lines) in &outcome.warnings { p.hint { "⚠ " (lines) " × " (warning(lang, said)) } }
    }
}

fn page(visitor: &Visitor, wish: &Wish, connections: &[ConnectionOut], told: &Markup) -> Shown {
    let lang = visitor.guest.lang;
    let title = lang.say("Add numbers", "添加号码");
    let body = html! {
        p.crumbs { a href="/lines" { (lang.say("Lines", "号码")) } }
        h1 { (title) }
        (told)
        @if connections.is_empty() { p.notice.warn { (lang.say("There is no connection yet.", "还没有连接。")) " "
            a href="/connections/new" { (lang.say("Connect a provider first", "请先接入服务商")) } } }
        form.stack method="post" action="/lines" {
            (layout::token(visitor))
            label for="numbers" { (lang.say("Numbers, one a line, with + and country code; or a CSV with a header", "号码，每行一个，含 + 和国家代码；或带表头的 CSV")) }
            textarea #numbers name="numbers" required rows="8" spellcheck="false" placeholder="+14155550132" { (wish.numbers) }
            div hidden {
                label for="file" { (lang.say("Or a CSV file", "或选择 CSV 文件")) }
                input #file type="file" accept=".csv,.txt,text/csv,text/plain" data-into="numbers";
            }
            label for="connection" { (lang.say("Connection", "连接")) }
            select #connection name="connection" required {
                @for connection in connections { option value=(connection.id) selected[connection.id == wish.connection] { (connection.id) } }
            }
            label for="role" { (lang.say("For", "用途")) }
            select #role name="role" aria-describedby="role-hint" {
                option value="canary" { (words::line_role(lang, LineRole::Canary)) }
                option value="control" selected[wish.role == "control"] { (words::line_role(lang, LineRole::Control)) }
            }
            p.hint #role-hint { (lang.say(
                "Controls are never given to anyone: they measure what a number gets anyway. Take at least a quarter of all.",
                "对照号码从不给任何人，用来测量号码本来会收到的骚扰；至少应占全部的四分之一。",
            )) }
            label for="soak_days" { (lang.say("Soak, in days", "静默期（天）")) }
            input #soak_days name="soak_days" type="number" min="0" max=(SOAK_DAYS_MAX) value=(wish.soak_days) aria-describedby="soak-hint";
            p.hint #soak-hint { (lang.say(
                "So long it only listens, so that its previous owner's callers show themselves. 0: ready at once.",
                "期间只监听，让找前机主的来电先暴露出来。0 表示立即可用。",
            )) }
            label for="country" { (lang.say("Country (two letters)", "国家（两个字母）")) }
            input #country name="country" maxlength="2" value=(wish.country) autocomplete="off" placeholder="US";
            label for="block" { (lang.say("Block of neighbouring numbers, if bought together", "号段（若成批购入）")) }
            input #block name="block" value=(wish.block) autocomplete="off";
            button type="submit" { (lang.say("Add", "添加")) }
        }
    };
    layout::page(visitor, Place::Lines, title, &body)
}

#[cfg(test)]
mod tests {
    use super::is_sheet;

    #[test]
    fn a_sheet_is_told_by_its_head() {
        assert!(is_sheet("number,role\n+14155550132,canary"));
        assert!(is_sheet("号码,国家\n13800138000,CN"));
        assert!(!is_sheet("+1 415 555-0132\n+14155550133"));
        assert!(!is_sheet(""));
    }
}
