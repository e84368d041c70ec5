//! Provider accounts whose webhooks we accept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use honeytoken::{Connection, ConnectionId, Event, PhoneNumber, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use super::page::{ListQuery, Page, page_of};
use super::parts::{Path, Query};
use crate::account::AccountError;
use crate::app::App;
use crate::problem::Problem;
use crate::provider::{Provider, checked_lines};
use crate::provider_keys;

/// Captured secrets come with a remark under this name, which is nothing to verify with.
const REMARK: &str = "note";

/// A connection to make or replace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionIn {
    /// Our name for it, part of the webhook's URL.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Which adapter, such as `twilio`.
    pub(crate) provider: String,
    /// What the adapter verifies with, by the provider's names; never returned.
    #[serde(default)]
    pub(crate) secrets: BTreeMap<String, String>,
    /// Where the provider reaches us, if not under the installation's own address.
    #[serde(default)]
    pub(crate) public_url: Option<String>,
    /// Our lines by what the provider calls them where it does not name the number, such as
    /// `{"SIM1": "+14155550130"}`: a SIM's slot, a device's or channel's id, a modem's name.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub(crate) lines: BTreeMap<String, PhoneNumber>,
}

/// A connection, without its secrets.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionOut {
    pub(crate) id: String,
    pub(crate) provider: String,
    /// The names of the secrets that are set.
    pub(crate) secrets: Vec<String>,
    pub(crate) public_url: Option<String>,
    /// Lines by the provider's names for them.
    #[schema(value_type = BTreeMap<String, String>)]
    pub(crate) lines: BTreeMap<String, PhoneNumber>,
    /// What to enter at the provider.
    pub(crate) webhook_url: String,
}

/// Makes a connection.
#[utoipa::path(post, path = "/v1/connections", tag = "connections", request_body = ConnectionIn,
    responses((status = 201, body = ConnectionOut), (status = 200, body = ConnectionOut), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<ConnectionIn>,
) -> Result<(StatusCode, Json<ConnectionOut>), Problem> {
    let id = body
        .id
        .clone()
        .ok_or_else(|| Problem::bad_request("bad_body", "id is missing"))?;
    set(&app, &caller, &id, body).await
}

/// Makes or replaces a connection.
#[utoipa::path(put, path = "/v1/connections/{id}", tag = "connections", request_body = ConnectionIn,
    params(("id" = String, Path)),
    responses((status = 201, body = ConnectionOut), (status = 200, body = ConnectionOut), (status = 400, body = Problem)))]
pub(crate) async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<ConnectionIn>,
) -> Result<(StatusCode, Json<ConnectionOut>), Problem> {
    set(&app, &caller, &id, body).await
}

async fn set(
    app: &App,
    caller: &Caller,
    id: &str,
    body: ConnectionIn,
) -> Result<(StatusCode, Json<ConnectionOut>), Problem> {
    caller.may_administer()?;
    let connection = checked(id, body)?;
    account_opens(app, &connection)?;
    let existed = app.connections.get(&connection.connection).is_some();
    let keys = provider_keys::missing(app.recorder.view(), provider_keys::in_settings(&connection));
    let mut events = vec![Event::ConnectionSet(connection.clone())];
    events.extend(keys.map_err(|error| Problem::internal(&error))?);
    app.recorder
        .decide(Some(caller.key.clone()), move |_| Ok(events))
        .await?;
    app.connections
        .refresh(&app.recorder.view().state().registry);
    let status = if existed {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(shown(app, &connection))))
}

/// Whether the credentials of the provider's account are whole, if there are any.
fn account_opens(app: &App, connection: &Connection) -> Result<(), Problem> {
    let provider = Provider::find(&connection.provider);
    let names = provider.map(|p| p.secrets).unwrap_or_default();
    let for_account = |name: &String| names.iter().any(|n| n.for_account && n.name == name);
    if !connection.secrets.keys().any(for_account) {
        return Ok(());
    }
    let opened = app.accounts.open(connection);
    let bad = |error: AccountError| Problem::bad_request("bad_connection", error.to_string());
    opened.map(drop).map_err(bad)
}

fn checked(id: &str, body: ConnectionIn) -> Result<Connection, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_connection", detail);
    let connection: ConnectionId = id.parse().map_err(|e| bad(format!("id: {e}")))?;
    let secrets: BTreeMap<String, Secret> = body
        .secrets
        .into_iter()
        .filter(|(name, _)| name != REMARK)
        .map(|(name, value)| (name, Secret::new(value)))
        .collect();
    let provider = Provider::find(&body.provider).map_err(|e| bad(e.to_string()))?;
    provider.connect(&secrets).map_err(|e| bad(e.to_string()))?;
    if let Some(url) = &body.public_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(bad(
            "public_url does not begin with https:// or http://".to_owned()
        ));
    }
    checked_lines(&body.lines).map_err(bad)?;
    Ok(Connection {
        connection,
        provider: body.provider,
        secrets,
        public_url: body.public_url,
        lines: body.lines,
    })
}

fn shown(app: &App, connection: &Connection) -> ConnectionOut {
    ConnectionOut {
        id: connection.connection.to_string(),
        provider: connection.provider.clone(),
        secrets: connection.secrets.keys().cloned().collect(),
        public_url: connection.public_url.clone(),
        lines: connection.lines.clone(),
        webhook_url: webhook_url(app, connection),
    }
}

/// What is entered at the provider.
pub(super) fn webhook_url(app: &App, connection: &Connection) -> String {
    match &connection.public_url {
        Some(own) if has_path(own) => own.clone(),
        Some(own) => format!(
            "{}/hooks/{}",
            own.trim_end_matches('/'),
            connection.connection
        ),
        None => format!("{}/hooks/{}", app.public_url, connection.connection),
    }
}

fn has_path(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.split_once('/')
        .is_some_and(|(_, path)| !path.is_empty())
}

/// All connections, by id.
#[utoipa::path(get, path = "/v1/connections", tag = "connections", params(ListQuery),
    responses((status = 200, body = Page<ConnectionOut>)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<ConnectionOut>>, Problem> {
    caller.may_see_personal_data()?;
    let state = app.recorder.view().state();
    let items = state
        .registry
        .connections()
        .map(|c| (c.connection.to_string(), shown(&app, c)));
    Ok(Json(page_of(items, &query)))
}

/// Closes a connection: its webhooks are unknown from then on.
#[utoipa::path(delete, path = "/v1/connections/{id}", tag = "connections",
    params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn retire(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.may_administer()?;
    let id: ConnectionId = id
        .parse()
        .map_err(|_| Problem::not_found("no connection of this name"))?;
    let retire =
        move |state: &crate::ledger::State| Ok(vec![state.registry.retire_connection(id)?]);
    app.recorder.decide(Some(caller.key), retire).await?;
    app.connections
        .refresh(&app.recorder.view().state().registry);
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::has_path;

    #[test]
    fn an_address_with_a_path_is_the_whole_address() {
        assert!(!has_path("https://hooks.example.org"));
        assert!(!has_path("https://hooks.example.org/"));
        assert!(has_path("https://hooks.example.org/in/twilio"));
    }
}
