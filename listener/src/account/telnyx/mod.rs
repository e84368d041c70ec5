//! Telnyx.
//!
//! <https://developers.telnyx.com/api-reference>, under an API key. A number's webhooks are those
//! of its messaging profile and of its call-control application, so both have to be named in the
//! connection's settings before numbers can be pointed at us.
//!
//! Recordings lie in a bucket of Telnyx's at Amazon, under addresses that are good for ten minutes;
//! a new one is had by the recording's id
//! (<https://developers.telnyx.com/docs/voice/programmable-voice/storing-call-recordings>,
//! <https://developers.telnyx.com/api-reference/call-recordings/retrieve-a-call-recording>).
//!
//! Left out: recordings that are stored in a bucket of the operator's own.

mod answers;
mod lists;

use honeytoken::PhoneNumber;
use serde_json::json;

use answers::{Data, ForSale, Held, Made, Meta, Page, Recording};

use super::api::Api;
use super::ask::Ask;
use super::lists::later_page;
use super::open::segment;
use super::{
    Ability, Account, AccountError, Answer, Batch, Hooks, Kind, Media, NamedFile, NumberType,
    NumberWish, Offer, OwnNumber, Period, Record,
};

const HOST: &str = "api.telnyx.com";
/// Entries of a list in one page.
const PAGE_ENTRIES: &str = "50";
/// The version of the webhooks that the adapter reads.
const WEBHOOK_VERSION: &str = "2";

/// Where recordings lie, beside [`HOST`]: as documented, and no other folder of that host.
pub(super) const MEDIA: [&str; 2] = [
    "media.telnyx.com",
    "s3.amazonaws.com/telephony-recorder-prod/",
];

/// An account at Telnyx.
pub(super) struct Telnyx {
    pub(super) api: Api,
    pub(super) messaging_profile: Option<String>,
    pub(super) call_control: Option<String>,
}

impl Telnyx {
    async fn held(&self, number: PhoneNumber) -> Result<Option<Held>, AccountError> {
        let ask =
            Ask::get(HOST, "/v2/phone_numbers").query(&[("filter[phone_number]", number.as_str())]);
        let found: Page<Held> = self.api.json(&ask).await?;
        let exact = |held: &Held| held.phone_number == number.as_str();
        Ok(found.data.into_iter().find(exact))
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
        &Ability::ALL
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
            self.api.gone(&ask).await
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
                items: found.data.into_iter().filter_map(Held::own).collect(),
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
        match kind {
            Kind::Messages => Box::pin(self.messages(period, cursor)),
            Kind::Calls => Box::pin(self.calls(period, cursor)),
        }
    }

    fn reaches_back_s(&self, kind: Kind) -> Option<i64> {
        (kind == Kind::Calls).then_some(lists::CALLS_BACK_S)
    }

    fn complete<'a>(&'a self, record: Record) -> Answer<'a, Record> {
        Box::pin(self.whole(record))
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

    fn ring<'a>(
        &'a self,
        from: PhoneNumber,
        to: PhoneNumber,
        ring_s: u8,
        _: &'a Hooks,
    ) -> Answer<'a, String> {
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

    fn fetch<'a>(&'a self, file: NamedFile<'a>) -> Answer<'a, Media> {
        Box::pin(async move {
            let Some(id) = file.recording else {
                return self.api.fetch(file.url).await;
            };
            let id = segment("recording", id)?;
            let ask = Ask::get(HOST, format!("/v2/recordings/{id}"));
            let found: Data<Recording> = self.api.json(&ask).await?;
            let url = found.data.url();
            let url = url.ok_or_else(|| self.api.malformed("a recording without an address"))?;
            self.api.fetch(&url).await
        })
    }
}
