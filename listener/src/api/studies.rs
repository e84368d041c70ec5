//! Cases that group platforms, and who may see them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::Study;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of};
use super::parts::Query;
use crate::app::App;
use crate::problem::Problem;

/// A study.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StudyBody {
    id: String,
    name: String,
    /// Its platforms' ids.
    #[serde(default)]
    platforms: Vec<String>,
    /// The keys that may see it; empty: all.
    #[serde(default)]
    members: Vec<String>,
}

/// Makes a study, or sets it anew under the same id.
#[utoipa::path(post, path = "/v1/studies", tag = "studies", request_body = StudyBody,
    responses((status = 201, body = StudyBody), (status = 404, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<StudyBody>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_administer()?;
    let study = checked(&body)?;
    let existed = app
        .recorder
        .view()
        .state()
        .registry
        .study(&study.study)
        .is_some();
    let decide = move |state: &crate::ledger::State| Ok(vec![state.registry.set_study(study)?]);
    app.recorder.decide(Some(caller.key), decide).await?;
    Ok((
        if existed {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        },
        Json(body),
    ))
}

fn checked(body: &StudyBody) -> Result<Study, Problem> {
    let bad = |e: honeytoken::IdError| Problem::bad_request("bad_study", e.to_string());
    Ok(Study {
        study: body.id.parse().map_err(bad)?,
        name: body.name.clone(),
        platforms: body
            .platforms
            .iter()
            .map(|p| p.parse())
            .collect::<Result<_, _>>()
            .map_err(bad)?,
        members: body
            .members
            .iter()
            .map(|k| k.parse())
            .collect::<Result<_, _>>()
            .map_err(bad)?,
    })
}

/// The studies that the caller may see, by id.
#[utoipa::path(get, path = "/v1/studies", tag = "studies", params(ListQuery),
    responses((status = 200, body = Page<StudyBody>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<StudyBody>>, Problem> {
    let state = app.recorder.view().state();
    let open = |s: &&Study| {
        caller.role.may_administer() || s.members.is_empty() || s.members.contains(&caller.key)
    };
    let items = state
        .registry
        .studies()
        .filter(open)
        .map(|s| (s.study.to_string(), shown(s)));
    Ok(Json(page_of(items, &query)))
}

fn shown(study: &Study) -> StudyBody {
    StudyBody {
        id: study.study.to_string(),
        name: study.name.clone(),
        platforms: study.platforms.iter().map(ToString::to_string).collect(),
        members: study.members.iter().map(ToString::to_string).collect(),
    }
}
