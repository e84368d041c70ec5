//! Somebody who is signed in: the same [`Caller`] as the API's, known by a cookie.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::guest::{Guest, cookie};
use super::session::Session;
use crate::api::caller::Caller;
use crate::app::App;
use crate::problem::Problem;

/// Somebody who is signed in. Taking this as an argument is what closes a page to strangers.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// Who, with the rights of their key as it stands now.
    pub(crate) caller: Caller,
    /// How they look at it.
    pub(crate) guest: Guest,
    pub(super) session: Session,
}

impl Visitor {
    fn find(app: &App, guest: &Guest, headers: &HeaderMap) -> Option<Visitor> {
        let id = cookie(headers, session_cookie(guest.secure))?;
        let session = app.pages.sessions.find(id, app.recorder.clock().now())?;
        // A key that was revoked since has no caller.
        let caller = Caller::of(app, &session.key)?;
        let guest = guest.clone();
        Some(Visitor {
            caller,
            guest,
            session,
        })
    }
}

/// The name of the cookie. Over TLS the prefix binds it to this host and to TLS (RFC 6265bis).
pub(super) const fn session_cookie(secure: bool) -> &'static str {
    match secure {
        true => "__Host-canaryline",
        false => "canaryline",
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Visitor, Response> {
        let guest = Guest::of(app, &parts.uri, &parts.headers);
        Visitor::find(app, &guest, &parts.headers).ok_or_else(|| sign_in_first(&guest))
    }
}

/// Pages lead to the door, data does not.
fn sign_in_first(guest: &Guest) -> Response {
    if !guest.wants_page {
        return Problem::unauthorized("sign in first, at /sign-in").into_response();
    }
    let asked = match guest.query.is_empty() {
        true => guest.path.clone(),
        false => format!("{}?{}", guest.path, guest.query.join("&")),
    };
    let to = utf8_percent_encode(&asked, NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?to={to}")).into_response()
}
