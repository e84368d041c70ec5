//! An attempt that failed: what it means, and whether another may help.

use reqwest::{Response, StatusCode, header};
use serde_json::Value;

use super::AccountError;

/// The longest code of a provider's that is repeated in a message.
const SAID_BYTES_MAX: usize = 32;

/// An attempt that failed.
pub(super) struct Failed {
    pub(super) error: AccountError,
    pub(super) retry_after_s: Option<u64>,
    /// Whether another attempt may help.
    pub(super) passing: bool,
    /// Whether the provider has surely done nothing.
    pub(super) undone: bool,
}

impl Failed {
    /// No other attempt can help.
    pub(super) fn finally(error: AccountError) -> Failed {
        Failed {
            error,
            retry_after_s: None,
            passing: false,
            undone: false,
        }
    }

    /// A connection that failed: the error itself would name the address, which may hold a number.
    pub(super) fn broken(title: &'static str, error: &reqwest::Error) -> Failed {
        let why = match error {
            _ if error.is_timeout() => "no answer in time",
            _ if error.is_connect() => "no connection",
            _ if error.is_builder() => "a request that HTTP cannot carry",
            _ => "the connection broke off",
        };
        let why = why.to_owned();
        Failed {
            error: AccountError::Unavailable { title, why },
            retry_after_s: None,
            passing: !error.is_builder(),
            undone: error.is_connect(),
        }
    }

    /// An answer that is not a success. Who wants fewer requests and does not say when is asked
    /// again after `pause_s`.
    pub(super) fn refused(
        title: &'static str,
        status: StatusCode,
        retry_after_s: Option<u64>,
        pause_s: u64,
        body: &[u8],
    ) -> Failed {
        let (error, passing, undone) = match status.as_u16() {
            401 | 403 => (AccountError::Unauthorized(title), false, true),
            404 | 410 => (AccountError::NotFound(title), false, true),
            429 => {
                let retry_after_s = retry_after_s.unwrap_or(pause_s);
                let error = AccountError::TooMany {
                    title,
                    retry_after_s,
                };
                (error, true, true)
            }
            408 | 500.. => {
                let why = format!("status {}", status.as_u16());
                (AccountError::Unavailable { title, why }, true, false)
            }
            300..=399 => (malformed(title, "a redirect"), false, false),
            status => {
                let said = code(body);
                let error = AccountError::Refused {
                    title,
                    status,
                    said,
                };
                (error, false, true)
            }
        };
        Failed {
            error,
            retry_after_s,
            passing,
            undone,
        }
    }
}

impl From<Failed> for AccountError {
    fn from(failed: Failed) -> AccountError {
        failed.error
    }
}

/// An answer that is not what the provider documents.
pub(super) fn malformed(title: &'static str, what: &str) -> AccountError {
    let what = what.to_owned();
    AccountError::Malformed { title, what }
}

/// Where it does not fit, without what stood there.
pub(super) fn shape(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Data => "JSON without an expected field",
        _ => "broken JSON",
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}

/// `Retry-After` in seconds; as a date it is not used by the providers here.
pub(super) fn retry_after_s(response: &Response) -> Option<u64> {
    header_text(response, header::RETRY_AFTER)?.parse().ok()
}

pub(super) fn header_text(response: &Response, name: header::HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// The provider's own short code in a refusal; sentences may hold numbers and are not repeated.
fn code(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let found = [
        &body["code"],
        &body["errors"][0]["code"],
        &body["error-code"],
        &body["title"],
    ];
    let text = |value: &Value| match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    let plain = |text: &String| {
        text.len() <= SAID_BYTES_MAX && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    found
        .into_iter()
        .filter_map(text)
        .find(plain)
        .unwrap_or_default()
}
