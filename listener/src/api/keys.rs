//! API keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use honeytoken::{Event, KeyCreated, KeyId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of};
use super::parts::{Path, Query};
use crate::app::App;
use crate::ledger::new_key;
use crate::problem::Problem;

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyIn {
    /// `admin`, `analyst`, `auditor` or `viewer`.
    #[schema(value_type = String)]
    pub(crate) role: Role,
    /// Whose it is.
    #[serde(default)]
    pub(crate) name: Option<String>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKey {
    pub(crate) id: String,
    #[schema(value_type = String)]
    pub(crate) role: Role,
    pub(crate) name: Option<String>,
    /// The key itself: shown this once, kept nowhere.
    pub(crate) key: String,
}

/// A key as it is known.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyOut {
    pub(crate) id: String,
    #[schema(value_type = String)]
    pub(crate) role: Role,
    pub(crate) name: Option<String>,
}

/// Makes a key and shows it once.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", request_body = KeyIn,
    responses((status = 201, body = NewKey), (status = 403, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<KeyIn>,
) -> Result<(StatusCode, Json<NewKey>), Problem> {
    caller.may_administer()?;
    let (key, event) = new_key(body.role.as_str(), body.role, body.name.clone())
        .map_err(|error| Problem::internal(&error))?;
    let Event::KeyCreated(KeyCreated { key: id, .. }) = &event else {
        return Err(Problem::internal(&"a new key made another event"));
    };
    let shown = NewKey {
        id: id.to_string(),
        role: body.role,
        name: body.name,
        key: key.expose().to_owned(),
    };
    app.recorder
        .decide(Some(caller.key), |_| Ok(vec![event]))
        .await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// All live keys, by id.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", params(ListQuery),
    responses((status = 200, body = Page<KeyOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<KeyOut>>, Problem> {
    caller.may_audit()?;
    let state = app.recorder.view().state();
    let shown = |k: &KeyCreated| KeyOut {
        id: k.key.to_string(),
        role: k.role,
        name: k.name.clone(),
    };
    let items = state.registry.keys().map(|k| (k.key.to_string(), shown(k)));
    Ok(Json(page_of(items, &query)))
}

/// Revokes a key.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.may_administer()?;
    let id: KeyId = id
        .parse()
        .map_err(|_| Problem::not_found("no key of this id"))?;
    let decide = move |state: &crate::ledger::State| Ok(vec![state.registry.revoke_key(id)?]);
    app.recorder.decide(Some(caller.key), decide).await?;
    Ok(StatusCode::NO_CONTENT)
}
