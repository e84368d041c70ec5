//! What Plivo answers.

use serde::Deserialize;

use super::PAGE_ENTRIES;
use crate::account::Offer;
use crate::account::words::{filled, from_bare, place};

#[derive(Deserialize)]
pub(super) struct Page<T> {
    #[serde(default)]
    pub(super) meta: Meta,
    pub(super) objects: Vec<T>,
}

#[derive(Default, Deserialize)]
pub(super) struct Meta {
    #[serde(default)]
    pub(super) offset: u32,
    /// A path, or a yes, where there is more.
    #[serde(default)]
    pub(super) next: serde_json::Value,
}

impl Meta {
    pub(super) fn next(&self) -> Option<String> {
        let more = match &self.next {
            serde_json::Value::String(path) => !path.is_empty(),
            other => other == true,
        };
        let next = self.offset.checked_add(PAGE_ENTRIES)?;
        more.then(|| next.to_string())
    }
}

#[derive(Deserialize)]
pub(super) struct ForSale {
    pub(super) number: String,
    pub(super) city: Option<String>,
    pub(super) region: Option<String>,
    pub(super) monthly_rental_rate: Option<String>,
    pub(super) restriction_text: Option<String>,
    #[serde(default)]
    pub(super) sms_enabled: bool,
    #[serde(default)]
    pub(super) voice_enabled: bool,
    #[serde(default)]
    pub(super) mms_enabled: bool,
}

#[derive(Deserialize)]
pub(super) struct Held {
    pub(super) number: String,
    pub(super) application: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Application {
    pub(super) app_id: String,
    #[serde(default)]
    pub(super) app_name: String,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    pub(super) message_uuid: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Fired {
    pub(super) request_uuid: String,
}

impl ForSale {
    pub(super) fn offer(self) -> Option<Offer> {
        let carried = [
            (self.sms_enabled, "sms"),
            (self.voice_enabled, "voice"),
            (self.mms_enabled, "mms"),
        ];
        let carried = carried.into_iter().filter(|(can, _)| *can);
        Some(Offer {
            number: from_bare(&self.number)?,
            region: place([self.city, self.region]),
            carries: carried.map(|(_, word)| word.to_owned()).collect(),
            requires: filled(self.restriction_text),
            monthly: self.monthly_rental_rate,
        })
    }
}
