//! All platforms, and a new one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use maud::html;

use super::Shown;
use super::layout::{self, Place};
use super::parts::{marks, pager};
use super::platform::edit;
use super::standings::standings;
use super::visitor::Visitor;
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::api::platforms;
use crate::app::App;
use crate::problem::Problem;

/// Platforms in a page.
const ROWS: usize = 100;

/// The list.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let wanted = super::tidied(query, ROWS);
    let list = platforms::list(
        State(Arc::clone(&app)),
        visitor.caller.clone(),
        Query(wanted),
    )
    .await?
    .0;
    let all = standings(&app).await?;
    let classes: BTreeMap<&str, _> = all
        .verdicts
        .iter()
        .map(|v| (v.platform.as_str(), v.class))
        .collect();
    let lang = visitor.guest.lang;
    let title = lang.say("Platforms", "平台");
    let body = html! {
        h1 { (title) }
        @if list.items.is_empty() { p.empty { (lang.say("None was declared yet.", "还没有登记平台。")) } }
        @else { div.scroll tabindex="0" role="group" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (lang.say("Platform", "平台")) }
                th scope="col" { (lang.say("Verdict", "结论")) }
                th scope="col" { (lang.say("Trade", "行业")) }
                th scope="col" { (lang.say("Company", "公司")) }
            } }
            tbody { @for platform in &list.items { @let id = platform.id.as_deref().unwrap_or_default(); tr {
                th scope="row" { a href={ "/platforms/" (id) } { (platform.name) } }
                td { @if let Some(class) = classes.get(id) { (marks::class(lang, *class)) } }
                td { (platform.sector.as_deref().unwrap_or("—")) }
                td { (platform.operator.as_deref().unwrap_or("—")) }
            } } }
        } } }
        (pager::pager(&visitor.guest, list.next_cursor.as_deref()))
        @if visitor.caller.role.may_work() {
            section aria-labelledby="declare" {
                h2 #declare { (lang.say("Declare a platform", "登记平台")) }
                details { summary { (lang.say("Describe it", "填写描述")) } (edit::form(&visitor, None)) }
            }
        }
    };
    Ok(layout::page(&visitor, Place::Platforms, title, &body))
}
