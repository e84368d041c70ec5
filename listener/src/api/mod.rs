//! The API: keys in, JSON out, problems as RFC 9457.
//!
//! A file per resource; a handler that takes a [`caller::Caller`] is closed to strangers. The
//! routes and their OpenAPI description are one list, so that neither can drift.

pub(crate) mod adding;
pub(crate) mod alert_targets;
mod alerts;
pub(crate) mod attaching;
pub(crate) mod attachments;
pub(crate) mod attention;
mod backups;
pub(crate) mod bundles;
mod by_hand;
pub(crate) mod caller;
pub(crate) mod campaigns;
pub(crate) mod complaints;
pub(crate) mod connections;
pub(crate) mod contacts;
pub(crate) mod coverage;
pub(crate) mod custody;
mod description;
mod designs;
mod erasures;
mod exports;
mod file;
pub(crate) mod findings;
mod freshness;
pub(crate) mod graph;
pub(crate) mod health;
pub(crate) mod honeytokens;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod line_coverage;
pub(crate) mod lines;
pub(crate) mod log;
pub(crate) mod message;
pub(crate) mod notes;
mod numbers;
pub(crate) mod page;
pub(crate) mod parts;
pub(crate) mod platforms;
pub(crate) mod policy;
pub(crate) mod pool;
pub(crate) mod power;
pub(crate) mod range;
pub(crate) mod receipts;
mod reconciliations;
pub(crate) mod redact;
pub(crate) mod replies;
mod reply_files;
pub(crate) mod reports;
pub(crate) mod senders;
pub(crate) mod settings;
pub(crate) mod stream;
pub(crate) mod studies;
mod unparsed;
pub(crate) mod verdicts;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::Problem;
use description::Description;
pub(crate) use numbers::hooks;

/// All routes: the API, the log, the pages, the webhook door.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (router, description) = documented().split_for_parts();
    let description = description::complete(description);
    let openapi = get(|| async move { Json(description) });
    router
        .merge(crate::page::router(&app))
        .merge(crate::page::public::router(&app))
        .route("/v1/openapi.json", openapi)
        .fallback(nothing_here)
        .method_not_allowed_fallback(other_method)
        .layer(DefaultBodyLimit::disable())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&app),
            freshness::state,
        ))
        // The door comes after the headers, which are for readers, and before what catches panics:
        // a provider that is answered 500 comes again.
        .route("/hooks/{connection}", any(crate::hooks::receive))
        .route("/hooks/{connection}/{*rest}", any(crate::hooks::receive))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| -> Response {
                Problem::internal(&"a handler panicked").into_response()
            },
        ))
        .with_state(app)
}

fn documented() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(connections::list, connections::create))
        .routes(routes!(connections::replace, connections::retire))
        .routes(routes!(lines::list, adding::create))
        .routes(routes!(lines::retire))
        .routes(routes!(coverage::assert, line_coverage::fleet))
        .routes(routes!(line_coverage::one))
        .routes(routes!(attention::list))
        .routes(routes!(lines::soak))
        .routes(routes!(pool::draw_controls))
        .routes(routes!(pool::show))
        .routes(routes!(pool::seeds, pool::commit_seed))
        .routes(routes!(policy::show, policy::set))
        .routes(routes!(settings::show, settings::set))
        .routes(routes!(senders::list))
        .routes(routes!(notes::list, notes::create))
        .routes(routes!(power::advise))
        .routes(routes!(platforms::list, platforms::create))
        .routes(routes!(platforms::replace))
        .routes(routes!(honeytokens::list, honeytokens::create))
        .routes(routes!(honeytokens::one, honeytokens::end))
        .routes(routes!(honeytokens::request))
        .routes(routes!(contacts::list, by_hand::create))
        .routes(routes!(contacts::one))
        .routes(routes!(attachments::one))
        .routes(routes!(attaching::create))
        .routes(routes!(numbers::account))
        .routes(routes!(numbers::held::list, numbers::buy::buy))
        .routes(routes!(numbers::search::available))
        .routes(routes!(numbers::point::point))
        .routes(routes!(numbers::release::release))
        .routes(routes!(reconciliations::backfill))
        .routes(routes!(reconciliations::list))
        .routes(routes!(verdicts::list))
        .routes(routes!(verdicts::one))
        .routes(routes!(verdicts::campaigns))
        .routes(routes!(campaigns::one))
        .routes(routes!(verdicts::links))
        .routes(routes!(graph::graph))
        .routes(routes!(designs::create))
        .routes(routes!(bundles::bundle))
        .routes(routes!(exports::export))
        .routes(routes!(complaints::of_contact))
        .routes(routes!(complaints::of_platform))
        .routes(routes!(reports::platform))
        .routes(routes!(reports::study))
        .routes(routes!(reports::league))
        .routes(routes!(replies::show))
        .routes(routes!(replies::notify))
        .routes(routes!(replies::answer))
        .routes(routes!(replies::publish))
        .routes(routes!(reply_files::keep))
        .routes(routes!(reply_files::one))
        .routes(routes!(findings::list))
        .routes(routes!(findings::publish))
        .routes(routes!(findings::withdraw))
        .routes(routes!(studies::list, studies::create))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(custody::list))
        .routes(routes!(erasures::erase))
        .routes(routes!(unparsed::create))
        .routes(routes!(alert_targets::list, alert_targets::create))
        .routes(routes!(alert_targets::replace, alert_targets::remove))
        .routes(routes!(alert_targets::test))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::replay))
        .routes(routes!(backups::create))
        .routes(routes!(stream::stream))
        .routes(routes!(log::checkpoint))
        .routes(routes!(receipts::one))
        .route("/log/tile/{*path}", get(log::tile))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

async fn nothing_here(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let problem = Problem::not_found(format!(
        "nothing at {}; /v1/openapi.json lists what there is",
        uri.path()
    ));
    crate::page::nothing_here(&app, &uri, &headers, problem)
}

async fn other_method() -> Problem {
    let status = axum::http::StatusCode::METHOD_NOT_ALLOWED;
    Problem::new(
        status,
        "other_method",
        "another method is wanted here; see /v1/openapi.json",
    )
}
