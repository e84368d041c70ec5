//! Vonage: numbers, and messages by the Reports API.
//!
//! <https://developer.vonage.com/en/api/numbers>, <https://developer.vonage.com/en/api/reports>,
//! under key and secret. Reports are asked for windows of a day, the most that one answer may
//! cover.
//!
//! Under the SMS API a number has an address of its own; under the Messages and Voice APIs it
//! belongs to an application, whose addresses are set in its description with all else left as it
//! is.
//!
//! Left out: calls (which id of a report's record is that of the webhooks is not documented, and a
//! guess would count calls twice); recordings and pictures, which take a token under the
//! application's private key.

use honeytoken::{PhoneNumber, Secret, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::api::{Api, Ask};
use super::{
    Ability, Account, AccountError, Answer, Batch, Hooks, Kind, NumberType, NumberWish, Offer,
    OwnNumber, Period, Record, cannot,
};
use crate::provider::records;

/// Numbers and messages.
pub(super) const REST: &str = "rest.nexmo.com";
/// Applications and reports.
pub(super) const API: &str = "api.nexmo.com";
/// Entries of a list in one page: the most that it gives.
const PAGE_ENTRIES: usize = 100;
/// The longest period of one report.
const WINDOW_S: i64 = 86_400;
/// The code of an answer to a change that was made.
const DONE: &str = "200";

const ABILITIES: [Ability; 7] = [
    Ability::SearchNumbers,
    Ability::BuyNumbers,
    Ability::ReleaseNumbers,
    Ability::PointNumbers,
    Ability::ListNumbers,
    Ability::ListMessages,
    Ability::SendMessages,
];

/// An account at Vonage.
pub(super) struct Vonage {
    pub(super) api: Api,
    pub(super) key: String,
    pub(super) secret: Secret,
    pub(super) by: By,
}

/// How messages are told.
pub(super) enum By {
    /// The SMS API: at the number's own address.
    Number,
    /// The Messages and Voice APIs: at the addresses of this application, if it was named.
    Application(Option<String>),
}

#[derive(Deserialize)]
struct Numbers {
    #[serde(default)]
    numbers: Vec<Number>,
    #[serde(default)]
    count: usize,
}

#[derive(Deserialize)]
struct Number {
    country: String,
    msisdn: String,
    cost: Option<String>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(rename = "moHttpUrl")]
    mo_http_url: Option<String>,
    app_id: Option<String>,
    #[serde(rename = "voiceCallbackValue")]
    voice_callback_value: Option<String>,
}

#[derive(Deserialize)]
struct Changed {
    #[serde(rename = "error-code")]
    code: String,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    records: Vec<Box<RawValue>>,
    #[serde(default)]
    items_count: usize,
    #[serde(default)]
    request_status: String,
    #[serde(default)]
    _links: Links,
}

impl Report {
    /// Whether more is there than it holds or leads to
    /// (<https://developer.vonage.com/en/reports/guides/how-to-handle-pagination>). What a later
    /// page counts, itself or all, is not documented.
    fn hides_a_part(&self, is_first: bool) -> bool {
        let counts_more = is_first && self.items_count > self.records.len();
        self._links.next.is_none() && (counts_more || self.request_status == "TRUNCATED")
    }
}

#[derive(Default, Deserialize)]
struct Links {
    next: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[derive(Deserialize)]
struct Sent {
    messages: Vec<SentPart>,
}

#[derive(Deserialize)]
struct SentPart {
    status: String,
    #[serde(rename = "message-id")]
    id: Option<String>,
}

fn e164(digits: &str) -> Option<PhoneNumber> {
    format!("+{digits}").parse().ok()
}

fn digits(number: &PhoneNumber) -> &str {
    number.as_str().trim_start_matches('+')
}

impl Number {
    fn offer(self) -> Option<Offer> {
        let features = self.features.iter();
        Some(Offer {
            number: e164(&self.msisdn)?,
            region: Some(self.country),
            carries: features.map(|word| word.to_ascii_lowercase()).collect(),
            requires: None,
            monthly: self.cost,
        })
    }

    fn own(self) -> Option<OwnNumber> {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let application = filled(self.app_id).map(|id| format!("application {id}"));
        Some(OwnNumber {
            number: e164(&self.msisdn)?,
            id: self.msisdn,
            sms_url: filled(self.mo_http_url).or(application.clone()),
            voice_url: filled(self.voice_callback_value).or(application),
        })
    }
}

impl Vonage {
    async fn held(&self, number: PhoneNumber) -> Result<Option<Number>, AccountError> {
        let ask = Ask::get(REST, "/account/numbers")
            .query(&[("pattern", digits(&number)), ("search_pattern", "0")]);
        let found: Numbers = self.api.json(&ask).await?;
        let exact = |held: &Number| held.msisdn == digits(&number);
        Ok(found.numbers.into_iter().find(exact))
    }

    /// A change of a number; the status of the answer alone does not tell that it was made.
    async fn change(&self, ask: &Ask) -> Result<(), AccountError> {
        let changed: Changed = self.api.json(ask).await?;
        match changed.code.as_str() {
            DONE => Ok(()),
            code => Err(AccountError::Refused {
                title: self.api.title,
                status: 200,
                said: code.chars().filter(char::is_ascii_alphanumeric).collect(),
            }),
        }
    }

    /// What a number is set to so that it calls us; an application's addresses are ours after it.
    async fn place<'a>(&'a self, hooks: &'a Hooks) -> Result<(&'a str, &'a str), AccountError> {
        match &self.by {
            By::Number => Ok(("moHttpUrl", hooks.url.as_str())),
            By::Application(None) => Err(AccountError::NoCredential("application_id")),
            By::Application(Some(id)) => {
                self.set_application(id, hooks).await?;
                Ok(("app_id", id.as_str()))
            }
        }
    }

    async fn set(
        &self,
        country: &str,
        msisdn: &str,
        place: (&str, &str),
    ) -> Result<(), AccountError> {
        let fields = [("country", country), ("msisdn", msisdn), place];
        let ask = Ask::form(REST, "/number/update", &fields).repeatable();
        self.change(&ask).await
    }

    /// Sets the addresses in an application's description and leaves all else as it is.
    async fn set_application(&self, id: &str, hooks: &Hooks) -> Result<(), AccountError> {
        let path = format!("/v2/applications/{id}");
        let mut described: Value = self.api.json(&Ask::get(API, path.clone())).await?;
        if !described.is_object() {
            return Err(self.api.malformed("an application that is no object"));
        }
        let address = json!({ "address": hooks.url, "http_method": "POST" });
        let capabilities = &mut described["capabilities"];
        for (capability, names) in [
            ("voice", ["answer_url", "event_url"]),
            ("messages", ["inbound_url", "status_url"]),
        ] {
            for name in names {
                // What is there and no object is the provider's to mend.
                let Some(set) = object(capabilities, capability) else {
                    return Err(self.api.malformed("capabilities that are no objects"));
                };
                let Some(webhooks) = object(set, "webhooks") else {
                    return Err(self.api.malformed("webhooks that are no objects"));
                };
                webhooks[name] = address.clone();
            }
        }
        capabilities["voice"]["signed_callbacks"] = json!(true);
        self.api.done(&Ask::put(API, path, described)).await
    }

    /// The window of a report that begins at `from`.
    fn window(&self, from: Timestamp, period: &Period) -> Ask {
        let until = from.plus_s(WINDOW_S).min(period.until);
        let product = match self.by {
            By::Number => "SMS",
            By::Application(_) => "MESSAGES",
        };
        Ask::get(API, "/v2/reports/records").query(&[
            ("account_id", &self.key),
            ("product", product),
            ("direction", "inbound"),
            ("date_start", &from.to_string()),
            ("date_end", &until.to_string()),
            ("include_message", "true"),
        ])
    }

    /// Where the list goes on: in the same window by a link, or in the next by its beginning.
    fn next(&self, report: &Report, from: Timestamp, period: &Period) -> Option<String> {
        let by_link = report._links.next.as_ref().map(|link| link.href.clone());
        let later = from.plus_s(WINDOW_S);
        let by_time = (later < period.until).then(String::new);
        match (by_link, by_time) {
            (Some(href), _) => Some(format!("{from} {href}")),
            (None, Some(_)) => Some(later.to_string()),
            (None, None) => None,
        }
    }
}

fn object<'v>(parent: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    if parent.is_null() {
        *parent = json!({});
    }
    let child = parent.as_object_mut()?.entry(name).or_insert(json!({}));
    child.is_object().then_some(child)
}

impl Account for Vonage {
    fn title(&self) -> &'static str {
        self.api.title
    }

    fn abilities(&self) -> &'static [Ability] {
        &ABILITIES
    }

    fn why_not(&self, ability: Ability) -> &'static str {
        match ability {
            Ability::ListCalls => {
                "which id in its reports is that of its webhooks is not documented"
            }
            _ => "it takes a token under the application's private key",
        }
    }

    fn search<'a>(&'a self, wish: &'a NumberWish) -> Answer<'a, Vec<Offer>> {
        let number_type = match wish.number_type {
            NumberType::Local => "landline",
            NumberType::Mobile => "mobile-lvn",
            NumberType::TollFree => "landline-toll-free",
        };
        let features = [(wish.sms, "SMS"), (wish.voice, "VOICE")];
        let features = features.into_iter().filter(|(wanted, _)| *wanted);
        let features: Vec<&str> = features.map(|(_, word)| word).collect();
        let limit = wish.limit.to_string();
        let mut ask = Ask::get(REST, "/number/search").query(&[
            ("country", &wish.country),
            ("type", number_type),
            ("size", &limit),
        ]);
        if !features.is_empty() {
            ask = ask.query(&[("features", &features.join(","))]);
        }
        if let Some(digits) = &wish.contains {
            ask = ask.query(&[("pattern", digits), ("search_pattern", "1")]);
        }
        Box::pin(async move {
            let found: Numbers = self.api.json(&ask).await?;
            let offers = found.numbers.into_iter().filter_map(Number::offer);
            Ok(offers.take(wish.limit.into()).collect())
        })
    }

    fn order<'a>(
        &'a self,
        number: PhoneNumber,
        country: &'a str,
        hooks: &'a Hooks,
    ) -> Answer<'a, ()> {
        Box::pin(async move {
            // First all that can fail without costing anything.
            let place = self.place(hooks).await?;
            let fields = [("country", country), ("msisdn", digits(&number))];
            self.change(&Ask::form(REST, "/number/buy", &fields))
                .await?;
            let set = self.set(country, digits(&number), place).await;
            set.map_err(|error| error.after_order(self.api.title))
        })
    }

    fn release(&self, number: PhoneNumber) -> Answer<'_, ()> {
        Box::pin(async move {
            let Some(held) = self.held(number).await? else {
                return Ok(());
            };
            let fields = [
                ("country", held.country.as_str()),
                ("msisdn", held.msisdn.as_str()),
            ];
            // Not repeated by itself: a second one is refused, and would hide that the first was made.
            self.change(&Ask::form(REST, "/number/cancel", &fields))
                .await
        })
    }

    fn point<'a>(&'a self, number: PhoneNumber, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            let held = self.held(number).await?;
            let held = held.ok_or(AccountError::NotFound(self.api.title))?;
            let place = self.place(hooks).await?;
            self.set(&held.country, &held.msisdn, place).await
        })
    }

    fn numbers(&self, cursor: Option<String>) -> Answer<'_, Batch<OwnNumber>> {
        Box::pin(async move {
            let page: usize = cursor.and_then(|page| page.parse().ok()).unwrap_or(1);
            let ask = Ask::get(REST, "/account/numbers").query(&[
                ("size", &PAGE_ENTRIES.to_string()),
                ("index", &page.to_string()),
            ]);
            let found: Numbers = self.api.json(&ask).await?;
            let more = page * PAGE_ENTRIES < found.count;
            Ok(Batch {
                items: found.numbers.into_iter().filter_map(Number::own).collect(),
                next: more.then(|| (page + 1).to_string()),
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
            let cursor = cursor.unwrap_or_else(|| period.from.to_string());
            let (from, link) = cursor.split_once(' ').unwrap_or((&cursor, ""));
            let from: Timestamp = from.parse().unwrap_or(period.from);
            let ask = match link.is_empty() {
                true => self.window(from, period),
                false => {
                    // It names a host, which must be the provider's; the path alone is asked.
                    let url = self.api.hosts.admit(link)?;
                    let query = url.query().unwrap_or_default();
                    Ask::get(API, format!("{}?{query}", url.path()))
                }
            };
            let report: Report = self.api.json(&ask).await?;
            let next = self.next(&report, from, period);
            if report.hides_a_part(link.is_empty()) {
                return Err(self
                    .api
                    .malformed("a report that is longer than what it holds"));
            }
            let record =
                |raw: &RawValue| Record::message(records::vonage_message, raw.get(), period);
            Ok(Batch {
                items: report
                    .records
                    .iter()
                    .filter_map(|raw| record(raw))
                    .collect(),
                next,
            })
        })
    }

    fn send<'a>(&'a self, from: PhoneNumber, to: PhoneNumber, text: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let fields = [
                ("api_key", self.key.as_str()),
                ("api_secret", self.secret.expose()),
                ("from", digits(&from)),
                ("to", digits(&to)),
                ("text", text),
            ];
            let sent: Sent = self
                .api
                .json(&Ask::form(REST, "/sms/json", &fields))
                .await?;
            match sent.messages.into_iter().next() {
                Some(SentPart {
                    status,
                    id: Some(id),
                }) if status == "0" => Ok(id),
                part => Err(AccountError::Refused {
                    title: self.api.title,
                    status: 200,
                    said: part.map(|part| part.status).unwrap_or_default(),
                }),
            }
        })
    }
}
