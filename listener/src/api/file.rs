//! A file as an answer.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use report::export::Document;

use crate::problem::Problem;

/// The document, to be kept under its name; never shown in place, since strangers wrote parts of it.
pub(super) fn file(document: Document) -> Result<Response, Problem> {
    let disposition = format!("attachment; filename=\"{}\"", document.name);
    let disposition = HeaderValue::from_str(&disposition);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(document.media_type),
        ),
        (
            header::CONTENT_DISPOSITION,
            disposition.map_err(|error| Problem::internal(&error))?,
        ),
    ];
    Ok((StatusCode::OK, headers, document.bytes).into_response())
}
