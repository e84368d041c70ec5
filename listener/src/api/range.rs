//! A part of a file, as [RFC 9110, section 14](https://www.rfc-editor.org/rfc/rfc9110#section-14) has it:
//! so that a browser can seek in a recording.

use std::convert::Infallible;
use std::ops::Range;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// What is asked of a file: all of it, or a part.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    range: Option<Bounds>,
    /// The part is wanted of this version alone, else the whole.
    if_range: Option<String>,
}

/// One range of bytes, before the length is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bounds {
    /// From the first to the last, if one was said.
    From(u64, Option<u64>),
    /// So many at the end.
    Last(u64),
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Infallible> {
        // Ranges are defined for GET alone.
        Ok(match parts.method {
            Method::GET => Asked::of(&parts.headers),
            _ => Asked::default(),
        })
    }
}

impl Asked {
    fn of(headers: &HeaderMap) -> Asked {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Asked {
            range: text(header::RANGE).and_then(bounds),
            if_range: text(header::IF_RANGE).map(str::to_owned),
        }
    }

    /// The answer with a file's bytes, whose content its tag names: 200 with all, 206 with the part, or
    /// 416 where the file has no such part.
    pub(crate) fn answer(&self, bytes: Vec<u8>, tag: HeaderValue) -> Response {
        let is_of_it = |wanted: &String| wanted.as_bytes() == tag.as_bytes();
        let of_it = self.if_range.as_ref().is_none_or(is_of_it);
        let length = bytes.len() as u64;
        let mut response = match self.range.filter(|_| of_it) {
            None => bytes.into_response(),
            Some(bounds) => match bounds.within(length) {
                Some(part) => partial(&bytes, part),
                None => ranged(
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    &format!("*/{length}"),
                    &[],
                ),
            },
        };
        let headers = response.headers_mut();
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(header::ETAG, tag);
        response
    }
}

fn partial(bytes: &[u8], part: Range<u64>) -> Response {
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let content = bytes.get(at(part.start)..at(part.end)).unwrap_or_default();
    let (last, length) = (part.end - 1, bytes.len());
    let of = format!("{}-{last}/{length}", part.start);
    ranged(StatusCode::PARTIAL_CONTENT, &of, content)
}

fn ranged(status: StatusCode, of: &str, content: &[u8]) -> Response {
    let named = [(header::CONTENT_RANGE, format!("bytes {of}"))];
    (status, named, content.to_vec()).into_response()
}

impl Bounds {
    /// The bytes that it names in a file of this length; none if there are none.
    fn within(self, length: u64) -> Option<Range<u64>> {
        let part = match self {
            Bounds::From(first, last) => {
                let end = last.map_or(length, |last| last.saturating_add(1).min(length));
                first..end
            }
            Bounds::Last(count) => length.saturating_sub(count)..length,
        };
        (!part.is_empty()).then_some(part)
    }
}

/// The one range of bytes in a header. Another unit, several ranges and what cannot be read are no
/// ranges: then the whole is given, as the standard allows.
fn bounds(text: &str) -> Option<Bounds> {
    let (unit, range) = text.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    let bounds = match (first, last) {
        ("", last) => Bounds::Last(number(last)?),
        (first, "") => Bounds::From(number(first)?, None),
        (first, last) => Bounds::From(number(first)?, Some(number(last)?)),
    };
    let backwards = matches!(bounds, Bounds::From(first, Some(last)) if last < first);
    (unit.eq_ignore_ascii_case("bytes") && !backwards).then_some(bounds)
}

/// Digits alone; more of them than a number holds stand for the largest.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_of_bytes_and_one() {
        let within = |text: &str, length| bounds(text).map(|bounds| bounds.within(length));
        let parts = [
            ("bytes=0-0", 10, 0..1),
            ("bytes=2-5", 10, 2..6),
            ("Bytes=2-", 10, 2..10),
            ("bytes=2-99", 10, 2..10),
            ("bytes=-3", 10, 7..10),
            ("bytes=-99", 10, 0..10),
            ("bytes=0-99999999999999999999999", 10, 0..10),
        ];
        for (text, length, part) in parts {
            assert_eq!(within(text, length), Some(Some(part)), "{text}");
        }
        for (text, length) in [
            ("bytes=10-", 10),
            ("bytes=10-11", 10),
            ("bytes=-0", 10),
            ("bytes=0-", 0),
            ("bytes=-5", 0),
            ("bytes=99999999999999999999999-", 10),
        ] {
            assert_eq!(within(text, length), Some(None), "{text} is satisfied");
        }
        for text in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=+1-2",
            "bytes=1-2,4-5",
            "bytes=1--2",
            "lines=1-2",
            "bytes=a-b",
        ] {
            assert_eq!(bounds(text), None, "{text:?} is a range");
        }
    }

    #[test]
    fn another_version_is_given_whole() {
        let status = |if_range: Option<&str>| {
            let asked = Asked {
                range: bounds("bytes=1-2"),
                if_range: if_range.map(str::to_owned),
            };
            let tag = HeaderValue::from_static("\"a\"");
            asked.answer(b"whole".to_vec(), tag).status().as_u16()
        };
        let statuses = [None, Some("\"a\""), Some("\"b\""), Some("a")].map(status);
        assert_eq!(statuses, [206, 206, 200, 200]);
    }
}
