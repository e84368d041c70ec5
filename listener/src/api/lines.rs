//! The numbers we hold.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{
    Basis, Honeytoken, Line, LineRole, LineState, LineView, PhoneNumber, Refusal, SenderKind,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of, time};
use super::parts::{Path, Query};
use super::redact::masked;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::life::{Looks, Standing, Word};
use crate::problem::Problem;

/// Lines in one request; more are answered 400.
const LINES_MAX: usize = 10_000;

/// Lines to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinesIn {
    lines: Vec<LineIn>,
}

/// A line to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineIn {
    /// E.164; with `country`, also as people there write it.
    number: String,
    /// Where its calls and messages come from.
    connection: String,
    /// `canary`, to be placed, or `control`, never given to anyone.
    #[serde(default = "canary")]
    #[schema(value_type = String)]
    role: LineRole,
    /// The block of neighbouring numbers it was bought from.
    #[serde(default)]
    block: Option<String>,
    /// ISO 3166 code.
    #[serde(default)]
    country: Option<String>,
    /// Since when we hold it; now if not given.
    #[serde(default)]
    acquired_at: Option<String>,
    /// Until when it only listens; ready at once if not given.
    #[serde(default)]
    soak_until: Option<String>,
    /// Whether several platforms may be given it.
    #[serde(default)]
    shared: bool,
}

const fn canary() -> LineRole {
    LineRole::Canary
}

/// What became of the lines, in the order of the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinesOut {
    lines: Vec<LineResult>,
}

/// What became of one line.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineResult {
    number: String,
    /// Whether it is in the pool now.
    added: bool,
    /// The entry that added it.
    index: Option<u64>,
    /// Why not.
    error: Option<Problem>,
    /// What to think about.
    warnings: Vec<&'static str>,
}

/// A line as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineOut {
    number: String,
    connection: String,
    #[schema(value_type = String)]
    role: LineRole,
    /// `soaking`, `ready`, `control`, `placed` or `retired`.
    #[schema(value_type = String)]
    state: LineState,
    block: Option<String>,
    country: Option<String>,
    #[schema(value_type = String)]
    acquired_at: Timestamp,
    #[schema(value_type = Option<String>)]
    soak_until: Option<Timestamp>,
    shared: bool,
    honeytokens: Vec<String>,
    /// The platforms it was placed with.
    platforms: Vec<String>,
    contacts: u64,
    soak_contacts: u64,
    #[schema(value_type = Option<String>)]
    last_contact_at: Option<Timestamp>,
    /// When it last gave a sign of life.
    #[schema(value_type = Option<String>)]
    alive_at: Option<Timestamp>,
    /// `alive`, `silent`, `waiting` for a first sign, `unproven` (nothing could prove it), `off`.
    #[schema(value_type = String)]
    life: Word,
    /// The strongest kind of sign that it gives or is set up to give.
    #[schema(value_type = Option<String>)]
    proof: Option<Basis>,
    /// Since when it is silent.
    #[schema(value_type = Option<String>)]
    silent_since: Option<Timestamp>,
    /// The entry that added it.
    index: u64,
}

/// Adds lines; each has a result of its own.
#[utoipa::path(post, path = "/v1/lines", tag = "lines", request_body = LinesIn,
    responses((status = 201, body = LinesOut), (status = 409, body = LinesOut), (status = 400, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<LinesIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    if body.lines.len() > LINES_MAX {
        let detail = format!("more than {LINES_MAX} lines in one request; send several");
        return Err(Problem::bad_request("too_many", detail));
    }
    let mut lines = Vec::with_capacity(body.lines.len());
    for line in body.lines {
        lines.push(add(&app, &caller, line).await?);
    }
    let failed = !lines.is_empty() && lines.iter().all(|line| !line.added);
    let status = if failed {
        StatusCode::CONFLICT
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(LinesOut { lines })))
}

async fn add(app: &App, caller: &Caller, line: LineIn) -> Result<LineResult, Problem> {
    let number = line.number.clone();
    let refused = |error| LineResult {
        number: number.clone(),
        added: false,
        index: None,
        error: Some(error),
        warnings: vec![],
    };
    let line = match checked(app, line) {
        Ok(line) => line,
        Err(problem) => return Ok(refused(problem)),
    };
    let warnings = warnings(&line);
    let number = line.number.as_str().to_owned();
    let decide = move |state: &Fold| Ok(vec![state.registry.add_line(line)?]);
    match app.recorder.decide(Some(caller.key.clone()), decide).await {
        Ok(entries) => Ok(LineResult {
            number,
            added: true,
            index: entries.first().map(|entry| entry.index),
            error: None,
            warnings,
        }),
        Err(crate::recorder::SubmitError::Refused(refusal)) => Ok(refused(refusal.into())),
        Err(fault) => Err(fault.into()),
    }
}

fn checked(app: &App, line: LineIn) -> Result<Line, Problem> {
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
        acquired_at: at("acquired_at", line.acquired_at)?.unwrap_or(app.recorder.clock().now()),
        soak_until: at("soak_until", line.soak_until)?,
        shared: line.shared,
    })
}

fn warnings(line: &Line) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if !line.number.is_assigned() {
        warnings.push("number is not assigned in its country's plan; fine for a test");
    }
    if line.soak_until.is_none() && line.role == LineRole::Canary {
        warnings.push("line has no soak: its own noise is not known; 30 days are advised");
    }
    warnings
}

/// All lines, in the order in which they were added.
#[utoipa::path(get, path = "/v1/lines", tag = "lines", params(ListQuery),
    responses((status = 200, body = Page<LineOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<LineOut>>, Problem> {
    let (platform, number) = (query.platform()?, caller.line(&query)?);
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let wanted = |v: &LineView<'_>| number.is_none_or(|n| v.line.number == n);
    let mut lines: Vec<_> = state.registry.lines(now).filter(wanted).collect();
    lines.sort_by_key(|view| view.index);
    let looks = Looks::new(&state, &app.config.life);
    let shown = lines.iter().map(|view| {
        // By entry, twenty digits wide: a cursor made of the number would show it to viewers.
        let key = format!("{:020}", view.index);
        (key, line_out(view, &state, looks.at(view), &caller))
    });
    let of_platform = |(_, line): &(String, LineOut)| {
        platform
            .as_ref()
            .is_none_or(|p| line.platforms.iter().any(|id| id == p.as_str()))
    };
    let page = page_of(shown.filter(of_platform), &query);
    if caller.role.may_see_personal_data() {
        let shown: Vec<u64> = page.items.iter().map(|line| line.index).collect();
        app.reads.note(&caller.key, "lines", &shown);
    }
    Ok(Json(page))
}

fn line_out(view: &LineView<'_>, state: &Fold, standing: Standing, caller: &Caller) -> LineOut {
    let placed = open_on(state, caller, &view.line.number);
    let number = view.line.number.as_str();
    LineOut {
        number: match caller.role.may_see_personal_data() {
            true => number.to_owned(),
            false => masked(number, SenderKind::Number),
        },
        connection: view.line.connection.to_string(),
        role: view.line.role,
        state: view.state,
        block: view.line.block.clone(),
        country: view.line.country.clone(),
        acquired_at: view.line.acquired_at,
        soak_until: view.line.soak_until,
        shared: view.line.shared,
        honeytokens: placed.iter().map(|t| t.honeytoken.to_string()).collect(),
        platforms: placed.iter().map(|t| t.platform.to_string()).collect(),
        contacts: view.contacts,
        soak_contacts: view.soak_contacts,
        last_contact_at: view.last_contact_at,
        alive_at: standing.last,
        life: standing.word,
        proof: standing.expects,
        silent_since: standing.silent_since,
        index: view.index,
    }
}

/// The placements on a line that no study closes to the caller.
fn open_on<'a>(state: &'a Fold, caller: &Caller, number: &PhoneNumber) -> Vec<&'a Honeytoken> {
    let open = |token: &&Honeytoken| {
        caller.role.may_administer() || state.registry.may_see(&caller.key, &token.platform)
    };
    let placed = state.registry.honeytokens_on(number);
    placed
        .map(|record| &record.honeytoken)
        .filter(open)
        .collect()
}

/// Takes a line out of service; what reaches it later is still recorded.
#[utoipa::path(delete, path = "/v1/lines/{number}", tag = "lines",
    params(("number" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn retire(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.may_work()?;
    let number: PhoneNumber = number.parse().map_err(|e: honeytoken::PhoneNumberError| {
        Problem::bad_request("bad_line", e.to_string())
    })?;
    let key = caller.key.clone();
    let retire = move |state: &Fold| -> Result<_, Refusal> {
        let mut placed = state.registry.honeytokens_on(&number).peekable();
        if placed.peek().is_some() && open_on(state, &caller, &number).is_empty() {
            return Err(Refusal::UnknownLine(number));
        }
        Ok(vec![state.registry.retire_line(number)?])
    };
    app.recorder.decide(Some(key), retire).await?;
    Ok(StatusCode::NO_CONTENT)
}
