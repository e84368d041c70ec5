//! Twilio, and SignalWire's copy of its API.
//!
//! <https://www.twilio.com/docs/usage/api>,
//! <https://developer.signalwire.com/compatibility-api/>. Forms in, JSON out, under account and
//! token (or an API key and its secret). Lists come in pages, each naming the next.
//!
//! A message's `date_sent` is, for one that came in, when the provider called our webhook. Lists
//! are asked for whole days, with one more on either side, and cut here: the providers' words for
//! the edges differ.
//!
//! Left out: pictures of a message that no webhook brought (the list only counts them).

mod answers;

use honeytoken::PhoneNumber;

use answers::{Available, ForSale, Held, Incoming, List, Made};

use super::api::Api;
use super::ask::Ask;
use super::lists::Reading;
use super::words::{day, filled};
use super::{
    Ability, Account, AccountError, Answer, Batch, Hooks, Kind, Media, NamedFile, NumberType,
    NumberWish, Offer, OwnNumber, Period, Record,
};
use crate::provider::records;

/// Entries of a list in one page.
const PAGE_ENTRIES: &str = "500";
/// Every status of a call (<https://www.twilio.com/docs/voice/api/call-resource>), each of which a
/// webhook may have told of.
const CALL_STATUSES: [&str; 9] = [
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "no-answer",
    "failed",
    "canceled",
];

const MESSAGES: Reading = Reading::messages(records::cxml_message);
const CALLS: Reading = Reading::calls(records::cxml_call, &CALL_STATUSES);

/// An account at Twilio or SignalWire.
pub(super) struct Cxml {
    pub(super) api: Api,
    pub(super) host: String,
    /// `/2010-04-01/Accounts/AC…`.
    pub(super) root: String,
}

impl Cxml {
    fn path(&self, resource: &str) -> String {
        format!("{}/{resource}.json", self.root)
    }

    async fn held(&self, number: PhoneNumber) -> Result<Option<Held>, AccountError> {
        let ask = Ask::get(&self.host, self.path("IncomingPhoneNumbers"))
            .query(&[("PhoneNumber", number.as_str())]);
        let found: Incoming = self.api.json(&ask).await?;
        let exact = |held: &Held| held.phone_number == number.as_str();
        Ok(found.incoming_phone_numbers.into_iter().find(exact))
    }

    /// A page: the first by `ask`, every later one where the page before said.
    fn page(&self, ask: Ask, cursor: Option<String>) -> Ask {
        cursor.map_or(ask, |path| Ask::get(&self.host, path))
    }

    fn list(&self, kind: Kind, period: &Period) -> Ask {
        let (resource, after, before) = match kind {
            Kind::Messages => ("Messages", "DateSent>", "DateSent<"),
            Kind::Calls => ("Calls", "StartTime>", "StartTime<"),
        };
        Ask::get(&self.host, self.path(resource)).query(&[
            (after, &day(period.from, -1)),
            (before, &day(period.until, 2)),
            ("PageSize", PAGE_ENTRIES),
        ])
    }
}

/// The addresses as the provider's form names them.
fn pointing(hooks: &Hooks) -> [(&str, &str); 6] {
    let url = hooks.url.as_str();
    [
        ("SmsUrl", url),
        ("SmsMethod", "POST"),
        ("VoiceUrl", url),
        ("VoiceMethod", "POST"),
        ("StatusCallback", url),
        ("StatusCallbackMethod", "POST"),
    ]
}

impl Account for Cxml {
    fn title(&self) -> &'static str {
        self.api.title
    }

    fn abilities(&self) -> &'static [Ability] {
        &Ability::ALL
    }

    fn search<'a>(&'a self, wish: &'a NumberWish) -> Answer<'a, Vec<Offer>> {
        let number_type = match wish.number_type {
            NumberType::Local => "Local",
            NumberType::Mobile => "Mobile",
            NumberType::TollFree => "TollFree",
        };
        let path = format!("AvailablePhoneNumbers/{}/{number_type}", wish.country);
        let limit = wish.limit.to_string();
        let mut ask = Ask::get(&self.host, self.path(&path)).query(&[("PageSize", &limit)]);
        for (wanted, name) in [(wish.sms, "SmsEnabled"), (wish.voice, "VoiceEnabled")] {
            if wanted {
                ask = ask.query(&[(name, "true")]);
            }
        }
        if let Some(digits) = &wish.contains {
            ask = ask.query(&[("Contains", digits)]);
        }
        Box::pin(async move {
            let found: Available = self.api.json(&ask).await?;
            let offers = found.available_phone_numbers.into_iter();
            Ok(offers
                .filter_map(ForSale::offer)
                .take(wish.limit.into())
                .collect())
        })
    }

    fn order<'a>(&'a self, number: PhoneNumber, _: &'a str, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut fields = vec![
                ("PhoneNumber", number.as_str()),
                ("FriendlyName", hooks.name.as_str()),
            ];
            fields.extend(pointing(hooks));
            let path = self.path("IncomingPhoneNumbers");
            let made: Made = self.api.json(&Ask::form(&self.host, path, &fields)).await?;
            match made.sid.is_empty() {
                true => Err(self.api.malformed("an order without an id")),
                false => Ok(()),
            }
        })
    }

    fn release(&self, number: PhoneNumber) -> Answer<'_, ()> {
        Box::pin(async move {
            let Some(held) = self.held(number).await? else {
                return Ok(());
            };
            let path = self.path(&format!("IncomingPhoneNumbers/{}", held.sid));
            self.api.gone(&Ask::delete(&self.host, path)).await
        })
    }

    fn point<'a>(&'a self, number: PhoneNumber, hooks: &'a Hooks) -> Answer<'a, ()> {
        Box::pin(async move {
            let held = self.held(number).await?;
            let held = held.ok_or(AccountError::NotFound(self.api.title))?;
            let path = self.path(&format!("IncomingPhoneNumbers/{}", held.sid));
            let ask = Ask::form(&self.host, path, &pointing(hooks)).repeatable();
            self.api.done(&ask).await
        })
    }

    fn numbers(&self, cursor: Option<String>) -> Answer<'_, Batch<OwnNumber>> {
        Box::pin(async move {
            let first = Ask::get(&self.host, self.path("IncomingPhoneNumbers"))
                .query(&[("PageSize", PAGE_ENTRIES)]);
            let found: Incoming = self.api.json(&self.page(first, cursor)).await?;
            let items = found.incoming_phone_numbers.into_iter();
            Ok(Batch {
                items: items.filter_map(Held::own).collect(),
                next: filled(found.next_page_uri),
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
        Box::pin(async move {
            let ask = self.page(self.list(kind, period), cursor);
            let list: List = self.api.json(&ask).await?;
            let reading = match kind {
                Kind::Messages => &MESSAGES,
                Kind::Calls => &CALLS,
            };
            let next = filled(list.next_page_uri);
            Ok(reading.page(&list.entries, next, period, None))
        })
    }

    fn send<'a>(&'a self, from: PhoneNumber, to: PhoneNumber, text: &'a str) -> Answer<'a, String> {
        Box::pin(async move {
            let fields = [("From", from.as_str()), ("To", to.as_str()), ("Body", text)];
            let ask = Ask::form(&self.host, self.path("Messages"), &fields);
            Ok(self.api.json::<Made>(&ask).await?.sid)
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
            let seconds = ring_s.to_string();
            let fields = [
                ("From", from.as_str()),
                ("To", to.as_str()),
                ("Timeout", seconds.as_str()),
                ("Twiml", "<Response><Hangup/></Response>"),
            ];
            let ask = Ask::form(&self.host, self.path("Calls"), &fields);
            Ok(self.api.json::<Made>(&ask).await?.sid)
        })
    }

    fn fetch<'a>(&'a self, file: NamedFile<'a>) -> Answer<'a, Media> {
        Box::pin(self.api.fetch(file.url))
    }
}
