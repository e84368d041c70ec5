//! Numbers at a connection's provider: searched, listed, bought, released, pointed at us.
//!
//! One file for each thing that is asked; what they share is here. Every step that changes something
//! is an entry before the provider is asked.

pub(crate) mod buy;
pub(crate) mod held;
pub(crate) mod point;
pub(crate) mod release;
pub(crate) mod search;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{Connection, ConnectionId, Event, LineState, Operation, PhoneNumber};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::connections::webhook_url;
use super::parts::Path;
use crate::account::{Ability, Account, Hooks};
use crate::app::App;
use crate::problem::Problem;

/// What the account of a connection can.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountOut {
    provider: String,
    /// `search_numbers`, `buy_numbers`, `list_messages`, ….
    can: Vec<&'static str>,
    /// What it cannot, and why.
    cannot: Vec<CannotOut>,
}

/// Something that an account cannot.
#[derive(Serialize, ToSchema)]
pub(crate) struct CannotOut {
    what: &'static str,
    why: &'static str,
}

/// What the account of a connection can.
#[utoipa::path(get, path = "/v1/connections/{id}/account", tag = "numbers",
    params(("id" = String, Path)),
    responses((status = 200, body = AccountOut), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn account(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AccountOut>, Problem> {
    caller.may_work()?;
    let (connection, account) = opened(&app, &id)?;
    let able = account.abilities();
    let (can, cannot): (Vec<Ability>, Vec<Ability>) =
        Ability::ALL.into_iter().partition(|a| able.contains(a));
    let cannot = cannot.into_iter().map(|ability| CannotOut {
        what: ability.as_str(),
        why: account.why_not(ability),
    });
    Ok(Json(AccountOut {
        provider: connection.provider,
        can: can.into_iter().map(Ability::as_str).collect(),
        cannot: cannot.collect(),
    }))
}

/// The connection and its account.
pub(in crate::api) fn opened(
    app: &App,
    id: &str,
) -> Result<(Connection, Box<dyn Account>), Problem> {
    let unknown = || Problem::not_found("no connection of this name");
    let id: ConnectionId = id.parse().map_err(|_| unknown())?;
    let state = app.recorder.view().state();
    let connection = state.registry.connection(&id).cloned();
    let connection = connection.ok_or_else(unknown)?;
    let account = app.accounts.open(&connection)?;
    Ok((connection, account))
}

pub(super) fn country_code(text: &str) -> Result<String, Problem> {
    let code = text.trim().to_ascii_uppercase();
    match code.parse::<honeytoken::Country>() {
        Ok(_) => Ok(code),
        Err(error) => Err(Problem::bad_request(
            "bad_query",
            format!("country: {error}"),
        )),
    }
}

/// The lines of a connection that are in service.
pub(super) fn lines_of(app: &App, id: &ConnectionId) -> Vec<PhoneNumber> {
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let lines = state.registry.lines(now);
    lines
        .filter(|view| view.line.connection == *id && view.state != LineState::Retired)
        .map(|view| view.line.number)
        .collect()
}

pub(super) fn number(text: &str) -> Result<PhoneNumber, Problem> {
    text.parse().map_err(|error: honeytoken::PhoneNumberError| {
        Problem::bad_request("bad_line", error.to_string())
    })
}

/// Where the provider of a connection tells us what happens.
pub(crate) fn hooks(app: &App, connection: &Connection) -> Hooks {
    Hooks {
        name: connection.connection.to_string(),
        url: webhook_url(app, connection),
    }
}

/// Says in the log what is about to be done, or was not, at the provider; of the number only its
/// ends.
pub(super) async fn note(
    app: &App,
    caller: &Caller,
    operation: &str,
    connection: &Connection,
    number: PhoneNumber,
) -> Result<(), Problem> {
    let event = Event::Operation(Operation {
        operation: operation.to_owned(),
        detail: format!("connection {}: {number:?}", connection.connection),
    });
    let by = Some(caller.key.clone());
    app.recorder.decide(by, move |_| Ok(vec![event])).await?;
    Ok(())
}
