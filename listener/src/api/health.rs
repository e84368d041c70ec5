//! Alive, ready, and how it goes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use honeytoken::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::anchors::Standing;
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
    /// What outside authorities have vouched for.
    anchors: Vec<AnchorReady>,
}

/// How far an outside authority has vouched for the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnchorReady {
    /// Its name in the settings.
    authority: String,
    /// `rfc3161` or `witness`.
    kind: &'static str,
    /// Entries that it vouched for; null before the first time.
    log_entries: Option<u64>,
    /// When, by its own clock.
    #[schema(value_type = Option<String>)]
    stamped_at: Option<Timestamp>,
    /// How long ago that is, in seconds.
    age_s: Option<f64>,
    /// Whether it should have vouched for more by now.
    waiting: bool,
    /// Why the last request came to nothing; it is repeated.
    fault: Option<String>,
}

impl From<Standing<'_>> for AnchorReady {
    fn from(standing: Standing<'_>) -> AnchorReady {
        AnchorReady {
            authority: standing.authority.id.to_string(),
            kind: standing.authority.form().as_str(),
            log_entries: standing.newest.map(|newest| newest.size),
            stamped_at: standing.newest.map(|newest| newest.stamped_at),
            age_s: standing.age_s,
            waiting: standing.waiting,
            fault: standing.attempts.fault,
        }
    }
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
        anchors: app
            .anchors
            .standing(&app)
            .into_iter()
            .map(AnchorReady::from)
            .collect(),
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
    let now = app.recorder.clock().now();
    let anchors = crate::metrics::anchors(&app.anchors.standing(&app));
    let lines = crate::metrics::lines(app.recorder.view(), &app.config.life);
    let counted = app.metrics.text(app.recorder.view(), now);
    (media, counted + &anchors + &lines)
}
