//! A provider's lists for a period.

use std::collections::BTreeSet;

use honeytoken::Timestamp;

use super::lists;
use crate::account::{Account, AccountError, Kind, Period, Record};

/// Records read for one comparison; the rest is left for the next.
const RECORDS_MAX: usize = 50_000;
/// Pages read of one list.
const PAGES_MAX: usize = 5_000;
/// A webhook without a time of its own may arrive this long after its event, in seconds: retries
/// take up to a day.
pub(super) const LATE_S_MAX: i64 = 86_400;
/// Our clock and the provider's may differ by this, in seconds.
const EARLY_S_MAX: i64 = 3_600;

/// What a provider lists, each event once.
#[derive(Default)]
pub(super) struct Listed {
    /// The lists that were read.
    pub(super) lists: Vec<List>,
    /// Those that could not be read.
    pub(super) failed: Vec<(Kind, AccountError)>,
    /// With some time before and after the period, so that its edges can be compared.
    pub(super) records: Vec<Record>,
    /// Whether more was there than was read.
    pub(super) cut_short: bool,
}

/// A list that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct List {
    pub(super) kind: Kind,
    /// From when on it holds what there is; none: from the beginning.
    pub(super) since: Option<Timestamp>,
}

/// The lists that are compared.
///
/// # Errors
/// When the account has none.
pub(super) fn of(account: &dyn Account, now: Timestamp) -> Result<Vec<List>, AccountError> {
    let list = |kind| List {
        kind,
        since: account.reaches_back_s(kind).map(|s| now.plus_s(-s)),
    };
    let kinds = lists(account);
    match kinds.is_empty() {
        true => Err(AccountError::Cannot {
            title: account.title(),
            ability: Kind::Messages.ability(),
            why: account.why_not(Kind::Messages.ability()),
        }),
        false => Ok(kinds.into_iter().map(list).collect()),
    }
}

/// Everything that the lists hold for the period and its margins. A list that is not as documented
/// holds up no other: which were read, and why others were not.
///
/// # Errors
/// When the provider is asked in vain for all of them.
pub(super) async fn all(
    account: &dyn Account,
    lists: Vec<List>,
    period: &Period,
) -> Result<Listed, AccountError> {
    let wide = Period {
        from: period.from.plus_s(-LATE_S_MAX),
        until: period.until.plus_s(EARLY_S_MAX),
    };
    let mut listed = Listed::default();
    let mut seen = BTreeSet::new();
    for list in lists {
        let held = listed.records.len();
        match read(account, list.kind, &wide, &mut seen, &mut listed).await {
            Ok(()) => listed.lists.push(list),
            // Not for want of credentials or time: these are the same for all.
            Err(error @ AccountError::Malformed { .. }) => {
                listed.records.truncate(held);
                listed.failed.push((list.kind, error));
            }
            Err(error) => return Err(error),
        }
    }
    match listed.lists.is_empty() {
        true => Err(listed.failed.swap_remove(0).1),
        false => Ok(listed),
    }
}

/// Reads one list. A record may come twice, when others were added between two pages; a page that
/// names itself as the next would never end.
async fn read(
    account: &dyn Account,
    kind: Kind,
    wide: &Period,
    seen: &mut BTreeSet<String>,
    listed: &mut Listed,
) -> Result<(), AccountError> {
    let (mut cursor, mut cursors) = (None, BTreeSet::new());
    for _ in 0..PAGES_MAX {
        let page = account.records(kind, wide, cursor).await?;
        for record in page.items {
            if listed.records.len() == RECORDS_MAX {
                listed.cut_short = true;
                return Ok(());
            }
            if seen.insert(record.event.dedupe.key().to_owned()) {
                listed.records.push(record);
            }
        }
        cursor = page.next;
        match &cursor {
            Some(next) if cursors.insert(next.clone()) => {}
            Some(_) => break,
            None => return Ok(()),
        }
    }
    listed.cut_short = true;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use honeytoken::{Connection, Secret};

    use super::*;
    use crate::account::Accounts;

    /// An account at Telnyx to which everything is answered with this.
    fn account(answer: &str) -> Box<dyn Account> {
        let connection = Connection {
            connection: "tx".parse().unwrap(),
            provider: "telnyx".to_owned(),
            secrets: BTreeMap::from([("api_key".to_owned(), Secret::new("k"))]),
            public_url: None,
            lines: Default::default(),
        };
        Accounts::canned(answer.as_bytes())
            .open(&connection)
            .unwrap()
    }

    async fn listed(answer: &str) -> Result<Listed, AccountError> {
        let from: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let until = from.plus_s(86_400);
        let account = account(answer);
        let lists = of(&*account, until).unwrap();
        let since = lists[1].since.unwrap();
        assert!(from < since && since < until, "calls reach back a day");
        all(&*account, lists, &Period { from, until }).await
    }

    #[tokio::test]
    async fn a_list_that_is_not_as_documented_holds_up_no_other() {
        // A message's record, which is no event of a call.
        let message = r#"{"uuid":"m-1","direction":"inbound","cli":"+14155550199",
            "cld":"+14155550132","created_at":"2026-11-20T08:00:00Z"}"#;
        let listed = listed(&format!("{{\"data\":[{message}]}}")).await.unwrap();
        let read: Vec<Kind> = listed.lists.iter().map(|list| list.kind).collect();
        assert_eq!(read, [Kind::Messages]);
        assert_eq!(listed.records.len(), 1);
        assert_eq!(listed.failed[0].0, Kind::Calls);
        assert_eq!(listed.failed[0].1.code(), "provider_malformed");
    }

    #[tokio::test]
    async fn where_no_list_is_as_documented_nothing_is_compared() {
        let error = listed("{}").await.err().unwrap();
        assert_eq!(error.code(), "provider_malformed");
    }
}
