//! Reads a body, within its limits of size and time.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use super::Failed;
use crate::app::App;
use crate::metrics::Outcome;
use crate::problem::Problem;

/// A larger body is drained up to here, so that the provider hears the answer, then cut off.
const DRAIN_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Reads the body up to the limit, in the time allowed.
pub(super) async fn read(app: &App, body: Body) -> Result<Bytes, Failed> {
    let limits = &app.config.limits;
    let reading = read_up_to(body, limits.body_bytes_max);
    tokio::time::timeout(Duration::from_secs(limits.body_s.get().into()), reading)
        .await
        .map_err(|_| (Outcome::Rejected, Problem::slow_body()))?
}

async fn read_up_to(mut body: Body, bytes_max: usize) -> Result<Bytes, Failed> {
    let mut kept = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let broken = |_| {
            let problem = Problem::bad_request("broken_body", "body ended before it was whole");
            (Outcome::Rejected, problem)
        };
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        seen += data.len();
        if seen <= bytes_max {
            kept.extend_from_slice(&data);
        } else if seen > DRAIN_BYTES_MAX {
            break;
        }
    }
    if seen > bytes_max {
        let detail = format!("body is larger than {bytes_max} bytes");
        let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail);
        return Err((Outcome::TooLarge, problem));
    }
    Ok(kept.freeze())
}
