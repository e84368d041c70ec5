//! Provider accounts: what we ask providers, where the adapters hear what they tell us.
//!
//! One file per provider, each an [`Account`]: numbers searched, bought, released and pointed at
//! our webhooks; messages and calls listed; a message sent or a call placed between own lines;
//! recordings and pictures fetched. Around them:
//!
//! - [`Accounts::open`]: from a connection's settings to its account, or why it has none.
//! - [`Ability`]: what an account can. What it cannot is a refusal that says why, never silence.
//! - `api`: the one HTTP client, asked by `ask`, over a `wire`. Only https, only the provider's
//!   `hosts`, no private addresses, limits on time and size, retries for what may be repeated, no
//!   secret in any message. `token`: signed by an application's key, where a provider wants that.
//! - `patience`: how often and how long it tries again; `refusal`: after which failures.
//! - `lists`: a page of [`Record`]s, read into the shape that the provider's webhooks have, under
//!   the dedupe keys that its webhooks have.
//!
//! What this part deliberately does not do: append to the log, decide who may buy. What is done
//! with accounts is in `numbers`, `backfill` and `media`.

mod ability;
mod api;
mod ask;
mod cxml;
mod error;
mod hosts;
mod lists;
mod open;
mod patience;
mod plivo;
mod refusal;
mod telnyx;
mod token;
mod vonage;
mod wire;
mod words;

#[cfg(test)]
mod tests;

use futures_util::future::BoxFuture;
use honeytoken::PhoneNumber;

pub use ability::Ability;
pub(crate) use api::without_query;
pub use error::AccountError;
pub use lists::{Batch, Kind, Record};
pub use open::Accounts;
pub use words::{Hooks, Media, NamedFile, NumberType, NumberWish, Offer, OwnNumber, Period};

/// What comes of asking a provider.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, AccountError>>;

/// An account at a provider, under one connection's credentials.
///
/// Every method that the provider's file does not implement refuses with
/// [`AccountError::Cannot`]; [`Account::abilities`] says beforehand which those are.
pub trait Account: Send + Sync {
    /// The provider's name for people.
    fn title(&self) -> &'static str;

    /// What this account can.
    fn abilities(&self) -> &'static [Ability];

    /// Why it cannot do what is not among its abilities, as a part of a sentence.
    fn why_not(&self, _: Ability) -> &'static str {
        "no documented way is known"
    }

    /// Numbers that are for sale, at most [`NumberWish::limit`].
    fn search<'a>(&'a self, _wish: &'a NumberWish) -> Answer<'a, Vec<Offer>> {
        cannot(self, Ability::SearchNumbers)
    }

    /// Orders a number of a country (ISO 3166, upper case), once: never repeated by itself, since a
    /// second order costs again. [`buy`] is the way to it.
    fn order<'a>(
        &'a self,
        _number: PhoneNumber,
        _country: &'a str,
        _hooks: &'a Hooks,
    ) -> Answer<'a, ()> {
        cannot(self, Ability::BuyNumbers)
    }

    /// Gives a number back; one that is not ours any more is given back already.
    fn release(&self, _number: PhoneNumber) -> Answer<'_, ()> {
        cannot(self, Ability::ReleaseNumbers)
    }

    /// Sets the addresses that the provider calls for this number.
    fn point<'a>(&'a self, _number: PhoneNumber, _hooks: &'a Hooks) -> Answer<'a, ()> {
        cannot(self, Ability::PointNumbers)
    }

    /// A page of the numbers that we hold; `cursor` is where the page before ended.
    fn numbers(&self, _cursor: Option<String>) -> Answer<'_, Batch<OwnNumber>> {
        cannot(self, Ability::ListNumbers)
    }

    /// Whether the provider says that this number is ours: a sign that the line exists, and none
    /// that its webhooks reach us.
    fn holds(&self, _number: PhoneNumber) -> Answer<'_, bool> {
        cannot(self, Ability::ListNumbers)
    }

    /// A page of what reached our numbers in a period; `cursor` is where the page before ended.
    fn records<'a>(
        &'a self,
        kind: Kind,
        _period: &'a Period,
        _cursor: Option<String>,
    ) -> Answer<'a, Batch<Record>> {
        cannot(self, kind.ability())
    }

    /// How far back a list reaches, in seconds; none: as far as the provider keeps its records.
    fn reaches_back_s(&self, _kind: Kind) -> Option<i64> {
        None
    }

    /// Fills in what the provider's list leaves out, such as the text.
    fn complete(&self, record: Record) -> Answer<'_, Record> {
        Box::pin(std::future::ready(Ok(record)))
    }

    /// Sends a message from one of our numbers, once; returns the provider's id.
    fn send<'a>(
        &'a self,
        _from: PhoneNumber,
        _to: PhoneNumber,
        _text: &'a str,
    ) -> Answer<'a, String> {
        cannot(self, Ability::SendMessages)
    }

    /// Calls from one of our numbers and hangs up after that many seconds, once; returns the
    /// provider's id. Where a provider asks what to do with a call of ours, it asks the hooks.
    fn ring<'a>(
        &'a self,
        _from: PhoneNumber,
        _to: PhoneNumber,
        _ring_s: u8,
        _hooks: &'a Hooks,
    ) -> Answer<'a, String> {
        cannot(self, Ability::PlaceCalls)
    }

    /// Fetches a recording or picture that a webhook named.
    fn fetch<'a>(&'a self, _file: NamedFile<'a>) -> Answer<'a, Media> {
        cannot(self, Ability::FetchMedia)
    }
}

/// The refusal of what an account cannot.
fn cannot<'a, T: Send + 'a>(account: &(impl Account + ?Sized), ability: Ability) -> Answer<'a, T> {
    let (title, why) = (account.title(), account.why_not(ability));
    let refusal = AccountError::Cannot {
        title,
        ability,
        why,
    };
    Box::pin(std::future::ready(Err(refusal)))
}

/// Buys a number, at most once: looks whether it is ours before ordering, and again when an order's
/// outcome is unknown. Returns whether it was ours before; it calls us either way.
///
/// # Errors
/// The provider's refusal, [`AccountError::Unknown`] when nobody can say what became of the order,
/// or [`AccountError::NotPointed`] when it is ours and does not call us: then ask again later, which
/// orders nothing if the number is ours by then.
pub async fn buy(
    account: &dyn Account,
    number: PhoneNumber,
    country: &str,
    hooks: &Hooks,
) -> Result<bool, AccountError> {
    if account.holds(number).await? {
        account.point(number, hooks).await?;
        return Ok(true);
    }
    let title = account.title();
    let cause = match account.order(number, country, hooks).await {
        Err(error) if error.leaves_open() => match account.holds(number).await {
            // How far a lost order went nobody knows.
            Ok(true) => return point_bought(account, number, hooks).await.map(|()| false),
            Ok(false) => error,
            Err(second) => second,
        },
        outcome => return outcome.map(|()| false),
    };
    let cause = Box::new(cause);
    Err(AccountError::Unknown { title, cause })
}

async fn point_bought(
    account: &dyn Account,
    number: PhoneNumber,
    hooks: &Hooks,
) -> Result<(), AccountError> {
    let pointed = account.point(number, hooks).await;
    pointed.map_err(|error| error.after_order(account.title()))
}
