//! Contacts that an analyst types in: of the past, from paper, from a phone that nothing reads.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{Medium, Sender, Timestamp};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::time;
use crate::api_key::hex;
use crate::app::App;
use crate::import::by_hand::{self, Typed};
use crate::ledger::Ledger;
use crate::problem::Problem;
use crate::recorder::SubmitError;

/// The longest text, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// The longest id, in bytes.
const ID_BYTES_MAX: usize = 200;
/// How far ahead of our clock a contact may lie, in seconds.
const AHEAD_S_MAX: f64 = 300.0;
/// Random bytes of an id that nobody gave.
const ID_RANDOM_BYTES: usize = 12;

/// A contact as somebody saw or heard it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactIn {
    /// Our number, E.164; it must be in the pool.
    to: String,
    /// The caller as it was shown; none if it was withheld.
    #[serde(default)]
    from: Option<String>,
    /// `sms` or `call`.
    #[schema(value_type = String)]
    kind: Medium,
    /// What it said, as far as it is known.
    #[serde(default)]
    text: Option<String>,
    /// How long a call lasted, in seconds.
    #[serde(default)]
    duration_s: Option<u32>,
    /// When it reached the number, RFC 3339 or Unix seconds.
    happened_at: String,
    /// A name of yours for it: the same name again is the same contact.
    #[serde(default)]
    id: Option<String>,
}

/// Where it is recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct TypedOut {
    /// Its entry.
    index: u64,
    /// It was typed in before, in the same words.
    repeated: bool,
}

/// Records a contact by hand. It counts like any other; its authentication is `by_hand`, and whatever
/// rests on it says so.
#[utoipa::path(post, path = "/v1/contacts", tag = "contacts", request_body = ContactIn,
    responses((status = 201, body = TypedOut), (status = 200, body = TypedOut, description = "recorded before"),
        (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<ContactIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let clock = app.recorder.clock().clone();
    let typed = typed(body, clock.now())?;
    let key = caller.key.clone();
    let record = move |ledger: &mut Ledger| by_hand::record(ledger, &typed, &key, clock.now());
    let recorded = app.recorder.run(record).await?;
    let (index, repeated) = recorded
        .map_err(SubmitError::from)?
        .ok_or_else(|| Problem::not_found("number is no line of ours; add it by POST /v1/lines"))?;
    app.connections
        .refresh(&app.recorder.view().state().registry);
    let status = match repeated {
        true => StatusCode::OK,
        false => StatusCode::CREATED,
    };
    Ok((status, Json(TypedOut { index, repeated })))
}

fn typed(body: ContactIn, now: Timestamp) -> Result<Typed, Problem> {
    let bad = |detail: &str| Problem::bad_request("bad_contact", detail);
    let to = body.to.parse();
    let to = to.map_err(|error: honeytoken::PhoneNumberError| bad(&format!("to: {error}")))?;
    if !matches!(body.kind, Medium::Sms | Medium::Call) {
        return Err(bad("kind is sms or call; files are attached to a contact"));
    }
    if body.text.as_ref().is_some_and(|t| t.len() > TEXT_BYTES_MAX) {
        return Err(bad(&format!("text is longer than {TEXT_BYTES_MAX} bytes")));
    }
    if body
        .id
        .as_ref()
        .is_some_and(|id| id.is_empty() || id.len() > ID_BYTES_MAX)
    {
        return Err(bad(&format!(
            "id is empty or longer than {ID_BYTES_MAX} bytes"
        )));
    }
    let happened_at = time("happened_at", &body.happened_at)?;
    if happened_at.seconds_since(now) > AHEAD_S_MAX {
        return Err(bad("happened_at lies in the future"));
    }
    let id = match body.id {
        Some(id) => id,
        None => random_id()?,
    };
    Ok(Typed {
        id,
        to,
        from: body
            .from
            .filter(|from| !from.trim().is_empty())
            .map(|from| Sender::new(&from)),
        kind: body.kind,
        text: body.text.filter(|text| !text.is_empty()),
        duration_s: body.duration_s,
        happened_at,
    })
}

fn random_id() -> Result<String, Problem> {
    let mut bytes = [0; ID_RANDOM_BYTES];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|error| Problem::internal(&error))?;
    Ok(hex(&bytes))
}
