//! What wants somebody's attention, as things stand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{Basis, LineView, SenderKind, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::page::{ListQuery, Page, page_of};
use super::parts::Query;
use super::redact::masked;
use crate::app::App;
use crate::life::{Looks, Standing, Word};
use crate::problem::Problem;

/// Something that wants attention.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttentionOut {
    /// `line_silent` or `line_unproven`.
    pub(crate) kind: &'static str,
    /// The line; masked for viewers.
    pub(crate) number: String,
    pub(crate) connection: String,
    /// Since when.
    #[schema(value_type = Option<String>)]
    pub(crate) since: Option<Timestamp>,
    /// The kind of sign that is missing.
    #[schema(value_type = Option<String>)]
    pub(crate) missing: Option<Basis>,
    /// In Chinese.
    pub(crate) zh: String,
    /// In English.
    pub(crate) en: String,
    /// The entry that added the line.
    pub(crate) index: u64,
}

/// Lines that are silent, and lines whose silence nobody would notice, in the order in which they were
/// added.
#[utoipa::path(get, path = "/v1/attention", tag = "lines", params(ListQuery),
    responses((status = 200, body = Page<AttentionOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AttentionOut>>, Problem> {
    let number = caller.line(&query)?;
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let looks = Looks::new(&state, &app.config.life);
    let wanted = |v: &LineView<'_>| number.is_none_or(|n| v.line.number == n);
    let mut lines: Vec<_> = state.registry.lines(now).filter(wanted).collect();
    lines.sort_by_key(|view| view.index);
    let open = caller.role.may_see_personal_data();
    let items = lines.iter().filter_map(|view| {
        let item = item(view, looks.at(view), open)?;
        Some((format!("{:020}", view.index), item))
    });
    let page = page_of(items, &query);
    if open {
        let shown: Vec<u64> = page.items.iter().map(|item| item.index).collect();
        app.reads.note(&caller.key, "attention", &shown);
    }
    Ok(Json(page))
}

fn item(view: &LineView<'_>, standing: Standing, open: bool) -> Option<AttentionOut> {
    let number = view.line.number.as_str();
    let hidden = masked(number, SenderKind::Number);
    let number = if open { number.to_owned() } else { hidden };
    let (kind, zh, en) = match standing.word {
        Word::Silent => {
            let since = standing.silent_since.unwrap_or(view.line.acquired_at);
            let zh =
                format!("线路 {number} 自 {since} 起没有任何在线迹象；恢复前的沉默不计入结论。");
            let en = format!(
                "Line {number} has given no sign of life since {since}; until it is back, its silence counts for nothing."
            );
            ("line_silent", zh, en)
        }
        Word::Unproven => {
            let zh = format!(
                "线路 {number} 没有任何在线证明；它的沉默不计入结论。请设置心跳或测试短信。"
            );
            let en = format!(
                "Nothing proves that line {number} lives, so its silence counts for nothing; set up heartbeats or test messages."
            );
            ("line_unproven", zh, en)
        }
        Word::Alive | Word::Waiting | Word::Off => return None,
    };
    Some(AttentionOut {
        kind,
        number,
        connection: view.line.connection.to_string(),
        since: standing.silent_since,
        missing: standing.missing,
        zh,
        en,
        index: view.index,
    })
}
