//! The rules that an installation sets for itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{DirtyAction, DirtyLines, Event, Operation, Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use crate::app::App;
use crate::problem::Problem;

/// The longest reason, in bytes.
const REASON_BYTES_MAX: usize = 2_000;

/// The rules; what is left out of a `PUT` is as in a fresh installation.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyBody {
    /// False-discovery level at which `leaked` and `resold` are said, more than 0, at most 0.5.
    #[serde(default)]
    pub(crate) alpha: Option<f64>,
    /// Prior probability that a platform leaks, between 0 and 1.
    #[serde(default)]
    pub(crate) prior: Option<f64>,
    /// Days of soak of a line that is added without any, 1 to 366; null: it is ready at once.
    #[serde(default)]
    pub(crate) soak_days: Option<u32>,
    /// What becomes of lines that hear too much in their soak; null: nothing.
    #[serde(default)]
    pub(crate) dirty_lines: Option<DirtyLinesBody>,
    /// Why, at most 2000 bytes; it stays on the record beside the rules, and is not answered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Version of the method; may be left out, and cannot be changed.
    #[serde(default)]
    pub(crate) method: Option<String>,
}

/// When a line is dirty, and what follows.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirtyLinesBody {
    /// A line that hears more contacts than this in its soak is dirty.
    pub(crate) contacts_max: u32,
    /// `disqualify`: it is never drawn; `mark`: it is drawn last.
    #[schema(value_type = String)]
    pub(crate) action: DirtyAction,
}

impl PolicyBody {
    fn of(policy: &Policy) -> PolicyBody {
        PolicyBody {
            alpha: Some(policy.alpha),
            prior: Some(policy.prior),
            soak_days: policy.soak_days,
            dirty_lines: policy.dirty_lines.map(|rule| DirtyLinesBody {
                contacts_max: rule.contacts_max,
                action: rule.action,
            }),
            reason: None,
            method: Some(policy.method.clone()),
        }
    }

    fn into_policy(self) -> Result<Policy, Problem> {
        let bad = |detail: String| Problem::bad_request("bad_policy", detail);
        let standard = Policy::standard();
        if let Some(method) = self.method.filter(|method| *method != standard.method) {
            let ours = &standard.method;
            return Err(bad(format!(
                "method {method:?} is not this version's, which is {ours:?}"
            )));
        }
        let policy = Policy {
            alpha: self.alpha.unwrap_or(standard.alpha),
            prior: self.prior.unwrap_or(standard.prior),
            soak_days: self.soak_days,
            dirty_lines: self.dirty_lines.map(|rule| DirtyLines {
                contacts_max: rule.contacts_max,
                action: rule.action,
            }),
            ..standard
        };
        policy.checked().map_err(|error| bad(error.to_string()))
    }
}

/// The rules as they stand.
#[utoipa::path(get, path = "/v1/policy", tag = "policy", responses((status = 200, body = PolicyBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    _caller: Caller,
) -> Result<Json<PolicyBody>, Problem> {
    let state = app.recorder.view().state();
    let policy = state.registry.policy().cloned();
    Ok(Json(PolicyBody::of(
        &policy.unwrap_or_else(Policy::standard),
    )))
}

/// Sets the rules from here on; what was decided under earlier ones stays.
#[utoipa::path(put, path = "/v1/policy", tag = "policy", request_body = PolicyBody,
    responses((status = 200, body = PolicyBody), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<PolicyBody>,
) -> Result<Json<PolicyBody>, Problem> {
    caller.may_administer()?;
    let reason = reason(body.reason.clone())?;
    let policy = body.into_policy()?;
    let shown = PolicyBody::of(&policy);
    let set = move |_: &_| {
        Ok([Some(Event::Policy(policy)), reason]
            .into_iter()
            .flatten()
            .collect())
    };
    app.recorder.decide(Some(caller.key), set).await?;
    Ok(Json(shown))
}

/// Why rules are set so, as an entry of its own beside them.
fn reason(words: Option<String>) -> Result<Option<Event>, Problem> {
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else {
        return Ok(None);
    };
    if words.len() > REASON_BYTES_MAX {
        let detail = format!("reason is longer than {REASON_BYTES_MAX} bytes");
        return Err(Problem::bad_request("bad_policy", detail));
    }
    Ok(Some(Event::Operation(Operation {
        operation: "policy".to_owned(),
        detail: words,
    })))
}
