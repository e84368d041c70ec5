//! Messages by the Reports API (<https://developer.vonage.com/en/api/reports>), asked for windows
//! of a day, the most that one answer may cover.

use honeytoken::Timestamp;

use super::answers::Report;
use super::{API, By, Vonage};
use crate::account::ask::Ask;
use crate::account::lists::Reading;
use crate::account::{AccountError, Batch, Period, Record};
use crate::provider::records;

/// The longest period of one report.
const WINDOW_S: i64 = 86_400;

const MESSAGES: Reading = Reading::messages(records::vonage_message);

impl Vonage {
    /// A page of the messages of a period.
    pub(super) async fn messages(
        &self,
        period: &Period,
        cursor: Option<String>,
    ) -> Result<Batch<Record>, AccountError> {
        let cursor = cursor.unwrap_or_else(|| period.from.to_string());
        let (from, link) = cursor.split_once(' ').unwrap_or((&cursor, ""));
        let from: Timestamp = from.parse().unwrap_or(period.from);
        let ask = match link.is_empty() {
            true => self.window(from, period),
            false => {
                // It names a host, which must be the provider's; the path alone is asked.
                let url = self.api.hosts.admit(link)?;
                let query = url.query().unwrap_or_default();
                Ask::get(API, format!("{}?{query}", url.path()))
            }
        };
        let report: Report = self.api.json(&ask).await?;
        if report.hides_a_part(link.is_empty()) {
            let hidden = "a report that is longer than what it holds";
            return Err(self.api.malformed(hidden));
        }
        let next = next(&report, from, period);
        Ok(MESSAGES.page(&report.records, next, period, None))
    }

    /// The window of a report that begins at `from`.
    fn window(&self, from: Timestamp, period: &Period) -> Ask {
        let until = from.plus_s(WINDOW_S).min(period.until);
        let product = match self.by {
            By::Number => "SMS",
            By::Application(_) => "MESSAGES",
        };
        Ask::get(API, "/v2/reports/records").query(&[
            ("account_id", &self.key),
            ("product", product),
            ("direction", "inbound"),
            ("date_start", &from.to_string()),
            ("date_end", &until.to_string()),
            ("include_message", "true"),
        ])
    }
}

/// Where the list goes on: in the same window by a link, or in the next by its beginning.
fn next(report: &Report, from: Timestamp, period: &Period) -> Option<String> {
    let by_link = report._links.next.as_ref().map(|link| link.href.clone());
    let later = from.plus_s(WINDOW_S);
    let by_time = (later < period.until).then(String::new);
    match (by_link, by_time) {
        (Some(href), _) => Some(format!("{from} {href}")),
        (None, Some(_)) => Some(later.to_string()),
        (None, None) => None,
    }
}
