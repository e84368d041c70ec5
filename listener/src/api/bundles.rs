//! Evidence bundles over the API.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use honeytoken::PlatformId;
use report::bundle::Preset;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::parts::{Path, Query};
use crate::app::App;
use crate::bundles::{self, ExportError, Order};
use crate::problem::Problem;

/// For whom a bundle is made.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct BundleQuery {
    /// `regulator`, `platform` or `public`.
    pub(crate) preset: String,
}

/// An evidence bundle about a platform: a zip file that anybody can check offline. Its making is
/// on the record.
#[utoipa::path(get, path = "/v1/platforms/{id}/bundle", tag = "evidence",
    params(("id" = String, Path), BundleQuery),
    responses((status = 200, content_type = "application/zip"),
        (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn bundle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(platform): Path<String>,
    Query(query): Query<BundleQuery>,
) -> Result<Response, Problem> {
    caller.may_see_personal_data()?;
    let preset: Preset = query
        .preset
        .parse()
        .map_err(|error: report::bundle::UnknownPreset| {
            Problem::bad_request("bad_preset", error.to_string())
        })?;
    let unknown = || Problem::not_found("no platform of this id");
    let platform: PlatformId = platform.parse().map_err(|_| unknown())?;
    if !caller.may_see(&app, &platform) {
        return Err(unknown());
    }
    let order = Order {
        platform,
        preset,
        whole_log: false,
        by: Some(caller.key),
    };
    let name = format!("{}-{}.zip", order.platform, preset.as_str());
    let (zip, _) = make(&app, order).await?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|error| Problem::internal(&error))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/zip"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((StatusCode::OK, headers, zip).into_response())
}

/// A bundle, and the entry that holds its judgement.
///
/// # Errors
/// When the platform is unknown, or the log cannot be read or written.
pub(crate) async fn make(app: &App, order: Order) -> Result<(Vec<u8>, u64), Problem> {
    // A bundle is held in memory whole: one at a time.
    let _turn = app.exporting.lock().await;
    let now = app.recorder.clock().now();
    let begun = app
        .recorder
        .run(move |ledger| bundles::begin(ledger, &order, now));
    let wish = begun.await?.map_err(problem)?;
    let judgement = wish.judgement;
    let view = Arc::clone(app.recorder.view());
    let gathered = tokio::task::spawn_blocking(move || bundles::collect(&view, wish, &mut |_| ()));
    let unsigned = gathered.await.map_err(|error| Problem::internal(&error))?;
    let unsigned = unsigned.map_err(problem)?;
    let signed = app.recorder.run(|ledger| bundles::sign(ledger, unsigned));
    let zip = signed.await?.map_err(problem)?;
    Ok((zip, judgement))
}

fn problem(error: ExportError) -> Problem {
    match error {
        ExportError::Unknown(_) => Problem::not_found("no platform of this id"),
        other => Problem::internal(&other),
    }
}
