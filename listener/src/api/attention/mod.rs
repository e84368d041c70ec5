//! What wants somebody's attention, as things stand.
//!
//! - [`house`]: the installation itself: log, disk, authorities, connections, alerts. [`work`]: what
//!   people left undone: platforms that were not told, controls that are too few. [`silence`]: lines.

mod house;
mod silence;
mod work;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{Basis, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::page::{ListQuery, Page, page_of};
use super::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// Something that wants attention.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct AttentionOut {
    /// `log_fault`, `checkpoint`, `disk_low`, `anchor_overdue`, `webhook_refused`, `unparsed`,
    /// `alert_target_disabled`, `alerts_dead`, `reply_not_offered`, `reply_unanswered`, `few_controls`,
    /// `lines_dirty`, `line_silent` or `line_unproven`.
    pub(crate) kind: &'static str,
    /// The line, if it is one; masked for viewers.
    pub(crate) number: Option<String>,
    pub(crate) connection: Option<String>,
    pub(crate) platform: Option<String>,
    /// Since when.
    #[schema(value_type = Option<String>)]
    pub(crate) since: Option<Timestamp>,
    /// Of a line: the kind of sign that is missing.
    #[schema(value_type = Option<String>)]
    pub(crate) missing: Option<Basis>,
    /// In Chinese.
    pub(crate) zh: String,
    /// In English.
    pub(crate) en: String,
    /// The entry that it is about: of a line, the one that added it.
    pub(crate) index: Option<u64>,
}

/// What is wrong with the installation, what people left undone, then lines that are silent and lines
/// whose silence nobody would notice, in the order in which they were added.
#[utoipa::path(get, path = "/v1/attention", tag = "lines", params(ListQuery),
    responses((status = 200, body = Page<AttentionOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AttentionOut>>, Problem> {
    let number = caller.line(&query)?;
    let open = caller.role.may_see_personal_data();
    let mut ours = Vec::new();
    if number.is_none() {
        ours.extend(house::trouble(&app, open));
        ours.extend(work::undone(&app, &caller));
    }
    // Before all lines, whose keys are digits.
    let ours = ours.into_iter().enumerate();
    let ours = ours.map(|(at, item)| (format!("!{at:06}"), item));
    let lines = silence::lines(&app, number, open);
    let page = page_of(ours.chain(lines), &query);
    if open {
        let lines = page.items.iter().filter(|item| item.number.is_some());
        let shown: Vec<u64> = lines.filter_map(|item| item.index).collect();
        app.reads.note(&caller.key, "attention", &shown);
    }
    Ok(Json(page))
}
