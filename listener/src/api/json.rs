//! Bodies in: JSON with problems that name the field.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::Problem;

/// The largest body of an API request; a larger one is answered 413.
pub(crate) const API_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A JSON body of the shape `T`.
pub(crate) struct Body<T>(pub T);

/// A JSON body of the shape `T`, or no body at all, which is the default one.
pub(crate) struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Body<T>, Problem> {
        parsed(&bytes(request, app).await?).map(Body)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<Arc<App>> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<OptionalBody<T>, Problem> {
        let bytes = bytes(request, app).await?;
        match bytes.is_empty() {
            true => Ok(OptionalBody(T::default())),
            false => parsed(&bytes).map(OptionalBody),
        }
    }
}

/// The whole body, within its limits of size and time.
///
/// # Errors
/// 413, 408.
pub(crate) async fn bytes(request: Request, app: &App) -> Result<Bytes, Problem> {
    let reading = axum::body::to_bytes(request.into_body(), API_BODY_BYTES_MAX);
    let limit = Duration::from_secs(app.config.limits.body_s.get().into());
    tokio::time::timeout(limit, reading)
        .await
        .map_err(|_| Problem::slow_body())?
        .map_err(|_| {
            let detail = format!("body is larger than {API_BODY_BYTES_MAX} bytes, or broke off");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
        })
}

/// JSON of the shape `T`.
///
/// # Errors
/// 400 that names the field.
pub(crate) fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::bad_request("bad_body", format!("body does not fit: {error}")))
}
