//! Numbers that enter the pool: a few as JSON, many as a sheet.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use bytes::Bytes;
use honeytoken::{ConnectionId, Line, LineRole, PhoneNumber, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::json;
use super::page::time;
use super::parts::Query;
use crate::app::App;
use crate::pool::add::{Adding, BATCH_LINES_MAX, Outcome};
use crate::pool::sheet::{Row, SHEET_ROWS_MAX, Sheet};
use crate::problem::Problem;

mod answer;

use answer::LineResult;
pub(crate) use answer::LinesOut;

/// Lines in one request as JSON; more are answered 400.
const LINES_MAX: usize = 10_000;

/// Lines to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinesIn {
    pub(crate) lines: Vec<LineIn>,
}

/// A line to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineIn {
    /// E.164; with `country`, also as people there write it.
    pub(crate) number: String,
    /// Where its calls and messages come from.
    pub(crate) connection: String,
    /// `canary`, to be placed, or `control`, never given to anyone.
    #[serde(default = "canary")]
    #[schema(value_type = String)]
    pub(crate) role: LineRole,
    /// The block of neighbouring numbers it was bought from.
    #[serde(default)]
    pub(crate) block: Option<String>,
    /// ISO 3166 code.
    #[serde(default)]
    pub(crate) country: Option<String>,
    /// Since when we hold it; now if not given.
    #[serde(default)]
    pub(crate) acquired_at: Option<String>,
    /// Until when it only listens; if not given, as the policy says, or else ready at once.
    #[serde(default)]
    pub(crate) soak_until: Option<String>,
    /// Whether several platforms may be given it.
    #[serde(default)]
    pub(crate) shared: bool,
}

const fn canary() -> LineRole {
    LineRole::Canary
}

/// How lines are to be added.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AddingQuery {
    /// Whether to say only what would become of them.
    #[serde(default)]
    pub(crate) dry_run: bool,
    /// The connection of a sheet's rows that name none.
    pub(crate) connection: Option<String>,
}

/// A body of lines: JSON, or a sheet.
pub(crate) enum LinesBody {
    Json(LinesIn),
    Sheet(Bytes),
}

impl FromRequest<Arc<App>> for LinesBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<LinesBody, Problem> {
        let media = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok());
        let media = media
            .and_then(|media| media.split(';').next())
            .unwrap_or_default();
        let is_sheet = ["text/csv", "application/csv", "application/vnd.ms-excel"]
            .iter()
            .any(|csv| media.trim().eq_ignore_ascii_case(csv));
        let bytes = json::bytes(request, app).await?;
        match is_sheet {
            true => Ok(LinesBody::Sheet(bytes)),
            false => json::parsed(&bytes).map(LinesBody::Json),
        }
    }
}

/// Adds lines; each has a result of its own. A sheet (`text/csv`) names its columns in the first
/// row: number, connection, role, block, country, acquired_at, soak_until or soak_days, shared.
#[utoipa::path(post, path = "/v1/lines", tag = "lines", params(AddingQuery),
    request_body(content((LinesIn = "application/json"), (String = "text/csv"))),
    responses((status = 201, body = LinesOut), (status = 200, body = LinesOut), (status = 409, body = LinesOut), (status = 400, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<AddingQuery>,
    body: LinesBody,
) -> Result<(StatusCode, Json<LinesOut>), Problem> {
    caller.may_work()?;
    let mut answer = LinesOut::new(query.dry_run);
    match body {
        LinesBody::Json(body) => add_listed(&app, &caller, body, &mut answer).await?,
        LinesBody::Sheet(bytes) => add_sheet(&app, &caller, bytes, &query, &mut answer).await?,
    }
    let status = match (answer.dry_run, answer.added, answer.refused) {
        (_, 0, 1..) => StatusCode::CONFLICT,
        (true, ..) => StatusCode::OK,
        (false, ..) => StatusCode::CREATED,
    };
    Ok((status, Json(answer)))
}

async fn add_listed(
    app: &App,
    caller: &Caller,
    body: LinesIn,
    answer: &mut LinesOut,
) -> Result<(), Problem> {
    if body.lines.len() > LINES_MAX {
        let detail = format!("more than {LINES_MAX} lines in one request; send several");
        return Err(Problem::bad_request("too_many", detail));
    }
    let now = app.recorder.clock().now();
    let texts: Vec<String> = body.lines.iter().map(|line| line.number.clone()).collect();
    let read: Vec<Result<Line, Problem>> = body
        .lines
        .into_iter()
        .map(|line| checked(line, now))
        .collect();
    let fitting = read.iter().flatten().cloned().collect();
    let mut outcomes = add_all(app, caller, fitting, answer.dry_run)
        .await?
        .into_iter();
    for (text, line) in texts.into_iter().zip(read) {
        let result = match line {
            Err(problem) => LineResult::refused(text, problem),
            Ok(line) => match outcomes.next() {
                Some(outcome) => LineResult::of(line.number, outcome),
                None => return Err(Problem::internal(&"a line without an outcome")),
            },
        };
        answer.count(&result);
        answer.lines.push(result);
    }
    Ok(())
}

/// Adds lines batch by batch; others' entries come between.
async fn add_all(
    app: &App,
    caller: &Caller,
    lines: Vec<Line>,
    dry_run: bool,
) -> Result<Vec<Outcome>, Problem> {
    let mut adding = Adding::new(dry_run);
    let mut outcomes = Vec::with_capacity(lines.len());
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        let batch: Vec<Line> = lines.by_ref().take(BATCH_LINES_MAX).collect();
        let (clock, key) = (app.recorder.clock().clone(), caller.key.clone());
        let work = move |ledger: &mut crate::ledger::Ledger| {
            let added = adding.batch(ledger, clock.now(), Some(&key), batch);
            (adding, added)
        };
        let (goes_on, added) = app.recorder.run(work).await?;
        adding = goes_on;
        outcomes.extend(added.map_err(crate::recorder::SubmitError::from)?);
    }
    Ok(outcomes)
}

async fn add_sheet(
    app: &App,
    caller: &Caller,
    bytes: Bytes,
    query: &AddingQuery,
    answer: &mut LinesOut,
) -> Result<(), Problem> {
    let bad = |detail: String| Problem::bad_request("bad_sheet", detail);
    let connection = query
        .connection
        .as_deref()
        .map(str::parse::<ConnectionId>)
        .transpose();
    let connection = connection.map_err(|e| bad(format!("connection: {e}")))?;
    let now = app.recorder.clock().now();
    // Numbers are read by their countries' plans, which takes a while for many.
    let read = tokio::task::spawn_blocking(move || {
        let sheet = Sheet::open(&bytes, connection)?;
        let rows: Vec<Row> = sheet.rows(now).take(SHEET_ROWS_MAX + 1).collect();
        Ok((sheet.encoding, sheet.passed_over, rows))
    });
    let read = read.await.map_err(|error| Problem::internal(&error))?;
    let (encoding, passed_over, rows) =
        read.map_err(|e: crate::pool::sheet::SheetError| bad(e.to_string()))?;
    if rows.len() > SHEET_ROWS_MAX {
        let detail = format!("more than {SHEET_ROWS_MAX} rows in one request; send several");
        return Err(Problem::bad_request("too_many", detail));
    }
    (answer.encoding, answer.passed_over) = (Some(encoding), passed_over);
    let fitting = rows
        .iter()
        .filter_map(|row| row.line.clone().ok())
        .collect();
    let mut outcomes = add_all(app, caller, fitting, answer.dry_run)
        .await?
        .into_iter();
    for row in rows {
        let at = row.row;
        let results = match row.line {
            Err(errors) => errors.into_iter().map(LineResult::cell).collect(),
            Ok(line) => match outcomes.next() {
                Some(outcome) => vec![LineResult::of(line.number, outcome)],
                None => return Err(Problem::internal(&"a row without an outcome")),
            },
        };
        answer.take_row(at, results);
    }
    Ok(())
}

fn checked(line: LineIn, now: Timestamp) -> Result<Line, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_line", detail);
    let number = match (&line.country, line.number.starts_with('+')) {
        (Some(country), false) => PhoneNumber::parse_national(&line.number, country),
        _ => line.number.parse(),
    };
    let at = |name, text: Option<String>| text.map(|text| time(name, &text)).transpose();
    Ok(Line {
        number: number.map_err(|e| bad(e.to_string()))?,
        connection: line
            .connection
            .parse()
            .map_err(|e| bad(format!("connection: {e}")))?,
        role: line.role,
        block: line.block,
        country: line.country.map(|code| code.to_ascii_uppercase()),
        acquired_at: at("acquired_at", line.acquired_at)?.unwrap_or(now),
        soak_until: at("soak_until", line.soak_until)?,
        shared: line.shared,
    })
}
