//! Plivo.
//!
//! <https://www.plivo.com/docs/numbers/api/phone-number>,
//! <https://www.plivo.com/docs/messaging/api/messages>,
//! <https://www.plivo.com/docs/voice/api/call/retrieve-all-calls>, under account and token, JSON
//! both ways, lists of at most twenty. A number's webhooks are those of its application: one of our
//! own is made, or set anew, under the connection's name.
//!
//! **A message's record holds no text**: what the webhooks missed is known by who, whom and when.
//! Calls are listed by when they ended.
//!
//! Left out: placing a call, which needs an address of ours that answers it.

use honeytoken::PhoneNumber;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::api::{Api, Ask};
use super::words::{civil, later_page};
use super::{
    Ability, Account, AccountError, Answer, Batch, Hooks, Kind, Media, NumberType, NumberWish,
    Offer, OwnNumber, Period, Record,
};
use crate::provider::records;

const HOST: &str = "api.plivo.com";
/// Entries of a list in one page: the most that it gives.
const PAGE_ENTRIES: u32 = 20;
/// Applications looked through for ours; more are not expected.
const APPLICATION_PAGES_MAX: u32 = 50;
/// Every status of a call that a webhook may tell of.
const CALL_STATUSES: [&str; 8] = [
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "failed",
    "timeout",
    "no-answer",
    "cancel",
];
/// A call that began before the period may end in it: how long one may last, in seconds.
const CALL_S_MAX: i64 = 86_400;

const ABILITIES: [Ability; 9] = [
    Ability::SearchNumbers,
    Ability::BuyNumbers,
    Ability::ReleaseNumbers,
    Ability::PointNumbers,
    Ability::ListNumbers,
    Ability::ListMessages,
    Ability::ListCalls,
    Ability::SendMessages,
    Ability::FetchMedia,
];

/// An account at Plivo.
pub(super) struct Plivo {
    pub(super) api: Api,
    /// `/v1/Account/MA…`.
    pub(super) root: String,
}

#[derive(Deserialize)]
struct Page<T> {
    #[serde(default)]
    meta: Meta,
    objects: Vec<T>,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    offset: u32,
    /// A path, or a yes, where there is more.
    #[serde(default)]
    next: serde_json::Value,
}

impl Meta {
    fn next(&self) -> Option<String> {
        let more = match &self.next {
            serde_json::Value::String(path) => !path.is_empty(),
            other => other == true,
        };
        more.then(|| (self.offset + PAGE_ENTRIES).to_string())
    }
}

#[derive(Deserialize)]
struct ForSale {
    number: String,
    city: Option<String>,
    region: Option<String>,
    monthly_rental_rate: Option<String>,
    restriction_text: Option<String>,
    #[serde(default)]
    sms_enabled: bool,
    #[serde(default)]
    voice_enabled: bool,
    #[serde(default)]
    mms_enabled: bool,
}

#[derive(Deserialize)]
struct Held {
    number: String,
    application: Option<String>,
}

#[derive(Deserialize)]
struct Application {
    app_id: String,
    #[serde(default)]
    app_name: String,
}

#[derive(Deserialize)]
struct Sent {
    message_uuid: Vec<String>,
}

impl ForSale {
    fn offer(self) -> Option<Offer> {
        let place: Vec<String> = [self.city, self.region].into_iter().flatten().collect();
        let carried = [
            (self.sms_enabled, "sms"),
            (self.voice_enabled, "voice"),
            (self.mms_enabled, "mms"),
        ];
        let carried = carried.into_iter().filter(|(can, _)| *can);
        Some(Offer {
            number: e164(&self.number)?,
            region: Some(place.join(", ")).filter(|place| !place.is_empty()),
            carries: carried.map(|(_, word)| word.to_owned()).collect(),
            requires: self.restriction_text.filter(|text| !text.is_empty()),
            monthly: self.monthly_rental_rate,
        })
    }
}

fn e164(digits: &str) -> Option<PhoneNumber> {
    format!("+{}", digits.trim_start_matches('+')).parse().ok()
}

fn digits(number: &PhoneNumber) -> &str {
    number.as_str().trim_start_matches('+')
}

/// A name as applications may have: letters, digits, hyphens, underscores.
fn application_name(hooks: &Hooks) -> String {
    format!("canaryline-{}", hooks.name.replace('.', "_"))
}

impl Plivo {
    fn path(&self, resource: &str) -> String {
        format!("{}/{resource}/", self.root)
    }

    fn list(&self, resource: &str, cursor: Option<&str>) -> Ask {
        Ask::get(HOST, self.path(resource)).query(&[
            ("limit", &PAGE_ENTRIES.to_string()),
            ("offset", later_page(cursor, "0")),
        ])
    }

    /// Our application, made or set anew.
    async fn application(&self, hooks: &Hooks) -> Result<String, AccountError> {
        let name = application_name(hooks);
        let mut body = json!({
            "answer_url": hooks.url, "answer_method": "POST",
            "hangup_url": hooks.url, "hangup_method": "POST",
            "message_url": hooks.url, "message_method": "POST",
        });
        if let Some(id) = self.application_named(&name).await? {
            let path = self.path(&format!("Application/{id}"));
            let set = Ask::post(HOST, path, body).repeatable();
            self.api.done(&set).await?;
            return Ok(id);
        }
        body["app_name"] = json!(name);
        let made: Application = self
            .api
            .json(&Ask::post(HOST, self.path("Application"), body))
            .await?;
        Ok(made.app_id)
    }

    async fn application_named(&self, name: &str) -> Result<Option<String>, AccountError> {
        let mut cursor = None;
        for _ in 0..APPLICATION_PAGES_MAX {
            let ask = self.list("Application", cursor.as_deref());
            let page: Page<Application> = self.api.json(&ask).await?;
            cursor = page.meta.next();
            let found = page.objects.into_iter().find(|app| app.app_name == name);
            if found.is_some() || cursor.is_none() {
                return Ok(found.map(|app| app.app_id));
            }
        }
        Ok(None)
    }
}

impl Account for Plivo {
    fn title(&self) -> &'static str {
        self.api.title
    }

    fn abilities(&self) -> &'static [Ability] {
        &ABILITIES
    }

    fn why_not(&self, _: Ability) -> &'static str {
        "a call needs an address of ours that answers it"
    }

    fn search<'a>(&'a self, wish: &'a NumberWish) -> Answer<'a, Vec<Offer>> {
        let number_type = match wish.number_type {
            NumberType::Local => "local",
            NumberType::Mobile => "mobile",
            NumberType::TollFree => "tollfree",
        };
        let services = [(wish.sms, "sms"), (wish.voice, "voice")];
        let services = services.into_iter().filter(|(wanted, _)| *wanted);
        let services: Vec<&str> = services.map(|(_, word)| word).collect();
        let limit = u32::from(wish.limit).min(PAGE_ENTRIES).to_string();
        let mut ask = Ask::get(HOST, self.path("PhoneNumber")).query(&[
            ("country_iso", &wish.country),
            ("type", number_type),
            ("services", &services.join(",")),
            ("limit", &limit),
        ]);
        if let Some(digits) = &wish.contains {
            ask = ask.query(&[("pattern", digits)]);
        }
        Box::pin(async move {
            let found: Page<ForSale> = self.api.json(&ask).await?;
            let offers = found.objects.into_iter().filter_map(ForSale::offer);
            Ok(offers.take(wish.limit.into()).collect())
        })
    }

    fn order<'a>(&'a self, number: PhoneNumber, _: &'a str, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            let body = json!({ "app_id": self.application(hooks).await? });
            let path = self.path(&format!("PhoneNumber/{}", digits(&number)));
            self.api.done(&Ask::post(HOST, path, body)).await
        })
    }

    fn release(&self, number: PhoneNumber) -> Answer<'_, ()> {
        Box::pin(async move {
            let path = self.path(&format!("Number/{}", digits(&number)));
            match self.api.done(&Ask::delete(HOST, path)).await {
                Err(AccountError::NotFound(_)) => Ok(()),
                outcome => outcome,
            }
        })
    }

    fn point<'a>(&'a self, number: PhoneNumber, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            let body = json!({ "app_id": self.application(hooks).await? });
            let path = self.path(&format!("Number/{}", digits(&number)));
            self.api
                .done(&Ask::post(HOST, path, body).repeatable())
                .await
        })
    }

    fn numbers(&self, cursor: Option<String>) -> Answer<'_, Batch<OwnNumber>> {
        Box::pin(async move {
            let page: Page<Held> = self
                .api
                .json(&self.list("Number", cursor.as_deref()))
                .await?;
            let own = |held: Held| {
                let application = held.application.filter(|path| !path.is_empty());
                let application = application.map(|path| format!("application {path}"));
                Some(OwnNumber {
                    number: e164(&held.number)?,
                    id: held.number,
                    sms_url: application.clone(),
                    voice_url: application,
                })
            };
            Ok(Batch {
                next: page.meta.next(),
                items: page.objects.into_iter().filter_map(own).collect(),
            })
        })
    }

    fn holds(&self, number: PhoneNumber) -> Answer<'_, bool> {
        Box::pin(async move {
            let path = self.path(&format!("Number/{}", digits(&number)));
            match self.api.json::<Held>(&Ask::get(HOST, path)).await {
                Ok(held) => Ok(e164(&held.number) == Some(number)),
                Err(AccountError::NotFound(_)) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    fn records<'a>(
        &'a self,
        kind: Kind,
        period: &'a Period,
        cursor: Option<String>,
    ) -> Answer<'a, Batch<Record>> {
        Box::pin(async move {
            let ask = match kind {
                Kind::Messages => self.list("Message", cursor.as_deref()).query(&[
                    ("message_direction", "inbound"),
                    ("message_time__gte", &civil(period.from)),
                    ("message_time__lt", &civil(period.until)),
                ]),
                Kind::Calls => self.list("Call", cursor.as_deref()).query(&[
                    ("call_direction", "inbound"),
                    ("end_time__gte", &civil(period.from)),
                    ("end_time__lt", &civil(period.until.plus_s(CALL_S_MAX))),
                ]),
            };
            let page: Page<Box<RawValue>> = self.api.json(&ask).await?;
            let record = |raw: &RawValue| match kind {
                Kind::Messages => Record::message(records::plivo_message, raw.get(), period),
                Kind::Calls => Record::call(records::plivo_call, raw.get(), period, &CALL_STATUSES),
            };
            Ok(Batch {
                next: page.meta.next(),
                items: page.objects.iter().filter_map(|raw| record(raw)).collect(),
            })
        })
    }

    fn send<'a>(&'a self, from: PhoneNumber, to: PhoneNumber, text: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let body = json!({ "src": digits(&from), "dst": digits(&to), "text": text });
            let ask = Ask::post(HOST, self.path("Message"), body);
            let sent: Sent = self.api.json(&ask).await?;
            let id = sent.message_uuid.into_iter().next();
            id.ok_or_else(|| self.api.malformed("a sent message without an id"))
        })
    }

    fn fetch<'a>(&'a self, url: &'a str) -> Answer<'a, Media> {
        Box::pin(self.api.fetch(url))
    }
}
