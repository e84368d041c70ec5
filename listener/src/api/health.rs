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
use crate::ledger::Standing as InCluster;

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
    /// How this node stands in its cluster; null alone.
    cluster: Option<ClusterReady>,
}

/// How a node stands in its cluster.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClusterReady {
    /// The name of its key.
    node: String,
    /// Messages of the stream that it has folded.
    sequence: u64,
    /// Contacts that it acknowledged and that have no place in the log yet.
    outbox_entries: usize,
    /// Why contacts are taken on this node's disk alone and nothing is decided here.
    degraded: Option<String>,
    /// How its tree differs from what the others signed.
    disagrees: Option<String>,
    /// What is wrong with a server's settings, or with a clock.
    mistrusts: Option<String>,
    /// Whether it does what one node does for all.
    on_duty: bool,
    /// Entries under the newest checkpoint that a majority signed.
    cosigned_entries: u64,
    /// Up to which entry the log's erasures are carried out in the stream; 0 before this node is on duty.
    stream_erased_entries: u64,
    /// Whether another node's erasure has arrived and what is judged here rests on what it erased, for as
    /// long as the log is folded anew.
    folds_anew: bool,
}

impl ClusterReady {
    fn of(standing: &InCluster, folds_anew: bool) -> ClusterReady {
        ClusterReady {
            node: standing.node.clone(),
            sequence: standing.sequence(),
            outbox_entries: standing.outbox_entries(),
            degraded: standing.degraded(),
            disagrees: standing.disagrees(),
            mistrusts: standing.mistrusts(),
            on_duty: standing.on_duty(),
            cosigned_entries: standing.cosigned().map_or(0, |s| s.checkpoint().size),
            stream_erased_entries: standing.stream_erased(),
            folds_anew,
        }
    }
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
    let unfit = |s: &InCluster| s.disagrees().or_else(|| s.mistrusts());
    let unfit = view.standing.as_ref().and_then(|s| unfit(s));
    let fault = view.fault().or(unfit);
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
        cluster: view
            .standing
            .as_deref()
            .map(|standing| ClusterReady::of(standing, view.folds_anew())),
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
    let cluster = crate::cluster::metrics(app.recorder.view());
    (media, counted + &anchors + &lines + &cluster)
}
