//! Lines placed with platforms, and what their personas asked for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{
    Consent, Event, Honeytoken, HoneytokenId, HoneytokenRecord, Issue, Language, LineChoice,
    Persona, PhoneNumber, Refusal, RequestKind, SenderKind, Timestamp,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of, time};
use super::parts::{Path, Query};
use super::redact::masked;
use crate::app::App;
use crate::problem::Problem;

/// A wish to place a number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoneytokenIn {
    /// With whom: a platform's id.
    platform: String,
    /// Which line, E.164; without it a ready one is drawn at random.
    #[serde(default)]
    line: Option<String>,
    /// When the number was typed into the form; now if not given.
    #[serde(default)]
    registered_at: Option<String>,
    /// As whom; a persona is drawn if not given.
    #[serde(default)]
    persona: Option<PersonaBody>,
    /// What was ticked: `{"marketing": false}`.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, bool>)]
    consent: Consent,
    /// ISO 3166 code of the line's country.
    #[serde(default)]
    country: Option<String>,
    /// Language of a drawn persona, `zh` or `en`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
    /// The study it belongs to.
    #[serde(default)]
    study: Option<String>,
}

/// A decoy's particulars.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonaBody {
    name: String,
    #[serde(default)]
    given: Option<String>,
    #[serde(default)]
    family: Option<String>,
    #[serde(default)]
    romanised: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
}

impl PersonaBody {
    fn into_persona(self) -> Persona {
        let PersonaBody {
            name,
            given,
            family,
            romanised,
            email,
            language,
        } = self;
        Persona {
            name,
            given,
            family,
            romanised,
            email,
            language,
        }
    }

    fn of(persona: &Persona) -> PersonaBody {
        let Persona {
            name,
            given,
            family,
            romanised,
            email,
            language,
        } = persona.clone();
        PersonaBody {
            name,
            given,
            family,
            romanised,
            email,
            language,
        }
    }
}

/// A honeytoken as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct HoneytokenOut {
    id: String,
    platform: String,
    /// The number; hidden from viewers.
    number: String,
    /// The decoy; hidden from viewers.
    persona: Option<PersonaBody>,
    #[schema(value_type = std::collections::BTreeMap<String, bool>)]
    consent: Consent,
    #[schema(value_type = String)]
    registered_at: Timestamp,
    country: Option<String>,
    study: Option<String>,
    ended: bool,
    requests: Vec<RequestOut>,
    /// The entry that issued it.
    index: u64,
}

/// What a persona asked its platform for.
#[derive(Serialize, ToSchema)]
pub(crate) struct RequestOut {
    #[schema(value_type = String)]
    kind: RequestKind,
    #[schema(value_type = String)]
    at: Timestamp,
}

/// Places a number with a platform.
#[utoipa::path(post, path = "/v1/honeytokens", tag = "honeytokens", request_body = HoneytokenIn,
    responses((status = 201, body = HoneytokenOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<HoneytokenIn>,
) -> Result<impl IntoResponse, Problem> {
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
            Ok((StatusCode::CREATED, Json(shown(&record, true))))
        }
        _ => Err(Problem::internal(
            &"an issued honeytoken could not be read back",
        )),
    }
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

/// Chance from the system, for names and for the choice of lines.
fn chance() -> Result<ChaCha12Rng, Problem> {
    let mut seed = [0; 32];
    let filled = SystemRandom::new().fill(&mut seed);
    filled.map_err(|_| Problem::internal(&"the system has no randomness"))?;
    Ok(ChaCha12Rng::from_seed(seed))
}

fn shown(record: &HoneytokenRecord, open: bool) -> HoneytokenOut {
    let token = &record.honeytoken;
    let number = token.number.as_str();
    let request = |r: &honeytoken::RequestMade| RequestOut {
        kind: r.request,
        at: r.made_at,
    };
    HoneytokenOut {
        id: token.honeytoken.to_string(),
        platform: token.platform.to_string(),
        number: if open {
            number.to_owned()
        } else {
            masked(number, SenderKind::Number)
        },
        persona: open.then(|| PersonaBody::of(&token.persona)),
        consent: token.consent.clone(),
        registered_at: token.registered_at,
        country: token.country.clone(),
        study: token.study.as_ref().map(ToString::to_string),
        ended: record.ended,
        requests: record.requests.iter().map(request).collect(),
        index: record.index,
    }
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
        let state = app.recorder.view().state();
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
        let items = items.map(|r| (r.honeytoken.honeytoken.to_string(), shown(r, open)));
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
    let state = app.recorder.view().state();
    let record = state.registry.honeytoken(&id).ok_or_else(unknown)?;
    if open {
        app.reads.note(&caller.key, "honeytokens", &[record.index]);
    }
    Ok(Json(shown(record, open)))
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
    kind: RequestKind,
    /// When; now if not given.
    #[serde(default)]
    at: Option<String>,
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
) -> Result<impl IntoResponse, Problem> {
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
    let state = app.recorder.view().state();
    let record = state.registry.honeytoken(&id).ok_or_else(unknown)?;
    Ok((StatusCode::CREATED, Json(shown(record, true))))
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
