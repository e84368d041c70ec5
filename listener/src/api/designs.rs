//! Plans of shared lines: who is given which, before anything is placed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use attribution::design::{Budget, design};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{PhoneNumber, PlatformId, Registry, Timestamp};
use report::DesignOut;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::time;
use crate::app::App;
use crate::problem::Problem;

/// Bits of a seed: JSON's readers keep so many.
const SEED_BITS: u32 = 53;

/// What a plan is wanted for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DesignIn {
    /// Ids of platforms.
    platforms: Vec<String>,
    /// Numbers in E.164.
    lines: Vec<String>,
    /// Lines given to each platform, 1 to 8.
    #[serde(default = "three")]
    weight: usize,
    /// Days over which the registrations on one line are spread.
    #[serde(default = "sixty")]
    span_days: u32,
    /// The first day; now if not given.
    #[serde(default)]
    start_at: Option<String>,
    /// The same seed gives the same plan; drawn if not given.
    #[serde(default)]
    seed: Option<u64>,
}

const fn three() -> usize {
    3
}

const fn sixty() -> u32 {
    60
}

/// Plans who is given which of a few shared lines. Nothing is placed and nothing kept: place the
/// plan's honeytokens by `POST /v1/honeytokens`, each with its `line`.
#[utoipa::path(post, path = "/v1/designs", tag = "honeytokens", request_body = DesignIn,
    responses((status = 201, body = DesignOut), (status = 400, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<DesignIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let platforms: Vec<PlatformId> = distinct("platform", &body.platforms)?;
    let lines: Vec<PhoneNumber> = distinct("line", &body.lines)?;
    let start_at = match &body.start_at {
        Some(text) => time("start_at", text)?,
        None => app.recorder.clock().now(),
    };
    let seed = body.seed.map_or_else(draw_seed, Ok)?;
    let (blocks, warnings) = {
        let state = app.recorder.view().state();
        let pool = Pool {
            registry: &state.registry,
            now: app.recorder.clock().now(),
        };
        let shown = |id: &&PlatformId| {
            caller.role.may_administer() || state.registry.may_see(&caller.key, id)
        };
        let strangers = platforms.len()
            - platforms
                .iter()
                .filter(shown)
                .filter(|id| pool.knows(id))
                .count();
        (pool.blocks(&lines), pool.warnings(strangers, &lines))
    };
    let budget = Budget {
        platforms: platforms.len(),
        blocks,
        weight: body.weight,
        span_days: body.span_days,
        seed,
    };
    let planned = tokio::task::spawn_blocking(move || design(&budget)).await;
    let plan = planned
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::bad_request("bad_design", error.to_string()))?;
    let names = |ids: &[PlatformId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let numbers: Vec<String> = lines.iter().map(|n| n.as_str().to_owned()).collect();
    let mut out = DesignOut::new(&plan, &names(&platforms), &numbers, start_at, seed);
    out.warnings = warnings;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Each parsed, in order; none twice.
fn distinct<T: std::str::FromStr + Ord + Clone>(
    what: &str,
    texts: &[String],
) -> Result<Vec<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    let mut seen = BTreeSet::new();
    let bad = |i: usize, why: &dyn std::fmt::Display| {
        Problem::bad_request("bad_design", format!("{what} {} of the list: {why}", i + 1))
    };
    let parse = |(i, text): (usize, &String)| {
        let one: T = text.parse().map_err(|error| bad(i, &error))?;
        if !seen.insert(one.clone()) {
            return Err(bad(i, &"was given already; name each once"));
        }
        Ok(one)
    };
    texts.iter().enumerate().map(parse).collect()
}

fn draw_seed() -> Result<u64, Problem> {
    let mut bytes = [0; 8];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Problem::internal(&"the system gave no chance"))?;
    Ok(u64::from_le_bytes(bytes) >> (u64::BITS - SEED_BITS))
}

/// The pool as it stands.
struct Pool<'a> {
    registry: &'a Registry,
    now: Timestamp,
}

impl Pool<'_> {
    fn knows(&self, platform: &PlatformId) -> bool {
        self.registry.platform(platform).is_some()
    }

    /// The block of each line; a line without one stands alone.
    fn blocks(&self, lines: &[PhoneNumber]) -> Vec<u32> {
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let mut numbered = |number: &PhoneNumber| {
            let view = self.registry.line(number, self.now);
            let block = view.and_then(|v| v.line.block.clone());
            let next = known.len() as u32;
            let name = block.unwrap_or_else(|| number.as_str().to_owned());
            *known.entry(name).or_insert(next)
        };
        lines.iter().map(&mut numbered).collect()
    }

    fn warnings(&self, strangers: usize, lines: &[PhoneNumber]) -> Vec<String> {
        let shared: Vec<Option<bool>> = lines
            .iter()
            .map(|n| self.registry.line(n, self.now).map(|v| v.line.shared))
            .collect();
        let count = |what| shared.iter().filter(|s| **s == what).count();
        [
            (
                strangers,
                "platforms are not declared yet: POST /v1/platforms first",
            ),
            (
                count(None),
                "lines are not in the pool yet: POST /v1/lines with \"shared\": true first",
            ),
            (
                count(Some(false)),
                "lines take one platform only: lines to be shared are added with \"shared\": true",
            ),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect()
    }
}
