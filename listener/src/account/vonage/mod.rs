//! Vonage: numbers, messages, and, with an application's private key, calls and files.
//!
//! <https://developer.vonage.com/en/api/numbers> under key and secret; `reports` lists messages under
//! the same, `voice` does all that takes a token of the application's own.
//!
//! Under the SMS API a number has an address of its own; under the Messages and Voice APIs it
//! belongs to an application, whose addresses are set in its description with all else left as it
//! is.

mod answers;
mod numbers;
mod reports;
pub(super) mod voice;

use honeytoken::{PhoneNumber, Secret};

use answers::{Number, Numbers, Sent, SentPart};
use voice::Voice;

use super::api::Api;
use super::ask::Ask;
use super::words::bare;
use super::{
    Ability, Account, AccountError, Answer, Batch, Hooks, Kind, Media, NamedFile, NumberType,
    NumberWish, Offer, OwnNumber, Period, Record, cannot,
};

/// Numbers and messages.
pub(super) const REST: &str = "rest.nexmo.com";
/// Applications, reports and calls.
pub(super) const API: &str = "api.nexmo.com";
/// Entries of a list of numbers in one page: the most that it gives.
const PAGE_ENTRIES: usize = 100;

/// What takes no private key.
const WITHOUT_KEY: [Ability; 7] = [
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
    /// With the application's private key.
    pub(super) voice: Option<Voice>,
}

/// How messages are told.
pub(super) enum By {
    /// The SMS API: at the number's own address.
    Number,
    /// The Messages and Voice APIs: at the addresses of this application, if it was named.
    Application(Option<String>),
}

impl Account for Vonage {
    fn title(&self) -> &'static str {
        self.api.title
    }

    fn abilities(&self) -> &'static [Ability] {
        match self.voice {
            Some(_) => &Ability::ALL,
            None => &WITHOUT_KEY,
        }
    }

    fn why_not(&self, _: Ability) -> &'static str {
        match self.by {
            By::Number => {
                "calls and files belong to an application, which is a connection vonage_jwt"
            }
            By::Application(_) => {
                "it takes the application's private key; set the connection anew with \
                 application_id and private_key_pem"
            }
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
            let fields = [("country", country), ("msisdn", bare(&number))];
            self.change(&Ask::form(REST, "/number/buy", &fields))
                .await?;
            let set = self.set(country, bare(&number), place).await;
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
            let more = page.saturating_mul(PAGE_ENTRIES) < found.count;
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
        match (kind, &self.voice) {
            (Kind::Messages, _) => Box::pin(self.messages(period, cursor)),
            (Kind::Calls, Some(voice)) => Box::pin(voice.calls(period, cursor)),
            (Kind::Calls, None) => cannot(self, Ability::ListCalls),
        }
    }

    fn send<'a>(&'a self, from: PhoneNumber, to: PhoneNumber, text: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let fields = [
                ("api_key", self.key.as_str()),
                ("api_secret", self.secret.expose()),
                ("from", bare(&from)),
                ("to", bare(&to)),
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

    fn ring<'a>(
        &'a self,
        from: PhoneNumber,
        to: PhoneNumber,
        ring_s: u8,
        hooks: &'a Hooks,
    ) -> Answer<'a, String> {
        match &self.voice {
            Some(voice) => Box::pin(async move { voice.ring(&from, &to, ring_s, hooks).await }),
            None => cannot(self, Ability::PlaceCalls),
        }
    }

    fn fetch<'a>(&'a self, file: NamedFile<'a>) -> Answer<'a, Media> {
        match &self.voice {
            Some(voice) => Box::pin(voice.fetch(file.url)),
            None => cannot(self, Ability::FetchMedia),
        }
    }
}
