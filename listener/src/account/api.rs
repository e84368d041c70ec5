//! The one HTTP client for providers' APIs.

use std::time::Duration;

use honeytoken::Secret;
use reqwest::{Method, Response, StatusCode, Url, header};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::hosts::Hosts;
use super::patience::Patience;
use super::{AccountError, Media};
use crate::address;

/// The longest wait for a connection, in seconds.
const CONNECT_S_MAX: u64 = 10;
/// The largest answer of an API, in bytes.
pub(crate) const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The largest recording or picture, in bytes.
pub(crate) const MEDIA_BYTES_MAX: usize = 24 * 1024 * 1024;
/// Redirects followed from one of the provider's own hosts to another, for media alone.
const REDIRECTS_MAX: u8 = 3;
/// The longest code of a provider's that is repeated in a message.
const SAID_BYTES_MAX: usize = 32;

/// A client that speaks with providers, or, for tests, with this machine.
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn client(local: bool) -> reqwest::Result<reqwest::Client> {
    // Already installed is fine: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(Duration::from_secs(CONNECT_S_MAX))
        .user_agent(concat!("canaryline/", env!("CARGO_PKG_VERSION")));
    match local {
        true => builder.build(),
        false => {
            let outside = address::guard(false);
            builder.https_only(true).dns_resolver(outside).build()
        }
    }
}

/// How a provider knows us.
#[derive(Clone)]
pub(crate) enum Auth {
    /// User and password (RFC 7617).
    Basic(String, Secret),
    /// A token (RFC 6750).
    Bearer(Secret),
}

/// What is asked.
pub(crate) struct Ask {
    method: Method,
    host: String,
    path: String,
    query: Vec<(String, String)>,
    body: Content,
    /// Whether asking twice does no more than asking once.
    repeatable: bool,
}

enum Content {
    Nothing,
    Form(Vec<(String, String)>),
    Json(Value),
}

impl Ask {
    fn new(method: Method, host: &str, path: String, body: Content) -> Ask {
        let repeatable = method != Method::POST;
        Ask {
            method,
            host: host.to_owned(),
            path,
            query: Vec::new(),
            body,
            repeatable,
        }
    }

    pub(crate) fn get(host: &str, path: impl Into<String>) -> Ask {
        Ask::new(Method::GET, host, path.into(), Content::Nothing)
    }

    pub(crate) fn delete(host: &str, path: impl Into<String>) -> Ask {
        Ask::new(Method::DELETE, host, path.into(), Content::Nothing)
    }

    pub(crate) fn form(host: &str, path: impl Into<String>, fields: &[(&str, &str)]) -> Ask {
        Ask::new(
            Method::POST,
            host,
            path.into(),
            Content::Form(owned(fields)),
        )
    }

    pub(crate) fn post(host: &str, path: impl Into<String>, body: Value) -> Ask {
        Ask::new(Method::POST, host, path.into(), Content::Json(body))
    }

    pub(crate) fn put(host: &str, path: impl Into<String>, body: Value) -> Ask {
        Ask::new(Method::PUT, host, path.into(), Content::Json(body))
    }

    pub(crate) fn patch(host: &str, path: impl Into<String>, body: Value) -> Ask {
        Ask::new(Method::PATCH, host, path.into(), Content::Json(body))
    }

    #[must_use]
    pub(crate) fn query(mut self, fields: &[(&str, &str)]) -> Ask {
        self.query.extend(owned(fields));
        self
    }

    /// A POST that sets something: twice is as good as once.
    #[must_use]
    pub(crate) fn repeatable(self) -> Ask {
        Ask {
            repeatable: true,
            ..self
        }
    }
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(pair).collect()
}

/// A provider's API under one connection's credentials.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) title: &'static str,
    pub(crate) hosts: Hosts,
    pub(crate) auth: Auth,
    pub(crate) client: reqwest::Client,
    pub(crate) patience: Patience,
}

/// An attempt that failed.
struct Failed {
    error: AccountError,
    retry_after_s: Option<u64>,
    /// Whether another attempt may help.
    passing: bool,
    /// Whether the provider has surely done nothing.
    undone: bool,
}

impl Api {
    /// Asks, and reads the answer as JSON.
    ///
    /// # Errors
    /// Every [`AccountError`] of a provider.
    pub(crate) async fn json<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, AccountError> {
        let bytes = self.bytes(ask).await?;
        serde_json::from_slice(&bytes).map_err(|error| self.malformed(&shape(&error)))
    }

    /// Asks; what is answered does not matter.
    ///
    /// # Errors
    /// Every [`AccountError`] of a provider.
    pub(crate) async fn done(&self, ask: &Ask) -> Result<(), AccountError> {
        self.bytes(ask).await.map(drop)
    }

    async fn bytes(&self, ask: &Ask) -> Result<Vec<u8>, AccountError> {
        let mut url = self.hosts.url(&ask.host, &ask.path)?;
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        let mut attempt = 1;
        loop {
            let failed = match self.attempt(ask, &url).await {
                Ok(bytes) => return Ok(bytes),
                Err(failed) => failed,
            };
            let again = failed.passing && (ask.repeatable || failed.undone);
            let pause = self.patience.pause(attempt, failed.retry_after_s, chance());
            match pause.filter(|_| again) {
                None => return Err(failed.error),
                Some(pause) => tokio::time::sleep(pause).await,
            }
            attempt += 1;
        }
    }

    async fn attempt(&self, ask: &Ask, url: &Url) -> Result<Vec<u8>, Failed> {
        let mut request = self.request(ask.method.clone(), url);
        request = match &ask.body {
            Content::Nothing => request,
            Content::Form(fields) => request.form(fields),
            Content::Json(body) => request.json(body),
        };
        let response = request.send().await.map_err(|error| self.broken(&error))?;
        let status = response.status();
        let retry_after_s = retry_after_s(&response);
        let bytes = self.read(response, ANSWER_BYTES_MAX).await;
        if status.is_success() {
            return bytes;
        }
        Err(self.refused(status, retry_after_s, &bytes.unwrap_or_default()))
    }

    fn request(&self, method: Method, url: &Url) -> reqwest::RequestBuilder {
        let request = self
            .client
            .request(method, url.clone())
            .timeout(self.patience.answer());
        match &self.auth {
            _ if !self.hosts.gets_credentials(url) => request,
            Auth::Basic(user, password) => request.basic_auth(user, Some(password.expose())),
            Auth::Bearer(token) => request.bearer_auth(token.expose()),
        }
    }

    async fn read(&self, mut response: Response, bytes_max: usize) -> Result<Vec<u8>, Failed> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.broken(&e))? {
            if bytes.len() + chunk.len() > bytes_max {
                let title = self.title;
                return Err(Failed::finally(AccountError::TooLarge { title, bytes_max }));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Fetches a file from one of the provider's own hosts; redirects are followed among those.
    ///
    /// # Errors
    /// [`AccountError::ForeignHost`] when the address, or where it leads, is not the provider's;
    /// every other [`AccountError`] of a provider.
    pub(crate) async fn fetch(&self, url: &str) -> Result<Media, AccountError> {
        let url = self.hosts.admit(url)?;
        let mut attempt = 1;
        loop {
            let failed = match self.follow(url.clone()).await {
                Ok(media) => return Ok(media),
                Err(failed) => failed,
            };
            let pause = self.patience.pause(attempt, failed.retry_after_s, chance());
            match pause.filter(|_| failed.passing) {
                None => return Err(failed.error),
                Some(pause) => tokio::time::sleep(pause).await,
            }
            attempt += 1;
        }
    }

    async fn follow(&self, mut url: Url) -> Result<Media, Failed> {
        let source_url = without_query(url.clone());
        for _ in 0..=REDIRECTS_MAX {
            let sent = self.request(Method::GET, &url).send().await;
            let response = sent.map_err(|error| self.broken(&error))?;
            let status = response.status();
            if status.is_redirection() {
                url = self.next(&url, &response).map_err(Failed::finally)?;
                continue;
            }
            if !status.is_success() {
                return Err(self.refused(status, retry_after_s(&response), b""));
            }
            let media_type = header_text(&response, header::CONTENT_TYPE);
            let bytes = self.read(response, MEDIA_BYTES_MAX).await?;
            return Ok(Media {
                bytes,
                media_type,
                source_url,
            });
        }
        Err(Failed::finally(self.malformed("too many redirects")))
    }

    fn next(&self, url: &Url, response: &Response) -> Result<Url, AccountError> {
        let foreign = || AccountError::ForeignHost(self.title);
        let location = header_text(response, header::LOCATION).ok_or_else(foreign)?;
        let next = url.join(&location).map_err(|_| foreign())?;
        self.hosts.admit(next.as_str())
    }

    /// An answer that is not what the provider documents.
    pub(crate) fn malformed(&self, what: &str) -> AccountError {
        AccountError::Malformed {
            title: self.title,
            what: what.to_owned(),
        }
    }

    /// A connection that failed: the error itself would name the address, which may hold a number.
    fn broken(&self, error: &reqwest::Error) -> Failed {
        let why = match error {
            _ if error.is_timeout() => "no answer in time",
            _ if error.is_connect() => "no connection",
            _ if error.is_builder() => "a request that HTTP cannot carry",
            _ => "the connection broke off",
        };
        Failed {
            error: AccountError::Unavailable {
                title: self.title,
                why: why.to_owned(),
            },
            retry_after_s: None,
            passing: !error.is_builder(),
            undone: error.is_connect(),
        }
    }

    fn refused(&self, status: StatusCode, retry_after_s: Option<u64>, body: &[u8]) -> Failed {
        let title = self.title;
        let unavailable = || AccountError::Unavailable {
            title,
            why: format!("status {}", status.as_u16()),
        };
        let (error, passing, undone) = match status.as_u16() {
            401 | 403 => (AccountError::Unauthorized(title), false, true),
            404 | 410 => (AccountError::NotFound(title), false, true),
            429 => {
                let retry_after_s = retry_after_s.unwrap_or(self.patience.retry_after_s_max);
                (
                    AccountError::TooMany {
                        title,
                        retry_after_s,
                    },
                    true,
                    true,
                )
            }
            408 | 500.. => (unavailable(), true, false),
            300..=399 => (self.malformed("a redirect"), false, false),
            status => {
                let said = code(body);
                (
                    AccountError::Refused {
                        title,
                        status,
                        said,
                    },
                    false,
                    true,
                )
            }
        };
        Failed {
            error,
            retry_after_s,
            passing,
            undone,
        }
    }
}

impl Failed {
    fn finally(error: AccountError) -> Failed {
        Failed {
            error,
            retry_after_s: None,
            passing: false,
            undone: false,
        }
    }
}

impl From<Failed> for AccountError {
    fn from(failed: Failed) -> AccountError {
        failed.error
    }
}

/// Where it does not fit, without what stood there.
fn shape(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Data => "JSON without an expected field",
        _ => "broken JSON",
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}

/// `Retry-After` in seconds; as a date it is not used by the providers here.
fn retry_after_s(response: &Response) -> Option<u64> {
    header_text(response, header::RETRY_AFTER)?.parse().ok()
}

fn header_text(response: &Response, name: header::HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// An address without what may be a credential in it.
pub(crate) fn without_query(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// The provider's own short code in a refusal; sentences may hold numbers and are not repeated.
fn code(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let found = [
        &body["code"],
        &body["errors"][0]["code"],
        &body["error-code"],
        &body["title"],
    ];
    let text = |value: &Value| match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    let plain = |text: &String| {
        text.len() <= SAID_BYTES_MAX && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    found
        .into_iter()
        .filter_map(text)
        .find(plain)
        .unwrap_or_default()
}

/// From 0 up to 1; without randomness pauses are not spread.
fn chance() -> f64 {
    let mut byte = [0];
    let _ = SystemRandom::new().fill(&mut byte);
    f64::from(byte[0]) / 256.0
}
