//! The custody log: what operators did.

mod detail;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{Entry, Language, Timestamp};
use serde::Serialize;
use store::Lookup;
use utoipa::ToSchema;

use self::detail::detail;
use super::caller::Caller;
use super::page::{ListQuery, Page};
use super::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// A step of an operator's, or of the installation's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustodyOut {
    pub(crate) index: u64,
    #[schema(value_type = String)]
    pub(crate) at: Timestamp,
    /// The key that did it; null for the installation itself.
    pub(crate) by: Option<String>,
    pub(crate) kind: &'static str,
    /// In a few words, without personal data.
    pub(crate) detail: String,
}

/// What operators did, newest first.
#[utoipa::path(get, path = "/v1/custody", tag = "custody", params(ListQuery),
    responses((status = 200, body = Page<CustodyOut>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<CustodyOut>>, Problem> {
    Ok(Json(steps(&app, &caller, &query, Language::En)?))
}

/// What operators did, newest first, in the reader's language.
///
/// # Errors
/// When the caller is neither admin nor auditor, or the index cannot be read.
pub(crate) fn steps(
    app: &App,
    caller: &Caller,
    query: &ListQuery,
    lang: Language,
) -> Result<Page<CustodyOut>, Problem> {
    caller.may_audit()?;
    let view = app.recorder.view();
    let limit = query.limit();
    let custody = Lookup::Other("custody", String::new());
    let indices = view.index.newest(&custody, query.before()?, limit);
    let indices = indices.map_err(|error| Problem::internal(&error))?;
    let next_cursor = indices
        .last()
        .filter(|_| indices.len() == limit)
        .map(|index| index.to_string());
    let entry = |index: &u64| view.reader.entry(*index).ok().flatten();
    let items = indices
        .iter()
        .filter_map(entry)
        .map(|e| shown(&e, lang))
        .collect();
    Ok(Page { items, next_cursor })
}

fn shown(entry: &Entry, lang: Language) -> CustodyOut {
    CustodyOut {
        index: entry.index,
        at: entry.at,
        by: entry.by.as_ref().map(ToString::to_string),
        kind: entry.event.kind(),
        detail: detail(&entry.event, lang),
    }
}
