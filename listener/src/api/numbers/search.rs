//! Numbers for sale.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::caller::Caller;
use super::super::parts::{Path, Query};
use super::{country_code, opened};
use crate::account::{NumberType, NumberWish, Offer};
use crate::app::App;
use crate::problem::Problem;

/// Offers without a `limit`.
const OFFERS_DEFAULT: u8 = 20;

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
