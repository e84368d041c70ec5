//! Who asks, and what they may.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use honeytoken::{KeyCreated, KeyId, PhoneNumber, PlatformId, Role};

use super::page::ListQuery;
use crate::api_key::ApiKey;
use crate::app::App;
use crate::problem::Problem;

/// Seconds after which an address that tried too many keys may try again.
const BRAKE_RETRY_S: u64 = 60;

/// Whoever holds a live key. Taking this as an argument is what closes a handler to strangers.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The key.
    pub(crate) key: KeyId,
    /// What it may do.
    pub(crate) role: Role,
}

impl Caller {
    /// Whoever holds this key, if it is a live one of ours.
    pub(crate) fn by_key(app: &App, text: &str) -> Option<Caller> {
        let digest = text.parse::<ApiKey>().ok()?.sha256();
        let state = app.recorder.view().state();
        state.registry.key_by_digest(&digest).map(Caller::from)
    }

    /// Whoever came in under this key, if it is still live.
    pub(crate) fn of(app: &App, key: &KeyId) -> Option<Caller> {
        let state = app.recorder.view().state();
        state.registry.key(key).map(Caller::from)
    }

    /// For those who may change lines, platforms and honeytokens.
    ///
    /// # Errors
    /// 403 for the others.
    pub(crate) fn may_work(&self) -> Result<(), Problem> {
        self.must(self.role.may_work(), "admin or analyst")
    }

    /// For those who may manage keys and connections, and erase.
    ///
    /// # Errors
    /// 403 for the others.
    pub(crate) fn may_administer(&self) -> Result<(), Problem> {
        self.must(self.role.may_administer(), "admin")
    }

    /// For those who may see personal data.
    ///
    /// # Errors
    /// 403 for the others.
    pub(crate) fn may_see_personal_data(&self) -> Result<(), Problem> {
        self.must(
            self.role.may_see_personal_data(),
            "admin, analyst or auditor",
        )
    }

    /// For those who may read the custody log.
    ///
    /// # Errors
    /// 403 for the others.
    pub(crate) fn may_audit(&self) -> Result<(), Problem> {
        self.must(
            matches!(self.role, Role::Admin | Role::Auditor),
            "admin or auditor",
        )
    }

    /// The line that a list is filtered by; who may not see numbers may not try them out either.
    ///
    /// # Errors
    /// 403 for viewers, 400 when it is no number.
    pub(crate) fn line(&self, query: &ListQuery) -> Result<Option<PhoneNumber>, Problem> {
        let line = query.line()?;
        if line.is_some() {
            self.may_see_personal_data()?;
        }
        Ok(line)
    }

    /// Whether a study closes this platform to the caller.
    pub(crate) fn may_see(&self, app: &App, platform: &PlatformId) -> bool {
        let state = app.recorder.view().state();
        self.role.may_administer() || state.registry.may_see(&self.key, platform)
    }

    fn must(&self, allowed: bool, needed: &str) -> Result<(), Problem> {
        let role = self.role.as_str();
        let refusal = || Problem::forbidden(format!("key's role is {role}; this takes {needed}"));
        if allowed { Ok(()) } else { Err(refusal()) }
    }
}

impl From<&KeyCreated> for Caller {
    fn from(key: &KeyCreated) -> Caller {
        Caller {
            key: key.key.clone(),
            role: key.role,
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Caller, Problem> {
        match presented(parts) {
            None => Err(Problem::unauthorized(
                "no key; send Authorization: Bearer cnry_…",
            )),
            Some(text) => Caller::by_key(app, text).ok_or_else(|| {
                let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
                refused(app, from.map(|info| info.0.ip()))
            }),
        }
    }
}

fn presented(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// The refusal of a key that is none of ours; whoever tries many is told to wait.
pub(crate) fn refused(app: &App, address: Option<IpAddr>) -> Problem {
    app.metrics.failed_key();
    let now = app.recorder.clock().now();
    match address.is_none_or(|address| app.failed_keys.note(address, now)) {
        true => Problem::unauthorized("key is not one of ours, or was revoked"),
        false => {
            let detail = "too many failed keys from this address; come again in a minute";
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", detail);
            Problem {
                retry_after_s: Some(BRAKE_RETRY_S),
                ..problem
            }
        }
    }
}
