//! Numbers at a connection's provider: searched, bought, released, pointed at us.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{
    Connection, ConnectionId, Event, Line, LineRole, LineState, Operation, PhoneNumber, Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::connections::webhook_url;
use super::json::Body;
use super::page::time;
use super::parts::{Path, Query};
use crate::account::{
    Ability, Account, AccountError, Hooks, NumberType, NumberWish, Offer, OwnNumber, buy as order,
};
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// Offers without a `limit`.
const OFFERS_DEFAULT: u8 = 20;
/// Numbers pointed in one request.
const POINTED_MAX: usize = 100;
/// Pages read of the numbers that we hold.
const PAGES_MAX: usize = 200;

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
pub(super) fn opened(app: &App, id: &str) -> Result<(Connection, Box<dyn Account>), Problem> {
    let unknown = || Problem::not_found("no connection of this name");
    let id: ConnectionId = id.parse().map_err(|_| unknown())?;
    let state = app.recorder.view().state();
    let connection = state.registry.connection(&id).cloned();
    let connection = connection.ok_or_else(unknown)?;
    let account = app.accounts.open(&connection)?;
    Ok((connection, account))
}

/// What numbers are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WishQuery {
    /// ISO 3166 code.
    country: String,
    /// `local`, `mobile` or `toll_free`; `local` if not given.
    #[serde(default = "local", rename = "type")]
    #[param(value_type = Option<String>)]
    number_type: NumberType,
    /// Digits that it should hold.
    contains: Option<String>,
    /// Whether it has to take messages; true if not given.
    sms: Option<bool>,
    /// Whether it has to take calls; true if not given.
    voice: Option<bool>,
    /// Offers wanted, 1 to 100; 20 if not given.
    limit: Option<u8>,
}

const fn local() -> NumberType {
    NumberType::Local
}

impl WishQuery {
    fn read(self) -> Result<NumberWish, Problem> {
        let bad = |detail: &str| Problem::bad_request("bad_query", detail);
        let country = country_code(&self.country)?;
        let digits = |text: &String| text.bytes().all(|b| b.is_ascii_digit()) && text.len() <= 15;
        if self.contains.as_ref().is_some_and(|text| !digits(text)) {
            return Err(bad("contains: use up to 15 digits"));
        }
        Ok(NumberWish {
            country,
            number_type: self.number_type,
            contains: self.contains.filter(|text| !text.is_empty()),
            sms: self.sms.unwrap_or(true),
            voice: self.voice.unwrap_or(true),
            limit: self
                .limit
                .unwrap_or(OFFERS_DEFAULT)
                .clamp(1, NumberWish::LIMIT_MAX),
        })
    }
}

fn country_code(text: &str) -> Result<String, Problem> {
    let code = text.trim().to_ascii_uppercase();
    match code.parse::<honeytoken::Country>() {
        Ok(_) => Ok(code),
        Err(error) => Err(Problem::bad_request(
            "bad_query",
            format!("country: {error}"),
        )),
    }
}

/// A number for sale.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferOut {
    number: String,
    region: Option<String>,
    /// What it takes: `sms`, `voice`, `mms`.
    carries: Vec<String>,
    /// What has to be shown first, such as an address.
    requires: Option<String>,
    /// Price a month, as the provider writes it.
    monthly: Option<String>,
}

/// Numbers for sale.
#[derive(Serialize, ToSchema)]
pub(crate) struct OffersOut {
    items: Vec<OfferOut>,
}

impl From<Offer> for OfferOut {
    fn from(offer: Offer) -> OfferOut {
        OfferOut {
            number: offer.number.as_str().to_owned(),
            region: offer.region,
            carries: offer.carries,
            requires: offer.requires,
            monthly: offer.monthly,
        }
    }
}

/// Numbers that the provider has for sale.
#[utoipa::path(get, path = "/v1/connections/{id}/numbers/available", tag = "numbers",
    params(("id" = String, Path), WishQuery),
    responses((status = 200, body = OffersOut), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn available(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<WishQuery>,
) -> Result<Json<OffersOut>, Problem> {
    caller.may_work()?;
    let wish = query.read()?;
    let (_, account) = opened(&app, &id)?;
    let offers = account.search(&wish).await?;
    let items = offers.into_iter().map(OfferOut::from).collect();
    Ok(Json(OffersOut { items }))
}

/// A number that we hold at the provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnNumberOut {
    number: String,
    /// The provider's own id of it.
    id: String,
    /// Where its messages are told, as far as the provider says.
    sms_url: Option<String>,
    /// Where its calls are told, as far as the provider says.
    voice_url: Option<String>,
    /// Whether it is a line of ours that is in service.
    in_pool: bool,
}

/// The numbers that we hold.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnNumbersOut {
    items: Vec<OwnNumberOut>,
    /// Lines of this connection that the provider does not list; none are named if the list was cut.
    not_at_provider: Vec<String>,
    /// Whether the provider lists more than was read.
    cut_short: bool,
}

/// The numbers that we hold at the provider, and the lines of ours that it does not know.
#[utoipa::path(get, path = "/v1/connections/{id}/numbers", tag = "numbers",
    params(("id" = String, Path)),
    responses((status = 200, body = OwnNumbersOut), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<OwnNumbersOut>, Problem> {
    caller.may_work()?;
    let (connection, account) = opened(&app, &id)?;
    let (held, cut_short) = held(&*account).await?;
    let lines = lines_of(&app, &connection.connection);
    let listed: BTreeSet<PhoneNumber> = held.iter().map(|own| own.number).collect();
    // What a list does not hold that was not read to its end is not known to be missing.
    let missing = lines
        .iter()
        .filter(|number| !cut_short && !listed.contains(number));
    let not_at_provider = missing.map(|number| number.as_str().to_owned()).collect();
    let items = held.iter().map(|own| OwnNumberOut {
        number: own.number.as_str().to_owned(),
        id: own.id.clone(),
        sms_url: own.sms_url.clone(),
        voice_url: own.voice_url.clone(),
        in_pool: lines.contains(&own.number),
    });
    Ok(Json(OwnNumbersOut {
        items: items.collect(),
        not_at_provider,
        cut_short,
    }))
}

/// The numbers that we hold, and whether there are more.
async fn held(account: &dyn Account) -> Result<(Vec<OwnNumber>, bool), AccountError> {
    let (mut held, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = account.numbers(cursor).await?;
        held.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok((held, false));
        }
    }
    Ok((held, true))
}

/// The lines of a connection that are in service.
fn lines_of(app: &App, id: &ConnectionId) -> Vec<PhoneNumber> {
    let now = app.recorder.clock().now();
    let state = app.recorder.view().state();
    let lines = state.registry.lines(now);
    lines
        .filter(|view| view.line.connection == *id && view.state != LineState::Retired)
        .map(|view| view.line.number)
        .collect()
}

/// A number to buy, and the line that it becomes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuyIn {
    /// E.164, as offered.
    number: String,
    /// ISO 3166 code; by the number if not given.
    #[serde(default)]
    country: Option<String>,
    /// `canary`, to be placed, or `control`, never given to anyone.
    #[serde(default = "canary")]
    #[schema(value_type = String)]
    role: LineRole,
    /// The block of neighbouring numbers it was bought from.
    #[serde(default)]
    block: Option<String>,
    /// Until when it only listens; ready at once if not given.
    #[serde(default)]
    soak_until: Option<String>,
}

const fn canary() -> LineRole {
    LineRole::Canary
}

/// A number that was bought.
#[derive(Serialize, ToSchema)]
pub(crate) struct BoughtOut {
    number: String,
    connection: String,
    /// Whether we held it at the provider already, so that nothing was ordered.
    was_ours: bool,
    /// The entry that added the line.
    index: u64,
}

/// Buys a number, points it at this connection and adds it as a line. Asked again after an outcome
/// that was left open, it orders nothing if the number is ours by then.
#[utoipa::path(post, path = "/v1/connections/{id}/numbers", tag = "numbers", request_body = BuyIn,
    params(("id" = String, Path)),
    responses((status = 201, body = BoughtOut), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn buy(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<BuyIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_administer()?;
    let (connection, account) = opened(&app, &id)?;
    let line = line(&app, &connection.connection, body)?;
    // Money is spent from here on: a client that hangs up does not leave it half done.
    let bought = tokio::spawn(async move {
        let country = line.country.clone().unwrap_or_default();
        let number = line.number;
        // What may not be added is not bought.
        let may_add = |state: &Fold| state.registry.add_line(line.clone()).map(drop);
        may_add(&app.recorder.view().state())?;
        note(&app, &caller, "number_buy", &connection, number).await?;
        let hooks = hooks(&app, &connection);
        let was_ours = match order(&*account, number, &country, &hooks).await {
            Ok(was_ours) => was_ours,
            Err(error) => {
                let what = format!("number_buy_failed: {}", error.code());
                note(&app, &caller, &what, &connection, number).await?;
                return Err(error.into());
            }
        };
        let add = move |state: &Fold| Ok(vec![state.registry.add_line(line)?]);
        let added = app.recorder.decide(Some(caller.key), add).await?;
        Ok::<_, Problem>(BoughtOut {
            number: number.as_str().to_owned(),
            connection: connection.connection.to_string(),
            was_ours,
            index: added.first().map_or(0, |entry| entry.index),
        })
    });
    let bought = bought.await.map_err(|error| Problem::internal(&error))??;
    Ok((StatusCode::CREATED, Json(bought)))
}

fn line(app: &App, connection: &ConnectionId, body: BuyIn) -> Result<Line, Problem> {
    let bad = |detail: String| Problem::bad_request("bad_line", detail);
    let number = number(&body.number)?;
    let by_plan = || number.country().map(|country| country.to_string());
    let country = match &body.country {
        Some(code) => country_code(code)?,
        None => by_plan().ok_or_else(|| {
            bad("country of this number is not known; name it, such as \"country\": \"US\"".into())
        })?,
    };
    let soak_until = body.soak_until.map(|text| time("soak_until", &text));
    Ok(Line {
        number,
        connection: connection.clone(),
        role: body.role,
        block: body.block,
        country: Some(country),
        acquired_at: app.recorder.clock().now(),
        soak_until: soak_until.transpose()?,
        shared: false,
    })
}

fn number(text: &str) -> Result<PhoneNumber, Problem> {
    text.parse().map_err(|error: honeytoken::PhoneNumberError| {
        Problem::bad_request("bad_line", error.to_string())
    })
}

fn hooks(app: &App, connection: &Connection) -> Hooks {
    Hooks {
        name: connection.connection.to_string(),
        url: webhook_url(app, connection),
    }
}

/// Says in the log what is about to be done, or was not, at the provider; of the number only its
/// ends.
async fn note(
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

/// How a number is released.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleaseQuery {
    /// Also when platforms hold it: it may then be given to a stranger, who gets what is meant for
    /// the decoy.
    even_if_placed: Option<bool>,
}

/// Gives a number back to the provider and takes its line out of service.
#[utoipa::path(delete, path = "/v1/connections/{id}/numbers/{number}", tag = "numbers",
    params(("id" = String, Path), ("number" = String, Path), ReleaseQuery),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn release(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((id, text)): Path<(String, String)>,
    Query(query): Query<ReleaseQuery>,
) -> Result<StatusCode, Problem> {
    caller.may_administer()?;
    let (connection, account) = opened(&app, &id)?;
    let number = number(&text)?;
    let in_service = releasable(
        &app,
        &connection,
        number,
        query.even_if_placed == Some(true),
    )?;
    let released = tokio::spawn(async move {
        note(&app, &caller, "number_release", &connection, number).await?;
        account.release(number).await?;
        if in_service {
            let retire = move |state: &Fold| Ok(vec![state.registry.retire_line(number)?]);
            app.recorder.decide(Some(caller.key), retire).await?;
        }
        Ok::<_, Problem>(())
    });
    released
        .await
        .map_err(|error| Problem::internal(&error))??;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether there is a line to take out of service.
fn releasable(
    app: &App,
    connection: &Connection,
    number: PhoneNumber,
    even_if_placed: bool,
) -> Result<bool, Problem> {
    let conflict = |code, detail: String| Problem::new(StatusCode::CONFLICT, code, detail);
    let state = app.recorder.view().state();
    let Some(view) = state.registry.line(&number, Timestamp::EPOCH) else {
        return Ok(false);
    };
    if view.line.connection != connection.connection {
        let detail = format!("line {number:?} is of connection {}", view.line.connection);
        return Err(conflict("other_connection", detail));
    }
    let held = state.registry.honeytokens_on(&number);
    if !even_if_placed && held.into_iter().any(|token| !token.ended) {
        let detail = format!(
            "line {number:?} is placed; end its honeytokens first, or say even_if_placed=true"
        );
        return Err(conflict("placed", detail));
    }
    Ok(view.state != LineState::Retired)
}

/// Numbers to point at us.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointIn {
    /// E.164, at most 100; all lines of the connection in service if not given.
    #[serde(default)]
    numbers: Option<Vec<String>>,
}

/// What became of the numbers, in the order of the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointedOut {
    /// What they are pointed at.
    webhook_url: String,
    numbers: Vec<PointResult>,
}

/// What became of one number.
#[derive(Serialize, ToSchema)]
pub(crate) struct PointResult {
    number: String,
    pointed: bool,
    /// Why not.
    error: Option<Problem>,
}

/// Sets the webhook addresses of numbers to this connection's.
#[utoipa::path(post, path = "/v1/connections/{id}/numbers/point", tag = "numbers", request_body = PointIn,
    params(("id" = String, Path)),
    responses((status = 200, body = PointedOut), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn point(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<PointIn>,
) -> Result<Json<PointedOut>, Problem> {
    caller.may_administer()?;
    let (connection, account) = opened(&app, &id)?;
    let numbers = match body.numbers {
        Some(texts) => texts
            .iter()
            .map(|text| number(text))
            .collect::<Result<_, _>>()?,
        None => lines_of(&app, &connection.connection),
    };
    if numbers.len() > POINTED_MAX {
        let detail = format!("more than {POINTED_MAX} numbers in one request; send several");
        return Err(Problem::bad_request("too_many", detail));
    }
    let hooks = hooks(&app, &connection);
    let mut results = Vec::with_capacity(numbers.len());
    for number in numbers {
        note(&app, &caller, "number_point", &connection, number).await?;
        let error = account.point(number, &hooks).await.err();
        results.push(PointResult {
            number: number.as_str().to_owned(),
            pointed: error.is_none(),
            error: error.map(Problem::from),
        });
    }
    Ok(Json(PointedOut {
        webhook_url: hooks.url,
        numbers: results,
    }))
}
