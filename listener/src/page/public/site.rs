//! Every answer of the public page, made beforehand.

use std::collections::{BTreeSet, HashMap};

use axum::http::{HeaderMap, HeaderValue, Response as Answer, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use ring::digest::{SHA256, digest};

use crate::api_key::hex;
use crate::page::lang::Lang;

/// Caches may keep an answer for a minute, and give out the old one for ten while they ask again: what
/// is taken back is gone soon.
const CACHE_CONTROL: &str = "public, max-age=60, stale-while-revalidate=600";
/// Starts from nothing: no script at all, style and pictures from here, in nobody's frame.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'";
/// Hex digits of the content's digest in an entity tag.
const TAG_DIGITS: usize = 32;
/// Where the page of what is nowhere is kept.
const NOWHERE: &str = "";

/// Where the list begins.
pub(super) const LIST: &str = "/public";

/// Where the list of findings before one is; its first page without.
pub(super) fn list_path(before: Option<u64>) -> String {
    before.map_or_else(
        || LIST.to_owned(),
        |before| format!("{LIST}?before={before}"),
    )
}

/// Every answer, by path.
#[derive(Default)]
pub(super) struct Site {
    pages: HashMap<String, Page>,
    /// Before which findings pages of the list begin.
    lists: BTreeSet<u64>,
}

/// An answer, in both languages.
pub(super) struct Page {
    status: StatusCode,
    media_type: HeaderValue,
    versions: [Version; 2],
}

struct Version {
    bytes: Bytes,
    tag: HeaderValue,
    location: Option<HeaderValue>,
}

impl Version {
    fn of(bytes: Vec<u8>) -> Version {
        let sum = hex(digest(&SHA256, &bytes).as_ref());
        let tag = format!("\"{}\"", &sum[..TAG_DIGITS]);
        Version {
            bytes: bytes.into(),
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
            location: None,
        }
    }
}

/// What an answer is made of.
#[derive(Clone, Copy)]
pub(super) enum Media {
    Html,
    Json,
    JsonFeed,
    Atom,
    Csv,
    Svg,
}

impl Media {
    const fn media_type(self) -> &'static str {
        match self {
            Media::Html => "text/html; charset=utf-8",
            Media::Json => "application/json",
            Media::JsonFeed => "application/feed+json",
            Media::Atom => "application/atom+xml; charset=utf-8",
            Media::Csv => "text/csv; charset=utf-8",
            Media::Svg => "image/svg+xml",
        }
    }
}

impl Site {
    /// Keeps an answer that is said in both languages.
    pub(super) fn add(&mut self, path: String, media: Media, say: impl Fn(Lang) -> Vec<u8>) {
        self.put(path, StatusCode::OK, media, say);
    }

    /// Keeps a page of the list.
    pub(super) fn add_list(&mut self, before: Option<u64>, say: impl Fn(Lang) -> Vec<u8>) {
        self.lists.extend(before);
        self.add(list_path(before), Media::Html, say);
    }

    /// Where the list of findings before one is. Pages move when something is published: what somebody
    /// asks for may begin a little earlier, and leaves nothing out.
    pub(super) fn list(&self, before: u64) -> String {
        list_path(self.lists.range(before..).next().copied())
    }

    /// Keeps a page under another status.
    pub(super) fn put(
        &mut self,
        path: String,
        status: StatusCode,
        media: Media,
        say: impl Fn(Lang) -> Vec<u8>,
    ) {
        let page = Page {
            status,
            media_type: HeaderValue::from_static(media.media_type()),
            versions: [Lang::En, Lang::Zh].map(|lang| Version::of(say(lang))),
        };
        self.pages.insert(path, page);
    }

    /// Keeps the page of what is nowhere.
    pub(super) fn put_nowhere(&mut self, say: impl Fn(Lang) -> Vec<u8>) {
        self.put(NOWHERE.to_owned(), StatusCode::NOT_FOUND, Media::Html, say);
    }

    /// Leads from one path to another, in the reader's language.
    pub(super) fn lead(&mut self, from: String, to: &str) {
        let version = |lang: Lang| Version {
            location: HeaderValue::from_str(&format!("{to}?lang={}", lang.code())).ok(),
            ..Version::of(Vec::new())
        };
        let page = Page {
            status: StatusCode::FOUND,
            media_type: HeaderValue::from_static(Media::Html.media_type()),
            versions: [Lang::En, Lang::Zh].map(version),
        };
        self.pages.insert(from, page);
    }

    /// The answer to whoever asks for a path.
    pub(super) fn answer(&self, path: &str, lang: Lang, headers: &HeaderMap) -> Response {
        match self.pages.get(path).or_else(|| self.pages.get(NOWHERE)) {
            Some(page) => page.answer(lang, headers),
            // Nothing was made yet: the installation begins.
            None => not_yet(),
        }
    }
}

impl Page {
    fn answer(&self, lang: Lang, asked: &HeaderMap) -> Response {
        let version = match lang {
            Lang::En => &self.versions[0],
            Lang::Zh => &self.versions[1],
        };
        let is_known = self.status == StatusCode::OK && knows(asked, &version.tag);
        let (status, bytes) = match is_known {
            true => (StatusCode::NOT_MODIFIED, Bytes::new()),
            false => (self.status, version.bytes.clone()),
        };
        let mut answer = Answer::new(bytes.into());
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.media_type.clone());
        headers.insert(header::ETAG, version.tag.clone());
        if let Some(location) = &version.location {
            headers.insert(header::LOCATION, location.clone());
        }
        dress(headers);
        answer
    }
}

/// What every public answer carries.
pub(super) fn dress(headers: &mut HeaderMap) {
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CACHE_CONTROL, CACHE_CONTROL);
    set(header::VARY, "accept-language");
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::REFERRER_POLICY, "no-referrer");
    // Data is there to be used elsewhere.
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
}

fn not_yet() -> Response {
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = answer.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// Whether the asker holds this version (RFC 9110, section 13.1.2: compared weakly).
fn knows(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok());
    let (Some(known), Ok(tag)) = (known, tag.to_str()) else {
        return false;
    };
    let mut known = known.split(',').map(str::trim);
    known.any(|k| k == "*" || k.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_led_on_keeps_the_language() {
        let mut site = Site::default();
        site.lead("/public/f/1".to_owned(), "/public/f/2");
        for lang in [Lang::En, Lang::Zh] {
            let answer = site.answer("/public/f/1", lang, &HeaderMap::new());
            assert_eq!(answer.status(), 302);
            let to = format!("/public/f/2?lang={}", lang.code());
            assert_eq!(answer.headers()[header::LOCATION], to.as_str());
        }
    }

    #[test]
    fn a_reader_who_has_the_page_is_told_so_and_one_in_another_language_is_not() {
        let mut site = Site::default();
        site.add("/public".to_owned(), Media::Html, |lang| {
            lang.say("page", "页").into()
        });
        let first = site.answer("/public", Lang::En, &HeaderMap::new());
        assert_eq!(first.status(), 200);
        let tag = first.headers()[header::ETAG].clone();
        let mut again = HeaderMap::new();
        again.insert(header::IF_NONE_MATCH, tag.clone());
        assert_eq!(site.answer("/public", Lang::En, &again).status(), 304);
        assert_eq!(site.answer("/public", Lang::Zh, &again).status(), 200);
        let several = format!("\"x\", W/{}", tag.to_str().unwrap());
        again.insert(header::IF_NONE_MATCH, several.parse().unwrap());
        assert_eq!(site.answer("/public", Lang::En, &again).status(), 304);
        assert_eq!(site.answer("/nowhere", Lang::En, &again).status(), 503);
        site.put_nowhere(|_| b"no".to_vec());
        assert_eq!(site.answer("/nowhere", Lang::En, &again).status(), 404);
    }
}
