//! What Telnyx answers.

use serde::Deserialize;

use crate::account::words::filled;
use crate::account::{Offer, OwnNumber};

#[derive(Deserialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    pub(super) meta: Option<Meta>,
}

#[derive(Deserialize)]
pub(super) struct Meta {
    pub(super) page_number: u32,
    pub(super) total_pages: u32,
}

impl Meta {
    pub(super) fn next(meta: Option<Meta>) -> Option<String> {
        let meta = meta?;
        let next = meta.page_number.checked_add(1)?;
        (next <= meta.total_pages).then(|| next.to_string())
    }
}

#[derive(Deserialize)]
pub(super) struct ForSale {
    pub(super) phone_number: String,
    #[serde(default)]
    pub(super) region_information: Vec<Region>,
    #[serde(default)]
    pub(super) features: Vec<Feature>,
    pub(super) cost_information: Option<Cost>,
}

#[derive(Deserialize)]
pub(super) struct Region {
    pub(super) region_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Feature {
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Cost {
    pub(super) monthly_cost: Option<String>,
    pub(super) currency: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Held {
    pub(super) id: String,
    pub(super) phone_number: String,
    pub(super) messaging_profile_id: Option<String>,
    pub(super) connection_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Made {
    #[serde(alias = "call_control_id")]
    pub(super) id: String,
}

impl ForSale {
    pub(super) fn offer(self) -> Option<Offer> {
        let places = self.region_information.into_iter();
        let places: Vec<String> = places.filter_map(|region| region.region_name).collect();
        let monthly = self.cost_information.and_then(|cost| {
            let currency = cost.currency.unwrap_or_default();
            Some(
                format!("{} {currency}", cost.monthly_cost?)
                    .trim_end()
                    .to_owned(),
            )
        });
        Some(Offer {
            number: self.phone_number.parse().ok()?,
            region: filled(Some(places.join(", "))),
            carries: self
                .features
                .into_iter()
                .map(|feature| feature.name.to_ascii_lowercase())
                .collect(),
            requires: None,
            monthly,
        })
    }
}

impl Held {
    /// With the addresses as far as they can be known: those of its profile and application, if they
    /// are ours.
    pub(super) fn own(self) -> Option<OwnNumber> {
        let profile = filled(self.messaging_profile_id);
        let connection = filled(self.connection_id);
        Some(OwnNumber {
            number: self.phone_number.parse().ok()?,
            id: self.id,
            sms_url: profile.map(|id| format!("messaging profile {id}")),
            voice_url: connection.map(|id| format!("connection {id}")),
        })
    }
}

/// A recording, with addresses that are good for minutes.
#[derive(Deserialize)]
pub(super) struct Recording {
    download_urls: Option<Files>,
}

#[derive(Deserialize)]
struct Files {
    wav: Option<String>,
    mp3: Option<String>,
}

impl Recording {
    pub(super) fn url(self) -> Option<String> {
        let files = self.download_urls?;
        filled(files.wav).or(filled(files.mp3))
    }
}
