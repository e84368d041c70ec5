//! What providers list, held against what their webhooks brought.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{Event, ReconciledDay, Reconciliation, Timestamp};
use serde::{Deserialize, Serialize};
use store::Lookup;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::json::Body;
use super::numbers::opened;
use super::page::{ListQuery, Page, time};
use super::parts::{Path, Query};
use crate::account::Period;
use crate::app::App;
use crate::backfill::{self, PERIOD_DAYS_MAX};
use crate::ledger::reconciliations_of;
use crate::problem::Problem;

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// The period to compare.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackfillIn {
    /// Beginning, included; 48 hours ago if not given.
    #[serde(default)]
    from: Option<String>,
    /// End, excluded; now if not given.
    #[serde(default)]
    until: Option<String>,
}

/// A comparison with a provider's lists.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReconciliationOut {
    /// The entry that holds it.
    index: u64,
    /// When it was made.
    #[schema(value_type = String)]
    at: Timestamp,
    connection: String,
    #[schema(value_type = String)]
    from: Timestamp,
    #[schema(value_type = String)]
    until: Timestamp,
    /// What was compared: `messages`, `calls`.
    lists: Vec<String>,
    /// Day by day (UTC), oldest first; days without any contact are left out.
    days: Vec<ReconciledDayOut>,
    /// Contacts that the provider does not list: their entries.
    only_webhook: Vec<u64>,
    /// Whether a part was left out because there was too much.
    cut_short: bool,
}

/// One day of a comparison.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReconciledDayOut {
    day: String,
    /// Known to both.
    both: u64,
    /// Brought by a webhook and not listed by the provider.
    only_webhook: u64,
    /// Listed by the provider and brought by no webhook.
    only_provider: u64,
    /// Of those: added to the log by this comparison.
    added: u64,
}

impl From<ReconciledDay> for ReconciledDayOut {
    fn from(day: ReconciledDay) -> ReconciledDayOut {
        ReconciledDayOut {
            day: day.day,
            both: day.both,
            only_webhook: day.only_webhook,
            only_provider: day.only_provider,
            added: day.added,
        }
    }
}

fn shown(index: u64, at: Timestamp, compared: Reconciliation) -> ReconciliationOut {
    ReconciliationOut {
        index,
        at,
        connection: compared.connection.to_string(),
        from: compared.from,
        until: compared.until,
        lists: compared.lists,
        days: compared
            .days
            .into_iter()
            .map(ReconciledDayOut::from)
            .collect(),
        only_webhook: compared.only_webhook,
        cut_short: compared.cut_short,
    }
}

/// Looks in the provider's lists for what the webhooks missed, adds it, and says what the provider
/// does not know. It goes on when the client hangs up.
#[utoipa::path(post, path = "/v1/connections/{id}/backfill", tag = "reconciliations", request_body = BackfillIn,
    params(("id" = String, Path)),
    responses((status = 201, body = ReconciliationOut), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn backfill(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<BackfillIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let period = period(&app, &body)?;
    let (connection, _) = opened(&app, &id)?;
    let by = Some(caller.key.clone());
    let (working, clock) = (Arc::clone(&app), app.recorder.clock().clone());
    let run = tokio::spawn(async move { backfill::run(&working, &connection, period, by).await });
    let (index, compared) = run.await.map_err(|error| Problem::internal(&error))??;
    Ok((
        StatusCode::CREATED,
        Json(shown(index, clock.now(), compared)),
    ))
}

fn period(app: &App, body: &BackfillIn) -> Result<Period, Problem> {
    let now = app.recorder.clock().now();
    let at = |name, text: &Option<String>| text.as_deref().map(|text| time(name, text)).transpose();
    let back_s = i64::from(app.config.accounts.look_back_h) * HOUR_S;
    let until = at("until", &body.until)?.unwrap_or(now).min(now);
    let from = at("from", &body.from)?.unwrap_or(until.plus_s(-back_s));
    if from >= until {
        let detail = "from is not before until, which is now at the latest";
        return Err(Problem::bad_request("bad_period", detail));
    }
    if until.seconds_since(from) > (PERIOD_DAYS_MAX * DAY_S) as f64 {
        let detail = format!("period is longer than {PERIOD_DAYS_MAX} days; ask for several");
        return Err(Problem::bad_request("bad_period", detail));
    }
    Ok(Period { from, until })
}

/// Which comparisons.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReconciliationsQuery {
    /// Only of this connection.
    connection: Option<String>,
}

/// Comparisons with providers' lists, newest first.
#[utoipa::path(get, path = "/v1/reconciliations", tag = "reconciliations", params(ListQuery, ReconciliationsQuery),
    responses((status = 200, body = Page<ReconciliationOut>), (status = 400, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
    Query(of): Query<ReconciliationsQuery>,
) -> Result<Json<Page<ReconciliationOut>>, Problem> {
    caller.may_see_personal_data()?;
    let lookup =
        match &of.connection {
            None => Lookup::Kind("reconciliation"),
            Some(id) => reconciliations_of(&id.parse().map_err(|error| {
                Problem::bad_request("bad_query", format!("connection: {error}"))
            })?),
        };
    let view = app.recorder.view();
    let limit = query.limit();
    let indices = view.index.newest(&lookup, query.before()?, limit);
    let indices = indices.map_err(|error| Problem::internal(&error))?;
    let next_cursor = indices
        .last()
        .filter(|_| indices.len() == limit)
        .map(|index| index.to_string());
    let item = |index: &u64| {
        let entry = view.reader.entry(*index).ok().flatten()?;
        match entry.event {
            Event::Reconciliation(compared) => Some(shown(*index, entry.at, compared)),
            _ => None,
        }
    };
    let items = indices.iter().filter_map(item).collect();
    Ok(Json(Page { items, next_cursor }))
}
