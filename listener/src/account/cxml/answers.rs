//! What Twilio and SignalWire answer.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::account::words::{filled, place};
use crate::account::{Offer, OwnNumber};

#[derive(Deserialize)]
pub(super) struct Available {
    pub(super) available_phone_numbers: Vec<ForSale>,
}

#[derive(Deserialize)]
pub(super) struct ForSale {
    pub(super) phone_number: String,
    pub(super) locality: Option<String>,
    pub(super) region: Option<String>,
    pub(super) address_requirements: Option<String>,
    #[serde(default)]
    pub(super) capabilities: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
pub(super) struct Incoming {
    pub(super) incoming_phone_numbers: Vec<Held>,
    pub(super) next_page_uri: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Held {
    pub(super) sid: String,
    pub(super) phone_number: String,
    pub(super) sms_url: Option<String>,
    pub(super) voice_url: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct List {
    #[serde(alias = "messages", alias = "calls")]
    pub(super) entries: Vec<Box<RawValue>>,
    pub(super) next_page_uri: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) sid: String,
}

impl ForSale {
    pub(super) fn offer(self) -> Option<Offer> {
        let can = |(name, can): (String, serde_json::Value)| {
            (can == true).then(|| name.to_ascii_lowercase())
        };
        Some(Offer {
            number: self.phone_number.parse().ok()?,
            region: place([self.locality, self.region]),
            carries: self.capabilities.into_iter().filter_map(can).collect(),
            requires: self
                .address_requirements
                .filter(|needed| needed != "none")
                .map(|needed| format!("address: {needed}")),
            monthly: None,
        })
    }
}

impl Held {
    pub(super) fn own(self) -> Option<OwnNumber> {
        Some(OwnNumber {
            number: self.phone_number.parse().ok()?,
            id: self.sid,
            sms_url: filled(self.sms_url),
            voice_url: filled(self.voice_url),
        })
    }
}
