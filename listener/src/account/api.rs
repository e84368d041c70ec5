//! The one HTTP client for providers' APIs.

use reqwest::{Method, Response, Url, header};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::de::DeserializeOwned;

use super::ask::{Ask, Content};
use super::hosts::Hosts;
use super::patience::Patience;
use super::refusal::{Failed, header_text, malformed, retry_after_s, shape};
use super::wire::{Auth, Wire};
use super::{AccountError, Media};

/// The largest answer of an API, in bytes.
pub(crate) const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The largest recording or picture, in bytes.
pub(crate) const MEDIA_BYTES_MAX: usize = 24 * 1024 * 1024;
/// Redirects followed from one of the provider's own hosts to another, for media alone.
const REDIRECTS_MAX: u8 = 3;

/// A provider's API under one connection's credentials.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) title: &'static str,
    pub(crate) hosts: Hosts,
    pub(crate) auth: Auth,
    pub(crate) wire: Wire,
    pub(crate) patience: Patience,
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

    /// Asks for something to be removed; what is not there any more, because an earlier attempt's
    /// answer was lost, is removed.
    ///
    /// # Errors
    /// Every other [`AccountError`] of a provider.
    pub(crate) async fn gone(&self, ask: &Ask) -> Result<(), AccountError> {
        match self.done(ask).await {
            Err(AccountError::NotFound(_)) => Ok(()),
            outcome => outcome,
        }
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
        let client = match &self.wire {
            Wire::Http(client) => client,
            Wire::Canned(bytes) => return Ok(bytes.to_vec()),
        };
        let request = self.request(client, ask.method.clone(), url)?;
        let request = match &ask.body {
            Content::Nothing => request,
            Content::Form(fields) => request.form(fields),
            Content::Json(body) => request.json(body),
        };
        let response = self.sent(request).await?;
        let status = response.status();
        let retry_after_s = retry_after_s(&response);
        let bytes = self.read(response, ANSWER_BYTES_MAX).await;
        match status.is_success() {
            true => bytes,
            false => {
                let (title, pause_s) = (self.title, self.patience.retry_after_s_max);
                let body = bytes.unwrap_or_default();
                Err(Failed::refused(
                    title,
                    status,
                    retry_after_s,
                    pause_s,
                    &body,
                ))
            }
        }
    }

    fn request(
        &self,
        client: &reqwest::Client,
        method: Method,
        url: &Url,
    ) -> Result<reqwest::RequestBuilder, Failed> {
        let request = client.request(method, url.clone());
        let request = request.timeout(self.patience.answer());
        if !self.hosts.gets_credentials(url) {
            return Ok(request);
        }
        let cannot = || AccountError::Unavailable {
            title: self.title,
            why: "a token cannot be signed on this machine".to_owned(),
        };
        let shown = self.auth.show(request);
        shown.ok_or_else(|| Failed::finally(cannot()))
    }

    async fn sent(&self, request: reqwest::RequestBuilder) -> Result<Response, Failed> {
        let sent = request.send().await;
        sent.map_err(|error| Failed::broken(self.title, &error))
    }

    async fn read(&self, mut response: Response, bytes_max: usize) -> Result<Vec<u8>, Failed> {
        let mut bytes = Vec::new();
        let broken = |error| Failed::broken(self.title, &error);
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
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
        let client = match &self.wire {
            Wire::Http(client) => client,
            Wire::Canned(bytes) => {
                let bytes = bytes.to_vec();
                let media_type = None;
                return Ok(Media { bytes, media_type });
            }
        };
        for _ in 0..=REDIRECTS_MAX {
            let response = self.sent(self.request(client, Method::GET, &url)?).await?;
            let status = response.status();
            if status.is_redirection() {
                url = self.next(&url, &response).map_err(Failed::finally)?;
                continue;
            }
            if !status.is_success() {
                let (after_s, pause_s) =
                    (retry_after_s(&response), self.patience.retry_after_s_max);
                return Err(Failed::refused(self.title, status, after_s, pause_s, b""));
            }
            let media_type = header_text(&response, header::CONTENT_TYPE);
            let bytes = self.read(response, MEDIA_BYTES_MAX).await?;
            return Ok(Media { bytes, media_type });
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
        malformed(self.title, what)
    }
}

/// An address without what may be a credential in it.
pub(crate) fn without_query(mut url: Url) -> String {
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// From 0 up to 1; without randomness pauses are not spread.
fn chance() -> f64 {
    let mut byte = [0];
    let _ = SystemRandom::new().fill(&mut byte);
    f64::from(byte[0]) / 256.0
}
