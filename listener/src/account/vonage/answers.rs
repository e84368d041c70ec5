//! What Vonage answers.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::account::words::{filled, from_bare};
use crate::account::{Offer, OwnNumber};

#[derive(Deserialize)]
pub(super) struct Numbers {
    #[serde(default)]
    pub(super) numbers: Vec<Number>,
    #[serde(default)]
    pub(super) count: usize,
}

#[derive(Deserialize)]
pub(super) struct Number {
    pub(super) country: String,
    pub(super) msisdn: String,
    pub(super) cost: Option<String>,
    #[serde(default)]
    pub(super) features: Vec<String>,
    #[serde(rename = "moHttpUrl")]
    pub(super) mo_http_url: Option<String>,
    pub(super) app_id: Option<String>,
    #[serde(rename = "voiceCallbackValue")]
    pub(super) voice_callback_value: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Changed {
    #[serde(rename = "error-code")]
    pub(super) code: String,
}

#[derive(Deserialize)]
pub(super) struct Report {
    #[serde(default)]
    pub(super) records: Vec<Box<RawValue>>,
    #[serde(default)]
    pub(super) items_count: usize,
    #[serde(default)]
    pub(super) request_status: String,
    #[serde(default)]
    pub(super) _links: Links,
}

impl Report {
    /// Whether more is there than it holds or leads to
    /// (<https://developer.vonage.com/en/reports/guides/how-to-handle-pagination>). What a later
    /// page counts, itself or all, is not documented.
    pub(super) fn hides_a_part(&self, is_first: bool) -> bool {
        let counts_more = is_first && self.items_count > self.records.len();
        self._links.next.is_none() && (counts_more || self.request_status == "TRUNCATED")
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Links {
    pub(super) next: Option<Link>,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) href: String,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    pub(super) messages: Vec<SentPart>,
}

#[derive(Deserialize)]
pub(super) struct SentPart {
    pub(super) status: String,
    #[serde(rename = "message-id")]
    pub(super) id: Option<String>,
}

impl Number {
    pub(super) fn offer(self) -> Option<Offer> {
        let features = self.features.iter();
        Some(Offer {
            number: from_bare(&self.msisdn)?,
            region: Some(self.country),
            carries: features.map(|word| word.to_ascii_lowercase()).collect(),
            requires: None,
            monthly: self.cost,
        })
    }

    pub(super) fn own(self) -> Option<OwnNumber> {
        let application = filled(self.app_id).map(|id| format!("application {id}"));
        Some(OwnNumber {
            number: from_bare(&self.msisdn)?,
            id: self.msisdn,
            sms_url: filled(self.mo_http_url).or(application.clone()),
            voice_url: filled(self.voice_callback_value).or(application),
        })
    }
}

/// A page of the list of calls.
#[derive(Deserialize)]
pub(super) struct Calls {
    /// How many there are in all.
    #[serde(default)]
    pub(super) count: usize,
    #[serde(default, rename = "_embedded")]
    pub(super) embedded: Embedded,
}

#[derive(Default, Deserialize)]
pub(super) struct Embedded {
    #[serde(default)]
    pub(super) calls: Vec<Box<RawValue>>,
}

/// A call that was placed.
#[derive(Deserialize)]
pub(super) struct Placed {
    pub(super) uuid: String,
}
