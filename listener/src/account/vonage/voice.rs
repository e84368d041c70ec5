//! Calls, recordings and pictures, under a token of the application's own
//! (<https://developer.vonage.com/en/api/voice>).
//!
//! A call's `uuid` and `conversation_uuid` are those of its webhooks. The list names when a call
//! began only of those that are `completed`, so it is asked hour by hour: of every other call the
//! hour is known. An application of a region is asked at that region's host
//! (<https://developer.vonage.com/en/voice/voice-api/concepts/regions>).

use honeytoken::{PhoneNumber, Timestamp};
use serde_json::json;

use super::answers::{Calls, Placed};
use crate::account::api::Api;
use crate::account::ask::Ask;
use crate::account::lists::Reading;
use crate::account::words::bare;
use crate::account::{AccountError, Batch, Hooks, Media, Period, Record};
use crate::provider::records;

/// Where calls are asked for, and what recordings and pictures are fetched from: the hosts of the
/// regions, and the older ones that addresses of files still name
/// (<https://developer.vonage.com/en/messages/concepts/secure-inbound-media>).
pub(in crate::account) const HOSTS: [&str; 10] = [
    super::API,
    "api-us.nexmo.com",
    "api-eu.nexmo.com",
    "api-ap.nexmo.com",
    "api-us-3.vonage.com",
    "api-us-4.vonage.com",
    "api-eu-3.vonage.com",
    "api-eu-4.vonage.com",
    "api-ap-3.vonage.com",
    "api-ap-4.vonage.com",
];
/// Entries of a list in one page: the most that it gives.
const PAGE_ENTRIES: &str = "100";
/// The period of one list.
const WINDOW_S: i64 = 3_600;
/// Whether the edges of a window belong to it is not documented: it is asked for this much more.
const EDGE_S: i64 = 1;
/// What somebody hears who picks up.
const GREETING: &str = "This is a test of the line.";
/// How long somebody who picks up is kept, in seconds.
const TALK_S: u8 = 10;
/// Every stage of a call that a webhook may tell of
/// (<https://developer.vonage.com/en/voice/voice-api/webhook-reference>), the question what to do
/// with it first.
const STAGES: [&str; 14] = [
    "answer",
    "started",
    "ringing",
    "answered",
    "busy",
    "cancelled",
    "unanswered",
    "disconnected",
    "rejected",
    "failed",
    "human",
    "machine",
    "timeout",
    "completed",
];

const CALLS: Reading = Reading::calls(records::vonage_call, &STAGES);

/// The Voice API of one application.
pub(in crate::account) struct Voice {
    pub(in crate::account) api: Api,
    /// Of the application's region.
    pub(in crate::account) host: String,
}

impl Voice {
    /// The host of a region such as `eu-3`; none if there is no such region.
    pub(in crate::account) fn host(region: Option<&str>) -> Option<String> {
        let host = match region {
            None => super::API.to_owned(),
            Some(region) => format!("api-{region}.vonage.com"),
        };
        HOSTS.contains(&host.as_str()).then_some(host)
    }

    /// A page of the calls of a period.
    pub(super) async fn calls(
        &self,
        period: &Period,
        cursor: Option<String>,
    ) -> Result<Batch<Record>, AccountError> {
        let cursor = cursor.unwrap_or_default();
        let (from, index) = cursor.split_once(' ').unwrap_or((&cursor, "0"));
        let from: Timestamp = from.parse().unwrap_or(period.from);
        let index: usize = index.parse().unwrap_or(0);
        let until = from.plus_s(WINDOW_S).min(period.until);
        let ask = Ask::get(&self.host, "/v1/calls").query(&[
            ("date_start", &from.plus_s(-EDGE_S).to_string()),
            ("date_end", &until.plus_s(EDGE_S).to_string()),
            ("order", "asc"),
            ("page_size", PAGE_ENTRIES),
            ("record_index", &index.to_string()),
        ]);
        let found: Calls = self.api.json(&ask).await?;
        let read = index.saturating_add(found.embedded.calls.len());
        let more = read > index && read < found.count;
        let next = match more {
            true => Some(format!("{from} {read}")),
            false => (until < period.until).then(|| until.to_string()),
        };
        Ok(CALLS.page(&found.embedded.calls, next, period, Some(from)))
    }

    /// Places a call that ends by itself; what becomes of it is told to the hooks.
    pub(super) async fn ring(
        &self,
        from: &PhoneNumber,
        to: &PhoneNumber,
        ring_s: u8,
        hooks: &Hooks,
    ) -> Result<String, AccountError> {
        let body = json!({
            "to": [{ "type": "phone", "number": bare(to) }],
            "from": { "type": "phone", "number": bare(from) },
            "ncco": [{ "action": "talk", "text": GREETING }],
            "ringing_timer": ring_s, "length_timer": TALK_S,
            "event_url": [hooks.url], "event_method": "POST",
        });
        let placed: Placed = self
            .api
            .json(&Ask::post(&self.host, "/v1/calls", body))
            .await?;
        Ok(placed.uuid)
    }

    /// Fetches a recording or picture.
    pub(super) async fn fetch(&self, url: &str) -> Result<Media, AccountError> {
        self.api.fetch(url).await
    }
}
