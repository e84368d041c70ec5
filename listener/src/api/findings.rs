//! What stands on the public page: by an admin's decision, each an entry in the log.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use honeytoken::{Event, Finding, FindingPublished, PlatformId, Timestamp};
use report::bundle::Preset;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of};
use super::parts::{Path, Query};
use super::verdicts::{folded, open_to};
use super::{bundles, verdicts};
use crate::api_key::hex;
use crate::app::App;
use crate::bundles::Order;
use crate::ledger::State as Fold;
use crate::page::public::{bundle, keep};
use crate::problem::Problem;

/// A bundle that is larger is not published with its finding, in bytes.
const BUNDLE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A finding to publish.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindingIn {
    /// Why it is published though the platform was not told, or has time to answer still; it is
    /// published with the finding. At most 500 bytes.
    #[serde(default)]
    pub(crate) unheard: Option<String>,
}

/// A finding to take back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawalIn {
    /// Why; it stands in the finding's place. At most 500 bytes.
    pub(crate) reason: String,
}

/// A published finding.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingOut {
    /// The entry that published it: its name in links.
    pub(crate) index: u64,
    pub(crate) platform: String,
    /// What was said of the platform.
    pub(crate) class: String,
    #[schema(value_type = String)]
    pub(crate) published_at: Timestamp,
    /// Where it is for good.
    pub(crate) url: String,
    /// The entry that holds the verdict with its statistics.
    pub(crate) judgement: u64,
    /// SHA-256 of the bundle that is published with it.
    pub(crate) bundle_sha256: Option<String>,
    /// Why it did not wait for the platform's answer.
    pub(crate) unheard: Option<String>,
    /// When it was taken back.
    #[schema(value_type = Option<String>)]
    pub(crate) withdrawn_at: Option<Timestamp>,
    /// Why.
    pub(crate) withdrawn_because: Option<String>,
}

impl FindingOut {
    pub(crate) fn of(app: &App, finding: &Finding) -> FindingOut {
        let (published, withdrawn) = (&finding.published, finding.withdrawn.as_ref());
        FindingOut {
            index: finding.index,
            platform: published.platform.to_string(),
            class: published.class.clone(),
            published_at: finding.at,
            url: format!(
                "{}/public/f/{}",
                app.public_url.trim_end_matches('/'),
                finding.index
            ),
            judgement: published.judgement,
            bundle_sha256: published.bundle_sha256.clone(),
            unheard: published.unheard.clone(),
            withdrawn_at: withdrawn.map(|(at, _)| *at),
            withdrawn_because: withdrawn.map(|(_, reason)| reason.clone()),
        }
    }
}

/// Findings that were published, oldest first, those that were taken back included.
#[utoipa::path(get, path = "/v1/findings", tag = "evidence", params(ListQuery),
    responses((status = 200, body = Page<FindingOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<FindingOut>>, Problem> {
    let wanted = query.platform()?;
    let state = app.recorder.view().state();
    let findings = state.registry.findings().iter();
    let open = findings.filter(|finding| {
        let platform = &finding.published.platform;
        wanted.as_ref().is_none_or(|id| id == platform) && open_to(&state, &caller, platform)
    });
    // Twenty digits hold every index, so that text sorts as numbers do.
    let keyed = open.map(|f| (format!("{:020}", f.index), FindingOut::of(&app, f)));
    Ok(Json(page_of(keyed, &query)))
}

/// Publishes what is found about a platform, with a bundle for the public. Whoever is said to have done
/// something was told and had time to answer, or there is a reason, which is published too.
#[utoipa::path(post, path = "/v1/platforms/{id}/findings", tag = "evidence",
    params(("id" = String, Path)), request_body = FindingIn,
    responses((status = 201, body = FindingOut), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<FindingIn>,
) -> Result<(StatusCode, Json<FindingOut>), Problem> {
    caller.may_administer()?;
    must_be_on(&app)?;
    let platform = verdicts::one(State(Arc::clone(&app)), caller.clone(), Path(id))
        .await?
        .0
        .platform;
    let platform: PlatformId = platform.parse().map_err(|e| Problem::internal(&e))?;
    let mut finding = wished(&app, platform, body).await?;
    let zip = made(&app, &caller, &mut finding).await?;
    if zip.len() <= BUNDLE_BYTES_MAX {
        finding.bundle_sha256 = Some(kept(&app, zip).await?);
    }
    let now = app.recorder.clock().now();
    let decide = move |state: &Fold| Ok(vec![state.registry.publish_finding(finding, now)?]);
    let entries = app.recorder.decide(Some(caller.key), decide).await?;
    let index = entries.first().map(|entry| entry.index);
    keep::renew(&app).await?;
    let out = index.and_then(|index| shown(&app, index));
    let out = out.ok_or_else(|| Problem::internal(&"a finding could not be read back"))?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Takes a finding back. Its page stays and says when and why.
#[utoipa::path(post, path = "/v1/findings/{index}/withdrawal", tag = "evidence",
    params(("index" = u64, Path)), request_body = WithdrawalIn,
    responses((status = 200, body = FindingOut), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(index): Path<u64>,
    Body(body): Body<WithdrawalIn>,
) -> Result<Json<FindingOut>, Problem> {
    caller.may_administer()?;
    let decide =
        move |state: &Fold| Ok(vec![state.registry.withdraw_finding(index, &body.reason)?]);
    app.recorder.decide(Some(caller.key), decide).await?;
    if app.config.public.enabled {
        keep::renew(&app).await?;
    }
    let out = shown(&app, index);
    out.map(Json)
        .ok_or_else(|| Problem::internal(&"a finding could not be read back"))
}

fn must_be_on(app: &App) -> Result<(), Problem> {
    let off = || {
        let detail = "the public page is off; set [public] enabled = true in the settings file";
        Problem::new(StatusCode::CONFLICT, "public_off", detail)
    };
    app.config.public.enabled.then_some(()).ok_or_else(off)
}

fn shown(app: &App, index: u64) -> Option<FindingOut> {
    let state = app.recorder.view().state();
    let finding = state.registry.finding(index)?;
    Some(FindingOut::of(app, finding))
}

/// What is to be published, if it may be: a bundle is made only then.
async fn wished(
    app: &App,
    platform: PlatformId,
    body: FindingIn,
) -> Result<FindingPublished, Problem> {
    let now = app.recorder.clock().now();
    let wished = folded(app, move |state| {
        let class = state.judgement.verdict(&platform).map(|v| v.class);
        let finding = FindingPublished {
            platform,
            class: class.map(|c| c.as_str().to_owned()).unwrap_or_default(),
            judgement: 0,
            bundle_sha256: None,
            unheard: body.unheard.filter(|reason| !reason.trim().is_empty()),
        };
        let may = state.registry.publish_finding(finding.clone(), now);
        may.map(|_| finding)
    });
    Ok(wished.await??)
}

/// The bundle; its judgement is what is published.
async fn made(
    app: &App,
    caller: &Caller,
    finding: &mut FindingPublished,
) -> Result<Vec<u8>, Problem> {
    let order = Order {
        platform: finding.platform.clone(),
        preset: Preset::Public,
        whole_log: false,
        by: Some(caller.key.clone()),
    };
    let (zip, judgement) = bundles::make(app, order).await?;
    let entry = app.recorder.view().reader.entry(judgement);
    let entry = entry.map_err(|error| Problem::internal(&error))?;
    if let Some(Event::Judgement(judged)) = entry.map(|entry| entry.event) {
        finding.class = judged.class;
    }
    finding.judgement = judgement;
    Ok(zip)
}

async fn kept(app: &Arc<App>, zip: Vec<u8>) -> Result<String, Problem> {
    let data = app.config.data.clone();
    let kept = tokio::task::spawn_blocking(move || {
        let sha256 = hex(digest(&SHA256, &zip).as_ref());
        bundle::keep(&data, &sha256, &zip).map(|()| sha256)
    });
    let kept = kept.await.map_err(|error| Problem::internal(&error))?;
    kept.map_err(|error| Problem::internal(&error))
}
