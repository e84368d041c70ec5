//! The pool as a whole: what is in it, which of it become controls, what draws rest on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{Event, LineState, PoolStratum, Registry, SeedRecord, Stratum, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::pool::dice::fresh_seed;
use crate::problem::Problem;

/// Share of controls that is drawn if none is asked for.
const SHARE_DEFAULT: f64 = 0.25;
/// The longest seed that may be given, in bytes.
const SEED_BYTES_MAX: usize = 1024;

/// The lines in service, by what controls are matched by.
#[derive(Serialize, ToSchema)]
pub(crate) struct PoolOut {
    strata: Vec<StratumOut>,
    /// Platforms whose lines no control of the same provider, country and block is held against.
    unmatched: Vec<UnmatchedOut>,
}

/// Lines that are alike, by where they stand.
#[derive(Serialize, ToSchema)]
pub(crate) struct StratumOut {
    provider: String,
    country: Option<String>,
    block: Option<String>,
    /// Month in which they were acquired, such as `2026-11`.
    started: String,
    soaking: u64,
    ready: u64,
    dirty: u64,
    placed: u64,
    control: u64,
}

/// A platform without matching controls.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmatchedOut {
    platform: String,
    provider: String,
    country: Option<String>,
    block: Option<String>,
}

impl StratumOut {
    fn of(stratum: Stratum, lines: &PoolStratum) -> StratumOut {
        StratumOut {
            provider: stratum.provider,
            country: stratum.country,
            block: stratum.block,
            started: stratum.started,
            soaking: lines.count(LineState::Soaking),
            ready: lines.count(LineState::Ready),
            dirty: lines.count(LineState::Dirty),
            placed: lines.count(LineState::Placed),
            control: lines.count(LineState::Control),
        }
    }
}

/// Where no control matches a platform's lines, as far as the caller may see the platform.
fn unmatched(registry: &Registry, caller: &Caller, now: Timestamp) -> Vec<UnmatchedOut> {
    let open =
        |platform: &_| caller.role.may_administer() || registry.may_see(&caller.key, platform);
    let found = registry.unmatched(now).into_iter();
    let shown = found
        .filter(|(platform, _)| open(platform))
        .map(|(platform, at)| UnmatchedOut {
            platform: platform.to_string(),
            provider: at.provider,
            country: at.country,
            block: at.block,
        });
    shown.collect()
}

/// How many lines stand where, and where controls are missing.
#[utoipa::path(get, path = "/v1/pool", tag = "lines", responses((status = 200, body = PoolOut)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<PoolOut>, Problem> {
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let strata = state.registry.strata(now).into_iter();
    Ok(Json(PoolOut {
        strata: strata
            .map(|(stratum, lines)| StratumOut::of(stratum, &lines))
            .collect(),
        unmatched: unmatched(&state.registry, &caller, now),
    }))
}

/// How controls are to be drawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrawIn {
    /// Share of all lines that shall be controls, more than 0, at most 0.5; 0.25 if not given.
    #[serde(default)]
    pub(crate) share: Option<f64>,
    /// A seed of your own, of at most 1024 bytes; the committed one if not given.
    #[serde(default)]
    pub(crate) seed: Option<String>,
}

/// What was drawn.
#[derive(Serialize, ToSchema)]
pub(crate) struct DrawOut {
    /// The entry that says so.
    index: u64,
    /// The entries that added the lines which are controls now.
    drawn: Vec<u64>,
    strata: Vec<StratumDrawnOut>,
    /// Platforms that are still without matching controls.
    unmatched: Vec<UnmatchedOut>,
}

/// What was drawn in one stratum.
#[derive(Serialize, ToSchema)]
pub(crate) struct StratumDrawnOut {
    provider: String,
    country: Option<String>,
    block: Option<String>,
    started: String,
    candidates: u64,
    drawn: u64,
}

/// Draws controls by lot from the lines that nobody was given, in every stratum of provider,
/// country, block and month, and at least 15 over all where there are enough.
#[utoipa::path(post, path = "/v1/lines/draw-controls", tag = "lines", request_body = DrawIn,
    responses((status = 201, body = DrawOut), (status = 400, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn draw_controls(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<DrawIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let usable = |seed: &String| !seed.is_empty() && seed.len() <= SEED_BYTES_MAX;
    if !body.seed.as_ref().is_none_or(usable) {
        let detail =
            format!("seed is not 1 to {SEED_BYTES_MAX} bytes; leave it out for the committed one");
        return Err(Problem::bad_request("bad_seed", detail));
    }
    let clock = app.recorder.clock().clone();
    let share = body.share.unwrap_or(SHARE_DEFAULT);
    let draw = move |state: &Fold| {
        Ok(vec![state.registry.draw_controls(
            share,
            body.seed,
            clock.now(),
        )?])
    };
    let entries = app.recorder.decide(Some(caller.key.clone()), draw).await?;
    let [entry] = entries.as_slice() else {
        return Err(Problem::internal(&"a draw could not be read back"));
    };
    let Event::ControlsDrawn(drawn) = &entry.event else {
        return Err(Problem::internal(&"a draw made another event"));
    };
    let state = app.recorder.view().state();
    let strata = drawn.strata.iter().map(|s| StratumDrawnOut {
        provider: s.stratum.provider.clone(),
        country: s.stratum.country.clone(),
        block: s.stratum.block.clone(),
        started: s.stratum.started.clone(),
        candidates: s.candidates,
        drawn: s.drawn,
    });
    let answer = DrawOut {
        index: entry.index,
        drawn: drawn.drawn.clone(),
        strata: strata.collect(),
        unmatched: unmatched(&state.registry, &caller, app.recorder.clock().now()),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// A committed seed.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeedOut {
    /// The entry that committed it.
    index: u64,
    /// SHA-256 of the seed's text.
    sha256: String,
    /// Draws made with it.
    draws: u64,
    /// The seed, once another one has taken its place: with it, every draw can be made again.
    pub(crate) seed: Option<String>,
}

/// All committed seeds, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeedsOut {
    items: Vec<SeedOut>,
}

impl SeedOut {
    fn of(record: &SeedRecord, is_live: bool) -> SeedOut {
        SeedOut {
            index: record.index,
            sha256: record.seed.sha256.clone(),
            draws: record.draws,
            seed: (!is_live).then(|| record.seed.seed.expose().to_owned()),
        }
    }
}

/// The committed seeds; the last is the one that draws are made with, and stays secret.
#[utoipa::path(get, path = "/v1/draw-seeds", tag = "custody",
    responses((status = 200, body = SeedsOut), (status = 403, body = Problem)))]
pub(crate) async fn seeds(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<SeedsOut>, Problem> {
    caller.may_audit()?;
    let state = app.recorder.view().state();
    let seeds = state.registry.draw_seeds();
    let shown =
        |(place, record): (usize, &SeedRecord)| SeedOut::of(record, place + 1 == seeds.len());
    Ok(Json(SeedsOut {
        items: seeds.iter().enumerate().map(shown).collect(),
    }))
}

/// Commits to a new seed; the one before can be told then.
#[utoipa::path(post, path = "/v1/draw-seeds", tag = "custody",
    responses((status = 201, body = SeedOut), (status = 403, body = Problem)))]
pub(crate) async fn commit_seed(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    caller.may_administer()?;
    let seed = fresh_seed().map_err(|error| Problem::internal(&error))?;
    app.recorder
        .decide(Some(caller.key), move |_| Ok(vec![seed]))
        .await?;
    let state = app.recorder.view().state();
    let newest = state.registry.draw_seeds().last();
    let newest = newest.ok_or_else(|| Problem::internal(&"a committed seed is not there"))?;
    Ok((StatusCode::CREATED, Json(SeedOut::of(newest, true))))
}
