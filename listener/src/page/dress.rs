//! What all pages have in common on their way out: headers, and errors that a person can read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::guest::{Guest, LANG_COOKIE, chosen_lang};
use super::problem;
use crate::app::App;
use crate::problem::Problem;

/// Starts from nothing: no inline script or style, nothing from elsewhere, in nobody's frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";
/// Referrers stay inside. `no-referrer` would make browsers send `Origin: null` with our own forms.
const REFERRER_POLICY: &str = "same-origin";
/// Two years (RFC 6797).
const STRICT_TRANSPORT_SECURITY: &str = "max-age=63072000";
/// How long a browser remembers a choice of language or time zone, in seconds: a year.
pub(super) const CHOICE_S: u32 = 31_536_000;

/// Puts headers on pages, and turns problems into pages where a page was asked for.
pub(super) async fn dress(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let guest = Guest::of(&app, request.uri(), request.headers());
    let chosen = chosen_lang(request.uri());
    let mut response = next.run(request).await;
    if guest.wants_page
        && let Some(problem) = response.extensions().get::<Problem>()
    {
        response = problem::page(&guest, problem).into_response();
    }
    protect(response.headers_mut(), guest.secure);
    if let Some(lang) = chosen {
        set_cookie(&mut response, &choice(&guest, LANG_COOKIE, lang.code()));
    }
    response
}

/// What no page goes without.
pub(super) fn protect(headers: &mut HeaderMap, secure: bool) {
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::REFERRER_POLICY, REFERRER_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    if secure {
        set(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
    }
}

/// A cookie that remembers how somebody likes to read.
pub(in crate::page) fn choice(guest: &Guest, name: &str, value: &str) -> String {
    let secure = if guest.secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={CHOICE_S}; HttpOnly; SameSite=Lax{secure}")
}

/// Adds a cookie to an answer.
pub(in crate::page) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
