//! Where alerts go.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{
    AlertTarget, AlertTargetId, AlertTargetRemoved, Event, KeyId, Language, Operation, Role, Secret,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of};
use super::parts::{Path, Query};
use crate::alerts::wire::{self, Sent};
use crate::alerts::{AlertConfig, Draft, checked, known, words};
use crate::app::App;
use crate::problem::Problem;

/// A target to make or replace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertTargetIn {
    /// Our name for it.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// `standard_webhooks`, `slack`, `discord`, `dingtalk`, `wecom`, `feishu` or `email`.
    pub(crate) channel: String,
    /// What the channel needs and may be shown, such as `host`, `from`, `to`.
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, String>,
    /// What the channel needs and is never returned, such as `url`, `whsec`, `password`.
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, String>,
    /// What it wants to hear of; empty: of everything.
    #[serde(default)]
    pub(crate) topics: Vec<String>,
    /// Of which platforms; empty: of all that its owner may see.
    #[serde(default)]
    pub(crate) platforms: Vec<String>,
    /// Of the platforms of which study.
    #[serde(default)]
    pub(crate) study: Option<String>,
    /// `zh` or `en`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) language: Option<Language>,
    /// At most one alert per platform, and else per topic, in so many minutes; 10 if not given.
    #[serde(default)]
    pub(crate) throttle_min: Option<u32>,
    /// What links in its messages begin with.
    #[serde(default)]
    pub(crate) link_base: Option<String>,
    /// Whether it may be on this machine or in a private network; for admins to set.
    #[serde(default)]
    pub(crate) allow_private: bool,
}

/// A target, without its secrets.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertTargetOut {
    pub(crate) id: String,
    pub(crate) channel: String,
    pub(crate) settings: BTreeMap<String, String>,
    /// The names of the secrets that are set.
    pub(crate) secrets: Vec<String>,
    pub(crate) topics: Vec<String>,
    pub(crate) platforms: Vec<String>,
    pub(crate) study: Option<String>,
    #[schema(value_type = String)]
    pub(crate) language: Language,
    pub(crate) throttle_min: u32,
    pub(crate) link_base: Option<String>,
    pub(crate) allow_private: bool,
    /// The key whose sight it has; null: the installation's own.
    pub(crate) owner: Option<String>,
    /// Why nothing is sent to it, if so.
    pub(crate) disabled: Option<String>,
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertTestOut {
    /// Whether the other side took the message.
    pub(crate) delivered: bool,
    /// Why not.
    pub(crate) reason: Option<String>,
}

/// Makes a target, or replaces it under the same id.
#[utoipa::path(post, path = "/v1/alert-targets", tag = "alerts", request_body = AlertTargetIn,
    responses((status = 201, body = AlertTargetOut), (status = 200, body = AlertTargetOut), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<AlertTargetIn>,
) -> Result<impl IntoResponse, Problem> {
    let id = body.id.clone();
    let id = id.ok_or_else(|| Problem::bad_request("bad_body", "id is missing"))?;
    set(&app, &caller, id, body).await
}

/// Makes or replaces a target; one that was disabled is tried again.
#[utoipa::path(put, path = "/v1/alert-targets/{id}", tag = "alerts", request_body = AlertTargetIn,
    params(("id" = String, Path)),
    responses((status = 201, body = AlertTargetOut), (status = 200, body = AlertTargetOut), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<AlertTargetIn>,
) -> Result<impl IntoResponse, Problem> {
    set(&app, &caller, id, body).await
}

async fn set(
    app: &App,
    caller: &Caller,
    id: String,
    body: AlertTargetIn,
) -> Result<(StatusCode, Json<AlertTargetOut>), Problem> {
    caller.may_work()?;
    if body.allow_private {
        caller.may_administer()?;
    }
    let bad =
        |e: crate::alerts::TargetError| Problem::bad_request("bad_alert_target", e.to_string());
    let target = checked(draft(id, body, &caller.key)).map_err(bad)?;
    let before = {
        let state = app.recorder.view().state();
        known(&state.registry, &target).map_err(bad)?;
        state.alerts.target(&target.target).cloned()
    };
    if before.as_ref().is_some_and(|before| !owns(caller, before)) {
        return Err(Problem::forbidden("alert target belongs to another key"));
    }
    for platform in &target.platforms {
        if !caller.may_see(app, platform) {
            let detail = format!("platform {platform} does not exist");
            return Err(Problem::bad_request("bad_alert_target", detail));
        }
    }
    let shown = shown(&target);
    let event = Event::AlertTargetSet(target);
    let decide = move |_: &crate::ledger::State| Ok(vec![event]);
    app.recorder
        .decide(Some(caller.key.clone()), decide)
        .await?;
    let status = if before.is_some() {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(shown)))
}

fn draft(id: String, body: AlertTargetIn, owner: &KeyId) -> Draft {
    let secrets = body.secrets.into_iter();
    Draft {
        id,
        secrets: secrets
            .map(|(name, value)| (name, Secret::new(value)))
            .collect(),
        owner: Some(owner.clone()),
        written: AlertConfig {
            channel: body.channel,
            settings: body.settings,
            secrets_env: BTreeMap::new(),
            topics: body.topics,
            platforms: body.platforms,
            study: body.study,
            language: body.language,
            throttle_min: body.throttle_min,
            link_base: body.link_base,
            allow_private: body.allow_private,
        },
    }
}

/// Whether a target is the caller's to change.
pub(super) fn owns(caller: &Caller, target: &AlertTarget) -> bool {
    caller.role.may_administer() || target.owner.as_ref() == Some(&caller.key)
}

fn shown(target: &AlertTarget) -> AlertTargetOut {
    AlertTargetOut {
        id: target.target.to_string(),
        channel: target.channel.clone(),
        settings: target.settings.clone(),
        secrets: target.secrets.keys().cloned().collect(),
        topics: target.topics.clone(),
        platforms: target.platforms.iter().map(ToString::to_string).collect(),
        study: target.study.as_ref().map(ToString::to_string),
        language: target.language,
        throttle_min: target.throttle_min,
        link_base: target.link_base.clone(),
        allow_private: target.allow_private,
        owner: target.owner.as_ref().map(ToString::to_string),
        disabled: target.disabled.clone(),
    }
}

/// The targets: admins and auditors see all, analysts their own.
#[utoipa::path(get, path = "/v1/alert-targets", tag = "alerts", params(ListQuery),
    responses((status = 200, body = Page<AlertTargetOut>), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AlertTargetOut>>, Problem> {
    caller.may_see_personal_data()?;
    let state = app.recorder.view().state();
    let open = |t: &&AlertTarget| caller.role == Role::Auditor || owns(&caller, t);
    let items = state.alerts.targets().filter(open);
    Ok(Json(page_of(
        items.map(|t| (t.target.to_string(), shown(t))),
        &query,
    )))
}

/// Removes a target; what was waiting for it is not sent.
#[utoipa::path(delete, path = "/v1/alert-targets/{id}", tag = "alerts",
    params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let target = own(&app, &caller, &id)?.target;
    let event = Event::AlertTargetRemoved(AlertTargetRemoved { target });
    let decide = move |_: &crate::ledger::State| Ok(vec![event]);
    app.recorder.decide(Some(caller.key), decide).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test message now, past queue and throttle, and says what came of it.
#[utoipa::path(post, path = "/v1/alert-targets/{id}/test", tag = "alerts",
    params(("id" = String, Path)),
    responses((status = 200, body = AlertTestOut), (status = 404, body = Problem)))]
pub(crate) async fn test(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AlertTestOut>, Problem> {
    let target = own(&app, &caller, &id)?;
    let now = app.recorder.clock().now();
    let message = words::test(&app.log_tag, &target, now);
    let reason = match wire::send(&target, &message, now).await {
        Sent::Delivered => None,
        Sent::Failed { reason, .. } => Some(reason),
        Sent::Gone => Some("answered 410: it is gone".to_owned()),
    };
    let outcome = reason.as_deref().unwrap_or("delivered");
    let event = Event::Operation(Operation {
        operation: "alert_test".to_owned(),
        detail: format!("target {}: {outcome}", target.target),
    });
    let decide = move |_: &crate::ledger::State| Ok(vec![event]);
    app.recorder.decide(Some(caller.key), decide).await?;
    let delivered = reason.is_none();
    Ok(Json(AlertTestOut { delivered, reason }))
}

/// A target that the caller may change.
fn own(app: &App, caller: &Caller, id: &str) -> Result<AlertTarget, Problem> {
    caller.may_work()?;
    let unknown = || Problem::not_found("no alert target of this name, or not yours");
    let id: AlertTargetId = id.parse().map_err(|_| unknown())?;
    let state = app.recorder.view().state();
    let target = state
        .alerts
        .target(&id)
        .filter(|target| owns(caller, target));
    target.cloned().ok_or_else(unknown)
}
