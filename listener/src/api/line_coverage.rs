//! When lines were proven alive: one line in full, all lines in sums.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{Basis, LineView, PhoneNumber, PlatformId, SenderKind, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::page::{ListQuery, page_of};
use super::parts::{Path, Query};
use super::redact::masked;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::life::{History, Looks, Word};
use crate::problem::Problem;

/// Without `since`, as many days back, in days.
const WINDOW_DAYS: i64 = 30;
/// The longest window, in days.
const WINDOW_DAYS_MAX: i64 = 400;
/// Intervals, and gaps, in an answer; of a line with more the newest are shown.
const INTERVALS_MAX: usize = 5_000;

/// A window of time.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WindowQuery {
    /// Beginning, RFC 3339 or Unix seconds; 30 days before the end if not given.
    pub(crate) since: Option<String>,
    /// End, excluded; now if not given.
    pub(crate) until: Option<String>,
}

/// When a line was proven alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineCoverageOut {
    pub(crate) number: String,
    #[schema(value_type = String)]
    pub(crate) since: Timestamp,
    #[schema(value_type = String)]
    pub(crate) until: Timestamp,
    /// `alive`, `silent`, `waiting` for a first sign, `unproven` (nothing could prove it), `off`.
    #[schema(value_type = String)]
    pub(crate) life: Word,
    /// The strongest kind of sign that it gives or is set up to give.
    #[schema(value_type = Option<String>)]
    pub(crate) proof: Option<Basis>,
    #[schema(value_type = Option<String>)]
    pub(crate) alive_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub(crate) silent_since: Option<Timestamp>,
    /// Hours in the window that count as exposure.
    pub(crate) live_hours: f64,
    /// What was proven, oldest first.
    pub(crate) intervals: Vec<ProvenOut>,
    /// What was not.
    pub(crate) gaps: Vec<GapOut>,
    /// Whether older intervals or gaps were left out, since there are too many.
    pub(crate) truncated: bool,
    /// Each day of the window (UTC).
    pub(crate) days: Vec<DayOut>,
}

/// An interval in which a line was proven alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProvenOut {
    #[schema(value_type = String)]
    pub(crate) from: Timestamp,
    #[schema(value_type = String)]
    pub(crate) until: Timestamp,
    /// What it rests on: `provider_list`, `asserted`, `heartbeat`, `device`, `test_message`, from the
    /// weakest to the strongest.
    #[schema(value_type = String)]
    pub(crate) basis: Basis,
    /// Whether it counts for verdicts; the provider's list does not.
    pub(crate) exposure: bool,
}

/// An interval in which a line was not proven alive.
#[derive(Serialize, ToSchema)]
pub(crate) struct GapOut {
    #[schema(value_type = String)]
    pub(crate) from: Timestamp,
    #[schema(value_type = String)]
    pub(crate) until: Timestamp,
    pub(crate) hours: f64,
}

/// A day.
#[derive(Serialize, ToSchema)]
pub(crate) struct DayOut {
    /// When it begins, UTC.
    #[schema(value_type = String)]
    pub(crate) day: Timestamp,
    /// Hours of it that count as exposure, 0 to 24.
    pub(crate) live_hours: f64,
}

/// When a line was proven alive, by what, and when not. Viewers, who see no numbers, ask for
/// `/v1/coverage`.
#[utoipa::path(get, path = "/v1/lines/{number}/coverage", tag = "lines",
    params(("number" = String, Path), WindowQuery),
    responses((status = 200, body = LineCoverageOut), (status = 400, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(number): Path<String>,
    Query(query): Query<WindowQuery>,
) -> Result<Json<LineCoverageOut>, Problem> {
    caller.may_see_personal_data()?;
    let query = ListQuery {
        line: Some(number),
        since: query.since,
        until: query.until,
        ..ListQuery::default()
    };
    let now = app.recorder.clock().now();
    let window = window(&query, now)?;
    let unknown = || Problem::not_found("no such line; GET /v1/lines lists them");
    let number = caller.line(&query)?.ok_or_else(unknown)?;
    let state = app.recorder.view().state();
    let view = state.registry.line(&number, now).ok_or_else(unknown)?;
    app.reads
        .note(&caller.key, "coverage of a line", &[view.index]);
    Ok(Json(full(&app, &state, &view, window)))
}

type Window = (Timestamp, Timestamp);

fn window(query: &ListQuery, now: Timestamp) -> Result<Window, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_window", detail);
    let until = query.until()?.unwrap_or(now).min(now);
    let since = query.since()?;
    let since = since.unwrap_or(until.plus_s(-WINDOW_DAYS * 86_400));
    if since >= until {
        return Err(bad("since is not before until, or lies ahead".to_owned()));
    }
    if until.days_since(since) > WINDOW_DAYS_MAX as f64 {
        let detail = format!("window is longer than {WINDOW_DAYS_MAX} days; ask for parts of it");
        return Err(bad(detail));
    }
    Ok((since, until))
}

/// A line is looked at from when we hold it.
fn since_held(view: &LineView<'_>, (since, until): Window) -> Window {
    (since.max(view.line.acquired_at).min(until), until)
}

fn full(app: &App, state: &Fold, view: &LineView<'_>, window: Window) -> LineCoverageOut {
    let settings = &app.config.life;
    let window = since_held(view, window);
    let standing = Looks::new(state, settings).at(view);
    let history = History::of(state, settings, &view.line.number, window);
    let proven = |((from, until), basis): (Window, Basis)| ProvenOut {
        from,
        until,
        basis,
        exposure: basis.is_exposure(),
    };
    let gap = |(from, until): Window| GapOut {
        from,
        until,
        hours: until.seconds_since(from) / 3600.0,
    };
    let day = |(day, live_hours)| DayOut { day, live_hours };
    let (intervals, fewer) = newest(history.intervals());
    let (gaps, fewer_gaps) = newest(history.gaps(standing.word == Word::Alive));
    LineCoverageOut {
        number: view.line.number.as_str().to_owned(),
        since: window.0,
        until: window.1,
        life: standing.word,
        proof: standing.expects,
        alive_at: standing.last,
        silent_since: standing.silent_since,
        live_hours: history.live_hours(),
        intervals: intervals.into_iter().map(proven).collect(),
        gaps: gaps.into_iter().map(gap).collect(),
        truncated: fewer || fewer_gaps,
        days: history.days().into_iter().map(day).collect(),
    }
}

/// The newest of a list, and whether any were left out.
fn newest<T>(mut list: Vec<T>) -> (Vec<T>, bool) {
    let surplus = list.len().saturating_sub(INTERVALS_MAX);
    list.drain(..surplus);
    (list, surplus > 0)
}

/// The lines' life in sums.
#[derive(Serialize, ToSchema)]
pub(crate) struct FleetOut {
    #[schema(value_type = String)]
    pub(crate) since: Timestamp,
    #[schema(value_type = String)]
    pub(crate) until: Timestamp,
    /// How many of all lines are `alive`, `silent`, `waiting`, `unproven`, `off`.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub(crate) lines: BTreeMap<Word, u64>,
    pub(crate) items: Vec<FleetLineOut>,
    pub(crate) next_cursor: Option<String>,
}

/// A line's life in sums.
#[derive(Serialize, ToSchema)]
pub(crate) struct FleetLineOut {
    /// Masked for viewers.
    pub(crate) number: String,
    pub(crate) connection: String,
    #[schema(value_type = String)]
    pub(crate) life: Word,
    #[schema(value_type = Option<String>)]
    pub(crate) proof: Option<Basis>,
    /// Hours in the window that count as exposure.
    pub(crate) live_hours: f64,
    /// Their share of the window since we hold the line, 0 to 1.
    pub(crate) live_share: f64,
    /// Whether nothing proves its life now.
    pub(crate) gap_now: bool,
    #[schema(value_type = Option<String>)]
    pub(crate) alive_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub(crate) silent_since: Option<Timestamp>,
    /// The entry that added it.
    pub(crate) index: u64,
}

/// The life of all lines in sums, in the order in which they were added; `since` and `until` are the
/// window, 30 days if not given.
#[utoipa::path(get, path = "/v1/coverage", tag = "lines", params(ListQuery),
    responses((status = 200, body = FleetOut), (status = 400, body = Problem)))]
pub(crate) async fn fleet(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<FleetOut>, Problem> {
    let (platform, number) = (query.platform()?, caller.line(&query)?);
    let now = app.recorder.clock().now();
    let window = window(&query, now)?;
    let state = app.recorder.view().state();
    let looks = Looks::new(&state, &app.config.life);
    let mut lines: Vec<LineView<'_>> = state.registry.lines(now).collect();
    lines.sort_by_key(|view| view.index);
    let open = |platform: &PlatformId| {
        caller.role.may_administer() || state.registry.may_see(&caller.key, platform)
    };
    let placed = |number: &PhoneNumber, platform: &PlatformId| {
        let mut on = state.registry.honeytokens_on(number);
        open(platform) && on.any(|r| r.honeytoken.platform == *platform)
    };
    let wanted = |view: &&LineView<'_>| {
        let line = &view.line.number;
        number.is_none_or(|n| n == *line) && platform.as_ref().is_none_or(|p| placed(line, p))
    };
    let shown = lines.iter().filter(wanted).map(|view| {
        let key = format!("{:020}", view.index);
        (key, in_sums(&app, &state, &looks, &caller, view, window))
    });
    let page = page_of(shown, &query);
    if caller.role.may_see_personal_data() {
        let shown: Vec<u64> = page.items.iter().map(|line| line.index).collect();
        app.reads.note(&caller.key, "coverage", &shown);
    }
    Ok(Json(FleetOut {
        since: window.0,
        until: window.1,
        lines: looks.counts(),
        items: page.items,
        next_cursor: page.next_cursor,
    }))
}

fn in_sums(
    app: &App,
    state: &Fold,
    looks: &Looks<'_>,
    caller: &Caller,
    view: &LineView<'_>,
    window: Window,
) -> FleetLineOut {
    let number = view.line.number.as_str();
    let standing = looks.at(view);
    let window = since_held(view, window);
    let history = History::of(state, &app.config.life, &view.line.number, window);
    FleetLineOut {
        number: match caller.role.may_see_personal_data() {
            true => number.to_owned(),
            false => masked(number, SenderKind::Number),
        },
        connection: view.line.connection.to_string(),
        life: standing.word,
        proof: standing.expects,
        live_hours: history.live_hours(),
        live_share: history.live_share(),
        gap_now: standing.word != Word::Alive,
        alive_at: standing.last,
        silent_since: standing.silent_since,
        index: view.index,
    }
}
