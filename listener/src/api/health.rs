//! Alive, ready, and how it goes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

/// How it goes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Whether contacts can be recorded.
    ready: bool,
    /// Entries in the log.
    log_entries: u64,
    /// Why nothing can be recorded; reads go on.
    fault: Option<String>,
}

/// Whether the process answers at all.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, content_type = "text/plain")))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether contacts can be recorded; 503 with the reason if not.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, body = Ready), (status = 503, body = Ready)))]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> impl IntoResponse {
    let view = app.recorder.view();
    let fault = view.fault();
    let status = if fault.is_none() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let ready = Ready {
        ready: fault.is_none(),
        log_entries: view.reader.size(),
        fault,
    };
    (status, Json(ready))
}

/// Counters and gauges, Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let media = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (media, app.metrics.text(app.recorder.view()))
}
