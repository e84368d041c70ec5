//! Whoever looks at a page, signed in or not: language, time zone, and how the request came.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use honeytoken::Timestamp;
use jiff::tz::TimeZone;

use super::lang::Lang;
use crate::app::App;

/// The cookie that holds the language.
pub(crate) const LANG_COOKIE: &str = "lang";
/// The cookie that holds the time zone.
pub(crate) const ZONE_COOKIE: &str = "zone";
/// The query that chooses a language.
pub(crate) const LANG_QUERY: &str = "lang";

/// Whoever looks at a page.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    /// In which language.
    pub(crate) lang: Lang,
    /// In which time zone times are shown.
    pub(crate) zone: TimeZone,
    /// The page's path.
    pub(crate) path: String,
    /// What is asked of it, without the language.
    pub(crate) query: Vec<String>,
    /// Whether nobody on the way can read along: over TLS.
    pub(crate) secure: bool,
    /// Whether a page is wanted, and not data.
    pub(crate) wants_page: bool,
}

impl Guest {
    /// Reads a request's head.
    pub(crate) fn of(app: &App, uri: &Uri, headers: &HeaderMap) -> Guest {
        let all = uri.query().unwrap_or_default().split('&');
        let mut query: Vec<String> = all.filter(|p| !p.is_empty()).map(str::to_owned).collect();
        query.retain(|pair| chosen(pair).is_none());
        let accepts = |media| text(headers, header::ACCEPT).is_some_and(|a| a.contains(media));
        Guest {
            lang: chosen_lang(uri)
                .or_else(|| cookie(headers, LANG_COOKIE).and_then(Lang::parse))
                .or_else(|| Lang::accepted(headers))
                .unwrap_or(Lang::En),
            zone: zone(app, headers),
            path: uri.path().to_owned(),
            query,
            secure: is_secure(app, headers),
            wants_page: accepts("text/html"),
        }
    }

    /// This page again, with one thing asked for otherwise.
    pub(crate) fn again(&self, name: &str, value: &str) -> String {
        let prefix = format!("{name}=");
        let kept = self.query.iter().filter(|pair| !pair.starts_with(&prefix));
        let value =
            percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
        let asked = format!("{prefix}{value}");
        let pairs: Vec<&str> = kept.map(String::as_str).chain([asked.as_str()]).collect();
        format!("{}?{}", self.path, pairs.join("&"))
    }

    /// A moment to the minute, in the guest's zone.
    pub(crate) fn minute(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A moment to the second, in the guest's zone.
    pub(crate) fn second(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The day of a moment, in the guest's zone.
    pub(crate) fn day(&self, at: Timestamp) -> String {
        self.zoned(at).strftime("%Y-%m-%d").to_string()
    }

    fn zoned(&self, at: Timestamp) -> jiff::Zoned {
        let moment = jiff::Timestamp::from_microsecond(at.as_micros());
        // The constructor keeps the value inside jiff's range; the epoch stands for the impossible.
        moment
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(self.zone.clone())
    }

    /// What the zone is called.
    pub(crate) fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}

impl FromRequestParts<Arc<App>> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Guest, Infallible> {
        Ok(Guest::of(app, &parts.uri, &parts.headers))
    }
}

/// The language that the query asks for.
pub(crate) fn chosen_lang(uri: &Uri) -> Option<Lang> {
    uri.query()?
        .split('&')
        .find_map(chosen)
        .and_then(Lang::parse)
}

fn chosen(pair: &str) -> Option<&str> {
    pair.strip_prefix(LANG_QUERY)?.strip_prefix('=')
}

/// A cookie's value.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter();
    let pairs = all
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'));
    let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
    named
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// A zone's name as the database of time zones has it, such as `Asia/Shanghai`.
pub(crate) fn zone_of(name: &str) -> Option<TimeZone> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    let sane = name.len() <= 64 && name.chars().all(is_name);
    sane.then(|| TimeZone::get(name).ok()).flatten()
}

fn zone(app: &App, headers: &HeaderMap) -> TimeZone {
    // Names hold slashes, which cookies may; nothing is encoded.
    let chosen = cookie(headers, ZONE_COOKIE).and_then(zone_of);
    chosen
        .or_else(|| zone_of(&app.time_zone()))
        .unwrap_or(TimeZone::UTC)
}

/// Whether the browser came over TLS: to us, or to a proxy that says so. Whoever lies about it only
/// gets cookies that are never sent in the clear.
fn is_secure(app: &App, headers: &HeaderMap) -> bool {
    let forwarded = headers
        .get("x-forwarded-proto")
        .and_then(|v| v.to_str().ok());
    app.config.tls.is_some() || forwarded.is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
