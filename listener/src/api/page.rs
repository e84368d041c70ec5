//! Lists in pages: a limit, a cursor, filters.

use honeytoken::{PhoneNumber, PlatformId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// The most items in a page; a larger `limit` is taken for this.
pub(crate) const LIMIT_MAX: usize = 1000;
/// Items in a page without a `limit`.
const LIMIT_DEFAULT: usize = 100;

/// What a list is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Items in the page, 1 to 1000; 100 if not given.
    pub(crate) limit: Option<usize>,
    /// Where the page before ended: its `next_cursor`.
    pub(crate) cursor: Option<String>,
    /// Only what belongs to this platform.
    pub(crate) platform: Option<String>,
    /// Only what belongs to this line, E.164.
    pub(crate) line: Option<String>,
    /// Only what happened at or after this time, RFC 3339 or Unix seconds.
    pub(crate) since: Option<String>,
    /// Only what happened before this time, RFC 3339 or Unix seconds.
    pub(crate) until: Option<String>,
}

impl ListQuery {
    /// Items wanted.
    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
    }

    /// The platform filtered by.
    ///
    /// # Errors
    /// 400 when it is no id.
    pub(crate) fn platform(&self) -> Result<Option<PlatformId>, Problem> {
        parsed("platform", self.platform.as_deref())
    }

    /// The line filtered by.
    ///
    /// # Errors
    /// 400 when it is no number.
    pub(crate) fn line(&self) -> Result<Option<PhoneNumber>, Problem> {
        // A `+` that was not encoded arrives as a space.
        let text = self.line.as_deref().map(|text| text.trim_start());
        let text = text.map(|t| {
            if t.starts_with('+') {
                t.to_owned()
            } else {
                format!("+{t}")
            }
        });
        parsed("line", text.as_deref())
    }

    /// The beginning filtered by.
    ///
    /// # Errors
    /// 400 when it is no time.
    pub(crate) fn since(&self) -> Result<Option<Timestamp>, Problem> {
        self.since
            .as_deref()
            .map(|text| time("since", text))
            .transpose()
    }

    /// The end filtered by.
    ///
    /// # Errors
    /// 400 when it is no time.
    pub(crate) fn until(&self) -> Result<Option<Timestamp>, Problem> {
        self.until
            .as_deref()
            .map(|text| time("until", text))
            .transpose()
    }

    /// The cursor, where cursors are entry indices.
    ///
    /// # Errors
    /// 400 when it is none of ours.
    pub(crate) fn before(&self) -> Result<Option<u64>, Problem> {
        parsed("cursor", self.cursor.as_deref())
    }
}

fn parsed<T: std::str::FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    let parse = |text: &str| {
        text.parse()
            .map_err(|e| Problem::bad_request("bad_query", format!("{name}: {e}")))
    };
    text.map(parse).transpose()
}

/// A time in RFC 3339 or Unix seconds.
///
/// # Errors
/// 400 when it is neither.
pub(crate) fn time(name: &str, text: &str) -> Result<Timestamp, Problem> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(Timestamp::from_unix_s(seconds));
    }
    let text = text.replace(' ', "+");
    text.parse()
        .map_err(|e| Problem::bad_request("bad_time", format!("{name}: {e}")))
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Where the next page begins; null at the end.
    pub(crate) next_cursor: Option<String>,
}

/// A page of items that are held in memory in the order of their keys.
pub(crate) fn page_of<T>(items: impl Iterator<Item = (String, T)>, query: &ListQuery) -> Page<T> {
    let limit = query.limit();
    let after = query.cursor.as_deref();
    let mut rest = items.filter(|(key, _)| after.is_none_or(|after| key.as_str() > after));
    let mut taken = Vec::new();
    let mut last = None;
    for (key, item) in rest.by_ref().take(limit) {
        taken.push(item);
        last = Some(key);
    }
    let next_cursor = rest.next().and(last);
    Page {
        items: taken,
        next_cursor,
    }
}

/// A page of a ranking, which is held whole. Its cursors are places in it: who goes on while the ranking
/// moves may miss what changed places.
///
/// # Errors
/// 400 when the cursor is none of ours.
pub(crate) fn ranked<T>(
    all: Vec<T>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<T>, Problem> {
    let cursor = cursor.filter(|text| !text.trim().is_empty());
    let at: usize = parsed("cursor", cursor)?.unwrap_or(0);
    let (in_all, next) = (all.len(), at.saturating_add(limit));
    Ok(Page {
        items: all.into_iter().skip(at).take(limit).collect(),
        next_cursor: (next < in_all).then(|| next.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_goes_on_where_it_stopped() {
        let all = || ('a'..='e').collect::<Vec<_>>();
        let page = |cursor: Option<&str>| {
            let page = ranked(all(), cursor, 2).unwrap();
            (page.items.into_iter().collect::<String>(), page.next_cursor)
        };
        let next = |at: &str| Some(at.to_owned());
        assert_eq!(page(None), ("ab".to_owned(), next("2")));
        assert_eq!(page(Some("")), ("ab".to_owned(), next("2")));
        assert_eq!(page(Some("2")), ("cd".to_owned(), next("4")));
        assert_eq!(page(Some("4")), ("e".to_owned(), None));
        assert_eq!(page(Some("99")), (String::new(), None));
        for bad in ["x", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(
                ranked(all(), Some(bad), 2).unwrap_err().status,
                400,
                "{bad}"
            );
        }
    }

    fn letters() -> impl Iterator<Item = (String, char)> {
        ('a'..='e').map(|c| (c.to_string(), c))
    }

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let mut query = ListQuery {
            limit: Some(2),
            ..ListQuery::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = page_of(letters(), &query);
            seen.extend(page.items);
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, ['a', 'b', 'c', 'd', 'e']);
    }

    #[test]
    fn limits_are_clamped() {
        let limit = |n| {
            ListQuery {
                limit: n,
                ..ListQuery::default()
            }
            .limit()
        };
        assert_eq!(
            (limit(None), limit(Some(0)), limit(Some(1 << 40))),
            (100, 1, LIMIT_MAX)
        );
    }

    #[test]
    fn times_in_either_form() {
        let want = Timestamp::from_unix_s(1_791_000_000);
        for text in [
            "1791000000",
            "2026-10-03T04:00:00Z",
            "2026-10-03T12:00:00 08:00",
        ] {
            assert_eq!(time("since", text).unwrap(), want, "{text}");
        }
        assert_eq!(time("since", "soon").unwrap_err().status, 400);
    }

    #[test]
    fn a_plus_that_became_a_space_is_a_plus() {
        let query = ListQuery {
            line: Some(" 14155550132".into()),
            ..ListQuery::default()
        };
        assert_eq!(query.line().unwrap().unwrap().as_str(), "+14155550132");
    }
}
