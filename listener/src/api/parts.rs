//! Paths and queries in: what does not fit is a problem document.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parts of the path that the route leaves open.
pub(crate) struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        let bad = |error: axum::extract::rejection::PathRejection| {
            Problem::bad_request("bad_path", error.body_text())
        };
        read.map(|axum::extract::Path(path)| Path(path))
            .map_err(bad)
    }
}

/// What is asked for behind the `?`.
pub(crate) struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query<T>, Problem> {
        let read = axum::extract::Query::from_request_parts(parts, state).await;
        let bad = |error: axum::extract::rejection::QueryRejection| {
            Problem::bad_request("bad_query", error.body_text())
        };
        read.map(|axum::extract::Query(query)| Query(query))
            .map_err(bad)
    }
}
