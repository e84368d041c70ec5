//! Errors as RFC 9457 problem documents.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use honeytoken::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::account::AccountError;
use crate::backfill::BackfillError;
use crate::recorder::{ContactsError, SubmitError};

/// The media type of a problem document (RFC 9457).
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// What a client is told when its wish is not granted: `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: u16,
    /// A short stable word for programs, such as `still_soaking`.
    pub(crate) code: &'static str,
    /// The status in words.
    pub(crate) title: &'static str,
    /// What is wrong and the way out.
    pub(crate) detail: String,
    /// After how many seconds to come again.
    #[serde(skip)]
    pub(crate) retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem with a status, a stable code and a sentence.
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Problem {
        Problem {
            status: status.as_u16(),
            code,
            title: status.canonical_reason().unwrap_or("Error"),
            detail: detail.into(),
            retry_after_s: None,
        }
    }

    /// 400.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: no key, or not one of ours.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// 403: a key that may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404.
    pub(crate) fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 408: the body did not come.
    pub(crate) fn slow_body() -> Problem {
        let detail = "body did not arrive in time";
        Problem::new(StatusCode::REQUEST_TIMEOUT, "slow_body", detail)
    }

    /// 503 with Retry-After.
    pub(crate) fn unavailable(
        code: &'static str,
        detail: impl Into<String>,
        retry_after_s: u64,
    ) -> Problem {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        Problem {
            retry_after_s: Some(retry_after_s),
            ..problem
        }
    }

    /// 500: logged here, told without detail.
    pub(crate) fn internal(error: &dyn std::fmt::Display) -> Problem {
        tracing::error!(%error, "request failed");
        let detail = "the installation failed; its log says more";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

/// A provider that fails is asked again in half a minute.
const PROVIDER_RETRY_S: u64 = 30;
/// A cluster without a majority is asked again in five seconds.
const CLUSTER_RETRY_S: u64 = 5;
/// After a failed disk somebody has to look; providers may come again in a minute.
const FAULT_RETRY_S: u64 = 60;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let status = match refusal.is_unknown() {
            true => StatusCode::NOT_FOUND,
            false => StatusCode::CONFLICT,
        };
        Problem::new(status, refusal.code(), refusal.to_string())
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Problem {
        let (code, detail) = (error.code(), error.to_string());
        let status = match error {
            AccountError::TooMany { retry_after_s, .. } => {
                return Problem::unavailable(code, detail, retry_after_s);
            }
            AccountError::Unavailable { .. } => {
                return Problem::unavailable(code, detail, PROVIDER_RETRY_S);
            }
            AccountError::NotFound(_) => StatusCode::NOT_FOUND,
            AccountError::NoAccount(_)
            | AccountError::NoCredential(_)
            | AccountError::Setting { .. }
            | AccountError::Cannot { .. }
            | AccountError::Refused { .. } => StatusCode::CONFLICT,
            AccountError::Unauthorized(_)
            | AccountError::Malformed { .. }
            | AccountError::TooLarge { .. }
            | AccountError::ForeignHost(_)
            | AccountError::NotPointed { .. }
            | AccountError::Unknown { .. } => StatusCode::BAD_GATEWAY,
        };
        Problem::new(status, code, detail)
    }
}

impl From<BackfillError> for Problem {
    fn from(error: BackfillError) -> Problem {
        match error {
            BackfillError::Account(error) => error.into(),
            BackfillError::Contacts(error) => error.into(),
            BackfillError::Submit(error) => error.into(),
            BackfillError::UnderWay(_) => {
                Problem::new(StatusCode::CONFLICT, "under_way", error.to_string())
            }
            BackfillError::Index(_) | BackfillError::Seal(_) | BackfillError::Broken => {
                Problem::internal(&error)
            }
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Problem {
        match error {
            SubmitError::Refused(refusal) => refusal.into(),
            SubmitError::Busy => Problem::unavailable("busy", error.to_string(), 1),
            SubmitError::Closed => Problem::unavailable("closing", error.to_string(), 5),
            SubmitError::Record(fault) => fault_problem(&fault),
        }
    }
}

impl From<ContactsError> for Problem {
    fn from(error: ContactsError) -> Problem {
        match error {
            ContactsError::Busy => Problem::unavailable("busy", error.to_string(), 1),
            ContactsError::Closed => Problem::unavailable("closing", error.to_string(), 5),
            ContactsError::Record(fault) => fault_problem(&fault),
        }
    }
}

fn fault_problem(fault: &crate::ledger::RecordError) -> Problem {
    if fault.is_passing() {
        tracing::warn!(error = %fault, "cluster takes nothing now");
        return Problem::unavailable("cluster", fault.to_string(), CLUSTER_RETRY_S);
    }
    tracing::error!(error = %fault, "entry cannot be recorded");
    let detail = "the evidence log cannot be written; nothing was recorded, reads go on";
    Problem::unavailable("log_fault", detail, FAULT_RETRY_S)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.retry_after_s;
        let mut response = (status, Json(&self)).into_response();
        // Where a page was asked for, it is made of this.
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        let media = HeaderValue::from_static(MEDIA_TYPE);
        headers.insert(header::CONTENT_TYPE, media);
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
