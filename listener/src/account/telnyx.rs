//! Telnyx.
//!
//! <https://developers.telnyx.com/api-reference>, under an API key. A number's webhooks are those
//! of its messaging profile and of its call-control application, so both have to be named in the
//! connection's settings before numbers can be pointed at us.
//!
//! Messages that came in are found by their detail records
//! (<https://developers.telnyx.com/api-reference/detail-records/search-detail-records>), which hold
//! no text; it is asked for one by one where no webhook brought the message. They are asked for
//! whole days and cut here.
//!
//! Left out: a list of calls (the fields of a call's record are not documented); recordings, which
//! lie at a storage provider's hosts.

use honeytoken::PhoneNumber;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::api::{Api, Ask};
use super::words::{day, later_page};
use super::{
    Ability, Account, AccountError, Answer, Batch, Hooks, Kind, Media, NumberType, NumberWish,
    Offer, OwnNumber, Period, Record, cannot,
};
use crate::provider::records;

const HOST: &str = "api.telnyx.com";
/// Entries of a list in one page.
const PAGE_ENTRIES: &str = "50";
/// The version of the webhooks that the adapter reads.
const WEBHOOK_VERSION: &str = "2";

const ABILITIES: [Ability; 9] = [
    Ability::SearchNumbers,
    Ability::BuyNumbers,
    Ability::ReleaseNumbers,
    Ability::PointNumbers,
    Ability::ListNumbers,
    Ability::ListMessages,
    Ability::SendMessages,
    Ability::PlaceCalls,
    Ability::FetchMedia,
];

/// An account at Telnyx.
pub(super) struct Telnyx {
    pub(super) api: Api,
    pub(super) messaging_profile: Option<String>,
    pub(super) call_control: Option<String>,
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    page_number: u32,
    total_pages: u32,
}

impl Meta {
    fn next(meta: Option<Meta>) -> Option<String> {
        let meta = meta?;
        (meta.page_number < meta.total_pages).then(|| (meta.page_number + 1).to_string())
    }
}

#[derive(Deserialize)]
struct ForSale {
    phone_number: String,
    #[serde(default)]
    region_information: Vec<Region>,
    #[serde(default)]
    features: Vec<Feature>,
    cost_information: Option<Cost>,
}

#[derive(Deserialize)]
struct Region {
    region_name: Option<String>,
}

#[derive(Deserialize)]
struct Feature {
    name: String,
}

#[derive(Deserialize)]
struct Cost {
    monthly_cost: Option<String>,
    currency: Option<String>,
}

#[derive(Deserialize)]
struct Held {
    id: String,
    phone_number: String,
    messaging_profile_id: Option<String>,
    connection_id: Option<String>,
}

#[derive(Deserialize)]
struct Made {
    #[serde(alias = "call_control_id")]
    id: String,
}

impl ForSale {
    fn offer(self) -> Option<Offer> {
        let places = self.region_information.into_iter();
        let places: Vec<String> = places.filter_map(|region| region.region_name).collect();
        let monthly = self.cost_information.and_then(|cost| {
            let currency = cost.currency.unwrap_or_default();
            Some(
                format!("{} {currency}", cost.monthly_cost?)
                    .trim_end()
                    .to_owned(),
            )
        });
        Some(Offer {
            number: self.phone_number.parse().ok()?,
            region: Some(places.join(", ")).filter(|places| !places.is_empty()),
            carries: self
                .features
                .into_iter()
                .map(|feature| feature.name.to_ascii_lowercase())
                .collect(),
            requires: None,
            monthly,
        })
    }
}

impl Telnyx {
    async fn held(&self, number: PhoneNumber) -> Result<Option<Held>, AccountError> {
        let ask =
            Ask::get(HOST, "/v2/phone_numbers").query(&[("filter[phone_number]", number.as_str())]);
        let found: Page<Held> = self.api.json(&ask).await?;
        let exact = |held: &Held| held.phone_number == number.as_str();
        Ok(found.data.into_iter().find(exact))
    }

    /// A number that we hold, with the addresses as far as they can be known: those of its profile
    /// and application, if they are ours.
    fn own(held: Held) -> Option<OwnNumber> {
        Some(OwnNumber {
            number: held.phone_number.parse().ok()?,
            id: held.id,
            sms_url: held
                .messaging_profile_id
                .filter(|id| !id.is_empty())
                .map(|id| format!("messaging profile {id}")),
            voice_url: held
                .connection_id
                .filter(|id| !id.is_empty())
                .map(|id| format!("connection {id}")),
        })
    }

    /// Sets the webhooks of the profile and of the application.
    async fn set_webhooks(&self, hooks: &Hooks) -> Result<(), AccountError> {
        if let Some(id) = &self.messaging_profile {
            let body = json!({
                "webhook_url": hooks.url, "webhook_api_version": WEBHOOK_VERSION,
            });
            let ask = Ask::patch(HOST, format!("/v2/messaging_profiles/{id}"), body);
            self.api.done(&ask).await?;
        }
        if let Some(id) = &self.call_control {
            let body = json!({
                "application_name": hooks.name, "webhook_event_url": hooks.url,
                "webhook_api_version": WEBHOOK_VERSION,
                "inbound": { "shaken_stir_enabled": true },
            });
            let ask = Ask::patch(HOST, format!("/v2/call_control_applications/{id}"), body);
            self.api.done(&ask).await?;
        }
        Ok(())
    }

    fn needs_one(&self) -> Result<(), AccountError> {
        match (&self.messaging_profile, &self.call_control) {
            (None, None) => Err(AccountError::NoCredential(
                "messaging_profile_id or call_control_application_id",
            )),
            _ => Ok(()),
        }
    }
}

impl Account for Telnyx {
    fn title(&self) -> &'static str {
        self.api.title
    }

    fn abilities(&self) -> &'static [Ability] {
        &ABILITIES
    }

    fn why_not(&self, _: Ability) -> &'static str {
        "the fields of a call's detail record are not documented"
    }

    fn search<'a>(&'a self, wish: &'a NumberWish) -> Answer<'a, Vec<Offer>> {
        let number_type = match wish.number_type {
            NumberType::Local => "local",
            NumberType::Mobile => "mobile",
            NumberType::TollFree => "toll_free",
        };
        let limit = wish.limit.to_string();
        let mut ask = Ask::get(HOST, "/v2/available_phone_numbers").query(&[
            ("filter[country_code]", &wish.country),
            ("filter[phone_number_type]", number_type),
            ("filter[limit]", &limit),
            ("filter[exclude_held_numbers]", "true"),
        ]);
        for (wanted, feature) in [(wish.sms, "sms"), (wish.voice, "voice")] {
            if wanted {
                ask = ask.query(&[("filter[features][]", feature)]);
            }
        }
        if let Some(digits) = &wish.contains {
            ask = ask.query(&[("filter[phone_number][contains]", digits)]);
        }
        Box::pin(async move {
            let found: Page<ForSale> = self.api.json(&ask).await?;
            let offers = found.data.into_iter().filter_map(ForSale::offer);
            Ok(offers.take(wish.limit.into()).collect())
        })
    }

    fn order<'a>(&'a self, number: PhoneNumber, _: &'a str, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            self.needs_one()?;
            self.set_webhooks(hooks).await?;
            let mut body = json!({
                "phone_numbers": [{ "phone_number": number.as_str() }],
                "customer_reference": hooks.name,
            });
            if let Some(id) = &self.messaging_profile {
                body["messaging_profile_id"] = json!(id);
            }
            if let Some(id) = &self.call_control {
                body["connection_id"] = json!(id);
            }
            self.api
                .done(&Ask::post(HOST, "/v2/number_orders", body))
                .await
        })
    }

    fn release(&self, number: PhoneNumber) -> Answer<'_, ()> {
        Box::pin(async move {
            let Some(held) = self.held(number).await? else {
                return Ok(());
            };
            let ask = Ask::delete(HOST, format!("/v2/phone_numbers/{}", held.id));
            match self.api.done(&ask).await {
                Err(AccountError::NotFound(_)) => Ok(()),
                outcome => outcome,
            }
        })
    }

    fn point<'a>(&'a self, number: PhoneNumber, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            self.needs_one()?;
            let held = self.held(number).await?;
            let held = held.ok_or(AccountError::NotFound(self.api.title))?;
            self.set_webhooks(hooks).await?;
            let path = format!("/v2/phone_numbers/{}", held.id);
            if let Some(id) = &self.messaging_profile {
                let body = json!({ "messaging_profile_id": id });
                let ask = Ask::patch(HOST, format!("{path}/messaging"), body);
                self.api.done(&ask).await?;
            }
            match &self.call_control {
                None => Ok(()),
                Some(id) => {
                    let body = json!({ "connection_id": id });
                    self.api.done(&Ask::patch(HOST, path, body)).await
                }
            }
        })
    }

    fn numbers(&self, cursor: Option<String>) -> Answer<'_, Batch<OwnNumber>> {
        Box::pin(async move {
            let ask = Ask::get(HOST, "/v2/phone_numbers").query(&[
                ("page[size]", PAGE_ENTRIES),
                ("page[number]", later_page(cursor.as_deref(), "1")),
            ]);
            let found: Page<Held> = self.api.json(&ask).await?;
            Ok(Batch {
                items: found.data.into_iter().filter_map(Telnyx::own).collect(),
                next: Meta::next(found.meta),
            })
        })
    }

    fn holds(&self, number: PhoneNumber) -> Answer<'_, bool> {
        Box::pin(async move { Ok(self.held(number).await?.is_some()) })
    }

    fn records<'a>(
        &'a self,
        kind: Kind,
        period: &'a Period,
        cursor: Option<String>,
    ) -> Answer<'a, Batch<Record>> {
        if kind == Kind::Calls {
            return cannot(self, Ability::ListCalls);
        }
        Box::pin(async move {
            let ask = Ask::get(HOST, "/v2/detail_records").query(&[
                ("filter[record_type]", "messaging"),
                ("filter[direction]", "inbound"),
                ("filter[created_at][gte]", &day(period.from, -1)),
                ("filter[created_at][lt]", &day(period.until, 2)),
                ("sort", "created_at"),
                ("page[size]", PAGE_ENTRIES),
                ("page[number]", later_page(cursor.as_deref(), "1")),
            ]);
            let found: Page<Box<RawValue>> = self.api.json(&ask).await?;
            Ok(Batch {
                items: found
                    .data
                    .iter()
                    .filter_map(|raw| Record::message(records::telnyx_detail, raw.get(), period))
                    .collect(),
                next: Meta::next(found.meta),
            })
        })
    }

    fn complete<'a>(&'a self, record: Record) -> Answer<'a, Record> {
        Box::pin(async move {
            let Some(id) = record.event.event_id.clone() else {
                return Ok(record);
            };
            let ask = Ask::get(HOST, format!("/v2/messages/{id}"));
            match self.api.json::<Data<Box<RawValue>>>(&ask).await {
                // Kept for a while only; the list's own record has to do.
                Err(AccountError::NotFound(_)) => Ok(record),
                Err(error) => Err(error),
                Ok(Data { data }) => Ok(match records::telnyx_message(data.get()) {
                    Some(event) => Record {
                        raw: data.get().to_owned(),
                        event,
                        ..record
                    },
                    None => record,
                }),
            }
        })
    }

    fn send<'a>(&'a self, from: PhoneNumber, to: PhoneNumber, text: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let body = json!({ "from": from.as_str(), "to": to.as_str(), "text": text });
            let made: Data<Made> = self
                .api
                .json(&Ask::post(HOST, "/v2/messages", body))
                .await?;
            Ok(made.data.id)
        })
    }

    fn ring(&self, from: PhoneNumber, to: PhoneNumber, ring_s: u8) -> Answer<'_, String> {
        Box::pin(async move {
            let application = self.call_control.as_deref();
            let application =
                application.ok_or(AccountError::NoCredential("call_control_application_id"))?;
            let body = json!({
                "connection_id": application, "from": from.as_str(), "to": to.as_str(),
                "timeout_secs": ring_s,
            });
            let made: Data<Made> = self.api.json(&Ask::post(HOST, "/v2/calls", body)).await?;
            Ok(made.data.id)
        })
    }

    fn fetch<'a>(&'a self, url: &'a str) -> Answer<'a, Media> {
        Box::pin(self.api.fetch(url))
    }
}
