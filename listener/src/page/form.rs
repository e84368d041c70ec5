//! What a page's forms send, once it is sure that they are ours.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use honeytoken::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::visitor::Visitor;
use crate::api::json;
use crate::app::App;
use crate::problem::Problem;

/// A form that somebody who is signed in sent from one of our pages.
pub(crate) struct Form<T> {
    /// Who.
    pub(crate) visitor: Visitor,
    /// What.
    pub(crate) fields: T,
}

#[derive(Deserialize)]
struct Token {
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Form<T>, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, app).await?;
        let headers = parts.headers.clone();
        let read = async {
            must_be_ours(&headers)?;
            let bytes = json::bytes(Request::from_parts(parts, body), app).await?;
            let token: Token = fields(&headers, &bytes).await.map_err(|_| not_ours())?;
            if !visitor.session.is_theirs(&token.csrf) {
                return Err(not_ours());
            }
            fields(&headers, &bytes).await
        };
        let fields = read.await.map_err(Problem::into_response)?;
        Ok(Form { visitor, fields })
    }
}

/// Whether a browser sent it from one of our own pages. Whoever is no browser says nothing of it, and
/// has no cookies that are not their own.
///
/// # Errors
/// 403.
pub(super) fn must_be_ours(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let ours = match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), host) => {
            let (_, from) = origin.split_once("://").unwrap_or_default();
            host == Some(from)
        }
        (None, None, _) => true,
    };
    ours.then_some(()).ok_or_else(not_ours)
}

fn not_ours() -> Problem {
    let detail = "form was not sent from a page of this session; go back, load the page anew and send it again";
    Problem::new(axum::http::StatusCode::FORBIDDEN, "foreign_form", detail)
}

/// The fields of a body in the form of HTML's forms.
///
/// # Errors
/// 400 that names the field.
pub(super) async fn fields<T: DeserializeOwned>(
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<T, Problem> {
    let mut request = Request::post("/")
        .body(Body::from(bytes.clone()))
        .unwrap_or_default();
    if let Some(media) = headers.get(header::CONTENT_TYPE) {
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, media.clone());
    }
    let read = axum::Form::from_request(request, &()).await;
    let bad = |e: axum::extract::rejection::FormRejection| {
        Problem::bad_request("bad_form", e.body_text())
    };
    read.map(|axum::Form(fields)| fields).map_err(bad)
}

/// A field that may be left empty.
pub(crate) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A field of several values, one a line or separated by commas.
pub(crate) fn several(text: &str) -> Vec<String> {
    text.split(['\n', ',', '，', '、'])
        .filter_map(filled)
        .collect()
}

/// A day as a form gives it, in the zone that times are shown in: when it begins, and when the next
/// does. None if none was given.
///
/// # Errors
/// 400 when it is no day.
pub(crate) fn day(text: &str, zone: &TimeZone) -> Result<Option<Range<Timestamp>>, Problem> {
    let Some(text) = filled(text) else {
        return Ok(None);
    };
    let read = || {
        let day = Date::strptime("%Y-%m-%d", &text).ok()?;
        let at = |day: Date| {
            let begins = day.to_zoned(zone.clone()).ok()?.timestamp();
            Some(Timestamp::from_micros(begins.as_microsecond()))
        };
        Some(at(day)?..at(day.tomorrow().ok()?)?)
    };
    let bad = || Problem::bad_request("bad_time", format!("day {text:?} is not YYYY-MM-DD"));
    read().map(Some).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_readers_own() {
        let zone = |name: &str| TimeZone::get(name).unwrap();
        let read = |text: &str, name: &str| {
            let day = day(text, &zone(name)).unwrap().unwrap();
            (day.start.to_string(), day.end.to_string())
        };
        let pair = |from: &str, until: &str| (from.to_owned(), until.to_owned());
        assert_eq!(
            read("2026-11-20", "UTC"),
            pair("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")
        );
        assert_eq!(
            read(" 2026-11-20 ", "Asia/Shanghai"),
            pair("2026-11-19T16:00:00Z", "2026-11-20T16:00:00Z")
        );
        // Clocks went back that night: it had 25 hours.
        assert_eq!(
            read("2026-11-01", "America/New_York"),
            pair("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")
        );
        assert_eq!(day(" ", &TimeZone::UTC).unwrap(), None);
        for bad in ["20.11.2026", "2026-02-30", "2026-11-20T00:00:00Z", "soon"] {
            assert_eq!(
                day(bad, &TimeZone::UTC).unwrap_err().code,
                "bad_time",
                "{bad}"
            );
        }
    }

    fn is_ours(pairs: &[(&'static str, &'static str)]) -> bool {
        let pairs = pairs.iter();
        let headers = pairs
            .map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap()))
            .collect();
        must_be_ours(&headers).is_ok()
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        let host = ("host", "127.0.0.1:8470");
        assert!(is_ours(&[host]));
        assert!(is_ours(&[
            host,
            ("sec-fetch-site", "same-origin"),
            ("origin", "null")
        ]));
        assert!(is_ours(&[host, ("origin", "http://127.0.0.1:8470")]));
        for site in ["cross-site", "same-site"] {
            assert!(!is_ours(&[host, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in [
            "null",
            "http://127.0.0.1:8471",
            "https://evil.example",
            "127.0.0.1:8470",
        ] {
            assert!(!is_ours(&[host, ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn several_values_in_one_field() {
        assert_eq!(
            several(" a.example\nb.example，c.example\n\n"),
            ["a.example", "b.example", "c.example"]
        );
    }
}
