//! Lines placed with platforms, and what their personas asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use honeytoken::{
    Consent, Event, Honeytoken, HoneytokenId, HoneytokenRecord, Issue, Language, LineChoice,
    PhoneNumber, Placing, Refusal, Registry, RequestKind, Stratum,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of, time};
use super::parts::{Path, Query};
use crate::app::App;
use crate::problem::Problem;

mod shapes;

use shapes::shown;
pub(crate) use shapes::{HoneytokenOut, PersonaBody};

/// A wish to place a number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoneytokenIn {
    /// With whom: a platform's id.
    pub(crate) platform: String,
    /// Which line, E.164; without it a ready one is drawn by lot under the committed seed.
    #[serde(default)]
    pub(crate) line: Option<String>,
    /// When the number was typed into the form; now if not given.
    #[serde(default)]
    pub(crate) registered_at: Option<String>,
    /// As whom; a persona is drawn if not given.
    #[serde(default)]
    pub(crate) persona: Option<PersonaBody>,
    /// What was ticked: `{"marketing": false}`.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, bool>)]
    pub(crate) consent: Consent,
    /// ISO 3166 code of the line's country.
    #[serde(default)]
    pub(crate) country: Option<String>,
    /// Language of a drawn persona, `zh` or `en`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) language: Option<Language>,
    /// The study it belongs to.
    #[serde(default)]
    pub(crate) study: Option<String>,
}

/// Places a number with a platform.
#[utoipa::path(post, path = "/v1/honeytokens", tag = "honeytokens", request_body = HoneytokenIn,
    responses((status = 201, body = HoneytokenOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<HoneytokenIn>,
) -> Result<(StatusCode, Json<HoneytokenOut>), Problem> {
    caller.may_work()?;
    let wish = checked(body)?;
    if !caller.may_see(&app, &wish.platform) {
        return Err(Problem::not_found(format!(
            "platform {} is unknown",
            wish.platform
        )));
    }
    let mut random = chance()?;
    let (pattern, clock) = (
        app.config.persona.email_pattern.clone(),
        app.recorder.clock().clone(),
    );
    let decide = move |state: &crate::ledger::State| {
        let wish = Issue {
            email_pattern: pattern.as_deref(),
            ..wish
        };
        Ok(vec![state.registry.issue(
            wish,
            clock.now(),
            &mut random,
        )?])
    };
    let entries = app.recorder.decide(Some(caller.key), decide).await?;
    match entries.first().map(|entry| (&entry.event, entry.index)) {
        Some((Event::HoneytokenIssued(token), index)) => {
            let record = fresh(token, index);
            let shown = shown_alone(&app, &record, true);
            Ok((StatusCode::CREATED, Json(shown)))
        }
        _ => Err(Problem::internal(
            &"an issued honeytoken could not be read back",
        )),
    }
}

/// What the inference will lack.
fn warnings(
    token: &Honeytoken,
    registry: &Registry,
    matching: &BTreeSet<Stratum>,
) -> Vec<&'static str> {
    let chosen = "line was chosen and not drawn by lot, which the error rate supposes";
    let lacking = "no control of the same provider, country and block; draw controls";
    let mut warnings = Vec::new();
    warnings.extend((token.placing == Some(Placing::Chosen)).then_some(chosen));
    warnings.extend((!registry.is_matched(&token.number, matching)).then_some(lacking));
    warnings
}

fn fresh(token: &Honeytoken, index: u64) -> HoneytokenRecord {
    HoneytokenRecord {
        honeytoken: token.clone(),
        index,
        ended: false,
        requests: vec![],
    }
}

fn checked(body: HoneytokenIn) -> Result<Issue<'static>, Problem> {
    let bad = |what: &str, error: &dyn std::fmt::Display| {
        Problem::bad_request("bad_honeytoken", format!("{what}: {error}"))
    };
    let line = body
        .line
        .map(|text| text.parse::<PhoneNumber>())
        .transpose();
    let registered_at = body
        .registered_at
        .map(|text| time("registered_at", &text))
        .transpose()?;
    let study = body.study.map(|text| text.parse()).transpose();
    Ok(Issue {
        platform: body.platform.parse().map_err(|e| bad("platform", &e))?,
        line: line
            .map_err(|e| bad("line", &e))?
            .map_or(LineChoice::Any, LineChoice::This),
        persona: body.persona.map(PersonaBody::into_persona),
        language: body.language,
        email_pattern: None,
        consent: body.consent,
        registered_at,
        study: study.map_err(|e| bad("study", &e))?,
        country: body.country.map(|code| code.to_ascii_uppercase()),
        enforce_soak: true,
    })
}

/// Chance from the system, for names and ids.
fn chance() -> Result<ChaCha12Rng, Problem> {
    let mut seed = [0; 32];
    let filled = SystemRandom::new().fill(&mut seed);
    filled.map_err(|_| Problem::internal(&"the system has no randomness"))?;
    Ok(ChaCha12Rng::from_seed(seed))
}

fn shown_alone(app: &App, record: &HoneytokenRecord, open: bool) -> HoneytokenOut {
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let registry = &state.registry;
    shown(
        record,
        open,
        warnings(&record.honeytoken, registry, &registry.matching(now)),
    )
}

/// All honeytokens that the caller may see, by id.
#[utoipa::path(get, path = "/v1/honeytokens", tag = "honeytokens", params(ListQuery),
    responses((status = 200, body = Page<HoneytokenOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<HoneytokenOut>>, Problem> {
    let (platform, line) = (query.platform()?, caller.line(&query)?);
    let (since, until) = (query.since()?, query.until()?);
    let open = caller.role.may_see_personal_data();
    let page = {
        let now = app.recorder.clock().now();
        let state = app.recorder.view().state();
        let matching = state.registry.matching(now);
        let shown = |r: &HoneytokenRecord| {
            let warnings = warnings(&r.honeytoken, &state.registry, &matching);
            shown(r, open, warnings)
        };
        let wanted = |record: &&HoneytokenRecord| {
            let token = &record.honeytoken;
            platform.as_ref().is_none_or(|id| *id == token.platform)
                && line.is_none_or(|number| number == token.number)
                && since.is_none_or(|at| token.registered_at >= at)
                && until.is_none_or(|at| token.registered_at < at)
                && (caller.role.may_administer()
                    || state.registry.may_see(&caller.key, &token.platform))
        };
        let items = state.registry.honeytokens().filter(wanted);
        let items = items.map(|r| (r.honeytoken.honeytoken.to_string(), shown(r)));
        page_of(items, &query)
    };
    if open {
        let indices: Vec<u64> = page.items.iter().map(|item| item.index).collect();
        app.reads.note(&caller.key, "honeytokens", &indices);
    }
    Ok(Json(page))
}

/// One honeytoken.
#[utoipa::path(get, path = "/v1/honeytokens/{id}", tag = "honeytokens",
    params(("id" = String, Path)),
    responses((status = 200, body = HoneytokenOut), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<HoneytokenOut>, Problem> {
    let id = visible(&app, &caller, &id)?;
    let open = caller.role.may_see_personal_data();
    let record = record_of(&app, &id)?;
    if open {
        app.reads.note(&caller.key, "honeytokens", &[record.index]);
    }
    Ok(Json(shown_alone(&app, &record, open)))
}

fn record_of(app: &App, id: &HoneytokenId) -> Result<HoneytokenRecord, Problem> {
    let state = app.recorder.view().state();
    state.registry.honeytoken(id).cloned().ok_or_else(unknown)
}

fn unknown() -> Problem {
    Problem::not_found("no honeytoken of this id")
}

/// The honeytoken's id, if there is one that the caller may see.
fn visible(app: &App, caller: &Caller, id: &str) -> Result<HoneytokenId, Problem> {
    let id: HoneytokenId = id.parse().map_err(|_| unknown())?;
    let platform = {
        let state = app.recorder.view().state();
        state
            .registry
            .honeytoken(&id)
            .map(|record| record.honeytoken.platform.clone())
    };
    match platform {
        Some(platform) if caller.may_see(app, &platform) => Ok(id),
        _ => Err(unknown()),
    }
}

/// What the decoy asked its platform for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestIn {
    /// `opt_out`, `erasure` or `access`.
    #[schema(value_type = String)]
    pub(crate) kind: RequestKind,
    /// When; now if not given.
    #[serde(default)]
    pub(crate) at: Option<String>,
}

/// Notes that the decoy asked its platform for something.
#[utoipa::path(post, path = "/v1/honeytokens/{id}/requests", tag = "honeytokens",
    params(("id" = String, Path)), request_body = RequestIn,
    responses((status = 201, body = HoneytokenOut), (status = 404, body = Problem)))]
pub(crate) async fn request(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<RequestIn>,
) -> Result<(StatusCode, Json<HoneytokenOut>), Problem> {
    caller.may_work()?;
    let id = visible(&app, &caller, &id)?;
    let at = body.at.map(|text| time("at", &text)).transpose()?;
    let at = at.unwrap_or_else(|| app.recorder.clock().now());
    let of = id.clone();
    let decide =
        move |state: &crate::ledger::State| Ok(vec![state.registry.request(of, body.kind, at)?]);
    app.recorder
        .decide(Some(caller.key.clone()), decide)
        .await?;
    let record = record_of(&app, &id)?;
    Ok((StatusCode::CREATED, Json(shown_alone(&app, &record, true))))
}

/// Ends a placement: the account at the platform was closed.
#[utoipa::path(delete, path = "/v1/honeytokens/{id}", tag = "honeytokens",
    params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.may_work()?;
    let id = visible(&app, &caller, &id)?;
    let decide = move |state: &crate::ledger::State| -> Result<_, Refusal> {
        Ok(vec![state.registry.end_honeytoken(id)?])
    };
    app.recorder.decide(Some(caller.key), decide).await?;
    Ok(StatusCode::NO_CONTENT)
}
