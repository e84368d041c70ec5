//! All calls and messages, newest first.

use std::sync::Arc;

use axum::extract::State;
use maud::html;

use super::Shown;
use super::layout::{self, Place};
use super::parts::{contact, pager};
use super::visitor::Visitor;
use crate::api::contacts;
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// Contacts in a page.
const ROWS: usize = 50;

/// Calls and messages.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let wanted = super::tidied(query, ROWS);
    let asked = (State(app), visitor.caller.clone(), Query(wanted.clone()));
    let list = contacts::list(asked.0, asked.1, asked.2).await?.0;
    let guest = &visitor.guest;
    let lang = guest.lang;
    let title = lang.say("Calls and messages", "来电来信");
    let value = |field: &Option<String>| field.clone().unwrap_or_default();
    let body = html! {
        h1 { (title) }
        form.inline method="get" action="/contacts" {
            div { label for="platform" { (lang.say("Platform", "平台")) }
                input #platform name="platform" value=(value(&wanted.platform)) autocomplete="off"; }
            @if visitor.caller.role.may_see_personal_data() {
                div { label for="line" { (lang.say("Line", "号码")) }
                    input #line name="line" type="tel" value=(value(&wanted.line)) autocomplete="off"; }
            }
            div { label for="since" { (lang.say("Since", "起")) } input #since name="since" value=(value(&wanted.since)) placeholder="2026-11-01T00:00:00Z"; }
            div { button type="submit" { (lang.say("Filter", "筛选")) } }
        }
        div #contacts data-live="contact" {
            @if list.items.is_empty() {
                p.empty { (lang.say("Nothing has come.", "还没有任何联系。")) }
            } @else {
                (contact::table(guest, title, &list.items))
            }
            (pager::pager(guest, list.next_cursor.as_deref()))
        }
        (layout::live())
    };
    Ok(layout::page(&visitor, Place::Contacts, title, &body))
}
