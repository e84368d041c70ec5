//! What reached us, by Telnyx's records.
//!
//! Messages are found by their detail records
//! (<https://developers.telnyx.com/api-reference/detail-records/search-detail-records>), which hold
//! no text; it is asked for one by one where no webhook brought the message. They are asked for
//! whole days and cut here.
//!
//! Calls are found by the webhooks that were sent for them, delivered or not
//! (<https://developers.telnyx.com/api-reference/debugging/list-call-events>): a call's leg and the
//! event's name are those of the webhook, and `metadata` includes the event itself. How it lies in
//! there is not documented; it is looked for, and a list in which it is not found is none. The list
//! reaches back a day.

use serde_json::value::RawValue;

use super::answers::{Data, Meta, Page};
use super::{HOST, PAGE_ENTRIES, Telnyx};
use crate::account::ask::Ask;
use crate::account::lists::{Reading, later_page};
use crate::account::words::day;
use crate::account::{AccountError, Batch, Period, Record};
use crate::provider::records;

/// How far back the list of calls reaches, in seconds: a day, less some time to read it.
pub(super) const CALLS_BACK_S: i64 = 86_400 - 600;
/// The event with which a call begins.
const CALL_BEGINS: &str = "call.initiated";

const MESSAGES: Reading = Reading::messages(records::telnyx_detail);
/// Other stages are known by the call's leg.
const CALLS: Reading = Reading::calls(records::telnyx_call, &[CALL_BEGINS, "call.hangup"]);

impl Telnyx {
    /// A page of the messages of a period.
    pub(super) async fn messages(
        &self,
        period: &Period,
        cursor: Option<String>,
    ) -> Result<Batch<Record>, AccountError> {
        let ask = Ask::get(HOST, "/v2/detail_records").query(&[
            ("filter[record_type]", "messaging"),
            ("filter[direction]", "inbound"),
            ("filter[created_at][gte]", &day(period.from, -1)),
            ("filter[created_at][lt]", &day(period.until, 2)),
            ("sort", "created_at"),
            ("page[size]", PAGE_ENTRIES),
            ("page[number]", later_page(cursor.as_deref(), "1")),
        ]);
        let found: Page<Box<RawValue>> = self.api.json(&ask).await?;
        Ok(MESSAGES.page(&found.data, Meta::next(found.meta), period, None))
    }

    /// A page of the calls of a period, as far as the list reaches back.
    pub(super) async fn calls(
        &self,
        period: &Period,
        cursor: Option<String>,
    ) -> Result<Batch<Record>, AccountError> {
        let ask = Ask::get(HOST, "/v2/call_events").query(&[
            ("filter[type]", "webhook"),
            ("filter[name]", CALL_BEGINS),
            ("filter[occurred_at][gte]", &period.from.to_string()),
            ("page[size]", PAGE_ENTRIES),
            ("page[number]", later_page(cursor.as_deref(), "1")),
        ]);
        let found: Page<Box<RawValue>> = self.api.json(&ask).await?;
        let tells = |raw: &RawValue| records::telnyx_call(raw.get()).is_some();
        match found.data.iter().all(|raw| tells(raw)) {
            true => Ok(CALLS.page(&found.data, Meta::next(found.meta), period, None)),
            false => Err(self.api.malformed("an event of a call without the call")),
        }
    }

    /// A message with its text.
    pub(super) async fn whole(&self, record: Record) -> Result<Record, AccountError> {
        let id = match &record.event.event_id {
            Some(id) if record.event.medium == honeytoken::Medium::Sms => id,
            _ => return Ok(record),
        };
        let ask = Ask::get(HOST, format!("/v2/messages/{id}"));
        let data = match self.api.json::<Data<Box<RawValue>>>(&ask).await {
            Ok(found) => found.data,
            // Kept for a while only; the list's own record has to do.
            Err(AccountError::NotFound(_)) => return Ok(record),
            Err(error) => return Err(error),
        };
        Ok(match records::telnyx_message(data.get()) {
            Some(event) => Record {
                raw: data.get().to_owned(),
                event,
                ..record
            },
            None => record,
        })
    }
}
