//! Apps and platforms that may hold our numbers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{Partner, Platform, PlatformId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of};
use super::parts::{Path, Query};
use crate::app::App;
use crate::problem::Problem;

/// A platform to declare, or to describe anew.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlatformBody {
    /// Its id; made from the name if not given.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Its name as people know it.
    pub(crate) name: String,
    /// The company behind it.
    #[serde(default)]
    pub(crate) operator: Option<String>,
    /// Its trade.
    #[serde(default)]
    pub(crate) sector: Option<String>,
    /// Domains that are its own.
    #[serde(default)]
    pub(crate) domains: Vec<String>,
    /// Senders that are its own.
    #[serde(default)]
    pub(crate) known_senders: Vec<String>,
    /// Signatures it signs messages with, without 【】.
    #[serde(default)]
    pub(crate) signatures: Vec<String>,
    /// Whom it declared to share data with.
    #[serde(default)]
    pub(crate) declared_partners: Vec<PartnerBody>,
}

/// A third party that a platform declared.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerBody {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) domains: Vec<String>,
    #[serde(default)]
    pub(crate) senders: Vec<String>,
}

impl PlatformBody {
    /// A platform of which nothing but its name is known.
    pub(crate) fn named(name: String) -> PlatformBody {
        PlatformBody {
            id: None,
            name,
            operator: None,
            sector: None,
            domains: vec![],
            known_senders: vec![],
            signatures: vec![],
            declared_partners: vec![],
        }
    }

    fn into_platform(self, id: PlatformId) -> Platform {
        let partner = |p: PartnerBody| Partner {
            name: p.name,
            domains: p.domains,
            senders: p.senders,
        };
        Platform {
            platform: id,
            name: self.name,
            operator: self.operator,
            sector: self.sector,
            domains: self.domains,
            known_senders: self.known_senders,
            signatures: self.signatures.iter().map(|s| bare(s)).collect(),
            declared_partners: self.declared_partners.into_iter().map(partner).collect(),
        }
    }

    fn of(platform: &Platform) -> PlatformBody {
        let partner = |p: &Partner| PartnerBody {
            name: p.name.clone(),
            domains: p.domains.clone(),
            senders: p.senders.clone(),
        };
        PlatformBody {
            id: Some(platform.platform.to_string()),
            name: platform.name.clone(),
            operator: platform.operator.clone(),
            sector: platform.sector.clone(),
            domains: platform.domains.clone(),
            known_senders: platform.known_senders.clone(),
            signatures: platform.signatures.clone(),
            declared_partners: platform.declared_partners.iter().map(partner).collect(),
        }
    }
}

/// A signature without the brackets that people paste with it.
fn bare(signature: &str) -> String {
    signature
        .trim()
        .trim_start_matches(['【', '['])
        .trim_end_matches(['】', ']'])
        .to_owned()
}

/// Declares a platform, or describes it anew under the same id.
#[utoipa::path(post, path = "/v1/platforms", tag = "platforms", request_body = PlatformBody,
    responses((status = 201, body = PlatformBody), (status = 200, body = PlatformBody), (status = 400, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<PlatformBody>,
) -> Result<impl IntoResponse, Problem> {
    declare(&app, &caller, body).await
}

/// Describes a platform anew.
#[utoipa::path(put, path = "/v1/platforms/{id}", tag = "platforms", request_body = PlatformBody,
    params(("id" = String, Path)),
    responses((status = 201, body = PlatformBody), (status = 200, body = PlatformBody), (status = 400, body = Problem)))]
pub(crate) async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<PlatformBody>,
) -> Result<impl IntoResponse, Problem> {
    declare(
        &app,
        &caller,
        PlatformBody {
            id: Some(id),
            ..body
        },
    )
    .await
}

/// Declares a platform, or describes it anew.
///
/// # Errors
/// 400, 403, 404.
pub(crate) async fn declare(
    app: &App,
    caller: &Caller,
    body: PlatformBody,
) -> Result<(StatusCode, Json<PlatformBody>), Problem> {
    caller.may_work()?;
    let id = body.id.clone().unwrap_or_else(|| slug(&body.name));
    let bad = |e| Problem::bad_request("bad_platform", format!("platform: {e}"));
    let id: PlatformId = id.parse().map_err(bad)?;
    let platform = body.into_platform(id.clone());
    let existed = app.recorder.view().state().registry.platform(&id).is_some();
    if existed && !caller.may_see(app, &id) {
        return Err(Problem::not_found(format!("platform {id} is unknown")));
    }
    let shown = PlatformBody::of(&platform);
    let decide =
        |state: &crate::ledger::State| Ok(vec![state.registry.declare_platform(platform)?]);
    app.recorder
        .decide(Some(caller.key.clone()), decide)
        .await?;
    Ok((
        if existed {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        },
        Json(shown),
    ))
}

/// An id made of a name: its ASCII letters and digits; a digest where it has none.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let slug: String = words.join("-").chars().take(48).collect();
    match slug.is_empty() {
        false => slug,
        true => {
            let digest = ring::digest::digest(&ring::digest::SHA256, name.as_bytes());
            format!("p-{}", &crate::api_key::hex(digest.as_ref())[..12])
        }
    }
}

/// All platforms that the caller may see, by id.
#[utoipa::path(get, path = "/v1/platforms", tag = "platforms", params(ListQuery),
    responses((status = 200, body = Page<PlatformBody>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<PlatformBody>>, Problem> {
    let wanted = query.platform()?;
    let state = app.recorder.view().state();
    let items = state
        .registry
        .platforms()
        .filter(|p| wanted.as_ref().is_none_or(|id| *id == p.platform))
        .filter(|p| {
            caller.role.may_administer() || state.registry.may_see(&caller.key, &p.platform)
        })
        .map(|p| (p.platform.to_string(), PlatformBody::of(p)));
    Ok(Json(page_of(items, &query)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_names() {
        assert_eq!(slug("Acme Loans, Inc."), "acme-loans-inc");
        assert_eq!(slug("红杉证券").len(), 14);
        assert_ne!(slug("红杉证券"), slug("易居金服"));
        assert!(slug("红杉证券").parse::<PlatformId>().is_ok());
    }

    #[test]
    fn brackets_are_taken_off_signatures() {
        assert_eq!(bare("【红杉证券】"), "红杉证券");
        assert_eq!(bare(" Acme "), "Acme");
    }
}
