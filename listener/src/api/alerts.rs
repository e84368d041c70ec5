//! What was raised, to whom it went, and what is dead and can be replayed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{AlertReplayed, AlertTargetId, Event, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::alert_targets::owns;
use super::caller::Caller;
use super::json::OptionalBody;
use super::page::{ListQuery, Page};
use super::parts::{Path, Query};
use crate::alerts::{Record, Standing};
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// What alerts are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertQuery {
    /// Items in the page, 1 to 1000; 100 if not given.
    limit: Option<usize>,
    /// Where the page before ended: its `next_cursor`.
    cursor: Option<String>,
    /// Only those on this platform.
    platform: Option<String>,
    /// Only those to this target.
    target: Option<String>,
    /// Only those that stand so at a target: `pending`, `delivered`, `summed`, `dead`, `dropped`.
    #[param(value_type = Option<String>)]
    state: Option<Standing>,
}

/// An alert.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertOut {
    /// The entry that raised it.
    id: u64,
    #[schema(value_type = String)]
    at: Timestamp,
    topic: String,
    platform: Option<String>,
    /// The entries that it rests on.
    entries: Vec<u64>,
    /// What its words are made of.
    details: BTreeMap<String, String>,
    /// What became of it, by target.
    deliveries: Vec<DeliveryOut>,
}

/// What became of an alert at one target.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryOut {
    target: String,
    /// `pending`, `delivered`, `summed` (told in a later one), `dead` or `dropped`.
    #[schema(value_type = String)]
    state: Standing,
    attempts: u32,
    /// When it is tried again, after a failure.
    #[schema(value_type = Option<String>)]
    next_at: Option<Timestamp>,
    /// Why it failed last.
    reason: Option<String>,
}

/// The newest alerts that the caller may see, newest first: the last 5000 are remembered, the log
/// holds all.
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", params(AlertQuery),
    responses((status = 200, body = Page<AlertOut>), (status = 400, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<AlertQuery>,
) -> Result<Json<Page<AlertOut>>, Problem> {
    let paging = ListQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
        platform: query.platform.clone(),
        ..ListQuery::default()
    };
    let (before, platform) = (paging.before()?, paging.platform()?);
    let limit = paging.limit();
    let state = app.recorder.view().state();
    let wanted = |record: &Record| {
        is_open(&state, &caller, record)
            && (platform.is_none() || platform == record.raised.platform)
            && query.fits(record)
    };
    let mut found = state
        .alerts
        .records()
        .rev()
        .filter(|(id, _)| before.is_none_or(|before| *id < before))
        .filter(|(_, record)| wanted(record));
    let page: Vec<(u64, &Record)> = found.by_ref().take(limit).collect();
    let more = found.next().is_some();
    let next_cursor = page.last().filter(|_| more).map(|(id, _)| id.to_string());
    let items = page
        .into_iter()
        .map(|(id, record)| shown(id, record))
        .collect();
    Ok(Json(Page { items, next_cursor }))
}

impl AlertQuery {
    fn fits(&self, record: &Record) -> bool {
        if self.target.is_none() && self.state.is_none() {
            return true;
        }
        record.deliveries.iter().any(|(target, delivery)| {
            self.target
                .as_deref()
                .is_none_or(|id| id == target.as_str())
                && self.state.is_none_or(|state| state == delivery.standing)
        })
    }
}

fn is_open(state: &Fold, caller: &Caller, record: &Record) -> bool {
    caller.role.may_administer()
        || record
            .raised
            .platform
            .as_ref()
            .is_none_or(|platform| state.registry.may_see(&caller.key, platform))
}

fn shown(id: u64, record: &Record) -> AlertOut {
    let delivery = |(target, delivery): (&AlertTargetId, &crate::alerts::Delivery)| DeliveryOut {
        target: target.to_string(),
        state: delivery.standing,
        attempts: delivery.attempts,
        next_at: delivery.next_at,
        reason: delivery.reason.clone(),
    };
    AlertOut {
        id,
        at: record.at,
        topic: record.raised.topic.clone(),
        platform: record.raised.platform.as_ref().map(ToString::to_string),
        entries: record.raised.because.clone(),
        details: record.raised.details.clone(),
        deliveries: record.deliveries.iter().map(delivery).collect(),
    }
}

/// Which targets to replay to.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayIn {
    /// Their ids; all at which it is dead if not given.
    #[serde(default)]
    targets: Option<Vec<String>>,
}

/// Sends a dead alert once more, from the first attempt on. A body is not needed.
#[utoipa::path(post, path = "/v1/alerts/{id}/replay", tag = "alerts",
    params(("id" = u64, Path)), request_body = Option<ReplayIn>,
    responses((status = 200, body = AlertOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn replay(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    OptionalBody(body): OptionalBody<ReplayIn>,
) -> Result<Json<AlertOut>, Problem> {
    caller.may_work()?;
    let unknown = || Problem::not_found("no alert of this id is remembered");
    let id: u64 = id.parse().map_err(|_| unknown())?;
    let wanted = body.targets;
    let targets = {
        let state = app.recorder.view().state();
        let record = state.alerts.record(id);
        record
            .filter(|record| is_open(&state, &caller, record))
            .ok_or_else(unknown)?;
        let mut dead = state.alerts.dead_at(id);
        dead.retain(|target| {
            wanted
                .as_ref()
                .is_none_or(|w| w.iter().any(|t| t == target.as_str()))
        });
        dead.retain(|target| may_replay(&state, &caller, target));
        dead
    };
    if targets.is_empty() {
        let detail = "alert is dead at no target of yours that is still there and not disabled";
        let conflict = axum::http::StatusCode::CONFLICT;
        return Err(Problem::new(conflict, "nothing_to_replay", detail));
    }
    let event = Event::AlertReplayed(AlertReplayed {
        raised: id,
        targets,
    });
    app.recorder
        .decide(Some(caller.key.clone()), |_| Ok(vec![event]))
        .await?;
    let state = app.recorder.view().state();
    let record = state.alerts.record(id).ok_or_else(unknown)?;
    Ok(Json(shown(id, record)))
}

fn may_replay(state: &Fold, caller: &Caller, target: &AlertTargetId) -> bool {
    state
        .alerts
        .target(target)
        .is_some_and(|target| owns(caller, target) && target.disabled.is_none())
}
