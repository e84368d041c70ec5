//! Plivo.
//!
//! <https://www.plivo.com/docs/numbers/api/phone-number>,
//! <https://www.plivo.com/docs/messaging/api/messages>,
//! <https://www.plivo.com/docs/voice/api/call/retrieve-all-calls>, under account and token, JSON
//! both ways, lists of at most twenty. A number's webhooks are those of its application: one of our
//! own is made, or set anew, under the connection's name.
//!
//! **A message's record holds no text**, alone as in the list: what the webhooks missed is known by
//! who, whom and when. Calls are listed by when they ended.
//!
//! A call of ours (<https://www.plivo.com/docs/voice/api/call/make-a-call>) needs an address that says
//! what to do once somebody picks up: the connection's own webhook, whose answer to a call that goes
//! out is to do nothing, which ends it.

mod answers;

use honeytoken::PhoneNumber;
use serde_json::json;
use serde_json::value::RawValue;

use answers::{Application, Fired, ForSale, Held, Page, Sent};

use super::api::Api;
use super::ask::Ask;
use super::lists::{Reading, later_page};
use super::words::{bare, civil, filled, from_bare};
use super::{
    Ability, Account, AccountError, Answer, Batch, Hooks, Kind, Media, NamedFile, NumberType,
    NumberWish, Offer, OwnNumber, Period, Record,
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

const MESSAGES: Reading = Reading::messages(records::plivo_message);
const CALLS: Reading = Reading::calls(records::plivo_call, &CALL_STATUSES);

/// An account at Plivo.
pub(super) struct Plivo {
    pub(super) api: Api,
    /// `/v1/Account/MA…`.
    pub(super) root: String,
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
        &Ability::ALL
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
            let path = self.path(&format!("PhoneNumber/{}", bare(&number)));
            self.api.done(&Ask::post(HOST, path, body)).await
        })
    }

    fn release(&self, number: PhoneNumber) -> Answer<'_, ()> {
        Box::pin(async move {
            let path = self.path(&format!("Number/{}", bare(&number)));
            self.api.gone(&Ask::delete(HOST, path)).await
        })
    }

    fn point<'a>(&'a self, number: PhoneNumber, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            let body = json!({ "app_id": self.application(hooks).await? });
            let path = self.path(&format!("Number/{}", bare(&number)));
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
                let application = filled(held.application);
                let application = application.map(|path| format!("application {path}"));
                Some(OwnNumber {
                    number: from_bare(&held.number)?,
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
            let path = self.path(&format!("Number/{}", bare(&number)));
            match self.api.json::<Held>(&Ask::get(HOST, path)).await {
                Ok(held) => Ok(from_bare(&held.number) == Some(number)),
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
            let (reading, ask) = match kind {
                Kind::Messages => {
                    let list = self.list("Message", cursor.as_deref()).query(&[
                        ("message_direction", "inbound"),
                        ("message_time__gte", &civil(period.from)),
                        ("message_time__lt", &civil(period.until)),
                    ]);
                    (&MESSAGES, list)
                }
                Kind::Calls => {
                    let list = self.list("Call", cursor.as_deref()).query(&[
                        ("call_direction", "inbound"),
                        ("end_time__gte", &civil(period.from)),
                        ("end_time__lt", &civil(period.until.plus_s(CALL_S_MAX))),
                    ]);
                    (&CALLS, list)
                }
            };
            let page: Page<Box<RawValue>> = self.api.json(&ask).await?;
            Ok(reading.page(&page.objects, page.meta.next(), period, None))
        })
    }

    fn send<'a>(&'a self, from: PhoneNumber, to: PhoneNumber, text: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let body = json!({ "src": bare(&from), "dst": bare(&to), "text": text });
            let ask = Ask::post(HOST, self.path("Message"), body);
            let sent: Sent = self.api.json(&ask).await?;
            let id = sent.message_uuid.into_iter().next();
            id.ok_or_else(|| self.api.malformed("a sent message without an id"))
        })
    }

    fn ring<'a>(
        &'a self,
        from: PhoneNumber,
        to: PhoneNumber,
        ring_s: u8,
        hooks: &'a Hooks,
    ) -> Answer<'a, String> {
        Box::pin(async move {
            let body = json!({
                "from": bare(&from), "to": bare(&to), "ring_timeout": ring_s,
                "answer_url": hooks.url, "answer_method": "POST",
            });
            let fired: Fired = self
                .api
                .json(&Ask::post(HOST, self.path("Call"), body))
                .await?;
            Ok(fired.request_uuid)
        })
    }

    fn fetch<'a>(&'a self, file: NamedFile<'a>) -> Answer<'a, Media> {
        Box::pin(self.api.fetch(file.url))
    }
}
