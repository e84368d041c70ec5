//! All honeytokens.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::Shown;
use super::layout::{self, Place};
use super::parts::{marks, pager};
use super::visitor::Visitor;
use crate::api::honeytokens::{self, HoneytokenOut};
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// Honeytokens in a page.
const ROWS: usize = 50;

/// The list.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let wanted = super::tidied(query, ROWS);
    let list = honeytokens::list(State(app), visitor.caller.clone(), Query(wanted))
        .await?
        .0;
    let guest = &visitor.guest;
    let lang = guest.lang;
    let title = lang.say("Honeytokens", "蜜标");
    let body = html! {
        h1 { (title) }
        p.lead { (lang.say(
            "A number and a name that one platform alone was given.",
            "只给过一个平台的号码和姓名。",
        )) }
        @if visitor.caller.role.may_work() {
            p.actions {
                a.button href="/honeytokens/new" { (lang.say("Issue a honeytoken", "发放蜜标")) }
                a.button.quiet href="/honeytokens/bulk" { (lang.say("Many at once", "批量发放")) }
            }
        }
        @if list.items.is_empty() {
            p.empty { (lang.say("None was issued yet.", "还没有发放。")) }
        } @else {
            (table(&visitor, title, &list.items))
        }
        (pager::pager(guest, list.next_cursor.as_deref()))
    };
    Ok(layout::page(&visitor, Place::Issue, title, &body))
}

/// Honeytokens as a table.
pub(super) fn table(visitor: &Visitor, label: &str, tokens: &[HoneytokenOut]) -> Markup {
    let guest = &visitor.guest;
    let lang = guest.lang;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(label) { table {
            thead { tr {
                th scope="col" { (lang.say("Number", "号码")) }
                th scope="col" { (lang.say("Platform", "平台")) }
                th scope="col" { (lang.say("Persona", "身份")) }
                th scope="col" { (lang.say("Registered", "注册时间")) }
                th scope="col" { (lang.say("State", "状态")) }
            } }
            tbody { @for token in tokens { tr {
                th scope="row" { a href={ "/honeytokens/" (token.id) } { code { (token.number) } } }
                td { a href={ "/platforms/" (token.platform) } { (token.platform) } }
                td { (token.persona.as_ref().map_or("…", |p| p.name.as_str())) }
                td { (marks::time(guest, token.registered_at)) }
                td { @if token.ended { (lang.say("Ended", "已结束")) } @else { (lang.say("Live", "使用中")) } }
            } } }
        } }
    }
}
