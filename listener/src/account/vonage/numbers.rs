//! Numbers: whether one is ours, and how it is made to call us.

use honeytoken::PhoneNumber;
use serde_json::{Value, json};

use super::answers::{Changed, Number, Numbers};
use super::{API, By, REST, Vonage};
use crate::account::ask::Ask;
use crate::account::words::bare;
use crate::account::{AccountError, Hooks};

/// The code of an answer to a change that was made.
const DONE: &str = "200";

impl Vonage {
    pub(super) async fn held(&self, number: PhoneNumber) -> Result<Option<Number>, AccountError> {
        let ask = Ask::get(REST, "/account/numbers")
            .query(&[("pattern", bare(&number)), ("search_pattern", "0")]);
        let found: Numbers = self.api.json(&ask).await?;
        let exact = |held: &Number| held.msisdn == bare(&number);
        Ok(found.numbers.into_iter().find(exact))
    }

    /// A change of a number; the status of the answer alone does not tell that it was made.
    pub(super) async fn change(&self, ask: &Ask) -> Result<(), AccountError> {
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
    pub(super) async fn place<'a>(
        &'a self,
        hooks: &'a Hooks,
    ) -> Result<(&'a str, &'a str), AccountError> {
        match &self.by {
            By::Number => Ok(("moHttpUrl", hooks.url.as_str())),
            By::Application(None) => Err(AccountError::NoCredential("application_id")),
            By::Application(Some(id)) => {
                self.set_application(id, hooks).await?;
                Ok(("app_id", id.as_str()))
            }
        }
    }

    pub(super) async fn set(
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
}

fn object<'v>(parent: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    if parent.is_null() {
        *parent = json!({});
    }
    let child = parent.as_object_mut()?.entry(name).or_insert(json!({}));
    child.is_object().then_some(child)
}
