//! Everything that wants somebody's attention, each with the way to mend it.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Shown;
use super::layout::{self, Place};
use super::parts::pager;
use super::visitor::Visitor;
use crate::api::attention::{self, AttentionOut};
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// Rows in a page.
const ROWS: usize = 100;

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let wanted = super::tidied(query, ROWS);
    let asked = (State(app), visitor.caller.clone(), Query(wanted));
    let list = attention::list(asked.0, asked.1, asked.2).await?.0;
    let lang = visitor.guest.lang;
    let title = lang.say("Wants attention", "需要处理");
    let body = html! {
        h1 { (title) }
        div #attention-list data-live="verdict line connection checkpoint" {
            @if list.items.is_empty() { p.empty { (lang.say("Nothing does.", "没有需要处理的事项。")) } }
            @else { (items(&visitor, &list.items)) }
            (pager::pager(&visitor.guest, list.next_cursor.as_deref()))
        }
        (layout::live())
    };
    Ok(layout::page(&visitor, Place::Overview, title, &body))
}

/// What wants attention, as a list of links.
pub(super) fn items(visitor: &Visitor, items: &[AttentionOut]) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        ul.plain { @for item in items { @let words = lang.say(&item.en, &item.zh); li {
            @match place(visitor, item) {
                Some(to) => { a href=(to) { bdi { (words) } } }
                None => { bdi { (words) } }
            }
        } } }
    }
}

/// Where it is mended; none where no page can.
fn place(visitor: &Visitor, item: &AttentionOut) -> Option<String> {
    let of = |base: &str, id: &Option<String>| Some(format!("{base}{}", id.as_deref()?));
    match item.kind {
        "webhook_refused" | "unparsed" => of("/connections/", &item.connection),
        "alert_target_disabled" | "alerts_dead" => Some("/settings#alerts".to_owned()),
        "anchor_overdue" => Some("/settings#file".to_owned()),
        "reply_not_offered" | "reply_unanswered" => {
            Some(of("/platforms/", &item.platform)? + "#reply")
        }
        "few_controls" => {
            let works = visitor.caller.role.may_work();
            works.then(|| "/lines/new?role=control".to_owned())
        }
        "lines_dirty" => Some("/lines?state=dirty".to_owned()),
        "line_silent" | "line_unproven" if visitor.caller.role.may_see_personal_data() => {
            let number = item.number.as_deref()?;
            let number = utf8_percent_encode(number, NON_ALPHANUMERIC);
            Some(format!("/lines/{number}"))
        }
        _ => None,
    }
}
