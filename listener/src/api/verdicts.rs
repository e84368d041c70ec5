//! What is said of platforms, and what it rests on.

use std::sync::Arc;

use attribution::{Campaign, Link, Verdict};
use axum::Json;
use axum::extract::State;
use honeytoken::PlatformId;
use report::{CampaignOut, LinkOut, VerdictOut};

use super::caller::Caller;
use super::page::{ListQuery, Page, page_of};
use super::parts::{Path, Query};
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// All verdicts that the caller may see, by platform.
#[utoipa::path(get, path = "/v1/verdicts", tag = "verdicts", params(ListQuery),
    responses((status = 200, body = Page<VerdictOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<VerdictOut>>, Problem> {
    let wanted = query.platform()?;
    let verdicts = all(&app).await?;
    let state = app.recorder.view().state();
    let items = verdicts
        .into_iter()
        .filter(|v| wanted.as_ref().is_none_or(|id| *id == v.platform))
        .filter(|v| open_to(&state, &caller, &v.platform))
        .map(|v| (v.platform.to_string(), shown(&app, &state, v)));
    Ok(Json(page_of(items, &query)))
}

fn shown(app: &App, state: &Fold, verdict: Verdict) -> VerdictOut {
    let now = app.recorder.clock().now();
    let standing = state.registry.reply_standing(&verdict.platform, now);
    VerdictOut::from(verdict).with_reply(standing)
}

async fn all(app: &App) -> Result<Vec<Verdict>, Problem> {
    folded(app, |state| state.judgement.verdicts()).await
}

/// Asks the fold off the async threads, since the answer may take a while.
pub(crate) async fn folded<T: Send + 'static>(
    app: &App,
    ask: impl FnOnce(&Fold) -> T + Send + 'static,
) -> Result<T, Problem> {
    let view = Arc::clone(app.recorder.view());
    let answer = tokio::task::spawn_blocking(move || ask(&view.state()));
    answer.await.map_err(|error| Problem::internal(&error))
}

pub(crate) fn open_to(state: &Fold, caller: &Caller, platform: &PlatformId) -> bool {
    caller.role.may_administer() || state.registry.may_see(&caller.key, platform)
}

/// The verdict on one platform.
#[utoipa::path(get, path = "/v1/verdicts/{platform}", tag = "verdicts",
    params(("platform" = String, Path)),
    responses((status = 200, body = VerdictOut), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(platform): Path<String>,
) -> Result<Json<VerdictOut>, Problem> {
    let unknown = || Problem::not_found("no platform of this id");
    let id: PlatformId = platform.parse().map_err(|_| unknown())?;
    if !caller.may_see(&app, &id) {
        return Err(unknown());
    }
    let verdict = folded(&app, move |state| state.judgement.verdict(&id)).await?;
    let state = app.recorder.view().state();
    verdict
        .map(|v| Json(shown(&app, &state, v)))
        .ok_or_else(unknown)
}

/// All campaigns, by id.
#[utoipa::path(get, path = "/v1/campaigns", tag = "verdicts", params(ListQuery),
    responses((status = 200, body = Page<CampaignOut>)))]
pub(crate) async fn campaigns(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<CampaignOut>>, Problem> {
    let (platform, since, until) = (query.platform()?, query.since()?, query.until()?);
    let campaigns = folded(&app, |state| state.judgement.campaigns()).await?;
    let state = app.recorder.view().state();
    // Ten digits hold every id, so that text sorts as numbers do.
    let shown = |c: Campaign| {
        (
            format!("{:010}", c.campaign.0),
            campaign_out(&state, &caller, c),
        )
    };
    let wanted = |c: &Campaign| {
        platform
            .as_ref()
            .is_none_or(|id| c.platforms.contains(id) && open_to(&state, &caller, id))
            && since.is_none_or(|at| c.last_at >= at)
            && until.is_none_or(|at| c.first_at < at)
    };
    Ok(Json(page_of(
        campaigns.into_iter().filter(wanted).map(shown),
        &query,
    )))
}

/// A campaign as far as the caller may see it.
pub(super) fn campaign_out(state: &Fold, caller: &Caller, campaign: Campaign) -> CampaignOut {
    let mut out = CampaignOut::new(campaign, |platform| open_to(state, caller, platform));
    // Where texts lead is a part of what they say.
    if !caller.role.may_see_personal_data() {
        out.domains.clear();
    }
    out
}

/// All significant links between platforms that the caller may see.
#[utoipa::path(get, path = "/v1/links", tag = "verdicts", params(ListQuery),
    responses((status = 200, body = Page<LinkOut>)))]
pub(crate) async fn links(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<LinkOut>>, Problem> {
    let links = folded(&app, |state| state.judgement.links()).await?;
    Ok(Json(links_for(&app, &caller, links, &query)?))
}

/// Those of the links that the caller may see, a page of them.
///
/// # Errors
/// When the query names no possible platform.
pub(crate) fn links_for(
    app: &App,
    caller: &Caller,
    links: Vec<Link>,
    query: &ListQuery,
) -> Result<Page<LinkOut>, Problem> {
    let platform = query.platform()?;
    let state = app.recorder.view().state();
    let wanted = |l: &Link| {
        platform.as_ref().is_none_or(|id| l.platforms.contains(id))
            && l.platforms.iter().all(|p| open_to(&state, caller, p))
    };
    let shown = |l: Link| {
        let link = LinkOut::from(l);
        (link.platforms.join("\n"), link)
    };
    let mut items: Vec<_> = links.into_iter().filter(wanted).map(shown).collect();
    items.sort_by(|x, y| x.0.cmp(&y.0));
    Ok(page_of(items.into_iter(), query))
}
