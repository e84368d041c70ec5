//! The numbers we hold.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use honeytoken::{
    Basis, Dirty, DirtyAction, Honeytoken, LineRole, LineState, LineView, PhoneNumber, Refusal,
    SenderKind, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of, time};
use super::parts::{Path, Query};
use super::redact::masked;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::life::{Looks, Standing, Word};
use crate::problem::Problem;

/// The longest soak that may be asked for, in days.
const SOAK_DAYS_MAX: u32 = 3660;
/// Seconds in a day.
const DAY_S: i64 = 86_400;

/// Why a line is dirty.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirtyOut {
    /// Contacts that it heard in its soak, the stages of a call once.
    pub(crate) contacts: u64,
    /// More than this make it dirty.
    pub(crate) contacts_max: u32,
    /// `disqualify`: never drawn; `mark`: drawn last.
    #[schema(value_type = String)]
    pub(crate) action: DirtyAction,
    /// In words.
    pub(crate) reason: String,
}

impl From<Dirty> for DirtyOut {
    fn from(dirty: Dirty) -> DirtyOut {
        let Dirty { contacts, rule } = dirty;
        let follows = match rule.action {
            DirtyAction::Disqualify => "it is never drawn; soak it anew or retire it",
            DirtyAction::Mark => "it is drawn when no clean line is ready",
        };
        let most = rule.contacts_max;
        DirtyOut {
            contacts,
            contacts_max: most,
            action: rule.action,
            reason: format!("heard {contacts} contacts in its soak, more than {most}: {follows}"),
        }
    }
}

/// A line as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineOut {
    pub(crate) number: String,
    pub(crate) connection: String,
    #[schema(value_type = String)]
    pub(crate) role: LineRole,
    /// `soaking`, `ready`, `dirty`, `control`, `placed` or `retired`.
    #[schema(value_type = String)]
    pub(crate) state: LineState,
    pub(crate) block: Option<String>,
    pub(crate) country: Option<String>,
    #[schema(value_type = String)]
    pub(crate) acquired_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub(crate) soak_until: Option<Timestamp>,
    pub(crate) shared: bool,
    pub(crate) honeytokens: Vec<String>,
    /// The platforms it was placed with.
    pub(crate) platforms: Vec<String>,
    pub(crate) contacts: u64,
    pub(crate) soak_contacts: u64,
    /// Why it is dirty, if it is: drawn last, or never, as the policy says.
    pub(crate) dirty: Option<DirtyOut>,
    #[schema(value_type = Option<String>)]
    pub(crate) last_contact_at: Option<Timestamp>,
    /// When it last gave a sign of life.
    #[schema(value_type = Option<String>)]
    pub(crate) alive_at: Option<Timestamp>,
    /// `alive`, `silent`, `waiting` for a first sign, `unproven` (nothing could prove it), `off`.
    #[schema(value_type = String)]
    pub(crate) life: Word,
    /// The strongest kind of sign that it gives or is set up to give.
    #[schema(value_type = Option<String>)]
    pub(crate) proof: Option<Basis>,
    /// Since when it is silent.
    #[schema(value_type = Option<String>)]
    pub(crate) silent_since: Option<Timestamp>,
    /// The entry that added it.
    pub(crate) index: u64,
}

/// Which lines are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinesQuery {
    /// Only those that stand there: `soaking`, `ready`, `dirty`, `control`, `placed`, `retired`.
    #[param(value_type = Option<String>)]
    pub(crate) state: Option<LineState>,
    /// Only those that are `alive`, `silent`, `waiting`, `unproven`, `off`.
    #[param(value_type = Option<String>)]
    pub(crate) life: Option<Word>,
    /// Only those of this connection.
    pub(crate) connection: Option<String>,
}

/// All lines, in the order in which they were added.
#[utoipa::path(get, path = "/v1/lines", tag = "lines", params(ListQuery, LinesQuery),
    responses((status = 200, body = Page<LineOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
    Query(which): Query<LinesQuery>,
) -> Result<Json<Page<LineOut>>, Problem> {
    let (platform, number) = (query.platform()?, caller.line(&query)?);
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let looks = Looks::new(&state, &app.config.life);
    let wanted = |v: &LineView<'_>| {
        number.is_none_or(|n| v.line.number == n)
            && which.state.is_none_or(|state| v.state == state)
            && which
                .connection
                .as_ref()
                .is_none_or(|id| v.line.connection.as_str() == id)
            && which.life.is_none_or(|word| looks.at(v).word == word)
    };
    let mut lines: Vec<_> = state.registry.lines(now).filter(wanted).collect();
    lines.sort_by_key(|view| view.index);
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
        dirty: view.dirty.map(DirtyOut::from),
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
    let number = number_of(&number)?;
    let key = caller.key.clone();
    let retire = move |state: &Fold| -> Result<_, Refusal> {
        must_be_open(state, &caller, &number)?;
        Ok(vec![state.registry.retire_line(number)?])
    };
    app.recorder.decide(Some(key), retire).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number_of(text: &str) -> Result<PhoneNumber, Problem> {
    let bad = |e: honeytoken::PhoneNumberError| Problem::bad_request("bad_line", e.to_string());
    text.parse().map_err(bad)
}

/// A line all of whose placements are closed to the caller is unknown to them.
fn must_be_open(state: &Fold, caller: &Caller, number: &PhoneNumber) -> Result<(), Refusal> {
    let mut placed = state.registry.honeytokens_on(number).peekable();
    let closed = placed.peek().is_some() && open_on(state, caller, number).is_empty();
    if closed {
        Err(Refusal::UnknownLine(*number))
    } else {
        Ok(())
    }
}

/// How long a line is to soak.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SoakIn {
    /// Until when, RFC 3339 or Unix seconds.
    #[serde(default)]
    pub(crate) soak_until: Option<String>,
    /// Or for how many days from now.
    #[serde(default)]
    pub(crate) soak_days: Option<u32>,
}

impl SoakIn {
    fn until(&self, now: Timestamp) -> Result<Timestamp, Problem> {
        let bad = |detail: String| Err(Problem::bad_request("bad_soak", detail));
        let until = match (&self.soak_until, self.soak_days) {
            (Some(text), None) => time("soak_until", text)?,
            (None, Some(days @ 1..=SOAK_DAYS_MAX)) => now.plus_s(i64::from(days) * DAY_S),
            (None, Some(_)) => return bad(format!("soak_days is not 1 to {SOAK_DAYS_MAX}")),
            _ => return bad("give soak_until or soak_days, one of them".to_owned()),
        };
        match until > now {
            true => Ok(until),
            false => bad("soak_until is not in the future".to_owned()),
        }
    }
}

/// Lets a line that was never placed soak anew: what it heard before is forgiven.
#[utoipa::path(post, path = "/v1/lines/{number}/soak", tag = "lines",
    params(("number" = String, Path)), request_body = SoakIn,
    responses((status = 200, body = LineOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn soak(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(number): Path<String>,
    Body(body): Body<SoakIn>,
) -> Result<Json<LineOut>, Problem> {
    caller.may_work()?;
    let number = number_of(&number)?;
    let until = body.until(app.recorder.clock().now())?;
    let asker = caller.clone();
    let soak = move |state: &Fold| -> Result<_, Refusal> {
        must_be_open(state, &asker, &number)?;
        Ok(vec![state.registry.soak_line(number, until)?])
    };
    app.recorder.decide(Some(caller.key.clone()), soak).await?;
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let view = state
        .registry
        .line(&number, now)
        .ok_or(Refusal::UnknownLine(number))?;
    app.reads.note(&caller.key, "lines", &[view.index]);
    let standing = Looks::new(&state, &app.config.life).at(&view);
    Ok(Json(line_out(&view, &state, standing, &caller)))
}
